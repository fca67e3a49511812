"""The emulator's one clock, moved from outside."""

import datetime
import json
import subprocess

import httpx
import pytest

from conftest import BUILD, Emulator


def command(*arguments):
    return subprocess.run([BUILD / "emulator", *map(str, arguments)], capture_output=True, text=True, timeout=60)


def now(emulator):
    done = command("clock", "--endpoint", emulator.endpoint)
    assert done.returncode == 0, done.stderr
    return datetime.datetime.fromisoformat(done.stdout.split(",")[0])


def test_advance_moves_the_clock_and_a_new_start_keeps_it(tmp_path):
    data = tmp_path / "data"
    emulator = Emulator("--data", data)
    before = now(emulator)
    moved = command("advance", "26h30m", "--endpoint", emulator.endpoint)
    assert moved.returncode == 0, moved.stderr
    assert datetime.timedelta(hours=26, minutes=30) <= now(emulator) - before < datetime.timedelta(hours=26, minutes=31)
    emulator.kill()
    emulator = Emulator("--data", data)
    assert now(emulator) - before >= datetime.timedelta(hours=26, minutes=30)

    target = now(emulator) + datetime.timedelta(days=3)
    moved = command("advance", "--to", target.isoformat(), "--endpoint", emulator.endpoint)
    assert moved.returncode == 0, moved.stderr
    assert now(emulator) >= target
    assert emulator.stop() == 0


def test_items_expire_on_the_way():
    emulator = Emulator()
    client = emulator.client("dynamodb")
    client.create_table(
        TableName="sessions", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
    client.update_time_to_live(TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    start = int(now(emulator).timestamp())
    for minutes in [10, 20, 30]:
        client.put_item(TableName="sessions", Item={"k": {"S": str(minutes)}, "until": {"N": str(start + minutes * 60)}})
    assert command("advance", "25m", "--endpoint", emulator.endpoint).returncode == 0
    assert [item["k"]["S"] for item in client.scan(TableName="sessions")["Items"]] == ["30"]
    assert emulator.stop() == 0


@pytest.mark.parametrize("arguments, message", [
    (["advance"], "Give a duration or --to"),
    (["advance", "1m", "--to", "2040-01-01T00:00:00Z"], "Give a duration or --to"),
    (["advance", "soon"], "like 45m, 1h30m, 2d or 250ms, not 'soon'"),
    (["advance", "30m1h"], "like 45m"),
    (["advance", "--to", "tomorrow"], "like 2023-02-23T18:00:00Z"),
    (["advance", "1m", "--endpoint", "127.0.0.1"], "takes an address such as"),
    (["advance", "1m", "--endpoint", "http://127.0.0.1:1"], "No emulator answers at 127.0.0.1:1"),
])
def test_bad_moves_are_refused(arguments, message):
    done = command(*arguments)
    assert done.returncode in (2, 64)
    assert message in done.stderr


def test_the_clock_never_goes_back():
    emulator = Emulator()
    done = command("advance", "--to", "2001-01-01T00:00:00Z", "--endpoint", emulator.endpoint)
    assert done.returncode == 2 and "never goes back" in done.stderr
    assert emulator.stop() == 0


@pytest.mark.parametrize("arguments", [["2000000000d"], ["2147483647d"], ["3000000d"]])
def test_the_clock_ends_with_the_years_of_four_digits(emulator, arguments):
    done = command("advance", *arguments, "--endpoint", emulator.endpoint)
    assert done.returncode == 2 and "The clock goes no further than 9999-12-31T23:59:59.999Z." in done.stderr
    assert now(emulator).year < 9999


def test_an_asynchronous_invocation_is_kept_until_it_is_done(tmp_path):
    """The event is accepted, the emulator killed at once, and the function still runs, once started again."""
    data = tmp_path / "data"
    emulator = Emulator("--data", data)
    with open("events/CastVote/free.json", "rb") as event:
        reply = emulator.client("lambda").invoke(FunctionName="CastVote", InvocationType="Event", Payload=event.read())
    assert reply["StatusCode"] == 202
    emulator.kill()
    emulator = Emulator("--data", data)
    client = emulator.client("dynamodb")
    table = next(name for name in client.list_tables()["TableNames"] if "Votings" in name)
    command("advance", "1ms", "--endpoint", emulator.endpoint)
    items = client.scan(TableName=table)["Items"]
    assert any("votedAt" in item and "optionID" in item for item in items), json.dumps(items)[:2000]
    assert emulator.stop() == 0


def test_a_running_clock_is_moved_by_nothing_at_any_moment(emulator):
    with httpx.Client(base_url=emulator.endpoint) as client:
        for _ in range(2_000):
            answer = client.post("/_emulator/clock", json={"byMilliseconds": 0})
            assert answer.status_code == 200, answer.text
