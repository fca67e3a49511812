"""Votes under fire: many at once against real processes, and not one too many (R2, R11)."""

import base64
import concurrent.futures
import json
import uuid

import pytest

from conftest import ROOT

NOW = 1_677_175_200_000
CLIENTS = 32


@pytest.fixture(scope="module")
def tables(emulator):
    return emulator.client("dynamodb", max_pool_connections=CLIENTS)


@pytest.fixture(scope="module")
def functions(emulator):
    return emulator.client("lambda", max_pool_connections=CLIENTS)


def table_name(tables, logical_id):
    return next(name for name in tables.list_tables()["TableNames"] if name.endswith(logical_id))


def text(value):
    return {"S": value}


def number(value):
    return {"N": str(value)}


def voting(voting_id, kind):
    options = [{"M": {"id": text(option), "title": text(option)}} for option in ["tea", "mate"]]
    return {
        "pk": text(f"VOTING#{voting_id}"), "sk": text("META"), "title": text("Which one?"), "kind": text(kind),
        "options": {"L": options}, "startsAt": number(NOW - 60_000), "endsAt": number(NOW + 3_600_000),
        "version": number(1), "scheduleVersion": number(1), "createdBy": text("admin"), "createdAt": number(NOW - 90_000)}


def vote(user, voting_id, option="tea"):
    path = f"/votings/{voting_id}/vote"
    request_id = str(uuid.uuid4())
    return {
        "version": "2.0", "routeKey": "POST /votings/{votingID}/vote", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json"}, "pathParameters": {"votingID": voting_id},
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": {"jwt": {"claims": {"sub": user}, "scopes": None}},
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
            "requestId": request_id, "routeKey": "POST /votings/{votingID}/vote", "stage": "$default",
            "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": NOW},
        "body": json.dumps({"optionID": option}), "isBase64Encoded": False}


def cast(functions, *arguments):
    reply = functions.invoke(FunctionName="CastVote", Payload=json.dumps(vote(*arguments)))
    payload = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, payload
    return payload["statusCode"], json.loads(payload["body"])


def all_at_once(functions, votes):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda arguments: cast(functions, *arguments), votes))


def participations(tables, voting_ids, user):
    pages = tables.get_paginator("scan").paginate(
        TableName=table_name(tables, "VotingsTable"), FilterExpression="begins_with(pk, :p) AND sk = :u",
        ExpressionAttributeValues={":p": text("P#"), ":u": text(f"U#{user}")})
    found = [item for page in pages for item in page["Items"]]
    return [item for item in found if item["pk"]["S"].split("#")[1] in voting_ids and "votedAt" in item]


def ledger(tables, user):
    pages = tables.get_paginator("query").paginate(
        TableName=table_name(tables, "UsersTable"), KeyConditionExpression="pk = :u AND begins_with(sk, :l)",
        ExpressionAttributeValues={":u": text(f"USER#{user}"), ":l": text("LEDGER#")})
    return [int(item["credits"]["N"]) for page in pages for item in page["Items"]]


def balance(tables, user):
    key = {"pk": text(f"USER#{user}"), "sk": text("BALANCE")}
    return int(tables.get_item(TableName=table_name(tables, "UsersTable"), Key=key)["Item"]["credits"]["N"])


def give_credits(tables, user, credits):
    tables.put_item(
        TableName=table_name(tables, "UsersTable"),
        Item={"pk": text(f"USER#{user}"), "sk": text("BALANCE"), "credits": number(credits)})


@pytest.mark.parametrize("kind", ["FREE", "PAID"])
def test_200_parallel_votes_of_one_user_leave_one(tables, functions, kind):
    user, voting_id = f"user-{uuid.uuid4()}", f"final-{uuid.uuid4()}"
    tables.put_item(TableName=table_name(tables, "VotingsTable"), Item=voting(voting_id, kind))
    give_credits(tables, user, 200)
    replies = all_at_once(functions, [(user, voting_id, ["tea", "mate"][n % 2]) for n in range(200)])
    stored = participations(tables, {voting_id}, user)
    assert len(stored) == 1
    winner = stored[0]["optionID"]["S"]
    statuses = [status for status, _ in replies]
    assert statuses.count(201) == 1
    assert statuses.count(200) == 99, "the same choice again gets the first confirmation"
    assert statuses.count(409) == 100
    assert {body["optionID"] for _, body in replies} == {winner}
    spent = 1 if kind == "PAID" else 0
    assert ledger(tables, user) == [-1] * spent
    assert balance(tables, user) == 200 - spent


def test_1000_parallel_paid_votes_with_10_credits_leave_10(tables, functions):
    user = f"user-{uuid.uuid4()}"
    voting_ids = [f"v{n}-{uuid.uuid4()}" for n in range(1000)]
    name = table_name(tables, "VotingsTable")
    for start in range(0, 1000, 25):
        tables.batch_write_item(RequestItems={name: [
            {"PutRequest": {"Item": voting(voting_id, "PAID")}} for voting_id in voting_ids[start:start + 25]]})
    give_credits(tables, user, 10)
    replies = all_at_once(functions, [(user, voting_id) for voting_id in voting_ids])
    statuses = [status for status, _ in replies]
    assert (statuses.count(201), statuses.count(402)) == (10, 990)
    assert len(participations(tables, set(voting_ids), user)) == 10
    assert balance(tables, user) == 0
    assert ledger(tables, user) == [-1] * 10


def test_aws_command_line_invokes(awscli, tmp_path):
    output = tmp_path / "reply.json"
    done = awscli(
        "lambda", "invoke", "--function-name", "CastVote", "--log-type", "Tail", "--payload",
        f"fileb://{ROOT}/events/CastVote/unknown-voting.json", output)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "REPORT RequestId:" in base64.b64decode(answer["LogResult"]).decode()
    assert json.loads(output.read_text())["statusCode"] == 404
    missing = awscli("lambda", "invoke", "--function-name", "Nobody", output)
    assert missing.returncode != 0
    assert "ResourceNotFoundException" in missing.stderr
