"""Replays: what is seen of a case beside its reply, that the same end is asked for however things are delivered, and that
the audit sees what is wrong."""

import json
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, ROOT, install_function

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: provided.al2023, CodeUri: ., Handler: told, Timeout: 10}
Resources:
  Teller:
    Type: AWS::Serverless::Function
    Properties: {}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Work:
          Type: SQS
          Properties: {Queue: !GetAtt Work.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}
  Sockets:
    Type: AWS::Serverless::Function
    Properties: {}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
  Counts:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: counts
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Sockets.Arn}/invocations
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: $connect, Target: !Sub "integrations/${Integration}"}
  Default:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $default
      RouteResponseSelectionExpression: $default
      Target: !Sub integrations/${Integration}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Chat, RouteId: !Ref Default, RouteResponseKey: $default}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Chat, StageName: prod, AutoDeploy: true}
"""

# Carries out the calls that its event names, or those of a queue's messages; "fail" fails.
FUNCTION = r'''
import http.client, json, os

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
services = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
PREFIX = "/2018-06-01/runtime"

def exchange(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()

def call(target, request):
    scope = {"AmazonSQS": "sqs", "AWSEvents": "events"}.get(target.split(".")[0], "dynamodb")
    connection = http.client.HTTPConnection(services)
    connection.request("POST", "/", json.dumps(request), {
        "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20230223T120000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/20230223/us-east-1/{scope}/"
        "aws4_request, SignedHeaders=host, Signature=none"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(body.decode())

def carry_out(event):
    for target, request in event.get("calls", []):
        call(target, request)
    for target, request in event.get("careless", []):
        try:
            call(target, request)
        except (http.client.HTTPException, OSError):
            # Takes what it has no answer to for what was not done.
            request["Item"] = {"id": {"S": "not done"}}
            call(target, request)
    if "fail" in event:
        raise RuntimeError(event["fail"])

def handle(event):
    if event.get("requestContext", {}).get("eventType") == "CONNECT":
        call("DynamoDB_20120810.PutItem", {"TableName": "counts", "Item": {
            "id": {"S": "socket"}, "connection": {"S": event["requestContext"]["connectionId"]}}})
    if event.get("requestContext", {}).get("eventType") == "MESSAGE":
        return {"statusCode": 200, "body": json.dumps({"heard": json.loads(event["body"])})}
    rejected = []
    for record in event.get("Records", []):
        message = json.loads(record["body"])
        if "reject" in message:
            rejected.append({"itemIdentifier": record["messageId"]})
        carry_out(message)
    carry_out(event)
    return {"batchItemFailures": rejected} if "Records" in event else {"done": True}

while True:
    response, body = exchange("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    try:
        exchange("POST", f"/invocation/{request_id}/response", json.dumps(handle(json.loads(body))))
    except Exception as error:
        exchange("POST", f"/invocation/{request_id}/error",
                 json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}))
'''


def add():
    return ["DynamoDB_20120810.UpdateItem", {
        "TableName": "counts", "Key": {"id": {"S": "n"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}}]


def put(name="n"):
    return ["DynamoDB_20120810.PutItem", {"TableName": "counts", "Item": {"id": {"S": name}}}]


def send(**message):
    return ["AmazonSQS.SendMessage", {"QueueUrl": "http://localhost/000000000000/work", "MessageBody": json.dumps(message)}]


@pytest.fixture
def stage(tmp_path):
    """A template with functions that do what their events say, and a folder for events."""
    install_function(tmp_path, "told", FUNCTION)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    for folder in ["Teller", "flows"]:
        (tmp_path / "events" / folder).mkdir(parents=True)
    return tmp_path


def replay(stage, *arguments):
    return subprocess.run(
        [str(BUILD / "emulator"), "replay", "--no-iam", "--functions", str(stage), *arguments], cwd=stage, capture_output=True,
        text=True, timeout=600)


def seen(stage, name):
    done = replay(stage, "--update", "--filter", name)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (stage / "events" / f"{name}.expected.json").read_text()
    again = replay(stage, "--filter", name)
    assert again.returncode == 0, again.stdout
    return json.loads(text)


def case(stage, **event):
    (stage / "events" / "Teller" / "case.json").write_text(json.dumps(event))


def flow(stage, text):
    (stage / "events" / "flows" / "flow.yaml").write_text("description: a flow\nsteps:\n" + text)


def test_what_follows_is_seen(stage):
    case(stage, calls=[send(calls=[put()]), send(fail="broken"), [
        "AWSEvents.PutEvents", {"Entries": [
            {"EventBusName": "bus", "Source": "shop", "DetailType": "Sold", "Detail": "{\"item\": 1}"}]}]])
    case_seen = seen(stage, "Teller/case")
    assert case_seen["published"] == [
        {"bus": "bus", "source": "shop", "detail-type": "Sold", "detail": {"item": 1}}]
    assert case_seen["failures"] == [{"function": "Reader", "errorType": "RuntimeError", "errorMessage": "broken"}]


def test_an_error_of_the_function_itself_is_told_once(stage):
    case(stage, fail="broken")
    case_seen = seen(stage, "Teller/case")
    assert case_seen["error"]["errorMessage"] == "broken" and "failures" not in case_seen


def test_messages_that_nobody_reads_are_seen_when_they_come_to_rest(stage):
    case(stage, calls=[send(reject=1)])
    flow(stage, "  - {invoke: Teller, event: Teller/case.json}\n" + "  - advance: 31s\n" * 3)
    steps = seen(stage, "flows/flow")
    assert [step.get("failures", []) for step in steps] == [[{"function": "Reader", "batchItemFailures": 1}]] * 3 + [[]]
    assert [step.get("deadLetters", []) for step in steps] == [[], [], [], [{"queue": "dead", "body": {"reject": 1}}]]


def test_sockets_are_real(stage):
    flow(stage, """
  - connect: {as: phone}
  - {send: phone, message: {hello: 1}}
  - advance: 11m
  - connect: {as: phone}
  - disconnect: phone
""")
    steps = seen(stage, "flows/flow")
    assert steps[0]["reply"] == {"statusCode": 101}
    assert steps[0]["changes"][0]["after"]["connection"] == {"S": "${phone}"}
    assert steps[1]["pushes"] == [{"to": "phone", "message": {"heard": {"hello": 1}}}]
    assert steps[2]["pushes"] == [{"to": "phone", "closed": 1001}]


@pytest.mark.parametrize("calls", [[add()], [send(calls=[add()])]], ids=["called", "queued"])
def test_what_counts_twice_is_found(stage, calls):
    case(stage, calls=calls)
    assert replay(stage, "--update").returncode == 0
    done = replay(stage, "--twice")
    assert done.returncode == 1
    assert "with --twice --filter Teller/case:" in done.stdout
    assert "items.Counts {\"id\":{\"S\":\"n\"}}.n.N" in done.stdout


def test_what_may_come_twice_may(stage):
    case(stage, calls=[put(), send(calls=[put("m")])])
    assert replay(stage, "--update").returncode == 0
    done = replay(stage, "--twice", "--shuffle", "1-20")
    assert done.returncode == 0, done.stdout


def test_a_lost_answer_is_found_and_its_seed_fails_again(stage):
    # What is written may be written again, and a function that fails for want of an answer is called again.
    case(stage, calls=[put(f"{index}") for index in range(9)] + [send(calls=[put("last")])])
    assert replay(stage, "--update").returncode == 0
    assert replay(stage, "--shuffle", "1-10").returncode == 0
    case(stage, careless=[put(f"{index}") for index in range(10)])
    assert replay(stage, "--update").returncode == 0
    assert replay(stage, "--twice").returncode == 0
    found = replay(stage, "--shuffle", "1-50")
    assert found.returncode == 1
    seed = re.search(r"with --shuffle (\d+) --filter Teller/case:", found.stdout).group(1)
    again = replay(stage, "--shuffle", seed, "--filter", "Teller/case")
    assert again.returncode == 1 and f"with --shuffle {seed} " in again.stdout


def test_steps_that_do_depend_on_each_other_are_found(stage):
    for name in "ab":
        (stage / "events" / "Teller" / f"{name}.json").write_text(json.dumps({"calls": [
            ["DynamoDB_20120810.PutItem", {"TableName": "counts", "Item": {"id": {"S": "last"}, "by": {"S": name}}}]]}))
    flow(stage, "  - anyOrder:\n" + "".join(f"      - {{invoke: Teller, event: Teller/{name}.json}}\n" for name in "ab"))
    assert replay(stage, "--update").returncode == 0
    assert replay(stage, "--twice").returncode == 0
    assert replay(stage, "--shuffle", "1-20").returncode == 1


@pytest.mark.parametrize("argument", ["x", "5-4", "1-2-3", "1-200000", ""])
def test_seeds_that_are_none(stage, argument):
    done = replay(stage, "--shuffle", argument)
    assert done.returncode == 64 and "--shuffle takes a number or a range" in done.stderr


# MARK: The audit of the bundle

@pytest.fixture
def bundle(tmp_path):
    shutil.copy(ROOT / "template.yaml", tmp_path)
    shutil.copytree(ROOT / "events" / "seed", tmp_path / "events" / "seed")
    (tmp_path / "events" / "ListVotings").mkdir()
    for name in ["none-left.json", "none-left.expected.json"]:
        shutil.copy(ROOT / "events" / "ListVotings" / name, tmp_path / "events" / "ListVotings")
    return tmp_path


def item(key, **attributes):
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}, **attributes}


def number(value):
    return {"N": str(value)}


def change(where, **attributes):
    def damage(items):
        for item in items:
            if (item["pk"]["S"], item["sk"]["S"]) == where:
                item.update(attributes)
                return
        raise AssertionError(f"the seed has no {where}")
    return damage


def insert(item):
    return lambda items: items.append(item)


def remove(prefix):
    def damage(items):
        left = [item for item in items if not (item["pk"]["S"] + " " + item["sk"]["S"]).startswith(prefix)]
        assert len(left) < len(items)
        items[:] = left
    return damage


VOTE = {"optionID": {"S": "red"}, "votedAt": number(1677175560000), "requestID": {"S": "r"}}
DAMAGES = [
    ("UsersTable", change(("USER#dan", "BALANCE"), credits=number(11)), "BALANCE_DIFFERS: dan"),
    ("UsersTable", change(("USER#dan", "BALANCE"), credits=number(-1)), "CREDITS_NEGATIVE: dan"),
    ("UsersTable", remove("USER#hal LEDGER#2023-02-23T18:06"), "VOTE_WITHOUT_DEBIT: encore hal"),
    ("VotingsTable", remove("P#encore"), "DEBIT_WITHOUT_VOTE: encore hal"),
    ("VotingsTable", insert(item(("P#encore#0", "U#hal"), **VOTE)), "VOTE_REPEATED: encore hal"),
    ("UsersTable", change(("PURCHASE#49e71844f42aa13b8b8ec17d", "META"), state={"S": "PENDING"}),
     "PURCHASE_DIFFERS: 49e71844f42aa13b8b8ec17d"),
    ("UsersTable", insert(item(
        ("USER#hal", "LEDGER#2023-02-23T18:07:00.000Z#VOTE_REFUND#encore"), cause={"S": "VOTE_REFUND"},
        reference={"S": "encore"}, credits=number(1), at=number(1677175620000))), "REFUND_WRONG: encore hal"),
    ("VotingsTable", insert(item(("TALLY#encore", "shard"), **{"option#red": number(2)})), "TALLY_DIFFERS: encore"),
    ("VotingsTable", insert(item(
        ("FINAL#warm-up", "META"), **{"option#x": number(9), "countedAt": number(1677175620000), "tallyAgrees": {"BOOL": True}})),
     "FINAL_DIFFERS: warm-up"),
    ("UsersTable", insert(item(
        ("INBOX#hal", "UPDATE#u#2"), kind={"S": "UPDATE"}, reference={"S": "u"}, version=number(1),
        sentAt=number(1677175620000))), "MESSAGE_REPEATED: UPDATE u hal"),
    ("UsersTable", insert(item(
        ("INBOX#hal", "UPDATE#u#1"), kind={"S": "UPDATE"}, reference={"S": "u"}, version=number(1),
        sentAt=number(1677175620000))), "MESSAGE_WITHOUT_CONSENT: UPDATE u hal"),
    ("UsersTable", insert(item(
        ("INBOX#hal", "ALERT#encore#1"), kind={"S": "ALERT"}, reference={"S": "encore"}, version=number(1),
        sentAt=number(1677178500000))), "ALERT_NOT_WANTED: ALERT encore hal"),
    ("InventoryTable", lambda items: next(
        item for item in items if item["pk"]["S"].startswith("STOCK#"))["available"].update(N="-7"), "STOCK_DIFFERS"),
    ("UsersTable", insert(item(("USER#hal", "LEDGER#x"), credits={"S": "many"})), "ITEM_MALFORMED"),
]


@pytest.mark.parametrize("table, damage, words", DAMAGES, ids=[words.split(":")[0] for _, _, words in DAMAGES])
def test_the_audit_sees_what_can_not_be(bundle, table, damage, words):
    file = bundle / "events" / "seed" / f"{table}.json"
    items = json.loads(file.read_text())
    damage(items)
    file.write_text(json.dumps(items))
    done = subprocess.run(
        [str(BUILD / "emulator"), "replay", "--functions", str(BUILD)], cwd=bundle, capture_output=True, text=True,
        timeout=600)
    assert done.returncode == 1, done.stdout
    assert f"audit: {words}" in done.stdout


# MARK: The list of what is shown where

def test_every_case_that_the_list_names_is_there():
    text = (ROOT / "events" / "README.md").read_text()
    table = text[text.index("## Requirement → cases"):]
    rows = [line for line in table.splitlines() if re.match(r"\| [0-9]", line)]
    cases = {str(path.relative_to(ROOT / "events").with_suffix("")).removesuffix(".expected")
             for path in (ROOT / "events").glob("*/*") if not path.name.endswith(".expected.json")}
    shown = set()
    for row in rows:
        numbers, _, where = [cell.strip() for cell in row.strip("|").split("|", 2)]
        folder = None
        for name in re.findall(r"`([^`]+)`", where):
            if name.endswith(".py"):
                assert list((ROOT / "Tests").glob(f"*/{name.rpartition('/')[2]}")), f"{numbers}: there is no {name}"
                continue
            if "/" in name:
                folder, name = name.split("/")
            stem = f"{folder}/{name.removesuffix('…')}"
            found = [case for case in cases if case.startswith(stem)] if name.endswith("…") else cases & {stem}
            if not found and not re.fullmatch(r"[a-z0-9-]+…?", name):
                continue
            assert found, f"{numbers}: there is no case {stem}"
        shown |= {int(number) for number in re.findall(r"\d+", numbers)}
        for first, last in re.findall(r"(\d+)–(\d+)", numbers):
            shown |= set(range(int(first), int(last) + 1))
    assert shown >= {*range(1, 21), 28, 29}, "21 is about services and stands in the main README"
