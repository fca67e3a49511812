"""What happens to orders, as those see it who listen on the bus (R42, R87-R90)."""

import datetime
import json

import pytest

from conftest import ROOT, Emulator
from test_orders import Shop

BUS = "bundle-events"


@pytest.fixture(scope="module")
def emulator():
    running = Emulator("--quiet")
    yield running
    assert running.stop() == 0


def consumer(emulator, name, kinds):
    """A rule of the bus and a queue of its own, as packing or delivery would have."""
    queues, events = emulator.client("sqs"), emulator.client("events")
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["shop.orders"], "detail-type": kinds}
    rule = events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    return queue, rule


def bodies(emulator, queue):
    client, found = emulator.client("sqs"), []
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_each_consumer_hears_what_it_asks_for_and_a_late_one_all_that_was(emulator):
    shop = Shop(emulator, 3)
    packing, _ = consumer(emulator, "packing", ["OrderPaid"])
    began = shop.now()
    orders = [shop.place()[1]["orderID"] for _ in range(2)]
    shop.notify(orders[0], shop.now())
    # The other one is given up.
    emulator.advance("16m")
    paid, = bodies(emulator, packing)
    assert paid["detail-type"] == "OrderPaid" and paid["detail"]["orderID"] == orders[0]
    assert paid["detail"]["lines"] == [{"sku": shop.sku, "quantity": 1, "unitPriceCents": 1_000}]
    assert not {"address", "userID", "name"} & set(json.dumps(paid).replace('"', " ").split())

    accounts, rule = consumer(emulator, "accounts", [{"prefix": ""}])
    events = emulator.client("events")
    archive, = events.list_archives()["Archives"]
    bus = archive["EventSourceArn"]
    archive = events.describe_archive(ArchiveName=archive["ArchiveName"])["ArchiveArn"]
    at = [datetime.datetime.fromtimestamp(time / 1_000, datetime.UTC) for time in (began - 60_000, shop.now())]
    events.start_replay(
        ReplayName="again", EventSourceArn=archive, EventStartTime=at[0], EventEndTime=at[1],
        Destination={"Arn": bus, "FilterArns": [rule]})
    emulator.advance("1m")
    heard = bodies(emulator, accounts)
    told = [
        sorted((event["detail"]["version"], event["detail-type"]) for event in heard
               if event["detail"]["orderID"] == order) for order in orders]
    assert told == [[(10, "OrderPlaced"), (30, "OrderPaid")], [(10, "OrderPlaced"), (20, "OrderExpired")]]
    # The same event as the other consumer had, known by its id.
    assert paid["detail"] in [event["detail"] for event in heard]
    assert bodies(emulator, packing) == []


def test_what_can_not_be_told_ends_among_the_dead_letters(tmp_path):
    template = tmp_path / "template.yaml"
    text = (ROOT / "template.yaml").read_text()
    assert "Action: events:PutEvents" in text
    template.write_text(text.replace("Action: events:PutEvents", "Action: events:DescribeEventBus"))
    emulator = Emulator("--quiet", "--seed", ROOT / "events" / "seed", template=template)
    shop = Shop(emulator, 1)
    queues = emulator.client("sqs")
    letters = next(url for url in queues.list_queues()["QueueUrls"] if "OrderDeadLetters" in url)
    assert shop.place()[0] == 201
    emulator.advance("10m")
    assert bodies(emulator, letters) == []
    emulator.advance("4h")
    found = bodies(emulator, letters)
    # Of the order placed, and of the order given up, which waited behind it and not for ever.
    assert [letter["requestContext"]["condition"] for letter in found] == ["RetryAttemptsExhausted"] * 2
    assert all(letter["requestContext"]["approximateInvokeCount"] == 101 for letter in found)
    assert all("OrdersTable/stream/" in letter["DDBStreamBatchInfo"]["streamArn"] for letter in found)
    assert emulator.stop() == 0
