"""EventBridge Scheduler by boto3 and the AWS command line, on the emulator's clock."""

import datetime
import hashlib
import json
import subprocess
import textwrap

import botocore.exceptions
import pytest

from conftest import BUILD, Emulator, install_function

UTC = datetime.timezone.utc
ACCOUNT = "arn:aws:{}:us-east-1:000000000000:{}"
ROLE = "arn:aws:iam::000000000000:role/scheduler"
OFF = {"Mode": "OFF"}
TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: provided.al2023, CodeUri: ., Handler: calling, Timeout: 20}
    Resources:
      Box: {Type: AWS::SQS::Queue, Properties: {QueueName: box}}
      Told: {Type: AWS::SQS::Queue, Properties: {QueueName: told}}
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
      OnBus:
        Type: AWS::Events::Rule
        Properties:
          EventBusName: !Ref Bus
          EventPattern: {source: [clock]}
          Targets: [{Id: box, Arn: !GetAtt Box.Arn}]
      Reports:
        Type: AWS::Scheduler::ScheduleGroup
        Properties: {Name: reports, Tags: [{Key: team, Value: shop}]}
      Nightly:
        Type: AWS::Scheduler::Schedule
        Properties:
          Name: nightly
          GroupName: !Ref Reports
          ScheduleExpression: cron(30 2 * * ? *)
          ScheduleExpressionTimezone: Europe/Berlin
          StartDate: "2020-01-01T00:00:00Z"
          FlexibleTimeWindow: {Mode: "OFF"}
          Target:
            Arn: !GetAtt Told.Arn
            RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/scheduler
            Input: '<aws.scheduler.scheduled-time>'
            RetryPolicy: {MaximumRetryAttempts: 3}
      Caller:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: caller
          Policies:
            - Statement:
                - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Box.Arn}
                - {Effect: Allow, Action: "scheduler:CreateSchedule", Resource: !Sub "arn:aws:scheduler:*:*:schedule/reports/*"}
                - {Effect: Allow, Action: "iam:PassRole", Resource: "arn:aws:iam::000000000000:role/scheduler"}
          Events:
            Monthly:
              Type: ScheduleV2
              Properties:
                ScheduleExpression: cron(0 12 1 * ? *)
                Input: >-
                  {"service": "sqs", "operation": "send_message",
                   "parameters": {"QueueUrl": "http://localhost/000000000000/box", "MessageBody": "a month"}}
    Outputs:
      Schedule: {Value: !GetAtt Nightly.Arn}
      Group: {Value: !GetAtt Reports.Arn}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
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
def scheduler(emulator):
    return emulator.client("scheduler")


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


def now(emulator):
    done = subprocess.run(
        [BUILD / "emulator", "clock", "--endpoint", emulator.endpoint], capture_output=True, text=True, timeout=60)
    text = next(word for word in done.stdout.split() if word[:2] == "20" and "T" in word)
    return datetime.datetime.fromisoformat(text.rstrip(".,").replace("Z", "+00:00"))


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
    return [message["Body"] for message in receive(emulator, queue)]


def at(moment):
    return moment.strftime("at(%Y-%m-%dT%H:%M:%S)")


def create(scheduler, name, queue, expression, text="<aws.scheduler.scheduled-time>", target={}, **more):
    more = {"FlexibleTimeWindow": OFF, **more}
    return scheduler.create_schedule(
        Name=name, ScheduleExpression=expression,
        Target={"Arn": arn(queue), "RoleArn": ROLE, **({"Input": text} if text else {}), **target}, **more)["ScheduleArn"]


# Runs


def test_a_one_time_schedule_runs_once(scheduler, emulator, name, queue):
    due = now(emulator).replace(microsecond=0) + datetime.timedelta(hours=1)
    text = "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.attempt-number> <other>"
    schedule = create(scheduler, name, queue, at(due), text)
    assert schedule == ACCOUNT.format("scheduler", f"schedule/default/{name}")
    emulator.advance("59m")
    assert bodies(emulator, queue) == []
    emulator.advance("61s")
    assert bodies(emulator, queue) == [f"{schedule} {due:%Y-%m-%dT%H:%M:%SZ} 1 <other>"]
    emulator.advance("2d")
    assert bodies(emulator, queue) == []
    assert scheduler.get_schedule(Name=name)["ActionAfterCompletion"] == "NONE"


def test_a_schedule_is_deleted_after_completion(scheduler, emulator, name, queue):
    due = now(emulator) + datetime.timedelta(minutes=1)
    create(scheduler, name, queue, at(due), "once", ActionAfterCompletion="DELETE")
    create(scheduler, name + "r", queue, "rate(1 hour)", "rate", ActionAfterCompletion="DELETE",
           EndDate=now(emulator) + datetime.timedelta(hours=2, minutes=5))
    emulator.advance("3h")
    assert sorted(bodies(emulator, queue)) == ["once", "rate", "rate", "rate"]
    for gone in [name, name + "r"]:
        with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
            scheduler.get_schedule(Name=gone)


def test_a_rate_runs_at_once_and_then_in_its_steps(scheduler, emulator, name, queue):
    create(scheduler, name, queue, "rate(10 minutes)")
    emulator.advance("1ms")
    assert len(bodies(emulator, queue)) == 1
    emulator.advance("1h")
    times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in bodies(emulator, queue)]
    assert len(times) == 6
    assert {(later - earlier).seconds for earlier, later in zip(times, times[1:])} == {600}
    scheduler.update_schedule(
        Name=name, ScheduleExpression="rate(10 minutes)", FlexibleTimeWindow=OFF, State="DISABLED",
        Target={"Arn": arn(queue), "RoleArn": ROLE})
    emulator.advance("1h")
    assert bodies(emulator, queue) == []
    scheduler.delete_schedule(Name=name)


def test_start_and_end(scheduler, emulator, name, queue):
    start = now(emulator).replace(microsecond=0) + datetime.timedelta(hours=5)
    end = start + datetime.timedelta(hours=3)
    create(scheduler, name, queue, "rate(1 hour)", StartDate=start, EndDate=end)
    emulator.advance("12h")
    assert bodies(emulator, queue) == [
        f"{start + datetime.timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}" for hour in range(4)]
    got = scheduler.get_schedule(Name=name)
    assert (got["StartDate"], got["EndDate"]) == (start, end)


def test_flexible_windows(scheduler, emulator, name, queue):
    due = (now(emulator) + datetime.timedelta(hours=1)).replace(microsecond=0)
    for number in range(20):
        create(scheduler, f"{name}-{number}", queue, at(due), FlexibleTimeWindow={
            "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60})
    emulator.advance("--to", f"{due - datetime.timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}")
    assert bodies(emulator, queue) == []
    emulator.advance("30m")
    early = bodies(emulator, queue)
    emulator.advance("31m")
    late = bodies(emulator, queue)
    # Each at a moment of its own within the hour, told of the time it was due.
    assert len(early) + len(late) == 20 and early and late
    assert set(early + late) == {f"{due:%Y-%m-%dT%H:%M:%SZ}"}


def test_a_function_gets_the_input_or_the_service_s_event(scheduler, emulator, name, queue):
    call = {"service": "sqs", "operation": "send_message", "parameters": {
        "QueueUrl": "http://localhost/000000000000/box", "MessageBody": "<aws.scheduler.attempt-number>"}}
    create(scheduler, name, queue, "rate(1 day)", json.dumps(call), {"Arn": ACCOUNT.format("lambda", "function:caller")})
    emulator.advance("1ms")
    assert bodies(emulator, "box") == ["1"]
    scheduler.delete_schedule(Name=name)
    create(scheduler, name, queue, "rate(1 day)", None)
    emulator.advance("1ms")
    [event] = map(json.loads, bodies(emulator, queue))
    assert event.pop("id") and event.pop("time")
    assert event == {
        "version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": "000000000000",
        "region": "us-east-1", "resources": [ACCOUNT.format("scheduler", f"schedule/default/{name}")], "detail": "{}"}
    scheduler.delete_schedule(Name=name)


def test_a_bus_gets_an_event(scheduler, emulator, name, queue):
    create(scheduler, name, queue, "rate(1 day)", '{"attempt": <aws.scheduler.attempt-number>}', {
        "Arn": ACCOUNT.format("events", "event-bus/bus"),
        "EventBridgeParameters": {"Source": "clock", "DetailType": "Tick"}})
    emulator.advance("1ms")
    [event] = map(json.loads, bodies(emulator, "box"))
    assert (event["source"], event["detail-type"], event["detail"]) == ("clock", "Tick", {"attempt": 1})
    assert event["resources"] == [ACCOUNT.format("scheduler", f"schedule/default/{name}")]
    scheduler.delete_schedule(Name=name)


def test_what_has_no_target_any_more_goes_to_the_dead_letters(scheduler, emulator, sqs, name, queue):
    dead = sqs.create_queue(QueueName=name + "d")["QueueUrl"]
    schedule = create(scheduler, name, queue, "rate(1 day)", "text <aws.scheduler.execution-id>", {
        "DeadLetterConfig": {"Arn": arn(dead)}})
    sqs.delete_queue(QueueUrl=queue)
    emulator.advance("1ms")
    letters = receive(emulator, dead)
    if not letters:
        emulator.advance("1d")
        letters = receive(emulator, dead)
    attributes = {key: value["StringValue"] for key, value in letters[-1]["MessageAttributes"].items()}
    assert letters[-1]["Body"] == "text " + attributes.pop("EXECUTION_ID")
    assert attributes.pop("SCHEDULED_TIME").endswith("Z")
    assert attributes == {
        "SCHEDULE_ARN": schedule, "TARGET_ARN": arn(queue), "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "ERROR_MESSAGE": "The specified queue does not exist: " + arn(queue), "RETRY_ATTEMPTS": "0",
        "IS_PAYLOAD_TRUNCATED": "false"}
    scheduler.delete_schedule(Name=name)


# Calls


def test_schedules_are_described_changed_and_listed(scheduler, emulator, name, queue):
    scheduler.create_schedule_group(Name=name, Tags=[{"Key": "k", "Value": "v"}])
    schedule = create(
        scheduler, "s", queue, "cron(0 9 ? * MON-FRI *)", GroupName=name, ScheduleExpressionTimezone="America/New_York",
        Description="d")
    got = scheduler.get_schedule(Name="s", GroupName=name)
    got.pop("ResponseMetadata")
    assert abs((got.pop("CreationDate") - now(emulator)).total_seconds()) < 30
    assert abs((got.pop("LastModificationDate") - now(emulator)).total_seconds()) < 30
    assert got == {
        "Arn": schedule, "GroupName": name, "Name": "s", "ScheduleExpression": "cron(0 9 ? * MON-FRI *)",
        "ScheduleExpressionTimezone": "America/New_York", "Description": "d", "State": "ENABLED",
        "FlexibleTimeWindow": OFF, "ActionAfterCompletion": "NONE", "Target": {
            "Arn": arn(queue), "RoleArn": ROLE, "Input": "<aws.scheduler.scheduled-time>",
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}}}
    assert scheduler.update_schedule(
        Name="s", GroupName=name, ScheduleExpression="rate(5 days)", FlexibleTimeWindow=OFF, State="DISABLED",
        Target={"Arn": arn(queue), "RoleArn": ROLE})["ScheduleArn"] == schedule
    got = scheduler.get_schedule(Name="s", GroupName=name)
    assert "Description" not in got and got["ScheduleExpressionTimezone"] == "UTC" and got["State"] == "DISABLED"
    for number in range(5):
        create(scheduler, f"page{number}", queue, "rate(5 days)", GroupName=name)
    pages = scheduler.get_paginator("list_schedules").paginate(
        GroupName=name, NamePrefix="page", PaginationConfig={"PageSize": 2})
    assert [[each["Name"] for each in page["Schedules"]] for page in pages] == [
        ["page0", "page1"], ["page2", "page3"], ["page4"]]
    [listed] = scheduler.list_schedules(GroupName=name, State="DISABLED")["Schedules"]
    assert listed["Name"] == "s" and listed["Target"] == {"Arn": arn(queue)}
    group = scheduler.get_schedule_group(Name=name)
    assert group["State"] == "ACTIVE" and group["Arn"] == ACCOUNT.format("scheduler", "schedule-group/" + name)
    assert {"default", "reports", name} <= {
        each["Name"] for each in scheduler.list_schedule_groups()["ScheduleGroups"]}
    scheduler.tag_resource(ResourceArn=group["Arn"], Tags=[{"Key": "l", "Value": "w"}, {"Key": "m", "Value": "x"}])
    scheduler.untag_resource(ResourceArn=group["Arn"], TagKeys=["k", "m"])
    assert scheduler.list_tags_for_resource(ResourceArn=group["Arn"])["Tags"] == [{"Key": "l", "Value": "w"}]
    scheduler.delete_schedule_group(Name=name)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException) as error:
        scheduler.get_schedule(Name="page1", GroupName=name)
    assert error.value.response["Error"]["Message"] == f"Schedule group {name} does not exist."


def test_the_same_call_again_changes_nothing(scheduler, name, queue):
    first = create(scheduler, name, queue, "rate(5 days)", ClientToken="one")
    assert create(scheduler, name, queue, "rate(5 days)", ClientToken="one") == first
    with pytest.raises(scheduler.exceptions.ConflictException) as error:
        create(scheduler, name, queue, "rate(5 days)", ClientToken="two")
    assert error.value.response["Error"]["Message"] == f"Schedule {name} already exists."
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    for _ in range(2):
        scheduler.delete_schedule(Name=name, ClientToken="three")
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException) as error:
        scheduler.delete_schedule(Name=name, ClientToken="four")
    assert error.value.response["Error"]["Message"] == f"Schedule {name} does not exist."
    for _ in range(2):
        scheduler.create_schedule_group(Name=name, ClientToken="five")
    with pytest.raises(scheduler.exceptions.ConflictException):
        scheduler.create_schedule_group(Name=name, ClientToken="six")


def target(**changes):
    return {"Target": {"Arn": ACCOUNT.format("sqs", "box"), "RoleArn": ROLE, **changes}}


BAD_CALLS = [
    ({"ScheduleExpression": "rate(10 foo)"}, "Invalid Schedule Expression rate(10 foo)."),
    ({"ScheduleExpression": "at(tomorrow)"}, "Invalid Schedule Expression at(tomorrow)."),
    ({"ScheduleExpressionTimezone": "Europe/Atlantis"}, "Invalid ScheduleExpressionTimezone Europe/Atlantis."),
    ({"Name": "a b"}, "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression "
                      "pattern: [0-9a-zA-Z-_.]+"),
    ({"Name": "x" * 65}, "Member must have length less than or equal to 64"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "Invalid FlexibleTimeWindow"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
     "Value '1441' at 'flexibleTimeWindow.maximumWindowInMinutes' failed to satisfy constraint: Member must have value "
     "less than or equal to 1440"),
    ({"StartDate": datetime.datetime(2020, 1, 1)}, "The StartDate you specify cannot be earlier than 5 minutes ago."),
    ({"EndDate": datetime.datetime(2020, 1, 1)}, "The EndDate you specify cannot be in the past."),
    ({"StartDate": datetime.datetime(2090, 1, 2), "EndDate": datetime.datetime(2090, 1, 1)},
     "The EndDate you specify must come after the StartDate."),
    (target(Arn="queue"), "Provided Arn is not in correct format."),
    (target(Arn="arn:aws:scheduler:::aws-sdk:sqs:sendMessage"), "does not stand in for universal targets"),
    (target(Arn=ACCOUNT.format("sns", "t")), "not to arn:aws:sns"),
    (target(Arn=ACCOUNT.format("sqs", "box.fifo")), "SqsParameters with a MessageGroupId must be specified"),
    (target(Arn=ACCOUNT.format("lambda", "function:caller"), Input="{"), "Provided Input is not valid JSON"),
    (target(Arn=ACCOUNT.format("events", "event-bus/bus")), "EventBridgeParameters must be specified"),
    (target(Arn=ACCOUNT.format("events", "event-bus/bus"), EventBridgeParameters={"Source": "aws.x", "DetailType": "d"}),
     "at 'target.eventBridgeParameters.source' failed to satisfy constraint"),
    (target(Input="x" * 262_145), "must have 262144 bytes at most"),
    (target(RetryPolicy={"MaximumEventAgeInSeconds": 86_401}), "Member must have value less than or equal to 86400"),
    (target(DeadLetterConfig={"Arn": ACCOUNT.format("sqs", "dead.fifo")}), "at 'target.deadLetterConfig.arn' failed"),
    (target(KinesisParameters={"PartitionKey": "k"}), "does not act on KinesisParameters"),
    ({"State": "ON"}, "Member must satisfy enum value set: [ENABLED, DISABLED]"),
]


@pytest.mark.parametrize("change, message", BAD_CALLS, ids=[row[1][:40] for row in BAD_CALLS])
def test_bad_schedules_are_refused(scheduler, change, message):
    parameters = {
        "Name": "bad", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, **target(), **change}
    with pytest.raises(scheduler.exceptions.ValidationException) as error:
        scheduler.create_schedule(**parameters)
    assert message in error.value.response["Error"]["Message"]


@pytest.mark.parametrize("operation, parameters, code, message", [
    ("get_schedule", {"Name": "none"}, "ResourceNotFoundException", "Schedule none does not exist."),
    ("get_schedule", {"Name": "nightly", "GroupName": "none"}, "ResourceNotFoundException",
     "Schedule group none does not exist."),
    ("list_schedules", {"GroupName": "none"}, "ResourceNotFoundException", "Schedule group none does not exist."),
    ("get_schedule_group", {"Name": "none"}, "ResourceNotFoundException", "Schedule group none does not exist."),
    ("delete_schedule_group", {"Name": "default"}, "ValidationException",
     "The default schedule group can't be deleted."),
    ("create_schedule_group", {"Name": "reports"}, "ConflictException", "Schedule group reports already exists."),
    ("list_tags_for_resource", {"ResourceArn": ACCOUNT.format("scheduler", "schedule-group/none")},
     "ResourceNotFoundException",
     "Resource arn:aws:scheduler:us-east-1:000000000000:schedule-group/none does not exist."),
])
def test_bad_calls(scheduler, operation, parameters, code, message):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        getattr(scheduler, operation)(**parameters)
    assert (error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]) == (code, message)


def test_a_function_may_do_what_its_policies_say(emulator):
    def call(group):
        reply = emulator.client("lambda").invoke(FunctionName="caller", Payload=json.dumps(
            {"service": "scheduler", "operation": "create_schedule", "parameters": {
                "Name": "mine", "GroupName": group, "ScheduleExpression": "rate(30 days)", "FlexibleTimeWindow": OFF,
                **target()}}))
        return json.loads(reply["Payload"].read())

    assert call("reports")["reply"]["ScheduleArn"].endswith("schedule/reports/mine")
    refused = call("default")
    assert refused["error"] == "AccessDeniedException"
    assert "scheduler:CreateSchedule on resource: arn:aws:scheduler:us-east-1:000000000000:schedule/default/mine" in (
        refused["message"])


# The template, the clock, and keeping


def test_schedules_of_the_template(scheduler, emulator):
    nightly = scheduler.get_schedule(Name="nightly", GroupName="reports")
    assert nightly["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 3
    monthly = scheduler.get_schedule(Name="CallerMonthly")
    assert monthly["Target"]["Arn"] == ACCOUNT.format("lambda", "function:caller")
    group = scheduler.get_schedule_group(Name="reports")["Arn"]
    assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "team", "Value": "shop"}]
    told = []
    for _ in range(11):
        # A queue keeps what is in it for four days.
        emulator.advance("3d")
        told += bodies(emulator, "box")
    assert 1 <= told.count("a month") <= 2


def test_days_on_which_clocks_are_changed(folder):
    running = start(folder)
    # In 2034 Berlin's clocks go forward on 26 March, when there is no half past two, and back on 29 October.
    running.advance("--to", "2034-03-24T12:00:00Z")
    receive(running, "told")
    running.advance("--to", "2034-03-28T12:00:00Z")
    assert bodies(running, "told") == ["2034-03-25T01:30:00Z", "2034-03-27T00:30:00Z", "2034-03-28T00:30:00Z"]
    running.advance("--to", "2034-10-28T12:00:00Z")
    receive(running, "told")
    running.advance("--to", "2034-10-31T00:00:00Z")
    assert bodies(running, "told") == ["2034-10-29T00:30:00Z", "2034-10-30T01:30:00Z"]
    assert running.stop() == 0


def test_what_was_due_is_done_once_however_often_the_emulator_is_killed(folder, tmp_path):
    running = start(folder, "--data", tmp_path / "data")
    base = now(running).replace(microsecond=0)
    scheduler = running.client("scheduler")
    scheduler.create_schedule_group(Name="own", Tags=[{"Key": "k", "Value": "v"}])
    box = running.client("sqs").get_queue_url(QueueName="box")["QueueUrl"]
    for number in range(200):
        create(scheduler, f"s{number}", box, at(base + datetime.timedelta(minutes=10 + number)), str(number),
               GroupName="own", ActionAfterCompletion="DELETE")
    seen = []
    for step in range(4):
        running.kill()
        running = start(folder, "--data", tmp_path / "data")
        running.advance("55m")
        seen += [body for body in bodies(running, "box") if body != "a month"]
    running.advance("10m")
    seen += [body for body in bodies(running, "box") if body != "a month"]
    assert sorted(map(int, seen)) == list(range(200))
    scheduler = running.client("scheduler")
    assert scheduler.list_schedules(GroupName="own")["Schedules"] == []
    group = scheduler.get_schedule_group(Name="own")["Arn"]
    assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert running.stop() == 0


def test_thousands_of_schedules(scheduler, emulator, name, queue):
    due = now(emulator).replace(microsecond=0) + datetime.timedelta(hours=1)
    scheduler.create_schedule_group(Name=name)
    for number in range(2_000):
        create(scheduler, f"s{number}", queue, at(due + datetime.timedelta(seconds=number % 50)), str(number), GroupName=name)
    emulator.advance("2h")
    counts = emulator.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "2000"
    scheduler.delete_schedule_group(Name=name)


@pytest.mark.parametrize("old, new, message", [
    ("cron(30 2 * * ? *)", "cron(30 2 * * *)", "Invalid Schedule Expression cron(30 2 * * *)."),
    ("Europe/Berlin", "Europe/Berln", "Europe/Berlin"),
    ("2020-01-01T00:00:00Z", "1 January", "StartDate must be a time such as 2030-01-31T12:00:00Z"),
    ("GroupName: !Ref Reports", "GroupName: none", "Schedule group none does not exist."),
    ('{Mode: "OFF"}', "{Mode: FLEXIBLE}", "Invalid FlexibleTimeWindow"),
    ("Tags: [", "Nonsense: 1, Tags: [", "does not act on Nonsense"),
    ("Arn: !GetAtt Told.Arn", "Arn: arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "universal targets"),
], ids=lambda text: text[:20])
def test_bad_templates_are_refused_at_their_place(folder, tmp_path, old, new, message):
    text = (folder / "template.yaml").read_text()
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new, 1))
    done = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--template", tmp_path / "template.yaml", "--functions", folder],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and message in done.stderr, done.stderr
    assert "template.yaml:" in done.stderr


def test_command_line(awscli, name):
    done = awscli(
        "scheduler", "create-schedule", "--name", name, "--schedule-expression", "rate(1 day)",
        "--flexible-time-window", "Mode=OFF", "--target", json.dumps(target()["Target"]))
    assert json.loads(done.stdout) == {"ScheduleArn": ACCOUNT.format("scheduler", f"schedule/default/{name}")}
    done = awscli("scheduler", "list-schedules", "--name-prefix", name)
    assert [each["Name"] for each in json.loads(done.stdout)["Schedules"]] == [name]
    done = awscli("scheduler", "get-schedule", "--name", "none")
    assert done.returncode != 0 and "(ResourceNotFoundException)" in done.stderr
