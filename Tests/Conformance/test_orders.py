"""Orders under fire: many buyers, few pieces, payments that race with the end of the time to pay (R50-R53, R72, R75)."""

import concurrent.futures
import datetime
import hashlib
import hmac
import json
import subprocess
import uuid

import pytest

from conftest import BUILD, Emulator

CLIENTS = 16
ADDRESS = {"name": "Ada", "line1": "12 St James Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}
# One piece at 10.00 and its delivery.
TOTAL = 1_490


@pytest.fixture(scope="module")
def emulator():
    running = Emulator("--quiet")
    yield running
    assert running.stop() == 0


def text(value):
    return {"S": value}


def number(value):
    return {"N": str(value)}


def event(method, route, now, body, **more):
    return {
        "version": "2.0", "routeKey": f"{method} {route}", "rawPath": route, "rawQueryString": "",
        "headers": {"content-type": "application/json", **more.get("headers", {})},
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": {"jwt": {"claims": {"sub": more.get("user")}, "scopes": None}} if "user" in more else None,
            "http": {"method": method, "path": route, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": str(uuid.uuid4()), "routeKey": f"{method} {route}", "stage": "$default",
            "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": now},
        "body": body, "isBase64Encoded": False}


class Shop:
    """One SKU, its buyers and their orders."""

    def __init__(self, emulator, pieces):
        self.emulator = emulator
        self.tables = emulator.client("dynamodb", max_pool_connections=CLIENTS)
        self.functions = emulator.client("lambda", max_pool_connections=CLIENTS)
        self.queues = emulator.client("sqs")
        names = self.tables.list_tables()["TableNames"]
        self.inventory, self.orders = (
            next(name for name in names if name.endswith(suffix)) for suffix in ["InventoryTable", "OrdersTable"])
        self.sku = f"sku-{uuid.uuid4()}"
        product, meta = text(f"PRODUCT#{self.sku}"), text("META")
        self.tables.put_item(TableName=self.inventory, Item={"pk": product, "sk": meta})
        self.tables.put_item(TableName=self.inventory, Item={
            "pk": product, "sk": text(f"VAR#{self.sku}"), "title": text("Thing"), "priceCents": number(1_000)})
        self.tables.put_item(TableName=self.inventory, Item={
            "pk": text(f"STOCK#{self.sku}"), "sk": meta, "available": number(pieces), "reserved": number(0),
            "shipped": number(0), "received": number(pieces)})

    def now(self):
        done = subprocess.run(
            [BUILD / "emulator", "clock", "--endpoint", self.emulator.endpoint], capture_output=True, text=True, timeout=60)
        return int(datetime.datetime.fromisoformat(done.stdout.split(",")[0]).timestamp() * 1_000)

    def ask(self, function, request):
        reply = self.functions.invoke(FunctionName=function, Payload=json.dumps(request))
        payload = json.loads(reply["Payload"].read())
        assert "FunctionError" not in reply, payload
        return payload["statusCode"], json.loads(payload["body"])

    def place(self, user=None, at=None):
        user = user or f"user-{uuid.uuid4()}"
        line = {"M": {"sku": text(self.sku), "productID": text(self.sku), "quantity": number(1)}}
        self.tables.put_item(TableName=self.orders, Item={
            "pk": text(f"CART#{user}"), "sk": text("META"), "version": number(1), "lines": {"L": [line]}})
        body = json.dumps({"cartVersion": 1, "totalCents": TOTAL, "address": ADDRESS})
        return self.ask("PlaceOrder", event(
            "POST", "/orders", at or self.now(), body, user=user, headers={"idempotency-key": str(uuid.uuid4())}))

    def notify(self, order_id, at, kind="checkout.session.completed"):
        """What Stripe sends when a page was paid."""
        session = {
            "id": f"cs_{order_id}", "object": "checkout.session", "client_reference_id": order_id, "amount_total": TOTAL,
            "currency": "usd", "payment_status": "paid" if kind.endswith("completed") else "unpaid",
            "metadata": {"purpose": "orders"}}
        notice = json.dumps({
            "id": f"evt_{uuid.uuid4()}", "object": "event", "type": kind, "created": at // 1_000,
            "data": {"object": session}})
        signature = hmac.new(b"whsec_orders_local", f"{at // 1_000}.{notice}".encode(), hashlib.sha256).hexdigest()
        status, answer = self.ask("SettlePayment", event(
            "POST", "/webhooks/stripe/orders", at, notice,
            headers={"stripe-signature": f"t={at // 1_000},v1={signature}"}))
        assert status == 200, answer
        return answer["outcome"], answer.get("reason")

    def item(self, table, key):
        return self.tables.get_item(
            TableName=table, Key={"pk": text(key), "sk": text("META")}, ConsistentRead=True)["Item"]

    def stock(self):
        item = self.item(self.inventory, f"STOCK#{self.sku}")
        counts = [int(item[name]["N"]) for name in ["available", "reserved", "shipped", "received"]]
        assert min(counts) >= 0 and sum(counts[:3]) == counts[3], counts
        return tuple(counts[:3])

    def state(self, order_id):
        return self.item(self.orders, f"ORDER#{order_id}")["state"]["S"], self.item(self.orders, f"PAY#{order_id}")["state"]["S"]

    def release(self, order_id):
        """The message that comes when the time to pay is over, once more."""
        url = next(url for url in self.queues.list_queues()["QueueUrls"] if "ReleaseQueue" in url)
        self.queues.send_message(QueueUrl=url, MessageBody=json.dumps({"orderID": order_id}))
        self.emulator.advance("1s")


def all_at_once(work, items):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(work, items))


def test_an_abandoned_order_gives_its_pieces_back_once(emulator):
    shop = Shop(emulator, 3)
    status, order = shop.place()
    assert status == 201
    shop.emulator.advance("14m")
    assert shop.state(order["orderID"]) == ("AWAITING_PAYMENT", "AWAITED")
    assert shop.stock() == (2, 1, 0)
    shop.emulator.advance("1m")
    assert shop.state(order["orderID"]) == ("EXPIRED", "EXPIRED")
    assert shop.stock() == (3, 0, 0)
    shop.release(order["orderID"])
    shop.emulator.advance("15m")
    assert shop.stock() == (3, 0, 0)


def test_a_paid_order_keeps_its_pieces(emulator):
    shop = Shop(emulator, 3)
    _, order = shop.place()
    shop.emulator.advance("14m")
    assert shop.notify(order["orderID"], shop.now()) == ("PAID", None)
    shop.emulator.advance("2m")
    shop.release(order["orderID"])
    assert shop.state(order["orderID"]) == ("PAID", "CAPTURED")
    assert shop.stock() == (2, 1, 0)


def test_a_message_that_comes_early_does_nothing_yet(emulator):
    shop = Shop(emulator, 1)
    _, order = shop.place()
    shop.release(order["orderID"])
    assert shop.state(order["orderID"]) == ("AWAITING_PAYMENT", "AWAITED")
    shop.release(str(uuid.uuid4()))
    shop.emulator.advance("15m")
    assert shop.state(order["orderID"]) == ("EXPIRED", "EXPIRED")
    assert shop.stock() == (1, 0, 0)


def test_money_that_comes_late_buys_what_is_left(emulator):
    shop = Shop(emulator, 1)
    _, first = shop.place()
    shop.emulator.advance("15m")
    assert shop.notify(first["orderID"], shop.now()) == ("PAID", None)
    assert shop.state(first["orderID"]) == ("PAID", "CAPTURED")
    assert shop.stock() == (0, 1, 0)


def test_money_that_comes_too_late_is_put_aside(emulator):
    shop = Shop(emulator, 1)
    _, first = shop.place()
    shop.emulator.advance("15m")
    status, second = shop.place()
    assert status == 201
    assert shop.notify(first["orderID"], shop.now()) == ("QUARANTINED", "PAID_TOO_LATE")
    assert shop.notify(second["orderID"], shop.now()) == ("PAID", None)
    assert shop.state(first["orderID"]) == ("EXPIRED", "EXPIRED")
    assert shop.state(second["orderID"]) == ("PAID", "CAPTURED")
    assert shop.stock() == (0, 1, 0)


def test_a_page_that_closed_unpaid_gives_the_pieces_back_at_once(emulator):
    shop = Shop(emulator, 1)
    _, order = shop.place()
    for _ in range(2):
        shop.notify(order["orderID"], shop.now(), "checkout.session.expired")
        assert shop.state(order["orderID"]) == ("EXPIRED", "EXPIRED")
        assert shop.stock() == (1, 0, 0)
    shop.emulator.advance("15m")
    assert shop.stock() == (1, 0, 0)


def test_many_buyers_few_pieces_and_payments_in_the_fifteenth_minute(emulator):
    pieces, buyers = 40, 100
    shop = Shop(emulator, pieces)
    placed_at = shop.now()
    replies = all_at_once(lambda _: shop.place(at=placed_at), range(buyers))
    orders = [body["orderID"] for status, body in replies if status == 201]
    assert len(orders) == pieces, "each piece is sold once"
    assert {body["code"] for status, body in replies if status != 201} == {"OUT_OF_STOCK"}
    assert shop.stock() == (0, pieces, 0)

    # The time to pay ends while half of them pay, and others try to get what is given up.
    shop.emulator.advance("14m")
    at = shop.now()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        moved = pool.submit(shop.emulator.advance, "1m")
        paid = [pool.submit(shop.notify, order, at) for order in orders[: pieces // 2] for _ in range(2)]
        tried = [pool.submit(shop.place, at=at) for _ in range(20)]
        moved.result()
        outcomes = [answer.result() for answer in paid]
        later = [reply.result() for reply in tried]
    assert {outcome for outcome, _ in outcomes} <= {"PAID", "ALREADY_SETTLED", "QUARANTINED"}
    new = [body["orderID"] for status, body in later if status == 201]
    # What took the pieces of a buyer who had paid was an order of its own: that buyer was told nothing untrue.
    for order, answers in zip(orders, zip(outcomes[::2], outcomes[1::2])):
        is_paid = any(outcome in ("PAID", "ALREADY_SETTLED") for outcome, _ in answers)
        assert shop.state(order) == (("PAID", "CAPTURED") if is_paid else ("EXPIRED", "EXPIRED"))
    for order in orders[pieces // 2:]:
        assert shop.state(order) == ("EXPIRED", "EXPIRED")
    held = sum(shop.state(order)[0] in ("PAID", "AWAITING_PAYMENT") for order in orders + new)
    assert shop.stock() == (pieces - held, held, 0)

    shop.emulator.advance("20m")
    held = sum(shop.state(order)[0] == "PAID" for order in orders)
    assert all(shop.state(order) == ("EXPIRED", "EXPIRED") for order in new)
    assert shop.stock() == (pieces - held, held, 0)
