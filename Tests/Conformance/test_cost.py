"""What a million of each case would cost, from what replay sees."""

import json
import re

import pytest

from conftest import BUILD, ROOT
from test_command import bundle, run  # noqa: F401

# US dollars, us-east-1.
READ_UNIT, WRITE_UNIT, INVOCATION, API_REQUEST, GIGABYTE_SECOND = 0.125e-6, 0.625e-6, 0.2e-6, 1e-6, 16.6667e-6
LOG_BYTE = 0.5 / 2**30
FLOWS = {path.stem for path in (ROOT / "events/flows").glob("*.yaml")}


def costs(name, functions=BUILD):
    done = run("cost", "--functions", functions, "--filter", name, "--json")
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_units_are_those_of_what_was_read_and_written():
    """A free vote reads the voting with strong consistency and writes the participation; a paid one writes participation,
    balance and ledger in a transaction, at two units each. The tally that follows reads its sums and writes them."""
    rows = costs("CastVote/")
    for name, read, written in [("free", 2, 2), ("paid-last-credit", 2, 7)]:
        row = rows[f"CastVote/{name}"]
        assert (row["readUnits"], row["writeUnits"], row["invocations"]) == (read, written, 2)


def test_events_are_paid_one_by_one_however_few_calls_bring_them():
    row, = costs("PublishEvents/eleven-orders").values()
    assert row["calls"] == {"events:PutEvents": 11}


def test_dollars_follow_from_what_was_used():
    # A refusal: nothing follows from it.
    for row in costs("CastVote/unknown-voting").values():
        assert row["invocations"] == 1
        gigabyte_seconds = row["billedMilliseconds"] / 1_000 * 256 / 1_024
        dollars = (
            row["readUnits"] * READ_UNIT + row["writeUnits"] * WRITE_UNIT + INVOCATION + API_REQUEST
            + gigabyte_seconds * GIGABYTE_SECOND + row["logBytes"] * LOG_BYTE)
        assert row["dollarsPerMillion"] == pytest.approx(dollars * 1e6, rel=1e-6)


def test_the_start_of_a_process_is_on_the_bill(tmp_path):
    for name in re.findall(r"Handler: (\w+)", (ROOT / "template.yaml").read_text()):
        if name != "CastVote":
            (tmp_path / name).symlink_to(BUILD / name)
    slow = tmp_path / "CastVote"
    slow.write_text(f"#!/bin/sh\nsleep 1\nexec {BUILD / 'CastVote'}\n")
    slow.chmod(0o755)
    row, = costs("CastVote/unknown-voting", tmp_path).values()
    assert row["billedMilliseconds"] >= 1_000 and row["invocations"] == 1


def test_what_lambda_asks_of_a_queue_is_on_the_bill():
    """An order sends one message; Lambda receives it, and deletes it when its function is done. That it was placed and
    given up is told on the bus."""
    row, = costs("flows/order-abandoned").values()
    assert row["calls"] == {
        "sqs:SendMessage": 1, "sqs:ReceiveMessage": 1, "sqs:DeleteMessage": 1, "events:PutEvents": 2}


@pytest.fixture(scope="module")
def flows():
    return {name.removeprefix("flows/"): row for name, row in costs("flows/").items()}


def test_sockets_are_on_the_bill(flows):
    for name, row in flows.items():
        opened = (ROOT / f"events/flows/{name}.yaml").read_text().count("- connect:")
        # The flows that open some stay with them for minutes.
        assert row["connectionMinutes"] >= opened and (row["connectionMinutes"] > 0) == (opened > 0), name
    assert any(row["socketMessages"] for row in flows.values())


def test_every_flow_is_in_the_table():
    done = run("cost", "--functions", BUILD)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["read", "units"]
    assert {line.split()[0].removeprefix("flows/") for line in lines[1:]} == FLOWS


def test_README_tells_what_every_flow_costs(flows):
    """All but the time, which each machine has its own of."""
    chapter = (ROOT / "README.md").read_text().partition("\n## What it costs\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z-]+) \| ([\d.]+) \| ([\d.]+) \| (\d+) \| \d+ \| (\d+) \|", chapter, re.M)
    told = {name: [float(figure) for figure in figures] for name, *figures in rows}
    assert set(told) == FLOWS
    for name, row in flows.items():
        seen = [row["readUnits"], row["writeUnits"], row["invocations"], sum(row["calls"].values())]
        # Steps in any order meet each other a little differently each time.
        assert told[name] == pytest.approx(seen, abs=4), name


def test_a_case_that_differs_fails(bundle):  # noqa: F811
    expectation = bundle / "events" / "CastVote" / "free.expected.json"
    expectation.write_text(expectation.read_text().replace("201", "200"))
    done = run("cost", "--functions", BUILD, "--filter", "free", cwd=bundle)
    assert done.returncode == 1
    assert "DIFF  CastVote/free" in done.stdout
