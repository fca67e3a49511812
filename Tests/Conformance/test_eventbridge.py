"""EventBridge by boto3 and the AWS command line."""

import datetime
import hashlib
import json
import subprocess
import textwrap
import time

import botocore.exceptions
import pytest

from conftest import BUILD, Emulator, install_function

ACCOUNT = "arn:aws:{}:us-east-1:000000000000:{}"
TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: provided.al2023, CodeUri: ., Handler: calling, Timeout: 20}
    Resources:
      Shop:
        Type: AWS::Events::EventBus
        Properties: {Name: shop, Description: what happens in the shop, Tags: [{Key: team, Value: shop}]}
      OpenShop:
        Type: AWS::Events::EventBusPolicy
        Properties:
          EventBusName: !Ref Shop
          StatementId: others
          Statement:
            {Effect: Allow, Principal: "*", Action: "events:PutEvents", Resource: !GetAtt Shop.Arn}
      Parcels: {Type: AWS::SQS::Queue, Properties: {QueueName: parcels}}
      Ordered:
        Type: AWS::SQS::Queue
        Properties: {QueueName: ordered.fifo, FifoQueue: true, ContentBasedDeduplication: true}
      Ticks: {Type: AWS::SQS::Queue, Properties: {QueueName: ticks}}
      Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
      Large:
        Type: AWS::Events::Rule
        Properties:
          Name: large
          EventBusName: !Ref Shop
          EventPattern:
            source: [shop.orders]
            detail: {weight: [{numeric: [">", 10]}]}
          Targets:
            - {Id: 1, Arn: !GetAtt Parcels.Arn, InputPath: $.detail}
            - Id: fifo
              Arn: !GetAtt Ordered.Arn
              SqsParameters: {MessageGroupId: orders}
              InputTransformer:
                InputPathsMap: {id: $.detail.id}
                InputTemplate: '{"order": <id>, "rule": <aws.events.rule-name>}'
              RetryPolicy: {MaximumRetryAttempts: "3"}
              DeadLetterConfig: {Arn: !GetAtt Dead.Arn}
      Everything:
        Type: AWS::Events::Archive
        Properties: {ArchiveName: everything, SourceArn: !GetAtt Shop.Arn, RetentionDays: 2}
      Caller:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: caller
          Policies:
            - EventBridgePutEventsPolicy: {EventBusName: !Ref Shop}
            - Statement: {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Ticks.Arn}
          Events:
            Asked:
              Type: EventBridgeRule
              Properties:
                EventBusName: !Ref Shop
                Pattern: {detail-type: [Call]}
                InputPath: $.detail
                RetryPolicy: {MaximumEventAgeInSeconds: 60}
            Told:
              Type: CloudWatchEvent
              Properties:
                Pattern: {source: [told]}
                Input: >-
                  {"service": "sqs", "operation": "send_message",
                   "parameters": {"QueueUrl": "QUEUE", "MessageBody": "told"}}
            Hourly:
              Type: Schedule
              Properties:
                Schedule: rate(1 hour)
                Name: hourly
                Input: >-
                  {"service": "sqs", "operation": "send_message",
                   "parameters": {"QueueUrl": "QUEUE", "MessageBody": "an hour"}}
            Never:
              Type: Schedule
              Properties: {Schedule: rate(1 minute), Enabled: false}
    Outputs:
      Rule: {Value: !GetAtt Large.Arn}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "template.yaml").write_text(
        textwrap.dedent(TEMPLATE).replace("QUEUE", "http://localhost/000000000000/ticks"))
    install_function(folder, "calling")
    return folder


def start(folder, *arguments):
    return Emulator(*arguments, template=folder / "template.yaml", functions=folder, cwd=folder)


@pytest.fixture(scope="module")
def emulator(folder):
    running = start(folder, "--quiet")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def events(emulator):
    return emulator.client("events")


@pytest.fixture(scope="module")
def sqs(emulator):
    return emulator.client("sqs")


@pytest.fixture
def name(request):
    """A name of the test's own."""
    return "t" + hashlib.md5(request.node.name.encode()).hexdigest()[:12]


@pytest.fixture
def queue(sqs, name):
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def arn(queue):
    return ACCOUNT.format("sqs", queue.rpartition("/")[2])


def receive(emulator, queue):
    """Everything in a queue, which is then empty."""
    client = emulator.client("sqs")
    url = queue if "/" in queue else client.get_queue_url(QueueName=queue)["QueueUrl"]
    all_messages = []
    while True:
        messages = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"]).get("Messages", [])
        if not messages:
            return all_messages
        for message in messages:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        all_messages += messages


def bodies(emulator, queue):
    return [json.loads(message["Body"]) for message in receive(emulator, queue)]


def entry(detail=None, source="test", kind="Happened", **more):
    return {"Source": source, "DetailType": kind, "Detail": json.dumps(detail or {}), **more}


def put(emulator, *entries):
    reply = emulator.client("events").put_events(Entries=list(entries))
    assert reply["FailedEntryCount"] == 0, reply
    return [result["EventId"] for result in reply["Entries"]]


def route(events, name, queue, pattern, bus="default", **target):
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": arn(queue), **target}])


# Events


def test_a_queue_gets_the_event_in_its_envelope(events, emulator, name, queue):
    route(events, name, queue, {"source": [name]})
    moment = datetime.datetime(2024, 2, 29, 12, 30, 1, tzinfo=datetime.timezone.utc)
    [event_id] = put(emulator, entry(
        {"a": [1, {"b": None}]}, source=name, Time=moment, Resources=["arn:aws:x"], TraceHeader="Root=1-5-a"))
    [message] = receive(emulator, queue)
    assert json.loads(message["Body"]) == {
        "version": "0", "id": event_id, "detail-type": "Happened", "source": name, "account": "000000000000",
        "time": "2024-02-29T12:30:01Z", "region": "us-east-1", "resources": ["arn:aws:x"],
        "detail": {"a": [1, {"b": None}]}}
    assert message["Attributes"]["AWSTraceHeader"] == "Root=1-5-a"


def test_a_function_is_invoked(emulator):
    call = {"service": "sqs", "operation": "send_message", "parameters": {
        "QueueUrl": "http://localhost/000000000000/ticks", "MessageBody": '"asked"'}}
    put(emulator, entry(call, kind="Call", EventBusName="shop"), entry(source="told"))
    emulator.advance("1ms")
    assert sorted(message["Body"] for message in receive(emulator, "ticks")) == ['"asked"', "told"]


def test_rules_of_the_template(emulator):
    bus = ACCOUNT.format("events", "event-bus/shop")
    put(emulator, *[
        entry({"id": number, "weight": weight}, source="shop.orders", EventBusName=bus)
        for number, weight in enumerate([11, 10, 12.5, "13"])])
    assert bodies(emulator, "parcels") == [{"id": 0, "weight": 11}, {"id": 2, "weight": 12.5}]
    messages = receive(emulator, "ordered.fifo")
    assert [json.loads(message["Body"]) for message in messages] == [
        {"order": 0, "rule": "large"}, {"order": 2, "rule": "large"}]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"orders"}


ENTRIES = [
    ({"Source": ""}, "InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."),
    ({"DetailType": None}, "InvalidArgument",
     "Parameter DetailType is not valid. Reason: DetailType is a required argument."),
    ({"Detail": None}, "InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument."),
    ({"Detail": "[1]"}, "MalformedDetail", "Detail is malformed."),
    ({"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
    ({"Detail": '{"a": ' * 1_001 + "1" + "}" * 1_001}, "MalformedDetail", "Detail is malformed."),
    ({"Source": "aws.s3"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
    ({"DetailType": "x" * 129}, "InvalidArgument",
     "Parameter DetailType is not valid. Reason: DetailType must be 128 characters at most."),
]


@pytest.mark.parametrize("change, code, message", ENTRIES, ids=[row[1] + str(i) for i, row in enumerate(ENTRIES)])
def test_bad_entries_fail_alone(events, emulator, name, queue, change, code, message):
    route(events, name, queue, {"detail-type": [name]})
    bad = {key: value for key, value in {**entry(kind=name), **change}.items() if value is not None}
    reply = events.put_events(Entries=[entry(kind=name), bad])
    assert reply["FailedEntryCount"] == 1
    assert "EventId" in reply["Entries"][0]
    assert reply["Entries"][1] == {"ErrorCode": code, "ErrorMessage": message}
    assert len(receive(emulator, queue)) == 1


def test_one_mebibyte_is_taken_and_no_more(events, emulator, name, queue):
    route(events, name, queue, {"source": [name]}, Input='"came"')
    room = 1_048_576 - len(name) - len("Happened") - len('{"a":""}')
    detail = '{"a":"%s"}'
    assert events.put_events(Entries=[entry(source=name) | {"Detail": detail % ("x" * room)}])["FailedEntryCount"] == 0
    with pytest.raises(botocore.exceptions.ClientError) as error:
        events.put_events(Entries=[entry(source=name) | {"Detail": detail % ("x" * (room + 1))}])
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert error.value.response["Error"]["Message"] == "Total size of the entries in the request is over the limit."
    assert bodies(emulator, queue) == ["came"]


def test_ten_entries_and_no_more(events):
    assert events.put_events(Entries=[entry()] * 10)["FailedEntryCount"] == 0
    with pytest.raises(botocore.exceptions.ClientError) as error:
        events.put_events(Entries=[entry()] * 11)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "Member must have length less than or equal to 10" in error.value.response["Error"]["Message"]


def test_a_bus_that_is_not_there_takes_events_and_loses_them(emulator):
    put(emulator, entry(EventBusName="nowhere"))


def test_one_rule_of_hundreds(events, emulator, name, queue):
    events.create_event_bus(Name=name)
    for number in range(300):
        events.put_rule(Name=f"r{number}", EventBusName=name, EventPattern=json.dumps({"source": [f"s{number}"]}))
    with pytest.raises(events.exceptions.LimitExceededException):
        events.put_rule(Name="r300", EventBusName=name, EventPattern='{"source": ["s"]}')
    events.put_targets(Rule="r77", EventBusName=name, Targets=[{"Id": "1", "Arn": arn(queue)}])
    put(emulator, *[entry(source=f"s{number}", EventBusName=name) for number in [76, 77, 78]])
    assert [event["source"] for event in bodies(emulator, queue)] == ["s77"]


PATTERNS = [
    ({"source": ["{}"], "detail-type": ["A", "B"]}, "AB"), ({"source": ["{}", "x"]}, "ABC"),
    ({"detail-type": ["{}A", "B"], "source": [{"prefix": "{}"}]}, "B"), ({"source": [{"prefix": "{}"}]}, "ABC"),
    ({"$or": [{"source": ["{}"], "detail-type": ["A"]}, {"detail-type": ["C"], "source": ["{}"]}]}, "AC"),
    ({"source": ["{}"], "detail-type": [f"{letter}{n}" for letter in "AB" for n in range(40)] + ["C"]}, "C"),
    ({"source": ["{}"] + [f"s{n}" for n in range(40)], "detail-type": ["A", "B"]}, "AB"),
]


@pytest.mark.parametrize("pattern, kinds", PATTERNS, ids=range(len(PATTERNS)))
def test_rules_are_found_by_source_and_type(events, emulator, name, queue, pattern, kinds):
    route(events, name, queue, json.loads(json.dumps(pattern).replace("{}", name)), InputPath="$.detail-type")
    put(emulator, *[entry(source=name, kind=kind) for kind in "ABC"], entry(source="other", kind="A"))
    assert bodies(emulator, queue) == list(kinds)


def test_buses_that_send_to_each_other(events, emulator, name, queue):
    other = name + "b"
    for bus, target in [(name, other), (other, name)]:
        events.create_event_bus(Name=bus)
        events.put_rule(Name="on", EventBusName=bus, EventPattern='{"source": ["x"]}')
        events.put_targets(Rule="on", EventBusName=bus, Targets=[
            {"Id": "bus", "Arn": ACCOUNT.format("events", "event-bus/" + target)}])
    route(events, "out", queue, {"source": ["x"]}, bus=other)
    [event_id] = put(emulator, entry(source="x", EventBusName=name))
    # Over five buses it is stopped: the other bus has seen it three times.
    assert [event["id"] for event in bodies(emulator, queue)] == [event_id] * 3


# Rules


def test_rules_are_described_switched_and_listed(events, emulator, name, queue):
    pattern = {"source": [name]}
    reply = events.put_rule(
        Name=name, EventPattern=json.dumps(pattern), Description="d", Tags=[{"Key": "k", "Value": "v"}])
    rule_arn = ACCOUNT.format("events", f"rule/{name}")
    assert reply["RuleArn"] == rule_arn
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn(queue), "Input": "1"}])
    described = events.describe_rule(Name=name)
    described.pop("ResponseMetadata")
    assert described == {
        "Name": name, "Arn": rule_arn, "EventPattern": json.dumps(pattern), "State": "ENABLED", "Description": "d",
        "EventBusName": "default"}
    assert [rule["Name"] for rule in events.list_rules(NamePrefix=name)["Rules"]] == [name]
    assert events.list_targets_by_rule(Rule=name)["Targets"] == [{"Id": "t", "Arn": arn(queue), "Input": "1"}]
    assert events.list_rule_names_by_target(TargetArn=arn(queue))["RuleNames"] == [name]
    assert events.list_tags_for_resource(ResourceARN=rule_arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    events.tag_resource(ResourceARN=rule_arn, Tags=[{"Key": "l", "Value": "w"}])
    events.untag_resource(ResourceARN=rule_arn, TagKeys=["k"])
    assert events.list_tags_for_resource(ResourceARN=rule_arn)["Tags"] == [{"Key": "l", "Value": "w"}]
    events.disable_rule(Name=name)
    put(emulator, entry(source=name))
    events.enable_rule(Name=name)
    put(emulator, entry(source=name))
    assert bodies(emulator, queue) == [1]
    reply = events.remove_targets(Rule=name, Ids=["t", "u"])
    assert reply["FailedEntryCount"] == 1 and reply["FailedEntries"][0]["TargetId"] == "u"
    events.delete_rule(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException) as error:
        events.describe_rule(Name=name)
    assert error.value.response["Error"]["Message"] == f"Rule {name} does not exist on EventBus default."


def test_rules_of_the_template_have_their_arns(events):
    assert events.describe_rule(Name="large", EventBusName="shop")["Arn"] == ACCOUNT.format("events", "rule/shop/large")
    [function] = events.list_targets_by_rule(Rule="bundle-CallerAsked", EventBusName="shop")["Targets"]
    assert function["Arn"] == ACCOUNT.format("lambda", "function:caller")
    assert events.describe_rule(Name="bundle-CallerNever")["State"] == "DISABLED"


QUEUE = ACCOUNT.format("sqs", "parcels")
BAD_CALLS = [
    ("put_rule", {"Name": "r"}, "ValidationException",
     "Parameter(s) EventPattern or ScheduleExpression must be specified."),
    ("put_rule", {"Name": "r r", "EventPattern": "{}"}, "ValidationException",
     "1 validation error detected: Value 'r r' at 'name' failed to satisfy constraint: Member must satisfy regular "
     "expression pattern: [\\.\\-_A-Za-z0-9]+"),
    ("put_rule", {"Name": "r", "EventPattern": '{"source": "x"}'}, "InvalidEventPatternException",
     'Event pattern is not valid. Reason: "source" must be an object or an array'),
    ("put_rule", {"Name": "r", "ScheduleExpression": "rate(1 minutes)"}, "ValidationException",
     "Parameter ScheduleExpression is not valid."),
    ("put_rule", {"Name": "r", "ScheduleExpression": "rate(1 minute)", "EventBusName": "shop"}, "ValidationException",
     "ScheduleExpression is supported only on the default event bus."),
    ("put_rule", {"Name": "r", "EventPattern": '{"source": ["x"]}', "EventBusName": "none"},
     "ResourceNotFoundException", "Event bus none does not exist."),
    ("put_targets", {"Rule": "none", "Targets": [{"Id": "1", "Arn": QUEUE}]}, "ResourceNotFoundException",
     "Rule none does not exist on EventBus default."),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": "1", "Arn": "queue"}]}, "ValidationException",
     "Parameter queue is not valid. Reason: Provided Arn is not in correct format."),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": "1", "Arn": ACCOUNT.format("sns", "t")}]},
     "ValidationException", "Target 1: the emulator sends events to functions, queues and buses, not to "
     "arn:aws:sns:us-east-1:000000000000:t."),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": "1", "Arn": QUEUE + ".fifo"}]}, "ValidationException",
     "Parameter(s) SqsParameters must be specified for target: 1."),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": "1", "Arn": QUEUE, "Input": "{"}]}, "ValidationException",
     "JSON syntax error in input for target 1."),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": "1", "Arn": QUEUE, "Input": "1", "InputPath": "$.a"}]},
     "ValidationException", "Only one of Input, InputPath, or InputTransformer must be provided for target 1."),
    ("put_targets", {"Rule": "hourly", "Targets": [
        {"Id": "1", "Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": 186}}]}, "ValidationException",
     "1 validation error detected: Value '186' at 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to satisfy "
     "constraint: Member must have value less than or equal to 185"),
    ("put_targets", {"Rule": "hourly", "Targets": [{"Id": str(n), "Arn": QUEUE} for n in range(6)]},
     "LimitExceededException", "The requested resource exceeds the maximum number allowed."),
    ("delete_rule", {"Name": "hourly"}, "ValidationException", "Rule can't be deleted since it has targets."),
    ("create_event_bus", {"Name": "shop"}, "ResourceAlreadyExistsException", "Event bus shop already exists."),
    ("create_event_bus", {"Name": "a/b"}, "ValidationException", "Event bus name must not contain '/'."),
    ("describe_event_bus", {"Name": "none"}, "ResourceNotFoundException", "Event bus none does not exist."),
    ("delete_event_bus", {"Name": "default"}, "ValidationException", "Cannot delete event bus default."),
    ("delete_event_bus", {"Name": "shop"}, "ValidationException", "Event bus shop can't be deleted since it has rules."),
    ("create_archive", {"ArchiveName": "everything", "EventSourceArn": ACCOUNT.format("events", "event-bus/shop")},
     "ResourceAlreadyExistsException", "Archive everything already exists."),
    ("create_archive", {"ArchiveName": "a", "EventSourceArn": ACCOUNT.format("events", "event-bus/none")},
     "ResourceNotFoundException", "Event bus none does not exist."),
    ("create_archive", {"ArchiveName": "a", "EventSourceArn": ACCOUNT.format("events", "event-bus/shop"),
                        "EventPattern": "{"}, "InvalidEventPatternException", None),
    ("describe_archive", {"ArchiveName": "a"}, "ResourceNotFoundException", "Archive a does not exist."),
    ("describe_replay", {"ReplayName": "a"}, "ResourceNotFoundException", "Replay a does not exist."),
    ("cancel_replay", {"ReplayName": "a"}, "ResourceNotFoundException", "Replay a does not exist."),
    ("list_tags_for_resource", {"ResourceARN": "arn:aws:x"}, "ResourceNotFoundException",
     "Resource arn:aws:x does not exist."),
    ("test_event_pattern", {"EventPattern": '{"a": []}', "Event": "{}"}, "InvalidEventPatternException",
     "Event pattern is not valid. Reason: Empty arrays are not allowed"),
    ("list_archives", {"NamePrefix": "a", "State": "ENABLED"}, "ValidationException",
     "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix."),
    ("list_api_destinations", {}, "UnknownOperationException", None),
]


@pytest.mark.parametrize("operation, parameters, code, message", BAD_CALLS, ids=[
    f"{row[0]}-{number}" for number, row in enumerate(BAD_CALLS)])
def test_bad_calls(events, operation, parameters, code, message):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        getattr(events, operation)(**parameters)
    assert error.value.response["Error"]["Code"] == code
    if message:
        assert error.value.response["Error"]["Message"] == message


def test_patterns_are_tested(events):
    event = {
        "id": "1", "account": "1", "source": "x", "time": "2024-01-01T00:00:00Z", "region": "us-east-1",
        "resources": [], "detail-type": "y", "detail": {"a": "abc"}}
    for pattern, result in [({"detail": {"a": [{"prefix": "ab"}]}}, True), ({"source": ["y"]}, False)]:
        reply = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        assert reply["Result"] is result


def test_buses_and_their_permissions(events, name):
    bus = events.create_event_bus(Name=name, Tags=[{"Key": "k", "Value": "v"}])["EventBusArn"]
    assert bus == ACCOUNT.format("events", "event-bus/" + name)
    assert [each["Name"] for each in events.list_event_buses(NamePrefix=name)["EventBuses"]] == [name]
    events.put_permission(
        EventBusName=name, Action="events:PutEvents", Principal="111122223333", StatementId="neighbour")
    policy = json.loads(events.describe_event_bus(Name=name)["Policy"])
    assert policy["Statement"] == [{
        "Sid": "neighbour", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "events:PutEvents", "Resource": bus}]
    events.remove_permission(EventBusName=name, StatementId="neighbour")
    assert "Policy" not in events.describe_event_bus(Name=bus)
    events.update_event_bus(Name=name, Description="other")
    assert events.describe_event_bus(Name=name)["Description"] == "other"
    assert events.list_tags_for_resource(ResourceARN=bus)["Tags"] == [{"Key": "k", "Value": "v"}]
    events.delete_event_bus(Name=name)
    assert events.list_event_buses(NamePrefix=name)["EventBuses"] == []
    shop = events.describe_event_bus(Name="shop")
    assert shop["Description"] == "what happens in the shop"
    assert json.loads(shop["Policy"])["Statement"][0]["Action"] == "events:PutEvents"


def test_a_function_may_write_to_the_buses_that_its_policies_name(emulator, events):
    def call(*entries):
        reply = emulator.client("lambda").invoke(FunctionName="caller", Payload=json.dumps(
            {"service": "events", "operation": "put_events", "parameters": {"Entries": list(entries)}}))
        return json.loads(reply["Payload"].read())

    assert call(entry(EventBusName="shop"))["reply"]["FailedEntryCount"] == 0
    for entries in [[entry()], [entry(EventBusName="shop"), entry()]]:
        refused = call(*entries)
        assert refused["error"] == "AccessDeniedException"
        assert "events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/default" in refused["message"]


# Dead letters


def test_what_has_no_target_any_more_goes_to_the_dead_letters(events, emulator, sqs, name, queue):
    dead = sqs.create_queue(QueueName=name + "d")["QueueUrl"]
    route(events, name, queue, {"source": [name]}, Input='"changed"', DeadLetterConfig={"Arn": arn(dead)})
    sqs.delete_queue(QueueUrl=queue)
    [event_id] = put(emulator, entry({"a": 1}, source=name))
    [letter] = receive(emulator, dead)
    assert json.loads(letter["Body"])["id"] == event_id
    attributes = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert attributes == {
        "RULE_ARN": ACCOUNT.format("events", "rule/" + name), "TARGET_ARN": arn(queue), "ERROR_CODE": "NO_RESOURCE",
        "ERROR_MESSAGE": "The specified queue does not exist: " + arn(queue), "RETRY_ATTEMPTS": "0"}


def test_what_fails_for_a_while_is_tried_again(folder, tmp_path):
    running = start(folder, "--quiet", "--data", tmp_path / "data")
    events, sqs, scheduler = running.client("events"), running.client("sqs"), running.client("scheduler")
    # A bus whose archive is full takes nothing.
    full = events.create_event_bus(Name="full")["EventBusArn"]
    events.create_archive(ArchiveName="full", EventSourceArn=full)
    size, filled = 1_040_000, 0
    while size:
        filler = entry(EventBusName="full") | {"Detail": json.dumps({"a": "x" * size})}
        reply = events.put_events(Entries=[filler])["Entries"][0]
        if "ErrorCode" in reply:
            size //= 2
        else:
            filled += size
    assert reply["ErrorCode"] == "ThrottlingException"
    assert reply["ErrorMessage"].startswith("The archive full is full: it holds 67108864 bytes.")
    assert 67_000_000 < filled < 67_108_864
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ["late", "tried", "old"]}
    retries = {
        "tried": {"MaximumRetryAttempts": 2}, "old": {"MaximumEventAgeInSeconds": 60}, "late": {}}
    for name, policy in retries.items():
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
        events.put_targets(Rule=name, Targets=[
            {"Id": "1", "Arn": full, "DeadLetterConfig": {"Arn": arn(queues[name])},
             **({"RetryPolicy": policy} if policy else {})}])
    scheduler.create_schedule(
        Name="attempts", ScheduleExpression="rate(30 days)", FlexibleTimeWindow={"Mode": "OFF"}, Target={
            "Arn": full, "RoleArn": "arn:aws:iam::000000000000:role/r", "Input": '{"attempt": <aws.scheduler.attempt-number>}',
            "EventBridgeParameters": {"Source": "late", "DetailType": "Scheduled"}})
    put(running, *[entry({"a": "a little more"}, source=name) for name in retries])
    running.advance("400ms")
    assert receive(running, "tried") == []
    running.advance("5s")
    [letter] = receive(running, "tried")
    attributes = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE").startswith("The archive full is full")
    assert attributes == {
        "RULE_ARN": ACCOUNT.format("events", "rule/tried"), "TARGET_ARN": full, "ERROR_CODE": "THROTTLING",
        "RETRY_ATTEMPTS": "2", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}
    running.kill()
    running = start(folder, "--quiet", "--data", tmp_path / "data")
    running.advance("56s")
    [letter] = receive(running, "old")
    assert letter["MessageAttributes"]["EXHAUSTED_RETRY_CONDITION"]["StringValue"] == "MaximumEventAgeInSeconds"
    assert json.loads(letter["Body"])["detail"] == {"a": "a little more"}
    events = running.client("events")
    events.delete_archive(ArchiveName="full")
    events.put_rule(Name="out", EventBusName="full", EventPattern='{"source": ["late"]}')
    events.put_targets(Rule="out", EventBusName="full", Targets=[{"Id": "1", "Arn": arn(queues["late"])}])
    running.advance("10m")
    arrived = sorted(bodies(running, "late"), key=lambda event: event["detail-type"])
    assert [event["detail-type"] for event in arrived] == ["Happened", "Scheduled"]
    assert arrived[0]["detail"] == {"a": "a little more"} and arrived[1]["detail"]["attempt"] > 5
    assert running.stop() == 0


# Schedules


def test_schedules_of_rules(events, emulator, name, queue):
    receive(emulator, "ticks")
    emulator.advance("3h")
    assert [message["Body"] for message in receive(emulator, "ticks")] == ["an hour"] * 3
    events.put_rule(Name=name, ScheduleExpression="cron(0 12 * * ? *)")
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn(queue)}])
    emulator.advance("2d")
    first, second = bodies(emulator, queue)
    assert first["time"].endswith("T12:00:00Z") and first["time"] < second["time"]
    assert (first["source"], first["detail-type"], first["detail"]) == ("aws.events", "Scheduled Event", {})
    assert first["resources"] == [ACCOUNT.format("events", "rule/" + name)]
    events.disable_rule(Name=name)
    emulator.advance("2d")
    assert bodies(emulator, queue) == []


# Archives and replays


def wait_for_replay(events, name):
    for _ in range(200):
        replay = events.describe_replay(ReplayName=name)
        if replay["State"] not in ["STARTING", "RUNNING"]:
            return replay
        time.sleep(0.02)
    raise AssertionError(replay)


def test_replays(events, emulator, name, queue):
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    reply = events.create_archive(
        ArchiveName=name, EventSourceArn=bus, EventPattern='{"source": ["kept"]}', RetentionDays=1, Description="d")
    assert reply["ArchiveArn"] == ACCOUNT.format("events", "archive/" + name) and reply["State"] == "ENABLED"
    start = datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc)
    later = [start + datetime.timedelta(seconds=60 * minute) for minute in range(200)]
    # Put in an order that is not that of their times.
    for chunk in range(0, 200, 10):
        put(emulator, *[
            entry({"n": n}, source="kept", Time=later[n], EventBusName=name) for n in reversed(range(chunk, chunk + 10))])
    put(emulator, entry(source="other", EventBusName=name))
    described = events.describe_archive(ArchiveName=name)
    assert (described["EventCount"], described["RetentionDays"], described["Description"]) == (200, 1, "d")
    route(events, "all", queue, {"source": [{"exists": True}]}, bus=name, InputPath="$.detail.n")
    route(events, "replayed", queue, {"replay-name": ["again"]}, bus=name, InputPath="$.replay-name")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        events.start_replay(
            ReplayName="again", EventSourceArn=reply["ArchiveArn"], EventStartTime=later[1], EventEndTime=later[1],
            Destination={"Arn": bus})
    assert error.value.response["Error"]["Message"] == (
        "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        events.start_replay(
            ReplayName="again", EventSourceArn=reply["ArchiveArn"], EventStartTime=later[0], EventEndTime=later[1],
            Destination={"Arn": ACCOUNT.format("events", "event-bus/default")})
    assert "Cross event bus replay is not permitted" in error.value.response["Error"]["Message"]
    replay = events.start_replay(
        ReplayName="again", EventSourceArn=reply["ArchiveArn"], EventStartTime=later[10], EventEndTime=later[189],
        Destination={"Arn": bus, "FilterArns": [ACCOUNT.format("events", f"rule/{name}/all")]})
    assert replay["State"] == "STARTING"
    done = wait_for_replay(events, "again")
    assert done["State"] == "COMPLETED" and done["EventLastReplayedTime"] == later[189]
    assert done["Destination"]["FilterArns"] == [ACCOUNT.format("events", f"rule/{name}/all")]
    assert bodies(emulator, queue) == list(range(10, 190))
    assert [each["ReplayName"] for each in events.list_replays(State="COMPLETED")["Replays"]] == ["again"]
    with pytest.raises(events.exceptions.IllegalStatusException):
        events.cancel_replay(ReplayName="again")
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        events.start_replay(
            ReplayName="again", EventSourceArn=reply["ArchiveArn"], EventStartTime=later[0], EventEndTime=later[1],
            Destination={"Arn": bus})
    # Without a filter it goes to every rule, and what is replayed is not archived again.
    events.start_replay(
        ReplayName="again2", EventSourceArn=reply["ArchiveArn"], EventStartTime=later[0], EventEndTime=later[1],
        Destination={"Arn": bus})
    wait_for_replay(events, "again2")
    assert bodies(emulator, queue) == [0, 1]
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 200
    events.update_archive(ArchiveName=name, RetentionDays=2)
    emulator.advance("25h")
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 200
    emulator.advance("24h")
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 0
    events.delete_archive(ArchiveName=name)
    assert [each["ArchiveName"] for each in events.list_archives()["Archives"]] == ["everything"]


def test_a_replay_is_cancelled(events, emulator, name, queue):
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus)["ArchiveArn"]
    route(events, "all", queue, {"source": ["test"]}, bus=name)
    for _ in range(300):
        put(emulator, *[entry(EventBusName=name)] * 10)
    receive(emulator, queue)
    now = datetime.datetime.now(datetime.timezone.utc)
    events.start_replay(
        ReplayName=name, EventSourceArn=archive, EventStartTime=now - datetime.timedelta(days=1),
        EventEndTime=now + datetime.timedelta(days=365), Destination={"Arn": bus})
    assert events.cancel_replay(ReplayName=name)["State"] == "CANCELLING"
    assert events.describe_replay(ReplayName=name)["State"] == "CANCELLED"
    assert len(receive(emulator, queue)) < 3_000


# Keeping


def test_everything_is_kept_when_the_emulator_is_killed(folder, tmp_path):
    running = start(folder, "--data", tmp_path / "data")
    events = running.client("events")
    bus = events.create_event_bus(Name="own", Tags=[{"Key": "k", "Value": "v"}])["EventBusArn"]
    events.put_rule(Name="own", EventBusName="own", EventPattern='{"source": ["x"]}')
    events.put_targets(Rule="own", EventBusName="own", Targets=[{"Id": "1", "Arn": ACCOUNT.format("sqs", "parcels")}])
    events.put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="daily", Targets=[{"Id": "1", "Arn": ACCOUNT.format("sqs", "dead")}])
    events.disable_rule(Name="large", EventBusName="shop")
    put(running, entry(source="x", EventBusName="own"), entry({"n": 1}, EventBusName="shop"))
    running.advance("90m")
    running.kill()
    running = start(folder, "--data", tmp_path / "data")
    events = running.client("events")
    assert events.list_tags_for_resource(ResourceARN=bus)["Tags"] == [{"Key": "k", "Value": "v"}]
    # What the template still says as it did keeps its state.
    assert events.describe_rule(Name="large", EventBusName="shop")["State"] == "DISABLED"
    assert len(receive(running, "parcels")) == 1
    assert len(receive(running, "ticks")) == 1
    running.advance("29m")
    assert len(receive(running, "ticks")) == 0
    running.advance("2m")
    assert len(receive(running, "ticks")) == 1
    running.advance("22h")
    assert len(receive(running, "dead")) == 1
    assert events.describe_archive(ArchiveName="everything")["EventCount"] == 1
    events.start_replay(
        ReplayName="r", EventSourceArn=ACCOUNT.format("events", "archive/everything"),
        EventStartTime=datetime.datetime(2020, 1, 1), EventEndTime=datetime.datetime(2100, 1, 1),
        Destination={"Arn": ACCOUNT.format("events", "event-bus/shop")})
    assert wait_for_replay(events, "r")["State"] == "COMPLETED"
    running.kill()
    # A rule that the template has no more goes, and so does what it made.
    text = (folder / "template.yaml").read_text()
    (tmp_path / "template.yaml").write_text(text.replace("Name: hourly", "Name: other"))
    running = Emulator(
        "--data", tmp_path / "data", template=tmp_path / "template.yaml", functions=folder, cwd=folder)
    names = [rule["Name"] for rule in running.client("events").list_rules()["Rules"]]
    assert "other" in names and "daily" in names and "hourly" not in names
    assert running.stop() == 0


# The template


BAD_TEMPLATES = [
    ("RetentionDays: 2", "RetentionDays: -1", "retentionDays"),
    ("Schedule: rate(1 hour)", "Schedule: rate(1 hours)", "Parameter ScheduleExpression is not valid."),
    ("source: [told]", "source: told", 'Event pattern is not valid. Reason: "source" must be an object or an array'),
    ("Parcels.Arn, InputPath: $.detail", 'Parcels.Arn, Input: "{"', "JSON syntax error"),
    ("{Id: 1, Arn: !GetAtt Parcels.Arn", "{Id: 1, Arn: arn:aws:sns:us-east-1:000000000000:t", "not to arn:aws:sns"),
    ("Name: hourly", "Name: bundle-CallerNever", "there is another rule named bundle-CallerNever"),
    ("EventBusName: !Ref Shop", "EventBusName: none", "Event bus none does not exist."),
    ("MaximumRetryAttempts: \"3\"", "MaximumRetryAttempts: 186", "less than or equal to 185"),
    ("Name: shop,", "Name: shop, EventSourceName: partner,", "does not act on EventSourceName"),
]


@pytest.mark.parametrize("old, new, message", BAD_TEMPLATES, ids=[row[1][:30] for row in BAD_TEMPLATES])
def test_bad_templates_are_refused_at_their_place(folder, tmp_path, old, new, message):
    text = (folder / "template.yaml").read_text()
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new, 1))
    done = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--template", tmp_path / "template.yaml", "--functions", folder],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and message in done.stderr, done.stderr
    assert "template.yaml:" in done.stderr


# The AWS command line


def test_command_line(awscli, events, emulator, name, queue):
    done = awscli("events", "put-rule", "--name", name, "--event-pattern", json.dumps({"source": [name]}))
    assert json.loads(done.stdout)["RuleArn"] == ACCOUNT.format("events", "rule/" + name)
    done = awscli("events", "put-targets", "--rule", name, "--targets", f"Id=1,Arn={arn(queue)}")
    assert json.loads(done.stdout) == {"FailedEntryCount": 0, "FailedEntries": []}
    done = awscli("events", "put-events", "--entries", json.dumps([entry({"a": 1}, source=name)]))
    assert json.loads(done.stdout)["FailedEntryCount"] == 0
    assert [event["detail"] for event in bodies(emulator, queue)] == [{"a": 1}]
    done = awscli("events", "describe-rule", "--name", "none")
    assert done.returncode != 0 and "(ResourceNotFoundException)" in done.stderr
