"""One trace id from the first event to the last."""

import json
import subprocess
import textwrap

import pytest

from conftest import BUILD, ROOT, Emulator, eventually, install_function


def command(emulator, *arguments):
    return subprocess.run(
        [BUILD / "emulator", "trace", *arguments, "--endpoint", emulator.endpoint], capture_output=True, text=True,
        timeout=30)


@pytest.fixture(scope="module")
def emulator():
    running = Emulator()
    yield running
    assert running.stop() == 0


def test_a_vote_shows_the_function_and_its_calls(emulator):
    event = (ROOT / "events/CastVote/free.json").read_bytes()
    emulator.client("lambda").invoke(FunctionName="CastVote", Payload=event)
    listed = command(emulator).stdout.splitlines()
    assert listed and "lambda CastVote" in listed[0]
    root = listed[0].split()[0]
    lines = command(emulator, root).stdout.splitlines()
    names = [line.rsplit("| ", 1)[1] for line in lines]
    assert names[0] == "lambda CastVote"
    assert "dynamodb GetItem" in names and "dynamodb UpdateItem" in names
    # Up to the tally, which the table's stream brings, all lie within the function's span.
    own = lines[: names.index("lambda TallyVotes")] if "lambda TallyVotes" in names else lines
    starts = [float(line.split()[0]) for line in own]
    lengths = [float(line.split()[2]) for line in own]
    assert starts[0] == 0 and max(lengths) == lengths[0]
    assert all(start + length <= lengths[0] for start, length in zip(starts, lengths))


def test_a_failure_is_marked(emulator):
    emulator.client("lambda").invoke(FunctionName="CastVote", Payload=b'"no event"')
    root = command(emulator).stdout.split()[0]
    assert "lambda CastVote  FAILED" in command(emulator, root).stdout


def test_an_unknown_trace_is_said_to_be_unknown(emulator):
    done = command(emulator, "1-00000000-000000000000000000000000")
    assert done.returncode == 2 and "There is no trace" in done.stderr


TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: provided.al2023, CodeUri: ., Handler: calling, Timeout: 20}
    Resources:
      Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
      Second:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: second
          EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SQS, Destination: !GetAtt Jobs.Arn}}}
          Policies:
            - SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}
      First:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: first
          Policies:
            - LambdaInvokePolicy: {FunctionName: !Ref Second}
"""


def test_it_goes_on_through_functions_and_queues(tmp_path):
    (tmp_path / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    install_function(tmp_path, "calling")
    running = Emulator(template=tmp_path / "template.yaml", functions=tmp_path, cwd=tmp_path)
    url = running.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    inner = {"service": "sqs", "operation": "send_message", "parameters": {"QueueUrl": url, "MessageBody": "hello"}}
    outer = {"service": "lambda", "operation": "invoke", "parameters": {
        "FunctionName": "second", "InvocationType": "Event", "Payload": json.dumps(inner)}}
    reply = running.client("lambda").invoke(FunctionName="first", Payload=json.dumps(outer))
    assert json.loads(reply["Payload"].read())["reply"]["StatusCode"] == 202
    wanted = {"lambda First", "lambda Second", "sqs SendMessage", "sqs → jobs"}

    def whole():
        root = command(running).stdout.splitlines()[-1].split()[0]
        names = {line.rsplit("| ", 1)[1] for line in command(running, root).stdout.splitlines()}
        return wanted <= names and root

    root = eventually(whole)
    client = running.client("sqs")
    messages = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["AWSTraceHeader"])["Messages"]
    assert [root in message["Attributes"]["AWSTraceHeader"] for message in messages] == [True, True]
    assert running.stop() == 0
