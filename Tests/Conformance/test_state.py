"""Snapshots of a running emulator, and emulators that go on from them."""

import json
import shutil
import subprocess
import textwrap
import threading

import pytest

from conftest import BUILD, Emulator

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work: {Type: AWS::SQS::Queue, Properties: {QueueName: Work}}
      Files: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}
      Things:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: Things
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
          KeySchema: [{AttributeName: name, KeyType: HASH}]
"""


def run(*arguments, cwd):
    return subprocess.run(
        [BUILD / "emulator", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=60)


def done(*arguments, cwd):
    result = run(*arguments, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def refused(*arguments, cwd):
    result = run(*arguments, cwd=cwd)
    assert result.returncode == 2, result.stdout + result.stderr
    return result.stderr


def start(folder, *arguments):
    return Emulator("--quiet", *arguments, template=folder / "template.yaml", functions=folder, cwd=folder)


def put(emulator, name):
    emulator.client("dynamodb").put_item(TableName="Things", Item={"name": {"S": name}})


def names(emulator):
    return sorted(item["name"]["S"] for item in emulator.client("dynamodb").scan(TableName="Things")["Items"])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    return tmp_path


@pytest.fixture
def snapshot(folder):
    """Of an emulator with one item, one message and a moved clock."""
    emulator = start(folder)
    put(emulator, "kept")
    queue = emulator.client("sqs").get_queue_url(QueueName="Work")["QueueUrl"]
    emulator.client("sqs").send_message(QueueUrl=queue, MessageBody="waits")
    emulator.client("s3").put_object(Bucket="files", Key="kept", Body=b"kept" * 50_000)
    done("advance", "3d", "--endpoint", emulator.endpoint, cwd=folder)
    print(done("snapshot", "kept", "--endpoint", emulator.endpoint, cwd=folder))
    put(emulator, "later")
    emulator.client("s3").delete_object(Bucket="files", Key="kept")
    assert emulator.stop() == 0
    return folder / "kept"


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_everything_goes_on_from_the_moment_of_the_snapshot(folder, snapshot, durability):
    assert "data is as of 2" in done("restore", "kept", "--data", "data", cwd=folder)
    emulator = start(folder, "--data", folder / "data", "--durability", durability)
    assert names(emulator) == ["kept"]
    queue = emulator.client("sqs").get_queue_url(QueueName="Work")["QueueUrl"]
    received = emulator.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert [message["Body"] for message in received] == ["waits"]
    ahead = int(done("clock", "--endpoint", emulator.endpoint, cwd=folder).split()[1])
    assert emulator.client("s3").get_object(Bucket="files", Key="kept")["Body"].read() == b"kept" * 50_000
    emulator.client("s3").put_object(Bucket="files", Key="kept", Body=b"new")
    assert abs(ahead - 3 * 86_400_000) < 1_000
    put(emulator, "more")
    assert emulator.stop() == 0
    # The snapshot is as it was, and good for another time.
    done("restore", "kept/", "--data", "data/", "--force", cwd=folder)
    emulator = start(folder, "--data", folder / "data")
    assert names(emulator) == ["kept"]
    assert emulator.stop() == 0
    assert sorted(path.name for path in folder.iterdir()) == ["data", "kept", "template.yaml"]


def test_what_is_there_is_not_overwritten(folder, snapshot):
    emulator = start(folder, "--data", folder / "data")
    put(emulator, "precious")
    assert "holds something" in refused("restore", "kept", "--data", "data", cwd=folder)
    assert "in use by another process" in refused("restore", "kept", "--data", "data", "--force", cwd=folder)
    assert "is there already" in refused("snapshot", "kept", "--endpoint", emulator.endpoint, cwd=folder)
    assert names(emulator) == ["precious"]
    assert emulator.stop() == 0
    (folder / "letters").mkdir()
    (folder / "letters" / "one.txt").write_text("dear")
    assert "no folder of an emulator" in refused("restore", "kept", "--data", "letters", "--force", cwd=folder)
    assert (folder / "letters" / "one.txt").exists()


def test_damaged_folder_can_be_replaced(folder, snapshot):
    (folder / "data").mkdir()
    (folder / "data" / "emulator.db").write_bytes(b"rubbish" * 1_000)
    done("restore", "kept", "--data", "data", "--force", cwd=folder)
    emulator = start(folder, "--data", folder / "data")
    assert names(emulator) == ["kept"]
    assert emulator.stop() == 0


def change(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def manifest(path, **members):
    file = path / "snapshot.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **members}))


@pytest.mark.parametrize("damage, words", [
    (lambda path: shutil.rmtree(path), "There is no snapshot"),
    (lambda path: (path / "snapshot.json").unlink(), "is no snapshot"),
    (lambda path: (path / "snapshot.json").write_text("{"), "no valid JSON"),
    (lambda path: (path / "snapshot.json").write_text('{"name": "something else"}'), "not of an emulator's snapshot"),
    (lambda path: manifest(path, format=2), "has format 2, and this emulator reads format 1"),
    (lambda path: manifest(path, objects=7), "is damaged"),
    (lambda path: manifest(path, objects={"0000000000000001": 5}), "files are missing"),
    (lambda path: (path / "emulator.db").unlink(), "can't be read"),
    (lambda path: change(path / "emulator.db", 9_000), "is damaged"),
    (lambda path: next((path / "objects").iterdir()).write_bytes(b"cut"), "files are missing or cut off"),
    (lambda path: (path / "emulator.db").write_bytes((path / "emulator.db").read_bytes()[:-1]), "is damaged"),
])
def test_bad_snapshot_is_refused_and_nothing_is_lost(folder, snapshot, damage, words):
    emulator = start(folder, "--data", folder / "data")
    put(emulator, "precious")
    assert emulator.stop() == 0
    damage(snapshot)
    assert words in refused("restore", "kept", "--data", "data", "--force", cwd=folder)
    assert not [path for path in folder.iterdir() if path.name.startswith("data.")]
    emulator = start(folder, "--data", folder / "data")
    assert names(emulator) == ["precious"]
    assert emulator.stop() == 0


def test_snapshot_under_load_is_of_one_moment(folder):
    emulator = start(folder)
    client = emulator.client("dynamodb")
    stop = threading.Event()
    failures = []

    def load(worker):
        # Pairs in one transaction, one after the other: a snapshot holds whole pairs, and none without those before it.
        try:
            count = 0
            while not stop.is_set():
                client.transact_write_items(TransactItems=[
                    {"Put": {"TableName": "Things", "Item": {"name": {"S": f"{worker}-{count:06}-{side}"}}}}
                    for side in ("left", "right")])
                count += 1
        except Exception as error:  # noqa: BLE001 - told below, in the test's own thread.
            failures.append(error)

    workers = [threading.Thread(target=load, args=(worker,)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for number in range(5):
        done("snapshot", f"s{number}", "--endpoint", emulator.endpoint, cwd=folder)
    stop.set()
    for worker in workers:
        worker.join()
    assert failures == []
    assert emulator.stop() == 0
    sizes = []
    for number in range(5):
        done("restore", f"s{number}", "--data", f"d{number}", cwd=folder)
        restored = start(folder, "--data", folder / f"d{number}")
        there = names(restored)
        sizes.append(len(there))
        for worker in range(3):
            own = [name for name in there if name.startswith(f"{worker}-")]
            assert own == [f"{worker}-{count:06}-{side}" for count in range(len(own) // 2) for side in ("left", "right")]
        assert restored.stop() == 0
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_no_emulator_to_ask(folder):
    assert "No emulator answers" in refused("snapshot", "kept", "--endpoint", "http://127.0.0.1:1", cwd=folder)


def test_folder_that_can_not_be_made(folder):
    emulator = start(folder)
    assert "can't be made" in refused("snapshot", "no/such/folder", "--endpoint", emulator.endpoint, cwd=folder)
    assert emulator.stop() == 0
