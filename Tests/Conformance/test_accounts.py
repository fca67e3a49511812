"""The bundle's own template: what becomes of a user who signs up, confirms, logs in and says what is wanted, by clients
that others wrote (httpx, boto3, pycognito)."""

import httpx
import pytest
from pycognito.aws_srp import AWSSRP

from conftest import Emulator, ROOT

POOL, CLIENT = "us-east-1_UserPool", "userpoolclient"
PASSWORD, OTHER_PASSWORD = "Correct-Horse-1", "Battery-Staple-2"


@pytest.fixture(scope="module")
def bundle():
    running = Emulator("--seed", ROOT / "events/seed")
    yield running
    assert running.stop() == 0


def code_for(bundle, email):
    mail = httpx.get(f"{bundle.endpoint}/_emulator/mail", params={"to": email}).json()["messages"][-1]
    return next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())


def sign_up(bundle, email):
    cognito = bundle.client("cognito-idp")
    sub = cognito.sign_up(
        ClientId=CLIENT, Username=email, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": email}])["UserSub"]
    assert items(bundle, f"USER#{sub}") == []
    cognito.confirm_sign_up(ClientId=CLIENT, Username=email, ConfirmationCode=code_for(bundle, email))
    return sub


def log_in(bundle, email, password=PASSWORD):
    cognito = bundle.client("cognito-idp")
    tokens = AWSSRP(
        username=email, password=password, pool_id=POOL, client_id=CLIENT, client=cognito).authenticate_user()
    return {"Authorization": f"Bearer {tokens['AuthenticationResult']['IdToken']}"}


def items(bundle, partition):
    client = bundle.client("dynamodb")
    return client.query(
        TableName="bundle-UsersTable", KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}})["Items"]


def attempts(bundle, sub):
    pages = bundle.client("dynamodb").get_paginator("scan").paginate(
        TableName="bundle-UsersTable", FilterExpression="begins_with(pk, :attempt) AND userID = :user",
        ExpressionAttributeValues={":attempt": {"S": "ATTEMPT#"}, ":user": {"S": sub}})
    return [item for page in pages for item in page["Items"]]


def test_a_profile_is_made_at_confirmation_and_sign_ins_are_kept(bundle):
    sub = sign_up(bundle, "ada@example.com")
    [profile] = items(bundle, f"USER#{sub}")
    assert profile["sk"] == {"S": "PROFILE"} and set(profile) == {"pk", "sk", "createdAt"}
    assert attempts(bundle, sub) == []

    token = log_in(bundle, "ada@example.com")
    [attempt] = attempts(bundle, sub)
    assert attempt["kind"] == {"S": "SIGN_IN"} and attempt["clientID"] == {"S": CLIENT}
    lifetime = int(attempt["expiresAt"]["N"]) - int(attempt["at"]["N"]) // 1000
    assert lifetime == 90 * 24 * 60 * 60
    with pytest.raises(Exception, match="Incorrect username or password"):
        log_in(bundle, "ada@example.com", OTHER_PASSWORD)
    assert len(attempts(bundle, sub)) == 1

    api = httpx.Client(base_url=f"{bundle.endpoint}/apis/api", timeout=20)
    me = api.get("/me", headers=token).json()
    assert me["userID"] == sub and me["email"] == "ada@example.com" and me["credits"] == 0
    assert me["preferences"] == {"showPaid": True, "reminders": False, "updates": False}
    assert api.get("/me").status_code == 401

    changed = api.patch("/me/preferences", json={"updates": True, "showPaid": False}, headers=token)
    assert changed.status_code == 200, changed.text
    assert api.get("/me", headers=token).json()["preferences"] == {
        "showPaid": False, "reminders": False, "updates": True}
    assert [item["sk"]["S"].split("#")[0] for item in items(bundle, f"USER#{sub}")] == ["CONSENT", "PROFILE"]
    withdrawn = api.patch("/me/preferences", json={"updates": False}, headers=token).json()
    assert withdrawn["updates"] is False
    assert [item["sk"]["S"].split("#")[0] for item in items(bundle, f"USER#{sub}")] == ["CONSENT", "CONSENT", "PROFILE"]


def test_a_forgotten_password_makes_no_profile_anew(bundle):
    cognito = bundle.client("cognito-idp")
    sub = sign_up(bundle, "ben@example.com")
    [before] = items(bundle, f"USER#{sub}")
    cognito.forgot_password(ClientId=CLIENT, Username="ben@example.com")
    cognito.confirm_forgot_password(
        ClientId=CLIENT, Username="ben@example.com", ConfirmationCode=code_for(bundle, "ben@example.com"),
        Password=OTHER_PASSWORD)
    assert items(bundle, f"USER#{sub}") == [before]
    log_in(bundle, "ben@example.com", OTHER_PASSWORD)
    assert len(attempts(bundle, sub)) == 1


def test_credits_are_bought_through_paypal(bundle):
    """From the page's opening on: what follows PayPal's approval is shown by the flows."""
    sign_up(bundle, "cleo@example.com")
    token = log_in(bundle, "cleo@example.com")
    api = httpx.Client(base_url=f"{bundle.endpoint}/apis/api", timeout=20)
    body = {"packID": "credits-10", "provider": "paypal"}
    bought = api.post("/credits/purchases", json=body, headers=token | {"Idempotency-Key": "cleo-ten-credits"})
    assert bought.status_code == 201, bought.text
    assert bought.json()["checkoutURL"].startswith(f"{bundle.endpoint}/paypal/checkoutnow?token=")
    again = api.post("/credits/purchases", json=body, headers=token | {"Idempotency-Key": "cleo-ten-credits"})
    assert again.status_code == 200 and again.json()["checkoutURL"] == bought.json()["checkoutURL"]
    forged = api.post("/webhooks/paypal/credits", json={"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED"})
    assert forged.status_code == 400 and forged.json()["code"] == "SIGNATURE_MALFORMED"
