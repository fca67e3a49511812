"""The command line: what it says of bad input, and that it loses nothing."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import xml.etree.ElementTree

import pytest

from conftest import BUILD, ROOT, Emulator


def run(*arguments, cwd=ROOT, stdin=None):
    return subprocess.run(
        [str(BUILD / "emulator"), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120, input=stdin)


def refused(*arguments, cwd=ROOT):
    """Runs a command that can't go on: status 2 and one clear sentence, no stack trace."""
    done = run(*arguments, cwd=cwd)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr.startswith("emulator: ")
    assert "Fatal error" not in done.stderr
    return done.stderr


@pytest.fixture
def bundle(tmp_path):
    """A copy of the template and some events, to be broken."""
    shutil.copy(ROOT / "template.yaml", tmp_path)
    shutil.copytree(ROOT / "events" / "seed", tmp_path / "events" / "seed")
    (tmp_path / "events" / "CastVote").mkdir()
    for name in ["free.json", "free.expected.json"]:
        shutil.copy(ROOT / "events" / "CastVote" / name, tmp_path / "events" / "CastVote")
    return tmp_path


def replay(bundle, *arguments):
    return run("replay", "--functions", BUILD, *arguments, cwd=bundle)


def test_replay_passes_and_writes_junit(bundle):
    done = replay(bundle, "--junit", "report.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ok    CastVote/free  \d+\.\d\d ms$", done.stdout, re.MULTILINE)
    assert "1 passed, 0 failed" in done.stdout
    suite = xml.etree.ElementTree.parse(bundle / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert suite[0].get("classname") == "CastVote"


def test_replay_shows_each_difference_with_its_path(bundle):
    file = bundle / "events" / "CastVote" / "free.expected.json"
    expected = json.loads(file.read_text())
    expected["reply"]["body"]["optionID"] = "coffee"
    expected["changes"][0]["table"] = "OtherTable"
    file.write_text(json.dumps(expected))
    done = replay(bundle, "--junit", "report.xml")
    assert done.returncode == 1
    assert '- reply.body.optionID: "coffee"' in done.stdout
    assert '+ changes[0].table: "VotingsTable"' in done.stdout
    assert "0 passed, 1 failed" in done.stdout
    failure = xml.etree.ElementTree.parse(bundle / "report.xml").getroot()[0][0]
    assert "reply.body.optionID" in failure.text


def test_replay_without_expectation_fails_until_update_writes_it(bundle):
    file = bundle / "events" / "CastVote" / "free.expected.json"
    reviewed = file.read_text()
    file.unlink()
    assert replay(bundle).returncode == 1
    assert not file.exists()
    assert replay(bundle, "--update").returncode == 0
    assert json.loads(file.read_text()) == json.loads(reviewed)
    assert replay(bundle).returncode == 0


def test_replay_filter_and_jobs(bundle):
    shutil.copy(bundle / "events/CastVote/free.json", bundle / "events/CastVote/other.json")
    done = replay(bundle, "--filter", "CastVote/fre", "--jobs", "1")
    assert "1 passed, 0 failed" in done.stdout
    assert "No event or flow" in refused("replay", "--filter", "nothing-like-it", "--functions", BUILD, cwd=bundle)


def test_event_that_is_no_json_is_named_with_its_place(bundle):
    (bundle / "events/CastVote/free.json").write_text('{\n  "version": "2.0",\n  "headers": {,}\n}')
    done = replay(bundle)
    assert done.returncode == 1
    assert "events/CastVote/free.json:3:15:" in done.stdout
    (bundle / "events/seed/VotingsTable.json").write_text("[{]")
    assert "events/seed/VotingsTable.json:1:3:" in refused("replay", "--functions", BUILD, cwd=bundle)


def test_case_that_can_not_be_read_shows_no_log_of_another(bundle):
    (bundle / "events/CastVote/free.expected.json").write_text("{}")
    (bundle / "events/CastVote/later.json").write_text("{")
    done = replay(bundle, "--jobs", "1")
    assert done.returncode == 1
    read, _, unread = done.stdout.partition("CastVote/later")
    assert "REPORT" in read and "REPORT" not in unread


@pytest.mark.parametrize("milliseconds", [-9223372036854775808, -1, 253402300800000, 9223372036854775807])
def test_event_whose_time_no_clock_can_show(bundle, milliseconds):
    (bundle / "events/CastVote/free.json").write_text(json.dumps({"requestContext": {"timeEpoch": milliseconds}}))
    done = replay(bundle)
    assert "0 passed, 1 failed" in done.stdout and "is not between 1970 and 9999-12-31T23:59:59.999Z" in done.stdout


@pytest.mark.parametrize("step, words", [
    ("{invoke: CastVote, event: CastVote/free.json, set: [body.optionID, mate]}", "`set` maps dotted paths to values"),
    ("{pay: p, expire: True}", "`expire` is true or false"),
    ("{outage: visa}", "a provider is stripe or paypal"),
    ("{pay: p, deliveries: 11}", "`deliveries` is 1 to 10"),
    ("{at: noon}", "`at` takes an instant"),
    ("{at: 2023-02-23T18:00:00Z, until: 5}", "`until` means nothing in this step")])
def test_flow_step_that_is_not_understood(bundle, step, words):
    (bundle / "events/flows").mkdir()
    (bundle / "events/flows/odd.yaml").write_text(f"steps:\n  - {step}\n")
    done = replay(bundle, "--filter", "flows")
    assert done.returncode == 1
    assert re.search(r"flows/odd\.yaml:2:\d+: .*" + re.escape(words), done.stdout), done.stdout


def test_expectation_without_event(bundle):
    (bundle / "events/CastVote/free.json").unlink()
    assert "free.expected.json" in refused("replay", "--functions", BUILD, cwd=bundle)


def test_seed_item_that_dynamodb_refuses(bundle):
    (bundle / "events/seed/VotingsTable.json").write_text('[{"pk": {"S": "only half a key"}}]')
    message = refused("replay", "--functions", BUILD, cwd=bundle)
    assert "VotingsTable.json: item 0:" in message
    assert "Missing the key sk in the item" in message


def test_template_errors_have_a_place(bundle):
    template = bundle / "template.yaml"
    good = template.read_text()
    template.write_text(good.replace("USERS_TABLE: !Ref UsersTable", "USERS_TABLE: !Ref UserTable"))
    assert re.search(r"template\.yaml:\d+:\d+: .*UserTable.*did you mean UsersTable", refused("start", cwd=bundle))
    template.write_text(good.replace("Timeout: 10", "Timeout: 10\n    EphemeralStorage: {Size: 1024}"))
    message = refused("start", "--port", "0", cwd=bundle)
    assert re.search(r"template\.yaml:\d+:\d+: .*EphemeralStorage", message)
    template.write_text(good + "\n  broken: [")
    assert re.search(r"template\.yaml:\d+:\d+:", refused("start", cwd=bundle))
    template.unlink()
    assert "template.yaml" in refused("start", cwd=bundle)


def test_unknown_function_and_missing_executable(bundle):
    event = bundle / "events/CastVote/free.json"
    message = refused("invoke", "CastVotes", "--event", event, "--functions", BUILD, cwd=bundle)
    assert "CastVotes" in message and "CastVote," in message
    message = refused("invoke", "CastVote", "--event", event, "--functions", bundle, cwd=bundle)
    assert f"CastVote can't run: {bundle}/CastVote is missing. Build it" in message
    expected = (bundle / "events/CastVote/free.expected.json").read_text()
    assert "is missing. Build it" in refused("replay", "--update", "--functions", bundle, cwd=bundle)
    assert (bundle / "events/CastVote/free.expected.json").read_text() == expected
    doctor = run("doctor", "--functions", bundle, cwd=bundle)
    assert doctor.returncode == 1
    assert "CastVote is missing; build it" in doctor.stdout


def test_invoke_prints_reply_and_report(bundle):
    done = run("invoke", "CastVote", "--event", "events/CastVote/free.json", "--functions", BUILD, cwd=bundle)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statusCode"] == 201
    assert re.search(r"CastVote \| REPORT RequestId: \S+\tDuration: ", done.stderr)
    piped = run(
        "invoke", "CastVote", "--event", "-", "--functions", BUILD, cwd=bundle,
        stdin=(bundle / "events/CastVote/free.json").read_text())
    assert json.loads(piped.stdout) == json.loads(done.stdout)


def test_variables_take_the_place_of_the_templates(bundle):
    event = bundle / "events/CastVote/free.json"
    arguments = ["invoke", "CastVote", "--event", event, "--functions", BUILD]
    done = run(*arguments, "--variable", "VOTINGS_TABLE=nothing", cwd=bundle)
    assert "nothing" in done.stdout + done.stderr and '"statusCode":201' not in done.stdout
    for text in ["VOTINGS_TABLE", "=nothing"]:
        assert f"--variable takes NAME=value, not '{text}'." in refused(*arguments, "--variable", text, cwd=bundle)


def test_doctor_is_content(bundle):
    done = run("doctor", "--functions", BUILD, cwd=bundle)
    assert done.returncode == 0, done.stdout
    assert "PROBLEM" not in done.stdout


def test_bad_seed_leaves_no_table_behind(bundle):
    seed = bundle / "events/seed/VotingsTable.json"
    good = seed.read_text()
    data = bundle / "data"
    for wanted in [False, True]:
        # First a file that is not there yet, then one that is, without this table.
        seed.write_text('[{"pk": {"S": "only half a key"}}]')
        refused("start", "--port", "0", "--data", data, cwd=bundle)
        assert (data / "emulator.db").exists() == wanted
        seed.write_text(good)
        # Tables made with protection are gone again all the same; this one is to go by a client's hand.
        emulator = Emulator("--data", data, "--parameter", "DeletionProtection=false", cwd=bundle)
        client = emulator.client("dynamodb")
        name = next(name for name in client.list_tables()["TableNames"] if name.endswith("VotingsTable"))
        assert client.scan(TableName=name, Select="COUNT")["Count"] == len(json.loads(good))
        client.delete_table(TableName=name)
        assert emulator.stop() == 0


def test_template_that_no_longer_fits_the_stored_tables(bundle):
    data = bundle / "data"
    assert Emulator("--data", data, cwd=bundle).stop() == 0
    template = bundle / "template.yaml"
    template.write_text(template.read_text().replace("gsi1", "other1"))
    assert re.search(r"template\.yaml:\d+:\d+: GlobalSecondaryIndexes of \w+ differ", refused(
        "start", "--port", "0", "--data", data, cwd=bundle))


def test_interrupted_replay_leaves_nothing_behind(bundle):
    temporary = bundle / "tmp"
    temporary.mkdir()
    for number in range(400):
        shutil.copy(bundle / "events/CastVote/free.json", bundle / f"events/CastVote/free-{number}.json")
    running = subprocess.Popen(
        [str(BUILD / "emulator"), "replay", "--functions", str(BUILD)], cwd=bundle, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)})
    running.stdout.readline()
    assert list(temporary.iterdir()), "the replay keeps its tables elsewhere"
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)
    assert running.returncode == 130
    assert list(temporary.iterdir()) == []


def test_files_without_meaning_are_refused(bundle):
    for name in ["events/top.json", "events/CastVote/notes.txt", "events/flows/buy.yml", "events/flows/event.json"]:
        file = bundle / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}")
        assert f"{name} means nothing here" in refused("replay", "--functions", BUILD, cwd=bundle)
        file.unlink()
    (bundle / "events/CastVotes").mkdir()
    shutil.copy(bundle / "events/CastVote/free.json", bundle / "events/CastVotes/free.json")
    assert "no function 'CastVotes'" in refused("replay", "--functions", BUILD, cwd=bundle)


def test_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is in use" in refused("start", "--port", port)


def test_database_files_that_can_not_be_used(bundle):
    data = bundle / "data"
    first = Emulator("--data", data, cwd=bundle)
    message = refused("start", "--port", "0", "--data", data, cwd=bundle)
    assert str(data) in message
    assert first.stop() == 0

    file = data / "emulator.db"
    with sqlite3.connect(file) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version + 1000}")
    connection.close()
    content = file.read_bytes()
    assert "newer" in refused("start", "--port", "0", "--data", data, cwd=bundle)
    assert file.read_bytes() == content

    file.write_bytes(b"this is no database, and it is not ours to overwrite" * 100)
    content = file.read_bytes()
    assert str(file) in refused("start", "--port", "0", "--data", data, cwd=bundle)
    assert file.read_bytes() == content

    assert "takes a folder" in refused("start", "--port", "0", "--data", file, cwd=bundle)


@pytest.mark.parametrize("round_number", range(5))
def test_killed_emulator_loses_no_write_that_it_answered(bundle, round_number):
    data = bundle / "data"
    emulator = Emulator("--data", data, "--quiet", cwd=bundle)
    table = next(name for name in emulator.client("dynamodb").list_tables()["TableNames"] if "Users" in name)
    answered = [[] for _ in range(8)]

    def write(worker):
        client = emulator.client("dynamodb")
        number = 0
        while True:
            try:
                client.put_item(
                    TableName=table, Item={"pk": {"S": f"W#{worker}"}, "sk": {"S": f"{number:06}"}, "n": {"N": str(number)}})
            except Exception:  # The emulator is gone, which is the point.
                return
            answered[worker].append(number)
            number += 1

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    threading.Event().wait(0.4 + 0.13 * round_number)
    emulator.kill()
    for thread in threads:
        thread.join()
    assert sum(map(len, answered)) > 50, "the emulator was killed before it did anything"

    again = Emulator("--data", data, "--quiet", cwd=bundle)
    client = again.client("dynamodb")
    for worker, numbers in enumerate(answered):
        pages = client.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": f"W#{worker}"}})
        stored = {int(item["n"]["N"]) for page in pages for item in page["Items"]}
        assert set(numbers) <= stored
        # One more may have been written whose answer did not get out; never two.
        assert len(stored - set(numbers)) <= 1
    assert again.stop() == 0
