"""The roles that SAM makes of the template, held against what a replay of every event used.

The emulator reads `Policies` as they are written; this reads the translated template with a matcher of its own, so that
neither believes the other.
"""

import re

import pytest

from cloudformation import Stack
from conftest import RARELY_NEEDED, ROOT

# What SAM adds so that Lambda can write a function's logs and read its queue or stream.
FROM_SAM = {"AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole"}


@pytest.fixture(scope="module")
def stack():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        return Stack((ROOT / "template.yaml").read_text())


def listed(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text, ignores_case=False):
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.IGNORECASE if ignores_case else 0) is not None


def applies(statement, action, resource):
    """Without conditions, which the template has none of."""
    assert "Condition" not in statement and "NotResource" not in statement
    names = listed(statement.get("Action", statement.get("NotAction")))
    is_named = any(matches(name, action, ignores_case=True) for name in names)
    return is_named == ("Action" in statement) and any(
        matches(pattern, resource) for pattern in listed(statement["Resource"]))


def allows(statements, action, resource):
    assert all(statement["Effect"] == "Allow" for statement in statements)
    return any(applies(statement, action, resource) for statement in statements)


def role_of(stack, function):
    arn = stack.resources[function]["Role"]
    role, = [part for name, part in stack.of_type("AWS::IAM::Role").items() if stack.attribute(name, "Arn") == arn]
    return role


def statements_of(role):
    return [
        statement for policy in role.get("Policies", []) for statement in listed(policy["PolicyDocument"]["Statement"])]


def grants_of(role):
    return {
        (action, resource) for statement in statements_of(role) for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])}


def for_lambda_itself(stack, function):
    """What the role needs so that Lambda can send a function's failures on; no function calls it."""
    configurations = [
        part for type in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig")
        for part in stack.of_type(type).values() if part["FunctionName"] == stack.reference(function)]
    destinations = [
        destination["Destination"] for part in configurations for destination in part.get("DestinationConfig", {}).values()]
    queues = stack.resources[function].get("DeadLetterConfig", {})
    return {("sqs:SendMessage", arn) for arn in destinations + list(queues.values())}


def test_the_boundary_leaves_what_roles_grant(stack):
    """Also what no event of a replay brings about: failures sent on by Lambda."""
    for name in stack.of_type("AWS::Lambda::Function"):
        for action, resource in grants_of(role_of(stack, name)):
            assert allows(boundary(stack), action, resource), (name, action, resource)


def boundary(stack):
    return stack.resources["FunctionBoundary"]["PolicyDocument"]["Statement"]


def used_by(policy_usage, name):
    return {(entry["action"], entry["resource"]) for entry in policy_usage[name]["used"]}


def test_roles_and_boundary_grant_all_that_replay_used(stack, policy_usage):
    assert sorted(policy_usage) == sorted(stack.of_type("AWS::Lambda::Function"))
    for name in policy_usage:
        assert policy_usage[name]["denied"] == [], name
        for action, resource in used_by(policy_usage, name):
            assert allows(statements_of(role_of(stack, name)), action, resource), (name, action, resource)
            assert allows(boundary(stack), action, resource), (name, action, resource)


def test_roles_grant_nothing_else(stack, policy_usage):
    idle = set()
    for name in policy_usage:
        used = used_by(policy_usage, name)
        never = {
            (action, pattern) for action, pattern in grants_of(role_of(stack, name))
            if not any(matches(action, one, ignores_case=True) and matches(pattern, resource) for one, resource in used)}
        # What both the function and Lambda need is named there too.
        itself = {grant for grant in for_lambda_itself(stack, name) if (name, grant[0]) not in RARELY_NEEDED}
        idle |= {(name, action) for action, _ in never - itself}
    assert idle == set(RARELY_NEEDED)


def test_no_role_speaks_of_every_action_or_every_resource(stack):
    roles = stack.of_type("AWS::IAM::Role")
    assert len(roles) >= len(stack.of_type("AWS::Lambda::Function"))
    for name, role in roles.items():
        for statement in statements_of(role):
            assert set(statement) <= {"Sid", "Effect", "Action", "Resource"}, name
        for action, resource in grants_of(role):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action), (name, action)
            # A service, and at least the beginning of a name, stand before the first star.
            assert re.match(r"arn:aws:[a-z0-9-]+:[^:*]*:[^:*]*:[^:*]*[A-Za-z0-9]", resource), (name, resource)
            if action.split(":")[0] in ("dynamodb", "sqs", "iam", "events"):
                # Their names are known when the template is written.
                assert "*" not in resource, (name, resource)
            elif "*" in resource:
                # A key, a connection, a schedule: named after what exists already.
                assert re.search(r"[A-Za-z0-9]/([A-Za-z0-9@$/_-]+/)?\*$", resource), (name, resource)


def test_functions_share_no_role_and_are_bounded(stack):
    arns = [function["Role"] for function in stack.of_type("AWS::Lambda::Function").values()]
    assert len(set(arns)) == len(arns)
    for name in stack.of_type("AWS::Lambda::Function"):
        role = role_of(stack, name)
        assert role["PermissionsBoundary"] == stack.reference("FunctionBoundary"), name
        assert {arn.rpartition("/")[2] for arn in role["ManagedPolicyArns"]} <= FROM_SAM, name
        trust, = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust == {
            "Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}}, name


ACCOUNT = "us-east-1:000000000000"
LOGS = f"arn:aws:logs:{ACCOUNT}:log-group"


@pytest.mark.parametrize("action, resource, is_within", [
    ("logs:PutLogEvents", f"{LOGS}:bundle-FunctionLogs:log-stream:a", True),
    ("logs:PutLogEvents", f"{LOGS}:others:log-stream:a", False),
    ("logs:CreateLogGroup", f"{LOGS}:others", False),
    ("logs:DeleteLogGroup", f"{LOGS}:bundle-FunctionLogs", False),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/bundle-UsersTable", True),
    ("dynamodb:Query", f"arn:aws:dynamodb:{ACCOUNT}:table/bundle-OrdersTable/index/gsi1", True),
    ("dynamodb:GetRecords", f"arn:aws:dynamodb:{ACCOUNT}:table/bundle-VotingsTable/stream/1", True),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/others", False),
    ("dynamodb:GetRecords", f"arn:aws:dynamodb:{ACCOUNT}:table/others/stream/1", False),
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{ACCOUNT}:table/bundle-UsersTable", False),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{ACCOUNT}:bundle-RefundQueue", True),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{ACCOUNT}:others", False),
    ("sqs:DeleteQueue", f"arn:aws:sqs:{ACCOUNT}:bundle-RefundQueue", False),
    ("sqs:SendMessage", f"arn:aws:sqs:{ACCOUNT}:bundle-others", False),
    ("iam:PassRole", "arn:aws:iam::000000000000:role/bundle/bundle-Sender", True),
    ("iam:PassRole", "arn:aws:iam::000000000000:role/bundle-Sender", False),
    ("iam:PassRole", "arn:aws:iam::000000000000:role/Administrator", False),
    ("iam:CreateUser", "arn:aws:iam::000000000000:user/a", False),
    ("sts:AssumeRole", "arn:aws:iam::000000000000:role/Administrator", False),
])
def test_the_boundary_keeps_functions_within_the_bundle(stack, action, resource, is_within):
    assert allows(boundary(stack), action, resource) == is_within
