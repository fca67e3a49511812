"""The functions on a DynamoDB that is not ours: moto's, by `AWS_ENDPOINT_URL_DYNAMODB` alone.

Every event that comes by HTTP is invoked on the seed, kept by moto; reply and changed items are those that the emulator's
own DynamoDB gives.
"""

import datetime
import http.client
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import boto3
import botocore.config
import httpx
import pytest

from conftest import BUILD, ROOT, Emulator, free_port, wait_for_port

# What differs on moto, and why. A case that differs and is not here fails the test, and so does one that is here and no
# longer differs. README.md has the same table.
DIFFERENCES = {}


class Moto:
    """A running moto_server."""

    def __init__(self):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [pathlib.Path(sys.executable).with_name("moto_server"), "-p", str(port)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for_port(port, self.process)

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id="local",
            aws_secret_access_key="local", config=botocore.config.Config(retries={"total_max_attempts": 1}))

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def moto():
    running = Moto()
    yield running
    running.stop()


class Checkout(http.server.BaseHTTPRequestHandler):
    """Stripe, on any day: the emulator's stand-in would refuse what is bought on the day of the events."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"id": "cs_test_1", "url": "${Endpoint}/checkout/cs_test_1"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def emulator(moto):
    stripe = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Checkout)
    threading.Thread(target=stripe.serve_forever, daemon=True).start()
    running = Emulator(
        "--quiet", "--variable", f"AWS_ENDPOINT_URL_DYNAMODB={moto.endpoint}",
        "--variable", f"STRIPE_API_BASE=http://127.0.0.1:{stripe.server_port}")
    yield running
    stripe.shutdown()
    assert running.stop() == 0


class Tables:
    """The bundle's tables on moto, as the emulator describes them, with the seed."""

    def __init__(self, moto, emulator):
        self.client = moto.client("dynamodb")
        self.connection = http.client.HTTPConnection(moto.endpoint.removeprefix("http://"))
        ours = emulator.client("dynamodb")
        self.names, self.seed = {}, {}
        for name in ours.list_tables()["TableNames"]:
            logical = name.partition("-")[2]
            described = ours.describe_table(TableName=name)["Table"]
            indexes = [
                {part: index[part] for part in ["IndexName", "KeySchema", "Projection"]}
                for index in described.get("GlobalSecondaryIndexes", [])]
            self.client.create_table(
                TableName=name, KeySchema=described["KeySchema"], AttributeDefinitions=described["AttributeDefinitions"],
                BillingMode="PAY_PER_REQUEST", **({"GlobalSecondaryIndexes": indexes} if indexes else {}))
            self.names[logical] = name
            self.seed[logical] = {self.key(item): item for item in json.loads(
                (ROOT / f"events/seed/{logical}.json").read_text())}
            for item in self.seed[logical].values():
                self.client.put_item(TableName=name, Item=item)

    @staticmethod
    def key(item):
        return item["pk"]["S"], item["sk"]["S"]

    def items(self, logical):
        # Past boto3, which takes longer to read the answer than moto to make it.
        self.connection.request("POST", "/", json.dumps({"TableName": self.names[logical]}), {
            "X-Amz-Target": "DynamoDB_20120810.Scan", "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=local/20230223/us-east-1/dynamodb/aws4_request"})
        answer = json.loads(self.connection.getresponse().read())
        assert "LastEvaluatedKey" not in answer
        return {self.key(item): item for item in answer["Items"]}

    def changes(self, of=None):
        """What is not as in the seed, of some tables or of all; puts it back."""
        changes = []
        for logical in self.seed if of is None else of:
            seed = self.seed[logical]
            items = self.items(logical)
            for pk, sk in sorted(seed.keys() | items.keys()):
                before, after = seed.get((pk, sk)), items.get((pk, sk))
                if before == after:
                    continue
                changes.append({
                    "table": logical, "key": {"pk": {"S": pk}, "sk": {"S": sk}}, "before": rest(before, after),
                    "after": rest(after, before)})
                name = self.names[logical]
                if before:
                    self.client.put_item(TableName=name, Item=before)
                else:
                    self.client.delete_item(TableName=name, Key=changes[-1]["key"])
        return changes


def rest(item, other):
    """What is shown of an item beside its other state: the attributes that differ, and not the key."""
    return item and {
        name: value for name, value in item.items()
        if name not in ("pk", "sk") and not (other and other.get(name) == value)}


@pytest.fixture(scope="module")
def tables(moto, emulator):
    return Tables(moto, emulator)


def http_events():
    for path in sorted((ROOT / "events").glob("*/*.json")):
        if path.parent.name in ("seed", "flows") or path.name.endswith(".expected.json"):
            continue
        event = json.loads(path.read_text())
        if isinstance(event, dict) and "timeEpoch" in event.get("requestContext", {}):
            yield f"{path.parent.name}/{path.stem}", event


def reply_of(payload):
    if isinstance(payload.get("body"), str):
        try:
            payload["body"] = json.loads(payload["body"])
        except ValueError:
            pass
    return payload


def settled(value, endpoint):
    """With what counts up or names the machine told apart from what is said."""
    text = json.dumps(value, sort_keys=True).replace(endpoint, "${Endpoint}")
    text = re.sub(r"cs_test_\d+|[A-Z0-9]{17}\b", "<checkout>", text)
    return json.loads(re.sub(r'\?X-Amz-Algorithm=[^"]*', "?<signed>", text))


def by_key(changes):
    return sorted(changes, key=lambda change: (change["table"], change["key"]["pk"]["S"], change["key"]["sk"]["S"]))


def is_of_a_stream(change):
    """Made by a function that follows a table's stream: the emulator brings those of its own tables alone."""
    kind = change["key"]["pk"]["S"].partition("#")[0]
    # What users find in their inbox is put there so; that they read it, they say themselves. A push that finds nobody
    # takes the connection away.
    return (
        kind == "TALLY" or kind == "INBOX" and change["before"] is None or kind == "CONN" and change["after"] is None)


def test_the_functions_do_the_same_on_motos_dynamodb(emulator, tables):
    functions = emulator.client("lambda")
    different = {}
    count = 0
    for name, event in http_events():
        count += 1
        expected = json.loads((ROOT / f"events/{name}.expected.json").read_text())
        wanted = {
            "reply": expected["reply"],
            "changes": by_key(change for change in expected.get("changes", []) if not is_of_a_stream(change))}
        answer = functions.invoke(FunctionName=name.partition("/")[0], Payload=json.dumps(event))
        found = {
            "reply": reply_of(json.loads(answer["Payload"].read())),
            # All tables would be more than moto can list in a minute; what changes elsewhere is seen at the end.
            "changes": by_key(tables.changes({change["table"] for change in wanted["changes"]}))}
        if settled(found, emulator.endpoint) != settled(wanted, emulator.endpoint):
            different[name] = {"found": found, "wanted": wanted}
    assert count > 300
    assert tables.changes() == []
    news = {name: difference for name, difference in different.items() if name not in DIFFERENCES}
    assert not news, json.dumps(news, indent=1)[:8_000]
    assert not DIFFERENCES.keys() - different.keys(), "these no longer differ: take them out of the list"


# MARK: The other adapters, on moto and on the emulator: both hold what was asked for.


@pytest.fixture(scope="module", params=["moto", "emulator"])
def services(request):
    """Where the services are, with the adapters before them."""
    return Services(request.getfixturevalue(request.param))


class Services:
    def __init__(self, server):
        self.server = server
        self.queue = server.client("sqs").create_queue(QueueName="adapters")["QueueUrl"]
        self.heard = self.consumer()
        server.client("scheduler").create_schedule_group(Name="adapters")
        server.client("s3").create_bucket(Bucket="adapters")

    def consumer(self):
        """A queue that a rule sends the shop's events to."""
        sqs, events = self.server.client("sqs"), self.server.client("events")
        queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.create_event_bus(Name="adapters")
        events.put_rule(Name="orders", EventBusName="adapters", EventPattern='{"source": ["shop.orders"]}')
        put = events.put_targets(Rule="orders", EventBusName="adapters", Targets=[{"Id": "queue", "Arn": arn}])
        assert put["FailedEntryCount"] == 0
        return queue

    def call(self, *calls, **environment):
        done = subprocess.run(
            [BUILD / "Adapters"], input="".join(json.dumps(call) + "\n" for call in calls), capture_output=True, text=True,
            timeout=60, env={
                **os.environ, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_ENDPOINT_URL": self.server.endpoint, "QUEUE_URL": self.queue, "SCHEDULE_GROUP": "adapters",
                "ADAPTERS_BUCKET": "adapters", "EVENT_BUS": "adapters",
                "SCHEDULE_ROLE": "arn:aws:iam::123456789012:role/scheduler",
                "SCHEDULE_DEAD_LETTERS": "arn:aws:sqs:us-east-1:123456789012:dead", **environment})
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def test_messages_sent_are_in_the_queue(services):
    bodies = [f"Grüße {index} \"日本\" \\ & 👍" for index in range(23)] + ["x" * 200_000, "y" * 200_000]
    messages = [{"body": body} for body in bodies] + [{"body": "later", "delaySeconds": 900}]
    assert services.call({"send": messages}) == [{"done": True}]
    client = services.server.client("sqs")
    found = []
    while len(found) < len(bodies):
        received = client.receive_message(QueueUrl=services.queue, MaxNumberOfMessages=10, VisibilityTimeout=60)
        assert received.get("Messages"), f"{len(found)} of {len(bodies)} are there"
        found += [message["Body"] for message in received["Messages"]]
    assert sorted(found) == sorted(bodies)
    counts = client.get_queue_attributes(QueueUrl=services.queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_queue_that_is_not_there_is_said_so(services):
    url = services.queue.replace("adapters", "nothing")
    [answer] = services.call({"send": [{"body": "x"}]}, QUEUE_URL=url)
    assert answer["error"].startswith("the service refuses the call: SendMessageBatch: QueueDoesNotExist"), answer


def heard(services, count):
    client = services.server.client("sqs")
    found = []
    while len(found) < count:
        received = client.receive_message(
            QueueUrl=services.heard, MaxNumberOfMessages=10, VisibilityTimeout=60, WaitTimeSeconds=2)
        assert received.get("Messages"), f"{len(found)} of {count} were sent on"
        for message in received["Messages"]:
            found.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=services.heard, ReceiptHandle=message["ReceiptHandle"])
    assert "Messages" not in client.receive_message(QueueUrl=services.heard)
    return found


def told(number, source="shop.orders"):
    return {
        "key": f"order {number % 3}", "source": source, "detailType": "OrderPlaced", "time": "2030-02-23T18:00:00Z",
        "detail": json.dumps({"number": number, "text": "Grüße \"日本\" \\ & 👍"}),
        "resources": ["arn:aws:shop:::order/1"]}


def test_what_is_published_comes_to_the_rules_queue(services):
    events = [told(number) for number in range(25)]
    assert services.call({"publish": [told(99, "shop.others"), *events]}) == [{"done": True}]
    found = heard(services, len(events))
    assert sorted(event["detail"]["number"] for event in found) == list(range(25))
    for event in found:
        assert event["detail"] == json.loads(events[event["detail"]["number"]]["detail"])
        assert (event["source"], event["detail-type"]) == ("shop.orders", "OrderPlaced")
        assert event["resources"] == ["arn:aws:shop:::order/1"]
        assert event["time"] == "2030-02-23T18:00:00Z"


def test_an_event_that_is_refused_is_named_and_the_others_are_published(services):
    events = [told(1), {**told(2), "detail": "{"}, told(3)]
    [answer] = services.call({"publish": events})
    assert answer == {"refused 1": "MalformedDetail: Detail is malformed."}
    assert sorted(event["detail"]["number"] for event in heard(services, 2)) == [1, 3]


def test_a_schedule_is_made_changed_and_removed(services):
    client = services.server.client("scheduler")
    schedule = {
        "name": "drink-alert-v1", "at": "2035-02-23T18:55:00.001Z", "input": '{"votingID":"drink"}',
        "target": "arn:aws:lambda:us-east-1:123456789012:function:SendAlert"}
    assert services.call({"schedule": schedule}, {"schedule": {**schedule, "input": "{}"}}) == [{"done": True}] * 2
    found = client.get_schedule(GroupName="adapters", Name="drink-alert-v1")
    assert found["ScheduleExpression"] == "at(2035-02-23T18:55:01)"
    assert found["ScheduleExpressionTimezone"] == "UTC"
    assert found["Target"]["Input"] == "{}"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert services.call({"unschedule": "drink-alert-v1"}, {"unschedule": "drink-alert-v1"}) == [{"done": True}] * 2
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_schedule(GroupName="adapters", Name="drink-alert-v1")


KEYS = [
    "plain.txt", "a folder/with a space.txt", "plus+sign", "equals=sign", "tilde~(parens):colon", "percent%20sign", "100%",
    "Grüße/日本語 👍.txt", "e\u0301", "quote'\"!*,;@&$#?[]", "trailing/"]


@pytest.mark.parametrize("key", KEYS)
def test_objects_of_odd_keys_are_stored_read_and_removed(services, key):
    client = services.server.client("s3")
    assert services.call(
        {"read": key}, {"insert": "first", "key": key}, {"insert": "second", "key": key}, {"read": key}) == [
            {"found": None}, {"done": True}, {"done": True}, {"found": "first"}]
    found = client.get_object(Bucket="adapters", Key=key)
    assert (found["Body"].read(), found["ContentType"], found["CacheControl"]) == (b"first", "text/plain", "max-age=1")
    assert services.call({"remove": key}, {"remove": key}, {"read": key}) == [{"done": True}] * 2 + [{"found": None}]
    assert key not in [entry["Key"] for entry in client.list_objects_v2(Bucket="adapters").get("Contents", [])]


@pytest.mark.parametrize("key", KEYS)
def test_presigned_requests_work_as_they_stand(services, key):
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    upload, download = services.call({"upload": key, "bytes": 5, "at": now}, {"download": key, "at": now})
    assert httpx.put(upload["url"], headers=upload["headers"], content=b"hello").status_code == 200
    assert httpx.get(download["url"]).content == b"hello"
    assert services.server.client("s3").get_object(Bucket="adapters", Key=key)["Body"].read() == b"hello"
    services.call({"remove": key})
