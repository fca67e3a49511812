"""What brings the messages of queues and the changes of tables to functions."""

import datetime
import json
import pathlib
import re
import stat
import subprocess
import sys
import textwrap
import time
import urllib.request

import pytest

from conftest import BUILD, Emulator, eventually

HEAD = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Handler: scripted
        Timeout: 30
"""


class World:
    """An emulator with scripted functions."""

    def __init__(self, folder, resources, *arguments):
        self.folder = folder
        script = pathlib.Path(__file__).with_name("scripted.py").read_text()
        function = folder / "scripted"
        function.write_text(f"#!{sys.executable}\n{script}")
        function.chmod(function.stat().st_mode | stat.S_IXUSR)
        variables = f"        Environment: {{Variables: {{SCRIPT: {folder}}}}}\n"
        template = textwrap.dedent(HEAD) + textwrap.indent(textwrap.dedent(variables), "    ") + textwrap.dedent(resources)
        (folder / "template.yaml").write_text(template)
        for name in ["Worker", "Other"]:
            (folder / name).mkdir(exist_ok=True)
        self.arguments = arguments
        self.start()

    def start(self):
        self.emulator = Emulator(
            "--quiet", *self.arguments, template=self.folder / "template.yaml", functions=self.folder, cwd=self.folder)
        self.sqs = self.emulator.client("sqs")
        self.dynamodb = self.emulator.client("dynamodb")
        self.functions = self.emulator.client("lambda")

    def rules(self, function="Worker", **rules):
        # Renamed, so that the function never reads half of it.
        path = self.folder / function / "rules.new"
        path.write_text(json.dumps(rules))
        path.rename(path.with_name("rules.json"))

    def advance(self, duration):
        done = subprocess.run(
            [BUILD / "emulator", "advance", duration, "--endpoint", self.emulator.endpoint], capture_output=True,
            text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def settle(self):
        """Until nothing is in hand."""
        self.advance("1ms")

    def events(self, function="Worker"):
        path = self.folder / function / "events"
        return [json.loads(line)["event"] for line in path.read_text().splitlines()] if path.exists() else []

    def traces(self, function="Worker"):
        return [json.loads(line)["trace"] for line in (self.folder / function / "events").read_text().splitlines()]

    def bodies(self, function="Worker"):
        """Of each batch."""
        return [[record["body"] for record in event["Records"]] for event in self.events(function)]

    def keys(self, function="Worker"):
        return [[record["dynamodb"]["Keys"]["k"]["S"] for record in event["Records"]] for event in self.events(function)]

    def forget(self):
        for function in ["Worker", "Other"]:
            (self.folder / function / "events").unlink(missing_ok=True)

    def queue(self, name):
        return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def send(self, name, *bodies, **options):
        for start in range(0, len(bodies), 10):
            self.sqs.send_message_batch(QueueUrl=self.queue(name), Entries=[
                {"Id": str(number), "MessageBody": body, **options}
                for number, body in enumerate(bodies[start:start + 10])])

    def counts(self, name):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue(name), AttributeNames=names)["Attributes"]
        return [int(attributes[name]) for name in names]

    def put(self, *keys, table="things", **attributes):
        for key in keys:
            self.dynamodb.put_item(TableName=table, Item={"k": {"S": key}, **attributes})


@pytest.fixture
def world(tmp_path):
    worlds = []

    def make(resources, *arguments):
        worlds.append(World(tmp_path, resources, *arguments))
        return worlds[-1]

    yield make
    for made in worlds:
        assert made.emulator.stop() == 0


def queue_function(properties="", event="", queue="QueueName: jobs"):
    return f"""
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {{{queue}, VisibilityTimeout: 60}}
  Failed:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: failed}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: Worker
      {properties}
      Events:
        Jobs:
          Type: SQS
          Properties: {{Queue: !GetAtt Jobs.Arn{", " if event else ""}{event}}}
"""


# Queues


def test_messages_reach_the_function_and_are_deleted(world):
    world = world(queue_function())
    sent = world.sqs.send_message(
        QueueUrl=world.queue("jobs"), MessageBody="hello", MessageAttributes={
            "a": {"DataType": "String", "StringValue": "b"}, "n": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}})
    world.settle()
    (record,), = [event["Records"] for event in world.events()]
    assert record["messageId"] == sent["MessageId"] and record["body"] == "hello"
    assert record["md5OfBody"] == sent["MD5OfMessageBody"]
    assert record["md5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert record["eventSource"] == "aws:sqs" and record["awsRegion"] == "us-east-1"
    assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:000000000000:jobs"
    assert record["messageAttributes"] == {
        "a": {"stringValue": "b", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "n": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"}}
    assert {"ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= set(
        record["attributes"])
    assert world.counts("jobs") == [0, 0]
    world.send("jobs", *[f"m{number}" for number in range(10)])
    world.settle()
    assert world.bodies()[1] == [f"m{number}" for number in range(10)]


def test_failed_messages_come_back_and_end_in_the_dead_letter_queue(world):
    world = world(queue_function(queue="""QueueName: jobs,
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 2}"""))
    world.rules(fail=["poison"])
    world.send("jobs", "poison")
    world.settle()
    assert world.counts("jobs") == [0, 1]
    world.advance("59s")
    assert len(world.events()) == 1
    world.advance("1s")
    assert len(world.events()) == 2
    assert world.events()[1]["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    world.advance("2m")
    assert len(world.events()) == 2 and world.counts("jobs") == [0, 0] and world.counts("failed") == [1, 0]


def test_only_reported_failures_come_back(world):
    world = world(queue_function(event="FunctionResponseTypes: [ReportBatchItemFailures]"))
    world.rules(report=["bad"])
    world.send("jobs", "good-1", "bad-2", "good-3", "bad-4")
    world.settle()
    assert world.counts("jobs") == [0, 2]
    world.rules()
    world.advance("60s")
    assert world.bodies()[1] == ["bad-2", "bad-4"] and world.counts("jobs") == [0, 0]


@pytest.mark.parametrize("reply, is_success", [
    (None, True), ({}, True), ({"batchItemFailures": []}, True), ({"batchItemFailures": None}, True),
    ({"batchItemFailures": [{"itemIdentifier": ""}]}, False), ({"batchItemFailures": [{"itemIdentifier": None}]}, False),
    ({"batchItemFailures": [{"id": "x"}]}, False), ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, False),
    ({"batchItemFailures": "x"}, False)])
def test_replies_that_report(world, reply, is_success):
    world = world(queue_function(event="FunctionResponseTypes: [ReportBatchItemFailures]"))
    world.rules(reply=reply)
    world.send("jobs", "a", "b")
    world.settle()
    assert world.counts("jobs") == ([0, 0] if is_success else [0, 2])


def test_batch_window(world):
    world = world(queue_function(event="BatchSize: 25, MaximumBatchingWindowInSeconds: 20"))
    world.send("jobs", *[f"m{number}" for number in range(12)])
    world.advance("19s")
    assert world.events() == [] and world.counts("jobs") == [0, 12]
    world.advance("1s")
    assert [len(batch) for batch in world.bodies()] == [12]
    world.send("jobs", *[f"n{number}" for number in range(60)])
    world.settle()
    # Full batches wait for nothing.
    assert [len(batch) for batch in world.bodies()] == [12, 25, 25]
    world.advance("20s")
    assert [len(batch) for batch in world.bodies()] == [12, 25, 25, 10]


def test_payload_is_no_larger_than_an_invocation_takes(world):
    world = world(queue_function(event="BatchSize: 10, MaximumBatchingWindowInSeconds: 5"))
    for _ in range(8):
        world.send("jobs", "x" * 1_000_000)
    world.advance("5s")
    world.advance("5s")
    assert [len(batch) for batch in world.bodies()] == [6, 2]
    assert world.counts("jobs") == [0, 0]


def test_filtered_messages_are_dropped(world):
    pattern = json.dumps({"body": {"kind": ["order"]}})
    world = world(queue_function(event=f"FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}"))
    world.send("jobs", '{"kind":"order","n":1}', '{"kind":"other"}', "plain", '{"kind":"order","n":2}')
    world.settle()
    assert [json.loads(body)["n"] for batch in world.bodies() for body in batch] == [1, 2]
    assert world.counts("jobs") == [0, 0]


def test_maximum_concurrency(world):
    world = world(queue_function(
        properties="ReservedConcurrentExecutions: 6", event="BatchSize: 1, ScalingConfig: {MaximumConcurrency: 2}"))
    world.rules(hang=0.4)
    world.send("jobs", *[f"m{number}" for number in range(6)])
    eventually(lambda: world.counts("jobs") == [4, 2])
    world.settle()
    assert sorted(sum(world.bodies(), [])) == [f"m{number}" for number in range(6)]


def test_fifo_order_of_each_group(world):
    world = world(queue_function(
        queue="QueueName: jobs.fifo, FifoQueue: true, ContentBasedDeduplication: true",
        event="BatchSize: 3, FunctionResponseTypes: [ReportBatchItemFailures]"))
    url = world.queue("jobs.fifo")
    world.rules(report=['"a2"'])
    for body in ["a1", "a2", "b1", "b2"]:
        world.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
    world.settle()
    world.sqs.send_message(QueueUrl=url, MessageBody="a3", MessageGroupId="a")
    world.sqs.send_message(QueueUrl=url, MessageBody="b3", MessageGroupId="b")
    world.settle()
    seen = sum(world.bodies(), [])
    # The group waits behind the one that failed; others go on.
    assert "a3" not in seen and [body for body in seen if body[0] == "b"] == ["b1", "b2", "b3"]
    world.rules()
    world.advance("60s")
    assert [body for body in sum(world.bodies(), []) if body[0] == "a"] == ["a1", "a2", "a2", "a3"]
    attributes = world.events()[0]["Records"][0]["attributes"]
    assert {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"} <= set(attributes)


def test_disabled_mapping_and_its_api(world):
    world = world(queue_function(event="Enabled: false"))
    world.send("jobs", "x")
    world.settle()
    assert world.events() == []
    mapping, = world.functions.list_event_source_mappings(FunctionName="Worker")["EventSourceMappings"]
    assert mapping["State"] == "Disabled" and mapping["BatchSize"] == 10
    changed = world.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True, BatchSize=5)
    assert changed["State"] == "Updating" and changed["BatchSize"] == 5
    world.settle()
    assert world.bodies() == [["x"]]
    found = world.functions.get_event_source_mapping(UUID=mapping["UUID"])
    assert (found["State"], found["LastProcessingResult"]) == ("Enabled", "OK")
    assert world.functions.delete_event_source_mapping(UUID=mapping["UUID"])["State"] == "Deleting"
    with pytest.raises(world.functions.exceptions.ResourceNotFoundException):
        world.functions.get_event_source_mapping(UUID=mapping["UUID"])

    arn = "arn:aws:sqs:us-east-1:000000000000:jobs"
    made = world.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="Worker", BatchSize=7)
    assert made["State"] == "Creating" and made["FunctionArn"].endswith(":function:Worker")
    with pytest.raises(world.functions.exceptions.ResourceConflictException):
        world.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="Worker")
    world.send("jobs", "y")
    world.settle()
    assert world.bodies()[-1] == ["y"]


@pytest.mark.parametrize("options, exception, words", [
    ({"FunctionName": "Nobody"}, "ResourceNotFoundException", "Function not found"),
    ({"BatchSize": 11}, "InvalidParameterValueException", "Maximum batch window in seconds must be greater than 0"),
    ({"EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:nobody"}, "InvalidParameterValueException",
     "NonExistentQueue"),
    ({"EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:failed"}, "InvalidParameterValueException",
     "Queue visibility timeout: 20 seconds is less than Function timeout: 30 seconds"),
    ({"EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}, "InvalidParameterValueException",
     "Unrecognized event source"),
    ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "InvalidParameterValueException",
     "Invalid filter pattern definition"),
    ({"ParallelizationFactor": 2}, "InvalidParameterValueException", "ParallelizationFactor"),
    ({"EventSourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/x", "StartingPosition": "LATEST"},
     "InvalidParameterValueException", "Stream not found"),
])
def test_bad_mappings_are_refused(world, options, exception, words):
    world = world(queue_function().replace("QueueName: failed", "QueueName: failed, VisibilityTimeout: 20"))
    request = {"EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:jobs", "FunctionName": "Worker", **options}
    with pytest.raises(getattr(world.functions.exceptions, exception)) as error:
        world.functions.create_event_source_mapping(**request)
    assert words in error.value.response["Error"]["Message"]


def test_event_that_cannot_be_stops_the_start(tmp_path):
    with pytest.raises(AssertionError) as failure:
        World(tmp_path, queue_function(event="BatchSize: 100"))
    assert "Maximum batch window" in str(failure.value) and "template.yaml:" in str(failure.value)
    with pytest.raises(AssertionError) as failure:
        World(tmp_path, queue_function(event="ProvisionedPollerConfig: {MinimumPollers: 2}"))
    assert "does not act on" in str(failure.value)


def test_no_message_is_lost_when_the_emulator_is_killed(world, tmp_path):
    world = world(queue_function(event="BatchSize: 2"), "--data", tmp_path / "data")
    world.rules(hang=0.2)
    world.send("jobs", *[f"m{number}" for number in range(10)])
    eventually(lambda: len(world.events()) >= 2)
    world.emulator.kill()
    world.rules()
    world.start()
    world.advance("60s")
    assert set(sum(world.bodies(), [])) == {f"m{number}" for number in range(10)}
    assert world.counts("jobs") == [0, 0]


# Tables


def table_function(event="", view="NEW_AND_OLD_IMAGES", more=""):
    return f"""
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{{AttributeName: k, KeyType: HASH}}]
      AttributeDefinitions: [{{AttributeName: k, AttributeType: S}}]
      StreamSpecification: {{StreamViewType: {view}}}
      TimeToLiveSpecification: {{AttributeName: until, Enabled: true}}
  Failed:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: failed}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: Worker
      ReservedConcurrentExecutions: 4
      Events:
        Things:
          Type: DynamoDB
          Properties: {{Stream: !GetAtt Things.StreamArn, StartingPosition: TRIM_HORIZON{", " if event else ""}{event}}}
{more}
"""


def test_changes_reach_the_function_as_lambda_shapes_them(world):
    world = world(table_function())
    world.put("a", n={"N": "1"})
    world.settle()
    world.put("a", n={"N": "2"})
    world.settle()
    world.dynamodb.delete_item(TableName="things", Key={"k": {"S": "a"}})
    world.settle()
    records = [record for event in world.events() for record in event["Records"]]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    changed = records[1]
    assert changed["eventSource"] == "aws:dynamodb" and changed["eventVersion"] == "1.1"
    assert changed["awsRegion"] == "us-east-1" and len(changed["eventID"]) == 32
    assert changed["dynamodb"]["OldImage"] == {"k": {"S": "a"}, "n": {"N": "1"}}
    assert changed["dynamodb"]["NewImage"] == {"k": {"S": "a"}, "n": {"N": "2"}}
    assert changed["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert {"ApproximateCreationDateTime", "Keys", "SequenceNumber", "SizeBytes"} <= set(changed["dynamodb"])
    stream = world.dynamodb.describe_table(TableName="things")["Table"]["LatestStreamArn"]
    assert changed["eventSourceARN"] == stream
    assert "userIdentity" not in changed


def test_trace_goes_on_through_queue_and_table(world):
    world = world(table_function(more="""
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, VisibilityTimeout: 60}
  Other:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: Other, Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}}
"""))
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
    for client, event in [(world.sqs, "before-send.sqs"), (world.dynamodb, "before-send.dynamodb")]:
        def pass_on(request, **_):
            request.headers["X-Amzn-Trace-Id"] = trace
        client.meta.events.register(event, pass_on)
    world.put("a")
    world.send("jobs", "x")
    world.settle()
    assert world.traces() == [trace]
    # Through a queue functions count their rounds.
    [counted] = world.traces("Other")
    assert re.fullmatch(re.escape(trace) + ";Lineage=[0-9a-f]{8}:1", counted)


def test_expired_items_say_who_deleted_them(world):
    world = world(table_function())
    until = int(time.time()) + 60
    world.put("a", until={"N": str(until)})
    world.advance("2m")
    record = world.events()[-1]["Records"][-1]
    assert record["eventName"] == "REMOVE"
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_batches_and_window_of_a_stream(world):
    world = world(table_function("BatchSize: 10, MaximumBatchingWindowInSeconds: 30"))
    world.put(*[f"k{number}" for number in range(4)])
    world.advance("29s")
    assert world.events() == []
    world.advance("2s")
    assert [len(batch) for batch in world.keys()] == [4]
    world.put(*[f"n{number}" for number in range(23)])
    world.settle()
    assert [len(batch) for batch in world.keys()] == [4, 10, 10]
    world.advance("31s")
    assert [len(batch) for batch in world.keys()] == [4, 10, 10, 3]


def test_starting_positions(world):
    world = world(table_function(more="""
  Other:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: Other}
"""))
    world.put("early")
    world.settle()
    stream = world.dynamodb.describe_table(TableName="things")["Table"]["LatestStreamArn"]
    made = world.functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName="Other", StartingPosition="LATEST")
    world.put("late")
    world.settle()
    assert world.keys("Other") == [["late"]]
    world.functions.delete_event_source_mapping(UUID=made["UUID"])
    world.functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName="Other", StartingPosition="TRIM_HORIZON")
    world.settle()
    assert sum(world.keys("Other")[1:], []) == ["early", "late"]
    with pytest.raises(world.functions.exceptions.InvalidParameterValueException, match="Unsupported starting position"):
        world.functions.create_event_source_mapping(
            EventSourceArn=stream, FunctionName="Worker", StartingPosition="AT_TIMESTAMP")


def test_filter_of_a_stream(world):
    pattern = json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["order"]}}}})
    world = world(table_function(f"FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}"))
    world.put("a", kind={"S": "order"})
    world.put("a", kind={"S": "order"}, n={"N": "1"})
    world.put("b", kind={"S": "other"})
    world.settle()
    assert world.keys() == [["a"]]


def test_failing_batch_holds_up_those_behind_it_until_it_is_through(world):
    world = world(table_function("BatchSize: 1"))
    world.rules(fail=['"bad"'])
    world.put("good", "bad", "later")
    world.settle()
    assert world.keys()[:2] == [["good"], ["bad"]] and ["later"] not in world.keys()
    world.advance("10m")
    assert len(world.keys()) > 5 and ["later"] not in world.keys()
    world.rules()
    world.advance("1m")
    assert world.keys()[-2:] == [["bad"], ["later"]]


def test_exhausted_retries_go_to_the_destination(world):
    world = world(table_function(
        "BatchSize: 10, MaximumBatchingWindowInSeconds: 5, MaximumRetryAttempts: 2, BisectBatchOnFunctionError: true, "
        "DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn, Type: SQS}}"))
    world.rules(fail=['"k5"'])
    world.put(*[f"k{number}" for number in range(8)])
    world.advance("10m")
    seen = world.keys()
    assert len(seen[0]) == 8
    # Halved until it is alone, then tried twice more; the others were through.
    assert seen.count(["k5"]) == 3
    assert {key for batch in seen if "k5" not in batch for key in batch} == {
        f"k{number}" for number in range(8) if number != 5}
    message, = world.sqs.receive_message(QueueUrl=world.queue("failed"))["Messages"]
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"].startswith("arn:aws:lambda:us-east-1:000000000000:function:Worker")
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    info = record["DDBStreamBatchInfo"]
    assert info["batchSize"] == 1 and info["startSequenceNumber"] == info["endSequenceNumber"]
    assert info["streamArn"] == world.dynamodb.describe_table(TableName="things")["Table"]["LatestStreamArn"]
    assert {"shardId", "approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"} <= set(info)


def test_records_that_are_too_old_are_passed_over(world):
    world = world(table_function(
        "MaximumRecordAgeInSeconds: 60, DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn}}"))
    world.rules(fail=['"bad"'])
    world.put("bad")
    world.advance("10m")
    world.rules()
    world.put("good")
    world.settle()
    assert world.keys()[-1] == ["good"]
    message, = world.sqs.receive_message(QueueUrl=world.queue("failed"))["Messages"]
    assert json.loads(message["Body"])["requestContext"]["condition"] == "RecordAgeExceeded"


def test_reported_failure_is_where_a_stream_goes_on(world):
    world = world(table_function(
        "BatchSize: 10, MaximumBatchingWindowInSeconds: 5, FunctionResponseTypes: [ReportBatchItemFailures]"))
    world.rules(report=['"k2"', '"k4"'])
    world.put(*[f"k{number}" for number in range(6)])
    world.advance("5s")
    world.rules()
    world.advance("10s")
    assert world.keys() == [[f"k{number}" for number in range(6)], [f"k{number}" for number in range(2, 6)]]


def test_parallel_lanes_keep_the_order_of_each_key(world):
    world = world(table_function("BatchSize: 2, ParallelizationFactor: 4"))
    world.rules(hang=0.05)
    for version in range(5):
        for key in "abcdefgh":
            world.put(key, n={"N": str(version)})
    world.settle()
    versions = {}
    for event in world.events():
        for record in event["Records"]:
            versions.setdefault(record["dynamodb"]["Keys"]["k"]["S"], []).append(record["dynamodb"]["NewImage"]["n"]["N"])
    assert versions == {key: ["0", "1", "2", "3", "4"] for key in "abcdefgh"}


def test_no_change_is_lost_when_the_emulator_is_killed(world, tmp_path):
    world = world(table_function("BatchSize: 3, ParallelizationFactor: 2"), "--data", tmp_path / "data")
    world.put(*[f"k{number}" for number in range(6)])
    world.settle()
    assert sorted(sum(world.keys(), [])) == [f"k{number}" for number in range(6)]
    world.forget()
    world.rules(hang=0.3)
    world.put(*[f"n{number}" for number in range(12)])
    # Some are in hand, others are not.
    eventually(world.events)
    assert len(sum(world.keys(), [])) < 12
    world.emulator.kill()
    world.rules()
    world.start()
    world.settle()
    # Some may come twice, none of those that were through before.
    assert set(sum(world.keys(), [])) == {f"n{number}" for number in range(12)}


# Tumbling windows


def tumbling(seconds=60, more=""):
    return table_function(f"TumblingWindowInSeconds: {seconds}, FunctionResponseTypes: [ReportBatchItemFailures]{more}")


def in_new_window(world, seconds=60):
    """Moves to the first second of a window, so that what follows is in one; none is open then."""
    now = json.loads(urllib.request.urlopen(f"{world.emulator.endpoint}/_emulator/clock").read())["now"]
    passed = datetime.datetime.fromisoformat(now).timestamp() % seconds
    world.advance(f"{int((seconds - passed) * 1000) + 500}ms")


def test_a_tumbling_window_names_its_shard_and_carries_its_state(world):
    world = world(tumbling())
    in_new_window(world)
    world.put("a", "b")
    world.settle()
    world.put("c")
    world.settle()
    events = world.events()
    assert world.keys() in ([["a", "b"], ["c"]], [["a"], ["b"], ["c"]])
    window = events[0]["window"]
    start, end = (datetime.datetime.fromisoformat(window[side]) for side in ("start", "end"))
    assert end - start == datetime.timedelta(seconds=60) and start.timestamp() % 60 == 0
    assert window["start"].endswith(":00Z")
    shards = world.emulator.client("dynamodbstreams").describe_stream(
        StreamArn=events[0]["eventSourceARN"])["StreamDescription"]["Shards"]
    for event in events:
        assert event["shardId"] == shards[0]["ShardId"] and event["window"] == window
        assert event["isFinalInvokeForWindow"] is False and event["isWindowTerminatedEarly"] is False
    assert [event["state"].get("seen", 0) for event in events] == ([0, 2] if len(events) == 2 else [0, 1, 2])
    world.forget()
    world.advance("60s")
    (final,) = world.events()
    assert final["Records"] == [] and final["state"]["seen"] == 3 and final["window"] == window
    assert final["isFinalInvokeForWindow"] is True and final["isWindowTerminatedEarly"] is False
    world.forget()
    world.put("d")
    world.settle()
    (event,) = world.events()
    assert event["state"] == {} and event["window"]["start"] >= window["end"]


def test_a_window_ends_before_the_next_one_begins_and_only_if_something_came(world):
    world = world(tumbling())
    in_new_window(world)
    world.advance("10m")
    assert world.events() == []
    world.rules(hang=1)
    world.put("a")
    world.rules()
    world.advance("61s")
    world.put("b")
    world.settle()
    assert [event["isFinalInvokeForWindow"] for event in world.events()] == [False, True, False]


@pytest.mark.parametrize("reply", [None, {}, {"batchItemFailures": []}, {"state": None, "batchItemFailures": "x"}])
def test_a_reply_without_a_state_is_a_failure(world, reply):
    world = world(tumbling())
    in_new_window(world)
    world.rules(reply=reply)
    world.put("a")
    world.settle()
    world.rules()
    world.advance("2s")
    assert world.keys() == [["a"], ["a"]]


def test_a_window_whose_end_fails_holds_up_the_next(world):
    world = world(tumbling())
    in_new_window(world)
    world.put("a")
    world.settle()
    world.rules(reply={})
    world.advance("60s")
    world.put("b")
    world.settle()
    world.rules()
    world.advance("3s")
    finals = [event["isFinalInvokeForWindow"] for event in world.events()]
    assert finals[0] is False and finals[-1] is False and len(finals) >= 4 and all(finals[1:-1])
    assert world.keys()[-1] == ["b"]


def test_what_is_left_of_a_batch_stays_in_its_window(world):
    world = world(tumbling(more=", BatchSize: 3"))
    in_new_window(world)
    world.rules(report=['"b"'])
    world.put("a", "b", "c")
    world.settle()
    world.rules()
    world.advance("70s")
    assert "a" not in world.keys()[-2] and world.keys()[-1] == []
    assert len({event["window"]["start"] for event in world.events()}) == 1


def test_a_state_that_is_too_large_ends_the_window_early(world):
    world = world(tumbling(900))
    in_new_window(world, 900)
    world.rules(long=1_048_576)
    world.put("a")
    world.settle()
    final = world.events()[-1]
    assert final["isFinalInvokeForWindow"] is True and final["isWindowTerminatedEarly"] is True
    world.rules()
    world.put("b")
    world.settle()
    assert world.events()[-1]["state"] == {}


def test_an_open_window_survives_a_kill(world, tmp_path):
    world = world(tumbling(900), "--data", tmp_path / "data")
    in_new_window(world, 900)
    world.put("a")
    world.settle()
    world.emulator.kill()
    world.forget()
    world.start()
    world.put("b")
    world.settle()
    assert world.events()[-1]["state"]["seen"] == 1
    world.advance("15m")
    assert world.events()[-1]["isFinalInvokeForWindow"] is True and world.events()[-1]["state"]["seen"] == 2


def test_tumbling_windows_that_are_refused(tmp_path):
    with pytest.raises(AssertionError) as failure:
        World(tmp_path, table_function("TumblingWindowInSeconds: 30, ParallelizationFactor: 2"))
    assert "TumblingWindowInSeconds" in str(failure.value)
    with pytest.raises(AssertionError) as failure:
        World(tmp_path, table_function("TumblingWindowInSeconds: 901"))
    assert "tumblingWindowInSeconds" in str(failure.value)
