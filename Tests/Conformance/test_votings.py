"""Votings under fire: many administrators at once, and changes that are refused or slow to be stored (R13, R14)."""

import concurrent.futures
import contextlib
import datetime
import http.client
import http.server
import json
import re
import threading
import time
import uuid

import httpx
import pytest

from conftest import ROOT, Emulator, eventually
from evenings import POOL, log_in, sign_up
from test_votes import number, table_name, text

CLIENTS = 24


def administrator(world):
    """Headers of one who is new."""
    name = f"{uuid.uuid4()}@example.com"
    sign_up(world, name)
    world.client("cognito-idp").admin_add_user_to_group(UserPoolId=POOL, Username=name, GroupName="admins")
    return log_in(world, name)


def text_of(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# MARK: At most so many at once


@pytest.fixture(scope="module")
def world():
    running = Emulator("--quiet")
    yield running
    assert running.stop() == 0


def test_of_many_made_at_once_sixteen_are_open_at_an_instant(world):
    """R13: two administrators make 40 votings from 24 connections, each with a window of its own around one instant. A
    client that is asked to come again does, with the same idempotency key."""
    administrators = [administrator(world) for _ in range(2)]
    api = httpx.Client(
        base_url=f"{world.endpoint}/apis/api", timeout=30, limits=httpx.Limits(max_connections=CLIENTS))
    instant = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    start_together = threading.Barrier(CLIENTS)

    def make(index):
        if index < CLIENTS:
            start_together.wait(30)
        window = {
            "startsAt": text_of(instant - datetime.timedelta(minutes=index)),
            "endsAt": text_of(instant + datetime.timedelta(minutes=60 - index, milliseconds=1))}
        body = {"title": f"Number {index}", "kind": "FREE", **window, "options": [
            {"id": "a", "title": "A"}, {"id": "b", "title": "B"}]}
        headers = administrators[index % 2] | {"Idempotency-Key": f"at-once-{index}"}
        deadline = time.monotonic() + 60
        while True:
            reply = api.post("/votings", json=body, headers=headers)
            if reply.status_code != 503:
                return reply
            assert time.monotonic() < deadline, "busy for a minute"

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        replies = list(pool.map(make, range(40)))
    made = [reply.json() for reply in replies if reply.status_code in (200, 201)]
    refused = [reply.json()["code"] for reply in replies if reply.status_code not in (200, 201)]
    assert (len(made), refused) == (16, ["TOO_MANY_OPEN"] * 24)
    listed = {voting["votingID"] for voting in api.get("/votings").json()["votings"]}
    assert listed == {voting["votingID"] for voting in made}
    tables = world.client("dynamodb")
    calendar = tables.get_item(
        TableName=table_name(tables, "VotingsTable"), Key={"pk": text("CALENDAR"), "sk": text("META")})["Item"]
    assert {window["M"]["votingID"]["S"] for window in calendar["windows"]["L"]} == listed


# MARK: Changes that are refused


def planned(voting_id, start, end, kind="FREE", **more):
    options = [{"M": {"id": text(option), "title": text(option)}} for option in ["tea", "mate"]]
    return {
        "pk": text(f"VOTING#{voting_id}"), "sk": text("META"), "title": text("Which?"), "kind": text(kind),
        "options": {"L": options}, "startsAt": number(start), "endsAt": number(end), "version": number(1),
        "scheduleVersion": number(1), "createdBy": text("gus"), "createdAt": number(0), **more}


def test_a_voting_whose_schedule_is_refused_holds_up_no_other(world):
    """A voting of the year 10000, which no request can make: the scheduler takes no such time, however often."""
    tables, scheduler = world.client("dynamodb"), world.client("scheduler")
    votings = table_name(tables, "VotingsTable")
    now = time.time_ns() // 1_000_000
    ids = [f"{name}-{uuid.uuid4()}" for name in ["last", "next"]]
    tables.put_item(TableName=votings, Item=planned(ids[0], now + 7_200_000, 253_402_300_800_000))
    tables.put_item(TableName=votings, Item=planned(ids[1], now + 7_200_000, now + 10_800_000))

    def kinds():
        names = [schedule["Name"] for schedule in scheduler.list_schedules(MaxResults=100)["Schedules"]]
        return {name.removeprefix(ids[1]).split("-")[1] for name in names if name.startswith(ids[1])}

    eventually(lambda: kinds() == {"REMINDER", "ALERT", "COUNT"})


# MARK: Changes that are slow


class SlowStore(http.server.ThreadingHTTPServer):
    """Hands on calls of DynamoDB, some of them late: `slow` has the operation, the seconds, and what is in its body."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SlowCalls)
        self.endpoint = None
        self.slow = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class SlowCalls(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation, seconds, mark = self.server.slow or (None, 0, b"")
        if mark in body and self.headers["X-Amz-Target"].endswith(f".{operation}"):
            time.sleep(seconds)
        connection = http.client.HTTPConnection(self.server.endpoint.removeprefix("http://"), timeout=30)
        connection.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        try:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("server", "date", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except BrokenPipeError:
            pass  # The function has given up.

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def slow_emulator(**options):
    store = SlowStore()
    running = Emulator(
        "--quiet", "--variable", f"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:{store.server_port}", **options)
    store.endpoint = running.endpoint
    running.store = store
    running.functions = running.client("lambda", max_pool_connections=CLIENTS)
    yield running
    assert running.stop() == 0
    store.shutdown()


@pytest.fixture(scope="module")
def slow():
    with slow_emulator() as running:
        yield running


def invoke(world, function, route, voting, claims, body):
    """As a gateway does that has just received the request; the time of that, and the reply."""
    path = route.partition(" ")[2].replace("{votingID}", voting)
    now = time.time_ns() // 1_000_000
    event = {
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "", "headers": {},
        "pathParameters": {"votingID": voting}, "isBase64Encoded": False, "body": json.dumps(body),
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}}, "requestId": str(uuid.uuid4()),
            "http": {
                "method": route.partition(" ")[0], "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                "userAgent": "test"},
            "routeKey": route, "stage": "$default", "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": now}}
    reply = world.functions.invoke(FunctionName=function, Payload=json.dumps(event))
    payload = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, payload
    return now, payload["statusCode"], json.loads(payload["body"])


@pytest.mark.parametrize("call", ["BatchGetItem", "TransactWriteItems"])
def test_a_vote_counts_by_the_end_that_holds_however_slow_the_closing_is(slow, call):
    """R14: votes are cast without a pause while the voting is closed; those received before its end are confirmed and the
    others are not, whether the function reads or stores late."""
    tables = slow.client("dynamodb")
    votings = table_name(tables, "VotingsTable")
    voting = f"slow-{uuid.uuid4()}"
    now = time.time_ns() // 1_000_000
    tables.put_item(TableName=votings, Item=planned(voting, now - 60_000, now + 600_000))
    closed = threading.Event()

    def cast():
        cast = []
        while not closed.is_set():
            cast.append(invoke(
                slow, "CastVote", "POST /votings/{votingID}/vote", voting, {"sub": str(uuid.uuid4())},
                {"optionID": "tea"}))
            time.sleep(0.02)
        return cast

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        voters = [pool.submit(cast) for _ in range(2)]
        try:
            time.sleep(0.5)
            # Nothing but plans names the calendar.
            slow.store.slow = (call, 2.5, b'"CALENDAR"')
            _, status, reply = invoke(
                slow, "ManageVotings", "POST /votings/{votingID}/close", voting,
                {"sub": "gus", "cognito:groups": "[admins]"}, {})
            assert status == 200, reply
            end = int(datetime.datetime.fromisoformat(reply["endsAt"]).timestamp() * 1000)
            assert end - now < 15_000, "a few seconds"
            time.sleep(max(0, end / 1000 + 2 - time.time()))
        finally:
            slow.store.slow = None
            closed.set()
        votes = [vote for voter in voters for vote in voter.result(30)]
    counted = [received for received, status, _ in votes if status == 201]
    refused = [received for received, status, body in votes if status == 409 and body["code"] == "ENDED"]
    assert len(counted) + len(refused) == len(votes) and counted and refused
    assert [received - end for received in counted if received >= end] == []
    assert [received - end for received in refused if received < end] == []


# MARK: Refunds that are slow


def shard_of(user):
    """FNV-1a of 64 bits, of which the partition is the rest by 256."""
    value = 0xCBF29CE484222325
    for byte in user.encode():
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value % 256


def test_refunds_that_outlast_the_function_go_on_in_another_invocation(tmp_path):
    """R4: twelve refunds of a second each, and eleven seconds for an invocation. Cut off, they would come again no sooner
    than the queue's visibility timeout, six minutes later."""
    template = (ROOT / "template.yaml").read_text()
    hasty, changed = re.subn(r"(/RefundVotes\.zip\n(?: {6}.*\n)*? {6}Timeout:) 60\n", r"\1 11\n", template)
    assert changed == 1
    (tmp_path / "template.yaml").write_text(hasty)
    with slow_emulator(template=tmp_path / "template.yaml") as running:
        tables, queues = running.client("dynamodb"), running.client("sqs")
        votings, users = table_name(tables, "VotingsTable"), table_name(tables, "UsersTable")
        now = time.time_ns() // 1_000_000
        voting = f"cancelled-{uuid.uuid4()}"
        tables.put_item(TableName=votings, Item=planned(
            voting, now - 7_200_000, now + 3_600_000, "PAID", cancelledAt=number(now - 3_600_000)))
        people = [user for user in (f"user-{n}" for n in range(5_000)) if shard_of(user) == 7][:12]
        for user in people:
            tables.put_item(TableName=votings, Item={
                "pk": text(f"P#{voting}#7"), "sk": text(f"U#{user}"), "optionID": text("tea"), "requestID": text("r"),
                "votedAt": number(now - 7_000_000)})
        running.store.slow = ("TransactWriteItems", 1, b"VOTE_REFUND")
        queue = queues.get_queue_url(QueueName="bundle-RefundQueue")["QueueUrl"]
        queues.send_message(QueueUrl=queue, MessageBody=json.dumps({"votingID": voting, "shard": 7}))
        def refunds():
            return tables.scan(
                TableName=users, FilterExpression="#c = :c", ExpressionAttributeNames={"#c": "cause"},
                ExpressionAttributeValues={":c": text("VOTE_REFUND")})["Items"]

        found = eventually(lambda: len(refunds()) == 12 and refunds(), seconds=40)
        assert {item["pk"]["S"] for item in found} == {f"USER#{user}" for user in people}
        left = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        assert left["ApproximateNumberOfMessages"] == "0"
