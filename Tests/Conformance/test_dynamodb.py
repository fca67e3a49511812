"""DynamoDB as boto3 and the AWS command line see it: what the bundle's functions rely on, and its errors."""

import json
import uuid

import boto3.dynamodb.types
import botocore.exceptions
import pytest


@pytest.fixture(scope="module")
def client(emulator):
    return emulator.client("dynamodb")


@pytest.fixture
def table(client):
    name = f"test-{uuid.uuid4()}"
    client.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in [("pk", "S"), ("sk", "S"), ("score", "N")]],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-score", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "score", "KeyType": "RANGE"}]}])
    client.get_waiter("table_exists").wait(TableName=name)
    yield name
    client.delete_table(TableName=name)


def item(pk, sk, **attributes):
    serialize = boto3.dynamodb.types.TypeSerializer().serialize
    return {name: serialize(value) for name, value in {"pk": pk, "sk": sk, **attributes}.items()}


def failure(call):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call()
    return error.value.response


def test_create_read_update_delete(client, table):
    stored = item("a", "1", text="Grüße", count=12, open=True, tags={"x", "y"}, nested={"list": [1, None, b"\x00\xff"]})
    client.put_item(TableName=table, Item=stored)
    got = client.get_item(TableName=table, Key=item("a", "1"), ConsistentRead=True)["Item"]
    got["tags"]["SS"].sort()
    stored["tags"]["SS"].sort()
    assert got == stored
    updated = client.update_item(
        TableName=table, Key=item("a", "1"), UpdateExpression="SET #c = #c + :one REMOVE #t",
        ExpressionAttributeNames={"#c": "count", "#t": "text"}, ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW")
    assert updated["Attributes"] == {"count": {"N": "13"}}
    old = client.delete_item(TableName=table, Key=item("a", "1"), ReturnValues="ALL_OLD")
    assert old["Attributes"]["count"] == {"N": "13"}
    assert "Item" not in client.get_item(TableName=table, Key=item("a", "1"))


def test_condition_that_fails_returns_the_stored_item(client, table):
    client.put_item(TableName=table, Item=item("a", "1", choice="tea"))
    response = failure(lambda: client.put_item(
        TableName=table, Item=item("a", "1", choice="mate"), ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD"))
    assert response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert response["Error"]["Message"] == "The conditional request failed"
    assert response["Item"]["choice"] == {"S": "tea"}


def test_transaction_is_all_or_nothing(client, table):
    client.put_item(TableName=table, Item=item("a", "balance", credits=1))
    debit = {"Update": {
        "TableName": table, "Key": item("a", "balance"), "UpdateExpression": "SET credits = credits - :one",
        "ConditionExpression": "credits >= :one", "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}
    client.transact_write_items(TransactItems=[debit, {"Put": {"TableName": table, "Item": item("a", "entry#1")}}])
    response = failure(lambda: client.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": item("a", "entry#2")}}, debit]))
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert response["CancellationReasons"][1]["Item"]["credits"] == {"N": "0"}
    assert "Item" not in client.get_item(TableName=table, Key=item("a", "entry#2"))
    got = client.transact_get_items(TransactItems=[
        {"Get": {"TableName": table, "Key": item("a", key)}} for key in ["balance", "entry#1", "entry#2"]])
    assert [("Item" in response) for response in got["Responses"]] == [True, True, False]


def test_transaction_token_makes_a_repetition_harmless(client, table):
    writes = [{"Update": {
        "TableName": table, "Key": item("a", "n"), "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}}}]
    token = str(uuid.uuid4())
    for _ in range(2):
        client.transact_write_items(TransactItems=writes, ClientRequestToken=token)
    assert client.get_item(TableName=table, Key=item("a", "n"))["Item"]["n"] == {"N": "1"}
    writes[0]["Update"]["ExpressionAttributeValues"] = {":one": {"N": "2"}}
    response = failure(lambda: client.transact_write_items(TransactItems=writes, ClientRequestToken=token))
    assert response["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_query_by_key_index_filter_and_page(client, table):
    for number in range(10):
        client.put_item(TableName=table, Item=item("a", f"{number:02}", score=10 - number, even=number % 2 == 0))
    page = client.query(
        TableName=table, KeyConditionExpression="pk = :a AND sk BETWEEN :from AND :to", Limit=3,
        ExpressionAttributeValues=item_values(a="a", **{"from": "02", "to": "07"}))
    assert [row["sk"]["S"] for row in page["Items"]] == ["02", "03", "04"]
    assert page["LastEvaluatedKey"] == item("a", "04")
    everything = client.get_paginator("query").paginate(
        TableName=table, IndexName="by-score", KeyConditionExpression="pk = :a AND score > :low",
        FilterExpression="even = :true", ScanIndexForward=False, PaginationConfig={"PageSize": 2},
        ExpressionAttributeValues=item_values(a="a", low=3, true=True))
    assert [row["score"]["N"] for page in everything for row in page["Items"]] == ["10", "8", "6", "4"]
    count = client.query(
        TableName=table, KeyConditionExpression="pk = :a", Select="COUNT", ExpressionAttributeValues=item_values(a="a"),
        ReturnConsumedCapacity="TOTAL")
    assert (count["Count"], count["ScannedCount"]) == (10, 10)
    assert count["ConsumedCapacity"]["CapacityUnits"] == 0.5


def item_values(**values):
    serialize = boto3.dynamodb.types.TypeSerializer().serialize
    return {f":{name}": serialize(value) for name, value in values.items()}


def test_batches(client, table):
    requests = [{"PutRequest": {"Item": item("a", str(number))}} for number in range(25)]
    assert client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"] == {}
    keys = [item("a", str(number)) for number in range(30)]
    got = client.batch_get_item(RequestItems={table: {"Keys": keys}})
    assert len(got["Responses"][table]) == 25
    response = failure(lambda: client.batch_write_item(RequestItems={table: requests + [
        {"PutRequest": {"Item": item("a", "25")}}]}))
    assert response["Error"]["Code"] == "ValidationException"
    segments = [client.scan(TableName=table, Segment=segment, TotalSegments=3)["Count"] for segment in range(3)]
    assert sum(segments) == 25


@pytest.mark.parametrize("arguments, code, words", [
    ({"ConditionExpression": "nonsense ="}, "ValidationException", "Invalid ConditionExpression: Syntax error"),
    ({"ConditionExpression": "size > :v", "ExpressionAttributeValues": {":v": {"N": "1"}}}, "ValidationException",
     "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: size"),
    ({"ExpressionAttributeValues": {":v": {"N": "1"}}}, "ValidationException",
     "ExpressionAttributeValues can only be specified when using expressions"),
])
def test_errors_have_dynamodbs_words(client, table, arguments, code, words):
    response = failure(lambda: client.put_item(TableName=table, Item=item("a", "1"), **arguments))
    assert response["Error"]["Code"] == code
    assert words in response["Error"]["Message"]


def test_unknown_table(client):
    response = failure(lambda: client.get_item(TableName="no-such-table", Key=item("a", "1")))
    assert response["Error"]["Code"] == "ResourceNotFoundException"
    assert response["Error"]["Message"] == "Requested resource not found"


def test_resource_interface_and_large_numbers(emulator, table):
    import decimal
    resource = boto3.resource(
        "dynamodb", endpoint_url=emulator.endpoint, region_name="us-east-1", aws_access_key_id="local",
        aws_secret_access_key="local")
    number = decimal.Decimal("12345678901234567890123456789012345678")
    resource.Table(table).put_item(Item={"pk": "n", "sk": "n", "number": number})
    assert resource.Table(table).get_item(Key={"pk": "n", "sk": "n"})["Item"]["number"] == number


def test_aws_command_line(awscli, table):
    stored = item("cli", "1", credits=5)
    done = awscli("dynamodb", "put-item", "--table-name", table, "--item", json.dumps(stored))
    assert done.returncode == 0, done.stderr
    got = awscli("dynamodb", "get-item", "--table-name", table, "--key", json.dumps(item("cli", "1")))
    assert json.loads(got.stdout)["Item"] == stored
    refused = awscli(
        "dynamodb", "put-item", "--table-name", table, "--item", json.dumps(stored),
        "--condition-expression", "attribute_not_exists(pk)")
    assert refused.returncode != 0
    assert "ConditionalCheckFailedException" in refused.stderr
    write = [{"Put": {"TableName": table, "Item": item("cli", "2")}},
             {"ConditionCheck": {"TableName": table, "Key": item("cli", "1"), "ConditionExpression": "credits > :n",
                                 "ExpressionAttributeValues": {":n": {"N": "4"}}}}]
    done = awscli("dynamodb", "transact-write-items", "--transact-items", json.dumps(write))
    assert done.returncode == 0, done.stderr
    tables = awscli("dynamodb", "list-tables")
    assert table in json.loads(tables.stdout)["TableNames"]
