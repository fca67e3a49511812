"""Votes counted while they come, after the end, and given back: through the bundle's own template, with what follows from
each commit, and with the deliveries that AWS allows (R2, R4)."""

import collections
import concurrent.futures
import datetime
import json
import random
import uuid

import httpx
import pytest

from conftest import Emulator
from test_evening import log_in, sign_up
from test_votes import balance, give_credits, ledger, number, table_name, text

CLIENTS = 16


@pytest.fixture(scope="module")
def world():
    running = Emulator("--quiet")
    running.tables = running.client("dynamodb", max_pool_connections=CLIENTS)
    running.functions = running.client("lambda", max_pool_connections=CLIENTS)
    running.votings = table_name(running.tables, "VotingsTable")
    running.api = httpx.Client(base_url=f"{running.endpoint}/apis/api", timeout=20)
    running.clock = httpx.Client(base_url=running.endpoint, timeout=20)
    yield running
    assert running.stop() == 0


def now(world):
    """In milliseconds."""
    clock = world.clock.get("/_emulator/clock").json()["now"]
    return int(datetime.datetime.fromisoformat(clock).timestamp() * 1000)


def make_voting(world, kind="FREE", **more):
    voting = f"v-{uuid.uuid4()}"
    options = [{"M": {"id": text(option), "title": text(option.title())}} for option in ["tea", "mate"]]
    world.tables.put_item(TableName=world.votings, Item={
        "pk": text(f"VOTING#{voting}"), "sk": text("META"), "title": text("Which one?"), "kind": text(kind),
        "options": {"L": options}, "startsAt": number(now(world) - 60_000), "endsAt": number(now(world) + 600_000),
        "version": number(1), "scheduleVersion": number(1), "createdBy": text("gus"), "createdAt": number(0), **more})
    return voting


def invoke(world, function, event):
    reply = world.functions.invoke(FunctionName=function, Payload=json.dumps(event))
    return reply.get("FunctionError"), json.loads(reply["Payload"].read())


def cast(world, voting, user, option):
    path = f"/votings/{voting}/vote"
    request = {
        "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
        "authorizer": {"jwt": {"claims": {"sub": user}, "scopes": None}},
        "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
        "requestId": str(uuid.uuid4()), "routeKey": "POST /votings/{votingID}/vote", "stage": "$default",
        "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": now(world)}
    error, reply = invoke(world, "CastVote", {
        "version": "2.0", "routeKey": request["routeKey"], "rawPath": path, "rawQueryString": "", "headers": {},
        "pathParameters": {"votingID": voting}, "requestContext": request, "body": json.dumps({"optionID": option}),
        "isBase64Encoded": False})
    assert error is None and reply["statusCode"] == 201, reply


def results(world, voting):
    reply = world.api.get(f"/votings/{voting}/results")
    assert reply.status_code == 200, reply.text
    return {option["id"]: option["votes"] for option in reply.json()["options"]}, reply.json()


def at_once(work, arguments):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda each: work(*each), arguments))


def settle(world):
    world.advance("1ms")


def test_votes_through_the_api_show_in_the_results_and_are_counted_at_the_end(world):
    voting = make_voting(world)
    assert results(world, voting)[0] == {"tea": 0, "mate": 0}
    for user, option in [("one", "tea"), ("two", "mate"), ("three", "tea")]:
        sign_up(world, f"{user}@example.com")
        headers = log_in(world, f"{user}@example.com")
        registered = world.api.post(f"/votings/{voting}/registration", headers=headers)
        assert registered.status_code == 201, registered.text
        vote = world.api.post(f"/votings/{voting}/vote", json={"optionID": option}, headers=headers)
        assert vote.status_code == 201, vote.text
        again = world.api.post(f"/votings/{voting}/vote", json={"optionID": option}, headers=headers)
        assert again.status_code == 200, again.text
    settle(world)
    live, body = results(world, voting)
    assert (live, body["isFinal"], body["total"]) == ({"tea": 2, "mate": 1}, False, 3)

    count = {"votingID": voting, "scheduleVersion": 1}
    assert invoke(world, "CountVotes", count)[0] is not None, "it is not over"
    assert invoke(world, "CountVotes", count | {"scheduleVersion": 2}) == (None, {"outcome": "VOID"})
    world.advance("11m1s")
    outcomes = collections.Counter(
        (error, reply.get("outcome")) for error, reply in at_once(invoke, [(world, "CountVotes", count)] * 4))
    # A schedule of the bundle may have been as quick.
    assert set(outcomes) <= {(None, "COUNTED"), (None, "ALREADY_COUNTED")} and outcomes[(None, "COUNTED")] <= 1
    final, body = results(world, voting)
    assert (final, body["isFinal"], body["phase"]) == ({"tea": 2, "mate": 1}, True, "ENDED")
    item = world.tables.get_item(
        TableName=world.votings, Key={"pk": text(f"FINAL#{voting}"), "sk": text("META")})["Item"]
    assert item["tallyAgrees"] == {"BOOL": True}


def test_500_votes_at_once_are_each_tallied_once(world):
    votings = [make_voting(world) for _ in range(4)]
    votes = [(world, votings[n % 4], f"user-{n}", ["tea", "mate"][n % 3 // 2]) for n in range(500)]
    at_once(cast, votes)
    settle(world)
    for voting in votings:
        wanted = collections.Counter(option for _, of, _, option in votes if of == voting)
        assert results(world, voting)[0] == wanted


def deliver(world, shard, records):
    error, reply = invoke(world, "TallyVotes", {
        "Records": records, "window": {"start": "2023-02-23T18:00:00Z", "end": "2023-02-23T18:15:00Z"}, "state": {},
        "shardId": shard, "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/L",
        "isFinalInvokeForWindow": False, "isWindowTerminatedEarly": False})
    assert error is None and reply["batchItemFailures"] == [], reply


def records_of(votings, count, first=1):
    """Votes as a shard of the stream tells of them, and what they come to."""
    records, wanted = [], collections.defaultdict(collections.Counter)
    for n in range(first, first + count):
        voting, option = random.choice(votings), random.choice(["tea", "mate"])
        key = {"pk": text(f"P#{voting}#{n % 256}"), "sk": text(f"U#{n}")}
        records.append({
            "eventID": str(n), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1", "dynamodb": {
                "ApproximateCreationDateTime": 1, "Keys": key, "SizeBytes": 1, "SequenceNumber": str(10**20 + n * 7),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
                "NewImage": key | {"votedAt": number(5), "optionID": text(option), "requestID": text("r")}}})
        wanted[voting][option] += 1
    return records, wanted


def test_batches_that_come_at_the_same_time_again_and_cut_elsewhere_count_once(world):
    """Two shards side by side, of each the batches in order the first time, and at any time what came before again."""
    votings = [make_voting(world) for _ in range(3)]
    seed = random.randrange(1 << 30)
    print("seed", seed)
    random.seed(seed)
    shards = {f"shardId-{n:020}-{n:08x}": records_of(votings, 300, n * 1000) for n in (1, 2)}
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        done = {shard: 0 for shard in shards}
        while any(done[shard] < 300 for shard in shards):
            jobs = []
            for shard, (records, _) in shards.items():
                # Whatever has come may come again beside the next batch, which itself comes to several at once.
                for _ in range(3):
                    start = random.randint(0, done[shard])
                    jobs.append((shard, records[start:random.randint(start, done[shard])]))
                start, end = random.randint(0, done[shard]), min(300, done[shard] + random.randint(1, 60))
                jobs += [(shard, records[start:end])] * 2
                done[shard] = end
            random.shuffle(jobs)
            for job in [pool.submit(deliver, world, *job) for job in jobs]:
                job.result()
    # The first is split: its successors have other ids and numbers of their own.
    more, wanted_more = records_of(votings, 50)
    deliver(world, "shardId-00000000000000000003-00000003", more)
    deliver(world, "shardId-00000000000000000001-00000001", shards["shardId-00000000000000000001-00000001"][0])
    for voting in votings:
        wanted = sum((wanted[voting] for _, wanted in shards.values()), wanted_more[voting])
        assert results(world, voting)[0] == {"tea": wanted["tea"], "mate": wanted["mate"]}


def test_a_batch_of_more_votings_than_fit_comes_again_from_the_first_that_does_not(world):
    votings = [f"many-{n}" for n in range(150)]
    records = [record for n, voting in enumerate(votings) for record in records_of([voting], 1, n + 1)[0]]
    event = {
        "Records": records, "window": {"start": "2023-02-23T18:00:00Z", "end": "2023-02-23T18:15:00Z"}, "state": {},
        "shardId": "shardId-00000000000000000009-00000009"}
    error, reply = invoke(world, "TallyVotes", event)
    first = records[100]["dynamodb"]["SequenceNumber"]
    assert (error, reply["batchItemFailures"]) == (None, [{"itemIdentifier": first}])
    error, reply = invoke(world, "TallyVotes", event | {"Records": records[100:]})
    assert (error, reply["batchItemFailures"]) == (None, [])
    tallies = [
        world.tables.query(
            TableName=world.votings, KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": text(f"TALLY#{voting}")})["Items"] for voting in votings]
    assert all(len(items) == 1 for items in tallies)
    assert all(sum(int(v["N"]) for k, v in items[0].items() if k.startswith("option#")) == 1 for items in tallies)


def test_refunds_told_at_the_same_time_are_paid_once(world):
    voting = make_voting(world, "PAID")
    users = [f"payer-{uuid.uuid4()}" for _ in range(40)]
    for user in users:
        give_credits(world.tables, user, 3)
    at_once(cast, [(world, voting, user, "tea") for user in users])
    settle(world)
    world.tables.update_item(
        TableName=world.votings, Key={"pk": text(f"VOTING#{voting}"), "sk": text("META")},
        UpdateExpression="SET cancelledAt = :t", ExpressionAttributeValues={":t": number(now(world))})
    shares = [{"votingID": voting, "shard": shard} for shard in range(256)]

    def message(n, share):
        return {
            "messageId": str(n), "receiptHandle": "r", "body": json.dumps(share), "attributes": {}, "messageAttributes": {},
            "md5OfBody": "", "eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "us-east-1"}

    batches = [{"Records": [message(n, share) for n, share in enumerate(shares[start:start + 32])]}
               for start in range(0, 256, 32)]
    early = at_once(invoke, [(world, "RefundVotes", batch) for batch in batches])
    assert all(error is None and len(reply["batchItemFailures"]) == 32 for error, reply in early)
    world.advance("121s")
    replies = at_once(invoke, [(world, "RefundVotes", batch) for batch in batches * 4])
    # One that came in another's way is told again.
    failed = [reply for error, reply in replies if error or reply["batchItemFailures"]]
    assert len(failed) < len(replies)
    assert all(not reply["batchItemFailures"] for _, reply in at_once(
        invoke, [(world, "RefundVotes", batch) for batch in batches]))
    for user in users:
        assert balance(world.tables, user) == 3 and sorted(ledger(world.tables, user)) == [-1, 1]
