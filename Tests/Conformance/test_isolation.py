"""Several clients at once, and a checker of what they saw. `ISOLATION_SEED=n` repeats a run's choices."""

import http.client
import json
import os
import random
import threading
import time

import pytest

from conftest import DynamoDB
from histories import Operation, Transaction, cycle, find_cycle, is_linearizable

SEED = int(os.environ.get("ISOLATION_SEED", random.SystemRandom().randrange(1 << 32)))
CLIENTS = 8


@pytest.fixture(params=[1, 4], ids=["one loop", "four loops"])
def server(request):
    running = DynamoDB("--threads", request.param)
    call = Client(running.port, 0)
    call("CreateTable", {
        "TableName": "Shared", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})
    yield running
    assert running.stop() == 0


class Client:
    """One connection, and choices of its own."""

    def __init__(self, port, number):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.number = number
        self.random = random.Random(SEED * 1_000 + number)

    def __call__(self, operation, request):
        """The answer, or the name of the error."""
        self.connection.request("POST", "/", json.dumps(request), {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"})
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        return answer if response.status == 200 else answer["__type"].split("#")[1]


def in_parallel(server, work):
    """What each client's work returns, in one list."""
    results, failures = [], []
    start = threading.Barrier(CLIENTS)

    def run(number):
        try:
            client = Client(server.port, number + 1)
            start.wait()
            results.extend(work(client))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, (SEED, failures)
    return results


# One item as a register: every read and write of it seems to happen at one instant between call and answer.

KEYS = ["a", "b", "c"]


def register_operation(client, number):
    """One random operation on one random key, as (key, Operation)."""
    key = client.random.choice(KEYS)
    place = {"TableName": "Shared", "Key": {"pk": {"S": key}}}
    value = f"{client.number}.{number}"
    kind = client.random.choice(["get", "get", "put", "swap", "delete", "batch"])
    began = time.monotonic()
    if kind == "get":
        answer = client("GetItem", {**place, "ConsistentRead": True})
        seen = answer.get("Item", {}).get("v", {}).get("S", "")
        apply = lambda state: state if state == seen else None
        kind = f"get -> {seen!r}"
    elif kind == "put":
        answer = client("PutItem", {
            "TableName": "Shared", "Item": {"pk": {"S": key}, "v": {"S": value}}, "ReturnValues": "ALL_OLD"})
        old = answer.get("Attributes", {}).get("v", {}).get("S", "")
        apply = lambda state: value if state == old else None
        kind = f"put {value} over {old!r}"
    elif kind == "batch":
        answer = client("BatchWriteItem", {
            "RequestItems": {"Shared": [{"PutRequest": {"Item": {"pk": {"S": key}, "v": {"S": value}}}}]}})
        assert answer["UnprocessedItems"] == {}
        apply = lambda state: value
    elif kind == "delete":
        answer = client("DeleteItem", {**place, "ReturnValues": "ALL_OLD"})
        old = answer.get("Attributes", {}).get("v", {}).get("S", "")
        apply = lambda state: "" if state == old else None
        kind = f"delete {old!r}"
    else:
        # A guess that is sometimes right: what was there a moment ago.
        expected = client("GetItem", place).get("Item", {}).get("v", {}).get("S", "")
        began = time.monotonic()
        answer = client("UpdateItem", {
            **place, "UpdateExpression": "SET v = :new",
            "ConditionExpression": "v = :old" if expected else "attribute_not_exists(v)",
            "ExpressionAttributeValues": {":new": {"S": value}, **({":old": {"S": expected}} if expected else {})}})
        if answer == "ConditionalCheckFailedException":
            apply = lambda state: None if state == expected else state
        else:
            assert answer == {}, answer
            apply = lambda state: value if state == expected else None
        kind = f"swap {expected!r} for {value}: {answer}"
    return key, Operation(apply, began, time.monotonic(), kind)


def test_items_are_linearizable(server):
    print(f"ISOLATION_SEED={SEED}")
    history = in_parallel(server, lambda client: [register_operation(client, number) for number in range(250)])
    for key in KEYS:
        operations = [operation for where, operation in history if where == key]
        assert len(operations) > 400
        assert overlapping(operations) > 50, "the clients came one after the other, which shows nothing"
        assert is_linearizable(operations, ""), f"ISOLATION_SEED={SEED}, key {key}"


def overlapping(operations):
    ordered = sorted(operations, key=lambda operation: operation.began)
    return sum(later.began < earlier.ended for earlier, later in zip(ordered, ordered[1:]))


# Accounts whose sum never changes.

ACCOUNTS = [f"account {number}" for number in range(40)]
OPENING = 100


def account(name, version, balance):
    return {"pk": {"S": name}, "version": {"N": str(version)}, "balance": {"N": str(balance)}}


def read_accounts(client, names):
    """One TransactGetItems: versions and balances by name."""
    began = time.monotonic()
    answer = client("TransactGetItems", {
        "TransactItems": [{"Get": {"TableName": "Shared", "Key": {"pk": {"S": name}}}} for name in names]})
    ended = time.monotonic()
    items = {one["Item"]["pk"]["S"]: one["Item"] for one in answer["Responses"]}
    versions = {name: int(items[name]["version"]["N"]) for name in names}
    balances = {name: int(items[name]["balance"]["N"]) for name in names}
    return Transaction(versions, {}, began, ended), balances


def transfer(client):
    """A read and, built on it, a conditional write of two accounts and a check of a third."""
    names = client.random.sample(ACCOUNTS, 3)
    read, balances = read_accounts(client, names)
    giver, taker, witness = names
    amount = client.random.randint(0, 20)
    updates = [
        {"Update": {
            "TableName": "Shared", "Key": {"pk": {"S": name}},
            "UpdateExpression": "SET balance = balance + :change, version = version + :one",
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {
                ":change": {"N": str(change)}, ":one": {"N": "1"}, ":version": {"N": str(read.reads[name])}}}}
        for name, change in [(giver, -amount), (taker, amount)]]
    check = {"ConditionCheck": {
        "TableName": "Shared", "Key": {"pk": {"S": witness}}, "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(read.reads[witness])}}}}
    began = time.monotonic()
    answer = client("TransactWriteItems", {"TransactItems": updates + [check]})
    ended = time.monotonic()
    if answer == "TransactionCanceledException":
        return [read]
    assert answer == {}, answer
    return [read, Transaction(
        read.reads, {giver: read.reads[giver] + 1, taker: read.reads[taker] + 1}, began, ended)]


def test_transactions_are_serialisable(server):
    print(f"ISOLATION_SEED={SEED}")
    opening = Client(server.port, 0)
    for name in ACCOUNTS:
        opening("PutItem", {"TableName": "Shared", "Item": account(name, 0, OPENING)})

    def work(client):
        transactions = []
        for _ in range(100):
            if client.random.random() < 0.4:
                read, balances = read_accounts(client, ACCOUNTS)
                assert sum(balances.values()) == OPENING * len(ACCOUNTS), (SEED, balances)
                transactions.append(read)
            else:
                transactions += transfer(client)
        return transactions

    transactions = in_parallel(server, work)
    assert sum(bool(one.writes) for one in transactions) > 100
    assert find_cycle(transactions) is None, f"ISOLATION_SEED={SEED}"


# One transaction under one token, however many send it at once.

def test_a_token_counts_once(server):
    print(f"ISOLATION_SEED={SEED}")
    tokens = [f"{SEED}-{number}" for number in range(50)]

    def work(client):
        for token in tokens:
            updates = [{"Update": {
                "TableName": "Shared", "Key": {"pk": {"S": key}}, "UpdateExpression": "ADD times :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}}}} for key in [token, "all"]]
            answer = client("TransactWriteItems", {"ClientRequestToken": token, "TransactItems": updates})
            assert answer == {}, answer
        return []

    in_parallel(server, work)
    client = Client(server.port, 0)

    def times(key):
        return client("GetItem", {"TableName": "Shared", "Key": {"pk": {"S": key}}})["Item"]["times"]["N"]

    assert [times(token) for token in tokens] == ["1"] * len(tokens)
    assert times("all") == str(len(tokens))


# The checkers themselves: a history with a fault is found out.

def put(value, began, ended):
    return Operation(lambda state: value, began, ended, f"put {value}")


def get(value, began, ended):
    return Operation(lambda state: state if state == value else None, began, ended, f"get {value}")


@pytest.mark.parametrize("operations, expected", [
    ([put("1", 0, 1), get("1", 2, 3)], True), ([put("1", 0, 1), get("", 2, 3)], False),
    ([put("1", 0, 3), get("", 1, 2)], True), ([put("1", 0, 9), get("1", 1, 2), get("", 3, 4)], False),
    ([put("1", 0, 5), put("2", 0, 5), get("1", 6, 7), get("2", 8, 9)], False),
    ([put("1", 0, 5), put("2", 0, 5), get("1", 1, 2), get("2", 3, 4)], True), ([], True)])
def test_linearizability_checker(operations, expected):
    assert is_linearizable(operations, "") is expected


@pytest.mark.parametrize("transactions, isolated", [
    ([Transaction({"x": 0}, {"x": 1}, 0, 1), Transaction({"x": 1}, {}, 2, 3)], True),
    # A stale read.
    ([Transaction({"x": 0}, {"x": 1}, 0, 1), Transaction({"x": 0}, {}, 2, 3)], False),
    # Half of a transaction seen.
    ([Transaction({}, {"x": 1, "y": 1}, 0, 9), Transaction({"x": 1, "y": 0}, {}, 1, 2)], False),
    # Write skew.
    ([Transaction({"x": 0, "y": 0}, {"x": 1}, 0, 9), Transaction({"x": 0, "y": 0}, {"y": 1}, 0, 9)], False),
    ([Transaction({"x": 0, "y": 0}, {"x": 1}, 0, 9), Transaction({"x": 1, "y": 0}, {"y": 1}, 0, 9)], True)])
def test_cycle_checker(transactions, isolated):
    assert (find_cycle(transactions) is None) is isolated


def test_cycle():
    assert cycle([{1}, {2}, set()]) is None
    assert cycle([{1}, {2}, {1}]) == [1, 2]
