"""What a function's policies let it do, seen from inside the function."""

import json
import subprocess
import textwrap

import pytest

from conftest import BUILD, RARELY_NEEDED, Emulator, install_function

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: provided.al2023, CodeUri: ., Handler: calling, Timeout: 20}
    Resources:
      Things:
        Type: AWS::Serverless::SimpleTable
        Properties: {TableName: things, PrimaryKey: {Name: pk, Type: String}}
      Reader:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: reader
          Policies:
            - AWSLambdaBasicExecutionRole
            - DynamoDBReadPolicy: {TableName: !Ref Things}
            - Statement:
                - {Effect: Allow, Action: "dynamodb:PutItem", Resource: "*"}
                - {Effect: Deny, Action: "dynamodb:Put*", Resource: !GetAtt Things.Arn}
      Caller:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: caller
          Policies:
            - LambdaInvokePolicy: {FunctionName: !Ref Reader}
            - Statement: {Effect: Allow, Action: ["dynamodb:PartiQLSelect", "dynamodb:ConditionCheckItem"], Resource: "*"}
      Scheduling:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: scheduling
          Policies:
            - Statement:
                - {Effect: Allow, Action: ["scheduler:CreateSchedule", "scheduler:UpdateSchedule"], Resource: "*"}
                - {Effect: Allow, Action: "iam:PassRole", Resource: "arn:aws:iam::000000000000:role/sender"}
      Bounded:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: bounded
          PermissionsBoundary: !Ref Boundary
          Policies:
            - Statement: {Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], Resource: "*"}
      Boundary:
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, NotAction: "dynamodb:Put*", Resource: !GetAtt Things.Arn}
              - {Effect: Deny, Action: "dynamodb:Delete*", Resource: "*"}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    install_function(folder, "calling")
    return folder


@pytest.fixture(scope="module")
def enforced(folder):
    running = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    yield running
    assert running.stop() == 0


def call(emulator, function, service, operation, **parameters):
    reply = emulator.client("lambda").invoke(FunctionName=function, Payload=json.dumps(
        {"service": service, "operation": operation, "parameters": parameters}))
    return json.loads(reply["Payload"].read())


KEY = {"pk": {"S": "a"}}
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/things"

ALLOWED = [
    ("reader", "dynamodb", "get_item", {"TableName": "things", "Key": KEY}),
    ("reader", "dynamodb", "scan", {"TableName": TABLE}),
    ("reader", "dynamodb", "batch_get_item", {"RequestItems": {"things": {"Keys": [KEY]}}}),
    ("bounded", "dynamodb", "get_item", {"TableName": "things", "Key": KEY}),
    ("caller", "dynamodb", "execute_statement", {"Statement": 'SELECT * FROM "things"'}),
    ("caller", "lambda", "invoke", {"FunctionName": "reader", "Payload": '{"service": "dynamodb", "operation": "x"}'}),
]


@pytest.mark.parametrize("function, service, operation, parameters", ALLOWED)
def test_allowed(enforced, function, service, operation, parameters):
    assert "reply" in call(enforced, function, service, operation, **parameters)


REFUSED = [
    ("reader", "put_item", {"TableName": "things", "Item": KEY}, "dynamodb:PutItem", "with an explicit deny"),
    ("reader", "delete_item", {"TableName": "things", "Key": KEY}, "dynamodb:DeleteItem", "because no identity-based"),
    ("reader", "transact_write_items", {"TransactItems": [{"Delete": {"TableName": "things", "Key": KEY}}]},
     "dynamodb:DeleteItem", "because no identity-based"),
    ("bounded", "put_item", {"TableName": "things", "Item": KEY}, "dynamodb:PutItem", "because no permissions boundary"),
    ("bounded", "delete_item", {"TableName": "things", "Key": KEY}, "dynamodb:DeleteItem",
     "with an explicit deny in a permissions boundary"),
    # A boundary grants nothing.
    ("bounded", "scan", {"TableName": "things"}, "dynamodb:Scan", "because no identity-based"),
    ("caller", "transact_write_items",
     {"TransactItems": [
         {"ConditionCheck": {"TableName": "things", "Key": {"pk": {"S": "b"}},
                             "ConditionExpression": "attribute_not_exists(pk)"}},
         {"Put": {"TableName": "things", "Item": KEY}}]}, "dynamodb:PutItem", "because no identity-based"),
    ("caller", "execute_statement", {"Statement": "INSERT INTO things VALUE {'pk': 'a'}"}, "dynamodb:PartiQLInsert",
     "because no identity-based"),
    ("caller", "batch_write_item", {"RequestItems": {"things": [{"PutRequest": {"Item": KEY}}]}},
     "dynamodb:BatchWriteItem", "because no identity-based"),
]


@pytest.mark.parametrize("function, operation, parameters, action, reason", REFUSED)
def test_refused(enforced, function, operation, parameters, action, reason):
    refusal = call(enforced, function, "dynamodb", operation, **parameters)
    assert refusal.get("error") == "AccessDeniedException", refusal
    assert f"is not authorized to perform: {action} on resource: {TABLE} {reason}" in refusal["message"]
    assert f"/{function} is not" in refusal["message"]
    assert enforced.client("dynamodb").scan(TableName="things")["Count"] == 0


def test_invoking_another_function_needs_a_grant(enforced):
    refusal = call(enforced, "reader", "lambda", "invoke", FunctionName="caller")
    assert refusal["error"] == "AccessDeniedException"
    assert "lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:caller" in refusal["message"]


def test_a_schedule_gets_only_a_role_that_its_maker_may_pass_on(enforced):
    def schedule(operation, role):
        return call(
            enforced, "scheduling", "scheduler", operation, Name="one", ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"}, Target={
                "Arn": "arn:aws:lambda:us-east-1:000000000000:function:caller",
                "RoleArn": f"arn:aws:iam::000000000000:role/{role}"})

    assert "reply" in schedule("create_schedule", "sender")
    for operation in ["create_schedule", "update_schedule"]:
        refusal = schedule(operation, "administrator")
        assert refusal["error"] == "AccessDeniedException", operation
        assert "iam:PassRole on resource: arn:aws:iam::000000000000:role/administrator because" in refusal["message"]
    assert "reply" in schedule("update_schedule", "sender")


def test_no_iam_allows_everything(folder):
    running = Emulator("--no-iam", template=folder / "template.yaml", functions=folder, cwd=folder)
    assert "reply" in call(running, "reader", "dynamodb", "put_item", TableName="things", Item=KEY)
    assert running.stop() == 0


@pytest.mark.parametrize("policy, message", [
    ("AmazonDynamoDBFullAccess", "the managed policy AmazonDynamoDBFullAccess is not known here"),
    ("{KinesisCrudPolicy: {StreamName: s}}", "the policy template KinesisCrudPolicy is not known here"),
    ("{DynamoDBCrudPolicy: {Table: s}}", "needs the parameter TableName"),
    ("{Statement: {Effect: Allow, Action: 'sqs:*'}}", "one of Resource and NotResource"),
    ("{Statement: {Effect: Allow, Action: 's3:*', Resource: '*', Condition: {StringEquals: {'aws:userid': x}}}}",
     "the condition key aws:userid is not known here"),
])
def test_policies_that_can_not_be_held_to_are_refused_with_their_place(folder, tmp_path, policy, message):
    text = textwrap.dedent(TEMPLATE).replace("- AWSLambdaBasicExecutionRole", f"- {policy}")
    (tmp_path / "template.yaml").write_text(text)
    done = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--template", tmp_path / "template.yaml", "--functions", folder],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert message in done.stderr and "template.yaml:15:" in done.stderr, done.stderr


def test_a_boundary_that_is_not_in_the_template_is_refused(folder, tmp_path):
    text = textwrap.dedent(TEMPLATE).replace("!Ref Boundary", "arn:aws:iam::aws:policy/PowerUserAccess")
    (tmp_path / "template.yaml").write_text(text)
    done = subprocess.run(
        [BUILD / "emulator", "start", "--port", "0", "--template", tmp_path / "template.yaml", "--functions", folder],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "PermissionsBoundary of Bounded must be !Ref with an AWS::IAM::ManagedPolicy" in done.stderr, done.stderr


def test_the_bundle_grants_what_its_events_use_and_no_more(policy_usage):
    unused = {(name, entry["action"]) for name, parts in policy_usage.items() for entry in parts["unused"]}
    assert unused == set(RARELY_NEEDED)
    assert {name: parts["denied"] for name, parts in policy_usage.items() if parts["denied"]} == {}
    # A token is judged by itself.
    assert {name for name, parts in policy_usage.items() if not parts["used"]} == {"AuthorizeConnection"}
