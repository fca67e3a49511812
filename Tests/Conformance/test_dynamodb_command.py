"""`emulator dynamodb`: in the place of DynamoDB Local, and what it says when it can't go on."""

import resource
import shutil
import sqlite3
import subprocess
import threading

import botocore.exceptions
import pytest

from conftest import DynamoDB, eventually
from test_command import refused, run

TABLE = {
    "TableName": "Things", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}


def put(client, number, filler=""):
    client.put_item(TableName="Things", Item={"pk": {"S": str(number)}, "text": {"S": filler}})


def stored(client):
    pages = client.get_paginator("scan").paginate(TableName="Things", ProjectionExpression="pk")
    return {int(item["pk"]["S"]) for page in pages for item in page["Items"]}


@pytest.mark.parametrize("arguments, words", [
    ([], "in memory"), (["-inMemory"], "in memory"), (["-sharedDb", "-inMemory", "-port", "0"], "in memory"),
    (["--shared-db"], None), (["-delayTransientStatuses"], "-delayTransientStatuses is not followed: tables are active at once."),
    (["-cors", "*", "-disableTelemetry", "-optimizeDbBeforeStartup"], "-optimizeDbBeforeStartup is not needed")])
def test_options_of_dynamodb_local(arguments, words):
    if words is None:
        assert run("dynamodb", *arguments).returncode == 64
        return
    server = DynamoDB(*arguments)
    assert server.client("dynamodb").list_tables()["TableNames"] == []
    assert server.stop() == 0
    assert words in "".join(server.lines)


@pytest.mark.parametrize("arguments, words", [
    (["-inMemory", "-dbPath", "."], "Give -inMemory or -dbPath, not both."),
    (["--data", "a", "-dbPath", "."], "Give --data or -dbPath, not both."),
    (["-cors", "example.com"], "-cors takes only *"), (["-port", "70000"], "--port takes 0 to 65535."),
    (["--durability", "none"], "process")])
def test_command_lines_that_make_no_sense(arguments, words):
    done = run("dynamodb", *arguments)
    assert done.returncode == 64
    assert words in done.stderr


def test_tables_stay_in_the_folder(tmp_path):
    for expected in [set(), {1}]:
        server = DynamoDB("-sharedDb", "-dbPath", tmp_path)
        client = server.client("dynamodb")
        if not expected:
            client.create_table(**TABLE)
            put(client, 1)
        else:
            assert stored(client) == expected
        assert server.stop() == 0
        assert str(tmp_path / "items.db") in "".join(server.lines)
    assert "there is no folder" in refused("dynamodb", "-dbPath", tmp_path / "missing")


def test_credentials_that_can_not_be_read(tmp_path):
    file = tmp_path / "credentials"
    assert str(file) in refused("dynamodb", "--credentials", file)
    for text, words in [
        ("", "holds no credentials"), ("aws_access_key_id = a\n", ":1: this is neither"), ("[a]\n\nnonsense\n", ":3: this is neither"),
        ("[a]\naws_access_key_id = x\n", ":1: profile a needs"),
    ]:
        file.write_text(text)
        assert words in refused("dynamodb", "--credentials", file)


def test_expired_items_go_away():
    server = DynamoDB()
    client = server.client("dynamodb")
    client.create_table(**TABLE)
    client.update_time_to_live(TableName="Things", TimeToLiveSpecification={"AttributeName": "until", "Enabled": True})
    client.put_item(TableName="Things", Item={"pk": {"S": "1"}, "until": {"N": "1700000000"}})
    client.put_item(TableName="Things", Item={"pk": {"S": "2"}, "until": {"N": "4000000000"}})
    eventually(lambda: stored(client) == {2})
    assert server.stop() == 0


# Files that can't be used: status 2, one sentence, and the file as it was.

@pytest.fixture
def data(tmp_path):
    """A file with items 0 to 99, closed."""
    file = tmp_path / "data.db"
    server = DynamoDB("--data", file)
    client = server.client("dynamodb")
    client.create_table(**TABLE)
    for number in range(100):
        put(client, number)
    assert server.stop() == 0
    return file


def untouched(data, *words):
    content = data.read_bytes()
    message = refused("dynamodb", "--port", "0", "--data", data)
    assert data.read_bytes() == content
    for word in (str(data), *words):
        assert word in message


def test_second_emulator_on_one_file(data):
    first = DynamoDB("--data", data)
    message = refused("dynamodb", "--port", "0", "--data", data)
    assert f"The database {data} is in use by another process." in message
    put(first.client("dynamodb"), 100)
    assert stored(first.client("dynamodb")) == set(range(101))
    first.kill()
    again = DynamoDB("--data", data)
    assert stored(again.client("dynamodb")) == set(range(101))
    assert again.stop() == 0


def test_newer_format(data):
    with sqlite3.connect(data) as connection:
        connection.execute("PRAGMA user_version = 1000")
    connection.close()
    untouched(data, "format 1000", "Use a newer version")


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 8_176, b"\0" * 8_192])
def test_other_files(tmp_path, content):
    file = tmp_path / "data.db"
    file.write_bytes(content)
    untouched(file)


@pytest.mark.parametrize("offset, length", [(0, 16), (16, 2), (18, 2), (100, 300)])
def test_corrupt_header(data, offset, length):
    content = bytearray(data.read_bytes())
    content[offset:offset + length] = b"\xa5" * length
    data.write_bytes(content)
    untouched(data)


def test_truncated_file(data):
    data.write_bytes(data.read_bytes()[:5_000])
    untouched(data)


def test_database_of_another_program(tmp_path):
    file = tmp_path / "data.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    untouched(file, "is no item database")


def test_folder_that_is_not_there(tmp_path):
    assert "Check that its directory exists" in refused("dynamodb", "--data", tmp_path / "missing" / "data.db")
    assert "can't be opened" in refused("dynamodb", "--data", tmp_path)


@pytest.fixture
def full_disk(tmp_path):
    """A folder on a disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk_loses_nothing_that_was_answered(data, full_disk, tmp_path):
    shutil.copy(data, full_disk)
    check_full(full_disk / "data.db", "There is no space left", tmp_path / "roomy.db")


def test_bounded_file_loses_nothing_that_was_answered(data, tmp_path):
    limit = data.stat().st_size + 400_000
    check_full(
        data, "has reached the greatest size that the system allows it", tmp_path / "roomy.db",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))


def check_full(data, words, roomy, **options):
    server = DynamoDB("--data", data, **options)
    client = server.client("dynamodb")
    answered = set(range(100))
    refusals = []
    for number in range(100, 4_000):
        try:
            put(client, number, "x" * 1_000)
            answered.add(number)
        except botocore.exceptions.ClientError as error:
            refusals.append(error.response["Error"])
            if len(refusals) > 5:
                break
    assert refusals, "the disk was never full"
    assert {refusal["Code"] for refusal in refusals} == {"InternalServerError"}
    assert words in refusals[0]["Message"]
    # It goes on reading.
    assert stored(client) == answered
    server.kill()
    # Its log lies beside it.
    for suffix in ["", "-wal"]:
        shutil.copy(f"{data}{suffix}", f"{roomy}{suffix}")
    again = DynamoDB("--data", roomy)
    assert stored(again.client("dynamodb")) == answered
    put(again.client("dynamodb"), 5_000)
    assert again.stop() == 0


def test_read_only_file(data, tmp_path):
    """A read-only mount, as permissions do not bind root."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if subprocess.run(["mount", "--bind", data.parent, folder], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        untouched(folder / data.name, "can't be written")
        assert str(folder) in refused("dynamodb", "--data", folder / "new.db")
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_killed_again_and_again_under_load(data, durability):
    answered = [set(range(100))] + [set() for _ in range(4)]
    for life in range(6):
        server = DynamoDB("--data", data, "--durability", durability)
        seen = stored(server.client("dynamodb"))
        assert set().union(*answered) <= seen
        # A writer's last request may have been carried out without an answer, once in each life.
        assert len(seen) - len(set().union(*answered)) <= 4 * life
        answered[0] |= seen

        def write(worker, life=life, server=server):
            client = server.client("dynamodb")
            for number in range(1_000_000):
                try:
                    put(client, (life * 4 + worker) * 1_000_000 + number + 1_000, "x" * 300)
                except Exception:  # It was killed, which is the point.
                    return
                answered[worker].add((life * 4 + worker) * 1_000_000 + number + 1_000)

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(1, 5)]
        for thread in threads:
            thread.start()
        threading.Event().wait(0.25 + 0.07 * life)
        server.kill()
        for thread in threads:
            thread.join()
    final = DynamoDB("--data", data)
    assert set().union(*answered) <= stored(final.client("dynamodb"))
    assert final.stop() == 0
