"""The emulator as a real process, and real clients to talk to it."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import boto3
import botocore.config
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "debug"
START_SECONDS_MAX = 20


def install_function(folder, name, text=None):
    """Makes an executable of a Python program: of `<name>.py` beside this file, unless its text is given."""
    if text is None:
        text = pathlib.Path(__file__).with_name(f"{name}.py").read_text()
    function = folder / name
    function.write_text(f"#!{sys.executable}\n{text}")
    function.chmod(0o755)


def eventually(look, seconds=10):
    """What `look` finds, once that is true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {found!r}"
        time.sleep(0.02)
    return found


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port, process):
    """Until somebody listens there, as `process` is to."""
    def answers():
        assert process.poll() is None, "it ended"
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    eventually(answers, START_SECONDS_MAX)


class Server:
    """A running emulator of some kind."""

    def __init__(self, *command, cwd=ROOT, **options):
        self.process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            **options)
        self.lines = []
        self.endpoint = self._wait_for_endpoint()

    def _wait_for_endpoint(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            if not line:
                break
            self.lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                return found.group()
        self.process.kill()
        raise AssertionError("the emulator did not start:\n" + "".join(self.lines))

    @property
    def port(self):
        return int(self.endpoint.rpartition(":")[2])

    def client(self, service, **config):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id="local",
            aws_secret_access_key="local",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=30, **config))

    def advance(self, *move):
        """Moves the clock, and returns when nothing is left to do."""
        done = subprocess.run(
            [BUILD / "emulator", "advance", "--endpoint", self.endpoint, *move], capture_output=True, text=True,
            timeout=60)
        assert done.returncode == 0, done.stderr

    def stop(self):
        """SIGTERM; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            output, _ = self.process.communicate(timeout=10)
            self.lines.append(output)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()


class Emulator(Server):
    """A running `emulator start`."""

    def __init__(self, *arguments, template=ROOT / "template.yaml", functions=BUILD, cwd=ROOT):
        super().__init__(
            BUILD / "emulator", "start", "--port", "0", "--template", template, "--functions", functions, *arguments,
            cwd=cwd)
        self.functions = functions


class DynamoDB(Server):
    """A running `emulator dynamodb`."""

    def __init__(self, *arguments, **options):
        super().__init__(BUILD / "emulator", "dynamodb", "--port", "0", *arguments, **options)


@pytest.fixture(scope="session")
def emulator():
    running = Emulator("--quiet")
    yield running
    assert running.stop() == 0


# What is granted for cases that no event of ours brings about, by function and action, and when it is needed.
RARELY_NEEDED = {
    ("RefundVotes", "sqs:SendMessage"): "more refunds than there is time for",
    ("PublishEvents", "sqs:SendMessage"): "an event that the bus refuses",
}


@pytest.fixture(scope="session")
def policy_usage():
    """By function what a replay of every event used of its policies, was denied, and never used."""
    done = subprocess.run(
        [BUILD / "emulator", "policies", "--json", "--functions", BUILD], cwd=ROOT, capture_output=True, text=True,
        timeout=600)
    # Lines of failed cases stand before it.
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def awscli(emulator):
    """Runs the AWS command line against the emulator."""
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local", "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
    program = pathlib.Path(sys.executable).with_name("aws")
    assert program.exists() or shutil.which("aws"), "the AWS command line is not installed in the test environment"

    def run(*arguments):
        return subprocess.run(
            [str(program), *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=60)

    return run
