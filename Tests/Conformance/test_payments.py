"""Payments over HTTP, on bad days: providers that are down or refuse, notices that come all at once, a throttled table."""

import concurrent.futures
import datetime
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import uuid

import httpx
import pytest

from conftest import BUILD, ROOT, Emulator, free_port
from evenings import log_in, sign_up

BUYER = "buyer@example.com"
CLIENTS = 16


class Bundle(Emulator):
    """The bundle with some variables set otherwise, and a user who is logged in."""

    def __init__(self, **variables):
        settings = [part for name, value in variables.items() for part in ("--variable", f"{name}={value}")]
        super().__init__("--quiet", *settings)
        sign_up(self, BUYER)
        self.api = httpx.Client(base_url=f"{self.endpoint}/apis/api", headers=log_in(self, BUYER), timeout=30)

    def now(self):
        done = subprocess.run(
            [BUILD / "emulator", "clock", "--endpoint", self.endpoint], capture_output=True, text=True, timeout=60)
        return int(datetime.datetime.fromisoformat(done.stdout.split(",")[0]).timestamp())

    def buy(self, key, **body):
        return self.api.post(
            "/credits/purchases", json={"packID": "credits-10", **body}, headers={"Idempotency-Key": key})

    def profile(self):
        return self.api.get("/me").json()

    def ledger(self):
        return self.api.get("/me/ledger").json()["entries"]

    def purchase(self, purchase_id):
        tables = self.client("dynamodb")
        name = next(name for name in tables.list_tables()["TableNames"] if name.endswith("UsersTable"))
        return tables.get_item(
            TableName=name, Key={"pk": {"S": f"PURCHASE#{purchase_id}"}, "sk": {"S": "META"}}, ConsistentRead=True)["Item"]


@pytest.fixture
def bundle():
    started = []

    def start(**variables):
        started.append(Bundle(**variables))
        return started[-1]

    yield start
    for running in started:
        assert running.stop() == 0


def paid(purchase_id, at, secret=b"whsec_credits_local"):
    """What Stripe sends, and how it signs."""
    session = {
        "id": f"cs_{purchase_id}", "object": "checkout.session", "client_reference_id": purchase_id, "amount_total": 900,
        "currency": "usd", "payment_status": "paid", "metadata": {"purpose": "credits"}}
    notice = json.dumps({
        "id": f"evt_{uuid.uuid4()}", "object": "event", "type": "checkout.session.completed", "created": at,
        "data": {"object": session}}).encode()
    signature = hmac.new(secret, f"{at}.".encode() + notice, hashlib.sha256).hexdigest()
    return {"content": notice, "headers": {"stripe-signature": f"t={at},v1={signature}"}}


def test_a_purchase_is_credited_once_however_many_notices_come_at_once(bundle):
    """R8: the same notice and others of the same payment, side by side."""
    running = bundle()
    bought = running.buy("ten-credits-please")
    assert bought.status_code == 201
    purchase_id = bought.json()["purchaseID"]
    at = running.now()
    notices = [paid(purchase_id, at) for _ in range(4)] * 6
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda notice: running.api.post("/webhooks/stripe/credits", **notice), notices))
    assert {answer.status_code for answer in answers} == {200}
    outcomes = [answer.json()["outcome"] for answer in answers]
    assert set(outcomes) <= {"PAID", "ALREADY_SETTLED"} and "PAID" in outcomes
    assert running.profile()["credits"] == 10
    assert [entry["credits"] for entry in running.ledger()] == [10]


def test_each_door_takes_what_is_signed_for_it_alone(bundle):
    running = bundle()
    purchase_id = running.buy("ten-credits-please").json()["purchaseID"]
    notice = paid(purchase_id, running.now(), secret=b"whsec_orders_local")
    refused = running.api.post("/webhooks/stripe/credits", **notice)
    assert (refused.status_code, refused.json()["code"]) == (400, "SIGNATURE_WRONG")
    assert running.profile()["credits"] == 0


@pytest.mark.parametrize("variables", [
    {"STRIPE_API_BASE": None}, {"STRIPE_SECRET_KEY": "void"}], ids=["down", "key refused"])
def test_a_provider_that_is_down_or_refuses_is_502_and_the_purchase_expires(bundle, variables):
    """R8."""
    running = bundle(**{name: value or f"http://127.0.0.1:{free_port()}" for name, value in variables.items()})
    refused = running.buy("ten-credits-please")
    assert (refused.status_code, refused.json()["code"]) == (502, "PAYMENT_PROVIDER_UNAVAILABLE")
    assert refused.json()["message"]
    # What stands is that nothing was paid; the other provider is as good as before.
    assert running.profile()["credits"] == 0 and running.ledger() == []
    assert running.buy("ten-through-paypal", provider="paypal").status_code == 201
    running.advance("1h")
    running.api.headers.update(log_in(running, BUYER))
    again = running.buy("ten-credits-please")
    assert (again.status_code, again.json()["state"]) == (200, "EXPIRED")
    assert "checkoutURL" not in again.json()
    assert running.purchase(again.json()["purchaseID"])["state"]["S"] == "PENDING", "nothing need arrive for that"


def test_a_card_number_reaches_no_log():
    """R9; that it reaches no table and no provider, the same event's expectation shows."""
    event = ROOT / "events/BuyCredits/buy-card-number-goes-nowhere.json"
    done = subprocess.run(
        [BUILD / "emulator", "invoke", "BuyCredits", "--event", event, "--functions", BUILD], cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "4242" in event.read_text()
    # An error's line too: no page can be opened for a purchase of years ago.
    assert '"level":"ERROR"' in done.stderr and '"Code":"PAYMENT_PROVIDER_UNAVAILABLE"' in done.stderr
    assert "4242" not in done.stderr and "4242" not in done.stdout


class BusyTable(http.server.BaseHTTPRequestHandler):
    """A DynamoDB that throttles every call."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({
            "__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "Rate exceeded"}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.calls += 1

    def log_message(self, *_):
        pass


def test_a_throttled_table_is_503_with_a_time_to_come_again(bundle):
    """R3: bounded tries, then words, a code and `Retry-After` for the app."""
    table = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BusyTable)
    table.calls = 0
    threading.Thread(target=table.serve_forever, daemon=True).start()
    running = bundle(AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{table.server_port}")
    try:
        for ask in [
            lambda: running.api.post("/votings/drink/vote", json={"optionID": "tea"}),
            lambda: running.buy("ten-credits-please"), lambda: running.api.get("/me"),
            lambda: running.api.get("/orders/preview"),
        ]:
            before = table.calls
            answer = ask()
            assert (answer.status_code, answer.headers.get("retry-after")) == (503, "1")
            assert answer.json()["code"] == "BUSY" and answer.json()["message"]
            assert 1 < table.calls - before <= 10
    finally:
        table.shutdown()
