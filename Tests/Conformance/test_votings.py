"""Votings under fire: changes that are slow to be stored (R14)."""

import concurrent.futures
import datetime
import http.client
import http.server
import json
import threading
import time
import uuid

import pytest

from conftest import Emulator
from test_votes import number, table_name, text

CLIENTS = 24


class SlowStore(http.server.ThreadingHTTPServer):
    """Hands on calls of DynamoDB, those of votings' plans late."""

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
        operation, seconds = self.server.slow or (None, 0)
        # Nothing but plans names the calendar.
        if b'"CALENDAR"' in body and self.headers["X-Amz-Target"].endswith(f".{operation}"):
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


@pytest.fixture(scope="module")
def slow():
    store = SlowStore()
    running = Emulator("--quiet", "--variable", f"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:{store.server_port}")
    store.endpoint = running.endpoint
    running.store = store
    running.functions = running.client("lambda", max_pool_connections=CLIENTS)
    yield running
    assert running.stop() == 0
    store.shutdown()


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
    options = [{"M": {"id": text(option), "title": text(option)}} for option in ["tea", "mate"]]
    tables.put_item(TableName=votings, Item={
        "pk": text(f"VOTING#{voting}"), "sk": text("META"), "title": text("Which?"), "kind": text("FREE"),
        "options": {"L": options}, "startsAt": number(now - 60_000), "endsAt": number(now + 600_000),
        "version": number(1), "scheduleVersion": number(1), "createdBy": text("gus"), "createdAt": number(0)})
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
            slow.store.slow = (call, 2.5)
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
