"""Asynchronous invocations: retries by the emulator's clock, destinations, dead letters."""

import json
import pathlib
import subprocess
import textwrap

import pytest

from conftest import BUILD, Emulator, install_function

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: provided.al2023, CodeUri: ., Handler: misbehaving, Timeout: 1}
    Resources:
      Good: {Type: AWS::SQS::Queue, Properties: {QueueName: good}}
      Bad: {Type: AWS::SQS::Queue, Properties: {QueueName: bad}}
      Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
      Watched:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: watched
          DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
          EventInvokeConfig:
            DestinationConfig:
              OnSuccess: {Type: SQS, Destination: !GetAtt Good.Arn}
              OnFailure: {Type: SQS, Destination: !GetAtt Bad.Arn}
      Once:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: once
          DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
          EventInvokeConfig: {MaximumRetryAttempts: 0}
      Closed:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: closed
          ReservedConcurrentExecutions: 0
          DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    install_function(folder, "misbehaving")
    return folder


def start(folder, *arguments):
    return Emulator(*arguments, template=folder / "template.yaml", functions=folder, cwd=folder)


def send(emulator, function, event):
    reply = emulator.client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    assert reply["StatusCode"] == 202
    return reply["ResponseMetadata"]["RequestId"]


def receive(emulator, queue):
    client = emulator.client("sqs")
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    for message in messages.get("Messages", []):
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages.get("Messages", [])


@pytest.fixture
def running(folder):
    running = start(folder)
    yield running
    assert running.stop() == 0


def test_success_goes_to_its_destination(running):
    request_id = send(running, "watched", {"hello": 1})
    running.advance("1ms")
    [message] = receive(running, "good")
    record = json.loads(message["Body"])
    assert record.pop("timestamp").endswith("Z")
    assert record["responsePayload"].pop("pid") > 0
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id, "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:watched:$LATEST",
            "condition": "Success", "approximateInvokeCount": 1},
        "requestPayload": {"hello": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"count": 1, "event": {"hello": 1}},
    }
    assert receive(running, "bad") == receive(running, "dead") == []


def test_failure_is_tried_after_one_minute_and_after_two_more(running):
    request_id = send(running, "watched", {"do": "error"})
    running.advance("1ms")
    # Nothing yet after the first attempt, nor after the second.
    for step in ["59s", "2s", "118s"]:
        assert receive(running, "bad") == []
        running.advance(step)
    running.advance("2s")
    [message] = receive(running, "bad")
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorMessage"] == "as asked"
    [letter] = receive(running, "dead")
    assert json.loads(letter["Body"]) == {"do": "error"}
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "as asked"}


def test_no_retry_when_none_is_wanted(running):
    send(running, "once", {"do": "crash"})
    running.advance("1ms")
    [letter] = receive(running, "dead")
    assert "segmentation fault" in letter["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_a_closed_function_buries_at_once(running):
    send(running, "closed", {"hello": 1})
    running.advance("1ms")
    [letter] = receive(running, "dead")
    assert json.loads(letter["Body"]) == {"hello": 1}


def test_a_retry_is_not_forgotten_by_a_killed_emulator(folder, tmp_path):
    running = start(folder, "--data", tmp_path / "data")
    send(running, "watched", {"do": "error"})
    running.advance("61s")
    running.kill()
    running = start(folder, "--data", tmp_path / "data")
    running.advance("5m")
    [message] = receive(running, "bad")
    assert json.loads(message["Body"])["requestContext"]["approximateInvokeCount"] == 3
    assert running.stop() == 0


LOOP = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
      Loop:
        Type: AWS::Serverless::Function
        Properties:
          {FunctionName: loop, Runtime: provided.al2023, CodeUri: ., Handler: loop, Timeout: 20,
           Policies: [{LambdaInvokePolicy: {FunctionName: loop}}],
           DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}}
"""


def test_a_function_that_invokes_itself_is_stopped(tmp_path):
    (tmp_path / "template.yaml").write_text(textwrap.dedent(LOOP))
    script = pathlib.Path(__file__).with_name("calling.py").read_text()
    itself = """
def perform(call):
    open("count", "a").write("x")
    boto3.client("lambda").invoke(FunctionName="loop", InvocationType="Event", Payload=json.dumps(call))
"""
    install_function(tmp_path, "loop", script.replace("\n\nwhile True", itself + "\n\nwhile True", 1))
    running = Emulator(template=tmp_path / "template.yaml", functions=tmp_path, cwd=tmp_path)
    send(running, "loop", {"round": "and round"})
    running.advance("1ms")
    [letter] = receive(running, "dead")
    assert json.loads(letter["Body"]) == {"round": "and round"}
    assert (tmp_path / "count").read_text() == "x" * 16
    assert running.stop() == 0


QUEUE_LOOP = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
      Work:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: work
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
      Loop:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: loop
          Runtime: provided.al2023
          CodeUri: .
          Handler: loop
          Timeout: 20
          RecursiveLoop: Terminate
          Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Work.QueueName}}]
          Environment: {Variables: {QUEUE: !Ref Work}}
          Events:
            Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 1}}
"""


@pytest.mark.parametrize("setting, rounds", [("Terminate", 16), ("Allow", 30)])
def test_a_function_that_goes_on_through_its_queue_is_stopped_unless_it_may(tmp_path, setting, rounds):
    (tmp_path / "template.yaml").write_text(textwrap.dedent(QUEUE_LOOP).replace("Terminate", setting))
    script = pathlib.Path(__file__).with_name("calling.py").read_text()
    onward = """
def perform(event):
    left = int(event["Records"][0]["body"]) - 1
    open("count", "a").write("x")
    if left:
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=str(left))
"""
    install_function(tmp_path, "loop", script.replace("\n\nwhile True", onward + "\n\nwhile True", 1))
    running = Emulator(template=tmp_path / "template.yaml", functions=tmp_path, cwd=tmp_path)
    client = running.client("sqs")
    client.send_message(
        QueueUrl=client.get_queue_url(QueueName="work")["QueueUrl"], MessageBody="30", MessageSystemAttributes={
            "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}})
    running.advance("1ms")
    assert (tmp_path / "count").read_text() == "x" * rounds
    # With a queue for what was too much, nothing is lost.
    assert [letter["Body"] for letter in receive(running, "dead")] == ([] if rounds == 30 else ["14"])
    assert running.stop() == 0


@pytest.mark.parametrize("old, new, message", [
    ("MaximumRetryAttempts: 0", "MaximumRetryAttempts: 3", "MaximumRetryAttempts"),
    ("{Type: SQS, Destination: !GetAtt Bad.Arn}", "{Type: SQS}", "Destination"),
    ("TargetArn: !GetAtt Dead.Arn", "TargetArn: arn:aws:sns:us-east-1:000000000000:t",
     "nothing here takes what is sent to arn:aws:sns"),
])
def test_what_can_not_be_held_to_is_refused_at_start(folder, tmp_path, old, new, message):
    text = (folder / "template.yaml").read_text()
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new, 1))
    done = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--template", tmp_path / "template.yaml", "--functions", folder],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and message in done.stderr, done.stderr
