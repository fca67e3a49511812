"""Signing up and logging in as users of the bundle's own template do."""

import httpx
from pycognito.aws_srp import AWSSRP

POOL, CLIENT = "us-east-1_UserPool", "userpoolclient"
PASSWORD = "Correct-Horse-1"


def sign_up(emulator, email):
    """Signs up, and confirms with the code from the mailbox."""
    cognito = emulator.client("cognito-idp")
    cognito.sign_up(ClientId=CLIENT, Username=email, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": email}])
    mail = httpx.get(f"{emulator.endpoint}/_emulator/mail", params={"to": email}).json()["messages"][-1]
    code = next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())
    cognito.confirm_sign_up(ClientId=CLIENT, Username=email, ConfirmationCode=code)


def token_of(emulator, email):
    cognito = emulator.client("cognito-idp")
    tokens = AWSSRP(
        username=email, password=PASSWORD, pool_id=POOL, client_id=CLIENT, client=cognito).authenticate_user()
    return tokens["AuthenticationResult"]["IdToken"]


def log_in(emulator, email):
    return {"Authorization": f"Bearer {token_of(emulator, email)}"}
