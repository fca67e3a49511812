"""Avatars from the upload to the profile (R28, R29): with real clients, real processes, and pictures of all kinds."""

import base64
import concurrent.futures
import datetime
import hashlib
import hmac
import io
import json
import time
import urllib.parse

import httpx
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

import hostile_images
from conftest import BUILD, ROOT, Emulator

BUCKET = "bundle-avatars-000000000000-us-east-1"
SECRET = "avatars_local"
MEMORY_MB = 512
FUNCTIONS = ["RequestAvatarUpload", "ProcessAvatar", "AvatarWebhook"]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("avatars")
    for function in FUNCTIONS:
        (folder / function).symlink_to(BUILD / function)
    running = Emulator(functions=folder)
    yield running
    assert running.stop() == 0


def now(emulator):
    """Seconds since 1970, by the clock that all of it goes by."""
    text = httpx.get(f"{emulator.endpoint}/_emulator/clock").json()["now"]
    return datetime.datetime.fromisoformat(text).timestamp()


def request(emulator, user, method="POST", path="/me/avatar/upload", body=None):
    """Has RequestAvatarUpload answer a user's request, as it comes from the gateway."""
    event = {
        "version": "2.0", "routeKey": f"{method} {path}", "rawPath": path, "rawQueryString": "", "headers": {},
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": {"jwt": {"claims": {"sub": user}, "scopes": None}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
            "requestId": f"request-{time.monotonic_ns()}", "routeKey": f"{method} {path}", "stage": "$default",
            "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": int(now(emulator) * 1000)},
        "isBase64Encoded": False}
    if body is not None:
        event["body"] = json.dumps(body)
    reply = emulator.client("lambda").invoke(FunctionName="RequestAvatarUpload", Payload=json.dumps(event))
    payload = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, payload
    return payload["statusCode"], json.loads(payload["body"])


def offer(emulator, user, file, content_type="image/jpeg"):
    status, body = request(emulator, user, body={"contentType": content_type, "bytes": len(file)})
    assert status == 201, body
    return body


def put(offered, file):
    headers = {name: value for name, value in offered["headers"].items() if name != "content-length"}
    return httpx.put(offered["url"], content=file, headers=headers, timeout=30)


def upload(emulator, user, file):
    offered = offer(emulator, user, file)
    answer = put(offered, file)
    assert answer.status_code == 200, answer.text
    return offered["uploadID"]


def avatar(emulator, user):
    status, body = request(emulator, user, "GET", "/me/avatar")
    assert status == 200
    return body["avatar"]


def settle(emulator):
    """Returns when nothing is left to do at this instant."""
    answer = httpx.post(f"{emulator.endpoint}/_emulator/clock", json={"byMilliseconds": 1}, timeout=60)
    assert answer.status_code == 200, answer.text


def files(emulator):
    pages = emulator.client("s3").get_paginator("list_object_versions").paginate(Bucket=BUCKET)
    return [version["Key"] for page in pages for version in page.get("Versions", [])]


def test_a_picture_becomes_the_avatar(emulator):
    upload_id = upload(emulator, "ada", hostile_images.saved(hostile_images.photograph(), exif=hostile_images.exif(1)))
    settle(emulator)
    shown = avatar(emulator, "ada")
    assert (shown["state"], shown["uploadID"]) == ("READY", upload_id)
    for side in (512, 96):
        answer = httpx.get(shown["pictures"][str(side)])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        picture = Image.open(io.BytesIO(answer.content))
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (side, side))
        # JFIF's own segment is part of the form; nothing else is there.
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, picture.info
        assert not picture.getexif() and b"camera" not in answer.content
    # The original may tell where it was taken.
    assert not [key for key in files(emulator) if key.startswith("uploads/") and upload_id in key]


def test_what_was_not_offered_is_refused_by_the_store(emulator):
    file = hostile_images.saved(hostile_images.photograph(64, 48))
    offered = offer(emulator, "ben", file)
    for other in (file + b"x", file[:-1], b"", bytes(20 << 20)):
        assert put(offered, other).status_code == 403, len(other)
    wrong_type = offered | {"headers": offered["headers"] | {"content-type": "text/html"}}
    assert put(wrong_type, file).status_code == 403
    elsewhere = offered | {"url": offered["url"].replace("/uploads/ben/", "/uploads/ada/")}
    assert put(elsewhere, file).status_code == 403
    # Nobody counts the bytes of a body that does not say how long it is.
    headers = {"content-type": offered["headers"]["content-type"]}
    assert httpx.put(offered["url"], content=iter([file]), headers=headers).status_code in (403, 411)
    settle(emulator)
    assert avatar(emulator, "ben") is None
    assert put(offered, file).status_code == 200


@pytest.mark.parametrize("body,code", [
    ({"contentType": "image/gif", "bytes": 1}, "TYPE_UNSUPPORTED"),
    ({"contentType": "image/jpeg", "bytes": 0}, "FILE_EMPTY"),
    ({"contentType": "image/png", "bytes": (10 << 20) + 1}, "FILE_TOO_LARGE"),
])
def test_what_is_not_offered(emulator, body, code):
    status, refusal = request(emulator, "ben", body=body)
    assert (status, refusal["code"]) == (422, code)


def test_an_offer_expires(emulator):
    file = hostile_images.saved(hostile_images.photograph(64, 48))
    running = Emulator("--quiet", functions=emulator.functions)
    try:
        offered = offer(running, "ada", file)
        running.advance("5m")
        answer = put(offered, file)
        assert answer.status_code == 403 and "Request has expired" in answer.text
    finally:
        running.stop()


@pytest.mark.parametrize("user", ["a b", "a+b", "50%", "a%2Fb", "Grüße 日本", "a/b", "e\u0301", "q?x=1&y#z"])
def test_odd_keys(emulator, user):
    """Whatever ids a user pool gives its users."""
    upload(emulator, user, hostile_images.saved(hostile_images.photograph(64, 48)))
    settle(emulator)
    shown = avatar(emulator, user)
    assert shown["state"] == "READY"
    assert httpx.get(shown["pictures"]["96"]).status_code == 200


def invoke(emulator, event):
    reply = emulator.client("lambda").invoke(FunctionName="ProcessAvatar", Payload=json.dumps(event))
    payload = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, payload
    return payload["outcomes"]


def event(key, sequencer, version=None):
    thing = {"key": urllib.parse.quote_plus(key, safe="/"), "size": 1, "eTag": "0", "sequencer": sequencer}
    if version:
        thing["versionId"] = version
    return {"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2023-02-23T18:00:00.000Z",
        "eventName": "ObjectCreated:Put", "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "x", "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": thing}}]}


def test_an_older_upload_that_is_done_last_changes_nothing(emulator):
    """Two uploads; the events come in the wrong order, and again."""
    s3 = emulator.client("s3")
    configuration = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    try:
        events = []
        for name in ("older", "newer"):
            key = f"uploads/cleo/{name}"
            file = hostile_images.saved(hostile_images.photograph(64, 48))
            made = s3.put_object(Bucket=BUCKET, Key=key, Body=file)
            events.append(event(key, f"00{len(events):016X}AB", made["VersionId"]))
        older, newer = events
        assert invoke(emulator, newer) == ["READY"]
        shown = avatar(emulator, "cleo")
        assert shown["uploadID"] == "newer"
        assert invoke(emulator, older) == ["READY"]
        assert invoke(emulator, newer) == invoke(emulator, older) == ["GONE"]
        assert avatar(emulator, "cleo")["uploadID"] == "newer"
        assert avatar(emulator, "cleo")["changedAt"] == shown["changedAt"]
    finally:
        configuration.pop("ResponseMetadata")
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=configuration)


def test_the_same_upload_makes_the_same_bytes(emulator):
    file, pictures = hostile_images.saved(hostile_images.photograph()), []
    for turn in range(2):
        upload(emulator, f"twin{turn}", file)
        settle(emulator)
        pictures.append([httpx.get(avatar(emulator, f"twin{turn}")["pictures"][side]).content for side in ("512", "96")])
    assert pictures[0] == pictures[1]


def test_a_failed_upload_leaves_the_avatar(emulator):
    good = upload(emulator, "fay", hostile_images.saved(hostile_images.photograph(64, 48)))
    settle(emulator)
    pictures = avatar(emulator, "fay")["pictures"]
    bad = upload(emulator, "fay", b"This is no picture.")
    settle(emulator)
    shown = avatar(emulator, "fay")
    assert (shown["state"], shown["reason"], shown["uploadID"]) == ("FAILED", "TYPE_UNSUPPORTED", bad)
    strip = lambda addresses: {side: address.split("?")[0] for side, address in addresses.items()}
    assert strip(shown["pictures"]) == strip(pictures) and good in pictures["96"]


def notice(**changes):
    body = {"userID": "gus", "uploadID": "u1", "sequencer": "0055AED6DCD90281E5", "outcome": "READY"} | changes
    return json.dumps(body).encode()


def signature(body, at, secret=SECRET):
    code = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={code}"


def send(emulator, body, header):
    headers = {"content-type": "application/json"} | ({"bundle-signature": header} if header else {})
    return httpx.post(f"{emulator.endpoint}/apis/api/webhooks/avatar", content=body, headers=headers, timeout=20)


def test_forged_notices_are_refused(emulator):
    time_sent = now(emulator)
    body, good = notice(), signature(notice(), time_sent)
    forged = {
        "unsigned": None, "another secret": signature(body, time_sent, "another"),
        "another body": signature(notice(userID="ada"), time_sent),
        "too old": signature(body, time_sent - 301), "from the future": signature(body, time_sent + 310),
        "no time": good.split(",")[1], "no signature": good.split(",")[0] + ",v1=",
        "half a signature": good[:-32], "another time": "t=1" + good[good.index(","):], "junk": "x" * 1_000}
    for name, header in forged.items():
        assert send(emulator, body, header).status_code == 401, name
    assert avatar(emulator, "gus") is None
    assert send(emulator, body, signature(body, time_sent - 290)).json() == {"outcome": "RECORDED"}
    assert send(emulator, body, good).json() == {"outcome": "REPEATED"}
    older = notice(sequencer="0055AED6DCD90281E4", uploadID="u0")
    assert send(emulator, older, signature(older, time_sent)).json() == {"outcome": "SUPERSEDED"}
    assert avatar(emulator, "gus")["uploadID"] == "u1"
    senseless = notice(sequencer="no digits")
    assert send(emulator, senseless, signature(senseless, time_sent)).status_code == 400


def test_fifty_notices_at_once_leave_the_latest(emulator):
    bodies = [notice(userID="hal", uploadID=f"u{n}", sequencer=f"{n:018X}") for n in range(1, 51)]
    time_sent = now(emulator)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda body: send(emulator, body, signature(body, time_sent)), reversed(bodies + bodies)))
    assert {answer.status_code for answer in answers} == {200}
    assert avatar(emulator, "hal")["uploadID"] == "u50"


def test_a_webhook_that_is_down_is_tried_again_then_put_aside(emulator, tmp_path):
    template = tmp_path / "template.yaml"
    text = (ROOT / "template.yaml").read_text()
    url = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/avatar"
    assert text.count(url) == 1
    # Nobody listens at port 9.
    template.write_text(text.replace("!Sub " + url, "http://127.0.0.1:9/"))
    running = Emulator(template=template, functions=emulator.functions)
    try:
        upload(running, "ivy", hostile_images.saved(hostile_images.photograph(64, 48)))
        running.advance("10m")
        assert avatar(running, "ivy") is None
        sqs = running.client("sqs")
        queue = next(url for url in sqs.list_queues()["QueueUrls"] if url.endswith("UnprocessedEvents"))
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        assert len(messages) == 1
        record = json.loads(messages[0]["Body"])
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert record["requestContext"]["approximateInvokeCount"] == 3
        assert record["responsePayload"]["errorType"] == "ServiceError"
        assert [key for key in files(running) if key.startswith("uploads/ivy/")], "the upload is kept"
        # The pictures were made once, whatever came after.
        assert len([key for key in files(running) if key.startswith("avatars/ivy/")]) == 2
    finally:
        running.stop()


def outcome(emulator, user):
    shown = avatar(emulator, user)
    return shown and ("READY" if shown["state"] == "READY" else shown["reason"])


CORPUS = list(hostile_images.corpus()) + list(hostile_images.truncated())


def test_every_picture_of_the_corpus_gets_its_outcome_within_the_memory(emulator):
    """Not one crash, not one file without a word on the profile, never more memory than the function has."""
    s3, functions = emulator.client("s3"), emulator.client("lambda")
    wrong = []
    for number, (name, file, expected) in enumerate(CORPUS):
        user = f"corpus{number}"
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{user}/x", Body=file)
        settle(emulator)
        seen = outcome(emulator, user)
        if seen != expected:
            wrong.append(f"{name}: {seen}, not {expected}")
    assert not wrong, "\n".join(wrong)
    reply = functions.invoke(
        FunctionName="ProcessAvatar", LogType="Tail", Payload=json.dumps(event("uploads/nobody/x", "01")))
    log = base64.b64decode(reply["LogResult"]).decode()
    memory = int(log.split("Max Memory Used: ")[1].split()[0])
    print(f"{len(CORPUS)} pictures, at most {memory} MB")
    assert memory <= MEMORY_MB


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_are_baked_in(emulator, orientation):
    """The picture looks as a viewer that knows of orientations shows it."""
    file = hostile_images.saved(hostile_images.photograph(1_400, 1_000), exif=hostile_images.exif(orientation), quality=95)
    user = f"turned{orientation}"
    upload(emulator, user, file)
    settle(emulator)
    picture = Image.open(io.BytesIO(httpx.get(avatar(emulator, user)["pictures"]["512"]).content))
    expected = ImageOps.fit(ImageOps.exif_transpose(Image.open(io.BytesIO(file))), (512, 512), Image.Resampling.BICUBIC)
    difference = ImageStat.Stat(ImageChops.difference(picture, expected)).mean
    assert max(difference) < 3, difference
