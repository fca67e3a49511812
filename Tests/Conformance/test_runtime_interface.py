"""CastVote under AWS's own Runtime Interface Emulator, the binary that AWS puts into its container images and into the
wheel of `aws-sam-cli`; the tables are our emulator's."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile

import pytest

from conftest import BUILD, ROOT, free_port, wait_for_port
from test_votes import table_name, vote, voting

CACHE = ROOT / ".build" / "runtime-interface-emulator"
MEMBER = f"samcli/local/rapid/aws-lambda-rie-{'arm64' if os.uname().machine == 'aarch64' else 'x86_64'}"
VERSION = "1.170.0"


@pytest.fixture(scope="module")
def rie():
    """The path of the binary, taken out of the wheel once."""
    program = CACHE / "aws-lambda-rie"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", CACHE,
             f"aws-sam-cli=={VERSION}"], check=True)
        with zipfile.ZipFile(next(CACHE.glob("aws_sam_cli-*.whl"))) as wheel:
            part = CACHE / "part"
            part.write_bytes(wheel.read(MEMBER))
        part.chmod(0o755)
        part.rename(program)
    return program


class Function:
    """One function executable as the bootstrap under the emulator of AWS, which `rie` is the command of."""

    def __init__(self, rie, executable, environment):
        port, api_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self.process = subprocess.Popen(
            [*rie, "--runtime-interface-emulator-address", f"127.0.0.1:{port}", "--runtime-api-address",
             f"127.0.0.1:{api_port}", str(executable)],
            env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_for_port(port, self.process)

    def invoke(self, event):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, data=body), timeout=20) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as refusal:
            # A function that does not start: status 502.
            return json.loads(refusal.read())

    def stop(self):
        """Ends it; returns what it and the function wrote."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[0]


@pytest.fixture
def start(rie, emulator):
    running = []

    def start(**changes):
        tables = emulator.client("dynamodb")
        environment = {
            "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local", "AWS_LAMBDA_FUNCTION_NAME": "CastVote", "AWS_LAMBDA_LOG_FORMAT": "JSON",
            **{f"{name.upper()}_TABLE": table_name(tables, f"{name}Table") for name in ["Users", "Votings"]}, **changes}
        function = Function([str(rie)], BUILD / "CastVote", environment)
        running.append(function)
        return function

    yield start
    for function in running:
        if function.process.poll() is None:
            function.stop()


def test_a_vote_is_cast_and_kept(start, emulator):
    tables = emulator.client("dynamodb")
    name = table_name(tables, "VotingsTable")
    tables.put_item(TableName=name, Item=voting("rie", "FREE"))
    function = start()

    reply = function.invoke(vote("rie-user", "rie"))
    assert reply["statusCode"] == 201, reply
    # The loop goes on: the same process knows the same vote, and refuses another.
    assert function.invoke(vote("rie-user", "rie"))["statusCode"] == 200
    assert function.invoke(vote("rie-user", "rie", "mate"))["statusCode"] == 409

    found = [
        item for page in tables.get_paginator("scan").paginate(TableName=name) for item in page["Items"]
        if item["pk"]["S"].startswith("P#rie#")]
    assert [item["optionID"]["S"] for item in found] == ["tea"]


@pytest.mark.parametrize("event", [b"{}", b'{"version":', b"[]"])
def test_an_event_that_does_not_decode_is_an_error_and_the_loop_goes_on(start, event):
    function = start()
    for _ in range(2):
        reply = function.invoke(event)
        assert reply["errorType"] == "Runtime.UnmarshalError"
        assert reply["errorMessage"].startswith("The event can't be read as HTTPEvent: ")
    log = [json.loads(line) for line in function.stop().splitlines() if line.startswith('{"timestamp"')]
    assert [line["level"] for line in log] == ["ERROR", "ERROR"]
    assert len({line["requestId"] for line in log}) == 2


def test_a_function_that_cannot_start_says_why(start):
    function = start(AWS_REGION="")
    reply = function.invoke({})
    assert reply["errorType"] == "EnvironmentError"
    assert reply["errorMessage"] == "the environment variable AWS_REGION is not set"
