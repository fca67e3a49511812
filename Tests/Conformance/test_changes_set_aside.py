"""What a stream's follower may not do is set aside for a person, holds up nothing, and can be made up for (R18, R42)."""

import json
import re

from conftest import ROOT, Emulator
from test_events import bodies
from test_messages import Evening


def reloaded(emulator):
    while "Reloaded " not in (line := emulator.process.stdout.readline()):
        assert line, "the emulator ended"


def test_updates_that_may_not_be_queued_wait_for_the_permission(tmp_path):
    whole = (ROOT / "template.yaml").read_text()
    lacking, changed = re.subn(
        r"(\n  SpreadUpdate:\n(?: .*\n)*? +Resource: \[)!GetAtt MessageQueue\.Arn, ", r"\1", whole)
    assert changed == 1
    template = tmp_path / "template.yaml"
    template.write_text(lacking)
    emulator = Emulator("--quiet", "--watch", "--seed", ROOT / "events/seed", template=template)
    evening = Evening(emulator, None)
    evening.prefer("ben", updates=True)
    titles = ["Doors are open", "The bar is open"]
    for title in titles:
        news = {"title": title, "text": "Come in."}
        assert evening.api.post("/updates", json=news, headers=evening.headers("gus")).status_code == 201
    emulator.advance("0s")
    queues = emulator.client("sqs").list_queues()["QueueUrls"]
    letters = bodies(emulator, next(url for url in queues if url.endswith("UnprocessedEvents")))
    # Neither holds up the other.
    assert len(letters) == 2
    assert all("AccessDenied" in letter["responsePayload"]["errorMessage"] for letter in letters)
    assert evening.inbox("ben")["messages"] == []

    new = template.with_suffix(".new")
    new.write_text(whole)
    new.rename(template)
    reloaded(emulator)
    for letter in letters:
        reply = emulator.client("lambda").invoke(
            FunctionName=letter["requestContext"]["functionArn"], Payload=json.dumps(letter["requestPayload"]))
        assert json.load(reply["Payload"]) == {"batchItemFailures": []}
    emulator.advance("0s")
    assert sorted(message["title"] for message in evening.inbox("ben")["messages"]) == titles
    assert emulator.stop() == 0
