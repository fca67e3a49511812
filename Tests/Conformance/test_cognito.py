"""User pools by boto3, the AWS command line, and a public SRP client."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import textwrap
import time
import pathlib
import urllib.parse
import urllib.request

import botocore.exceptions
import jwt
import pytest
from pycognito.aws_srp import AWSSRP

from conftest import BUILD, Emulator, install_function

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      People:
        Type: AWS::Cognito::UserPool
        Properties:
          UsernameAttributes: [email]
          AutoVerifiedAttributes: [email]
          UsernameConfiguration: {CaseSensitive: false}
          EmailVerificationSubject: Your code
          EmailVerificationMessage: "Welcome & type {####}"
      Web:
        Type: AWS::Cognito::UserPoolClient
        Properties:
          UserPoolId: !Ref People
          PreventUserExistenceErrors: ENABLED
          ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
      Admins:
        Type: AWS::Cognito::UserPoolGroup
        Properties: {UserPoolId: !Ref People, GroupName: admins, Precedence: 1, Description: May do everything}
      Named:
        Type: AWS::Cognito::UserPool
        Properties:
          AliasAttributes: [email]
          AutoVerifiedAttributes: [email]
          UserAttributeUpdateSettings: {AttributesRequireVerificationBeforeUpdate: [email]}
          Policies: {PasswordPolicy: {MinimumLength: 6, RequireNumbers: true}}
          Schema:
            - {Name: email, Required: true, Mutable: true}
            - {Name: tier, AttributeDataType: String, Mutable: false}
            - {Name: age, AttributeDataType: Number, Mutable: true, NumberAttributeConstraints: {MinValue: "18"}}
      Old:
        Type: AWS::Cognito::UserPoolClient
        Properties:
          UserPoolId: !Ref Named
          GenerateSecret: true
          AccessTokenValidity: 10
          RefreshTokenValidity: 2
          TokenValidityUnits: {AccessToken: minutes, RefreshToken: hours}
          ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH]
          ReadAttributes: [email, name]
          WriteAttributes: [email, name, "custom:tier", "custom:age"]
      Rotating:
        Type: AWS::Cognito::UserPoolClient
        Properties:
          UserPoolId: !Ref Named
          ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
          RefreshTokenRotation: {Feature: ENABLED, RetryGracePeriodSeconds: 10}
"""
PEOPLE, NAMED = "us-east-1_People", "us-east-1_Named"
WEB, OLD, ROTATING = "web", "old", "rotating"
PASSWORD = "Correct-horse-7"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("cognito") / "template.yaml"
    path.write_text(textwrap.dedent(TEMPLATE))
    return path


@pytest.fixture(scope="module")
def emulator(template):
    running = Emulator("--quiet", template=template)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def cognito(emulator):
    return emulator.client("cognito-idp")


def messages(emulator, to):
    address = f"{emulator.endpoint}/_emulator/mail?to={urllib.parse.quote(to)}"
    return json.load(urllib.request.urlopen(address))["messages"]


def code(emulator, to):
    return re.search(r"\d{6}", messages(emulator, to)[-1]["text"]).group()


def fails(error, message, call, **parameters):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == error, caught.value
    assert re.search(message, caught.value.response["Error"]["Message"]), caught.value
    # boto3 has a class for each error of the model.
    assert type(caught.value).__name__ == error


def join(emulator, cognito, email, password=PASSWORD, **parameters):
    cognito.sign_up(ClientId=WEB, Username=email, Password=password, **parameters)
    cognito.confirm_sign_up(ClientId=WEB, Username=email, ConfirmationCode=code(emulator, email))


def enter(cognito, email, password=PASSWORD, client=WEB):
    return cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": email, "PASSWORD": password})


def tokens(cognito, email, **parameters):
    return enter(cognito, email, **parameters)["AuthenticationResult"]


def srp(cognito, email, password=PASSWORD, pool=PEOPLE, client=WEB):
    return AWSSRP(username=email, password=password, pool_id=pool, client_id=client, client=cognito)


def secret(cognito, client=OLD):
    return cognito.describe_user_pool_client(UserPoolId=NAMED, ClientId=client)["UserPoolClient"]["ClientSecret"]


def secret_hash(cognito, name):
    digest = hmac.new(secret(cognito).encode(), (name + OLD).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def sign_up_named(cognito, name, password="abcde1", **attributes):
    attributes = {"email": f"{name}@example.com", **attributes}
    return cognito.sign_up(
        ClientId=OLD, Username=name, Password=password, SecretHash=secret_hash(cognito, name),
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()])


def claims(emulator, token, **options):
    """Verified by PyJWT with the keys that the pool publishes."""
    keys = jwt.PyJWKClient(f"{emulator.endpoint}/{PEOPLE}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(token)
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{PEOPLE}"
    # The emulator's clock may be ahead.
    return jwt.decode(token, key.key, algorithms=["RS256"], issuer=issuer, options={"verify_iat": False}, **options)


# The way of one person.


def test_from_sign_up_to_the_end_of_a_session(emulator, cognito):
    email = "Ann@Example.com"
    answer = cognito.sign_up(ClientId=WEB, Username=email, Password=PASSWORD)
    assert answer["UserConfirmed"] is False
    assert answer["CodeDeliveryDetails"] == {
        "Destination": "A***@E***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    fails("UserNotConfirmedException", "User is not confirmed", enter, cognito=cognito, email=email)
    message = messages(emulator, email)[-1]
    assert message["subject"] == "Your code"
    assert re.fullmatch(r"Welcome & type \d{6}", message["text"])
    cognito.confirm_sign_up(ClientId=WEB, Username=email, ConfirmationCode=code(emulator, email))

    by_password = tokens(cognito, "ann@example.com")
    assert by_password["TokenType"] == "Bearer" and by_password["ExpiresIn"] == 3600
    by_srp = srp(cognito, email).authenticate_user()["AuthenticationResult"]
    identity = claims(emulator, by_srp["IdToken"], audience=WEB)
    assert identity["token_use"] == "id" and identity["email"] == email and identity["email_verified"] is True
    assert identity["sub"] == answer["UserSub"] == identity["cognito:username"]
    assert identity["exp"] - identity["iat"] == 3600 and identity["auth_time"] == identity["iat"]
    access = claims(emulator, by_srp["AccessToken"])
    assert access["token_use"] == "access" and access["client_id"] == WEB and access["username"] == answer["UserSub"]
    assert access["scope"] == "aws.cognito.signin.user.admin" and "email" not in access and "aud" not in access
    assert access["origin_jti"] == identity["origin_jti"] != access["jti"] != identity["jti"]
    assert "cognito:groups" not in access

    refreshed = cognito.initiate_auth(
        ClientId=WEB, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": by_srp["RefreshToken"]})
    again = claims(emulator, refreshed["AuthenticationResult"]["AccessToken"])
    assert again["origin_jti"] == access["origin_jti"] and again["jti"] != access["jti"]
    assert "RefreshToken" not in refreshed["AuthenticationResult"]

    user = cognito.get_user(AccessToken=by_srp["AccessToken"])
    assert {a["Name"]: a["Value"] for a in user["UserAttributes"]} == {
        "sub": answer["UserSub"], "email": email, "email_verified": "true"}
    cognito.revoke_token(Token=by_srp["RefreshToken"], ClientId=WEB)
    fails(
        "NotAuthorizedException", "revoked", cognito.initiate_auth, ClientId=WEB, AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": by_srp["RefreshToken"]})
    fails("NotAuthorizedException", "Access Token has been revoked", cognito.get_user, AccessToken=by_srp["AccessToken"])
    # The other session goes on until all are ended.
    cognito.get_user(AccessToken=by_password["AccessToken"])
    cognito.global_sign_out(AccessToken=by_password["AccessToken"])
    fails("NotAuthorizedException", "revoked", cognito.get_user, AccessToken=by_password["AccessToken"])
    cognito.delete_user(AccessToken=tokens(cognito, email)["AccessToken"])
    fails("NotAuthorizedException", "Incorrect username or password", enter, cognito=cognito, email=email)


def test_documents_for_verifiers(emulator):
    address = f"{emulator.endpoint}/{PEOPLE}/.well-known/openid-configuration"
    configuration = json.load(urllib.request.urlopen(address))
    assert configuration["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{PEOPLE}"
    keys = json.load(urllib.request.urlopen(configuration["jwks_uri"]))["keys"]
    assert [key["kty"] for key in keys] == ["RSA"] and "d" not in keys[0]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{emulator.endpoint}/us-east-1_Nobody/.well-known/jwks.json")
    assert caught.value.code == 404


def test_srp_refuses_wrong_passwords_and_strangers_alike(emulator, cognito):
    join(emulator, cognito, "srp@example.com")
    for email in ["srp@example.com", "stranger@example.com"]:
        fails(
            "NotAuthorizedException", "^Incorrect username or password.$",
            srp(cognito, email, "Wrong-horse-7").authenticate_user)
    first, second = (
        cognito.initiate_auth(
            ClientId=WEB, AuthFlow="USER_SRP_AUTH", AuthParameters={"USERNAME": "stranger@example.com", "SRP_A": "2"})
        ["ChallengeParameters"] for _ in range(2))
    assert first["SALT"] == second["SALT"] and first["USER_ID_FOR_SRP"] == second["USER_ID_FOR_SRP"]
    # A multiple of N would make the password meaningless.
    fails(
        "InvalidParameterException", "SRP_A", cognito.initiate_auth, ClientId=WEB, AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": "srp@example.com", "SRP_A": "0"})


def test_a_challenge_is_answered_once(emulator, cognito):
    join(emulator, cognito, "once@example.com")
    client = srp(cognito, "once@example.com")
    challenge = cognito.initiate_auth(
        ClientId=WEB, AuthFlow="USER_SRP_AUTH", AuthParameters=client.get_auth_params())["ChallengeParameters"]
    responses = client.process_challenge(challenge, client.get_auth_params())
    answer = dict(ClientId=WEB, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses)
    assert "AuthenticationResult" in cognito.respond_to_auth_challenge(**answer)
    fails("NotAuthorizedException", "Incorrect", cognito.respond_to_auth_challenge, **answer)


SIGN_UPS = [
    ("no address", "nobody", PASSWORD, "InvalidParameterException", "Username should be an email"),
    ("short", "a@example.com", "Ab-1", "InvalidPasswordException", "policy: Password not long enough"),
    ("no capital", "a@example.com", "abcdefg-1", "InvalidPasswordException", "must have uppercase characters"),
    ("no small", "a@example.com", "ABCDEFG-1", "InvalidPasswordException", "must have lowercase characters"),
    ("no digit", "a@example.com", "Abcdefg-h", "InvalidPasswordException", "must have numeric characters"),
    ("no symbol", "a@example.com", "Abcdefgh1", "InvalidPasswordException", "must have symbol characters"),
    ("a space at the end", "a@example.com", PASSWORD + " ", "InvalidParameterException", "at 'password' failed"),
    ("too long a name", "a" * 129, PASSWORD, "InvalidParameterException", "less than or equal to 128"),
]


@pytest.mark.parametrize("name, username, password, error, message", SIGN_UPS, ids=[row[0] for row in SIGN_UPS])
def test_sign_up_refusals(emulator, name, username, password, error, message):
    client = emulator.client("cognito-idp", parameter_validation=False)
    fails(error, message, client.sign_up, ClientId=WEB, Username=username, Password=password)


def test_names_are_taken_once(emulator, cognito):
    cognito.sign_up(ClientId=WEB, Username="twice@example.com", Password=PASSWORD)
    fails(
        "UsernameExistsException", "An account with the given email already exists.", cognito.sign_up, ClientId=WEB,
        Username="TWICE@example.com", Password=PASSWORD)
    fails("ResourceNotFoundException", "client nobody does not exist", cognito.sign_up, ClientId="nobody",
          Username="twice@example.com", Password=PASSWORD)


def test_codes(emulator, cognito):
    email = "codes@example.com"
    confirm = lambda code, name=email: cognito.confirm_sign_up(ClientId=WEB, Username=name, ConfirmationCode=code)
    cognito.sign_up(ClientId=WEB, Username=email, Password=PASSWORD)
    first = code(emulator, email)
    wrong = "000000" if first != "000000" else "000001"
    fails("CodeMismatchException", "Invalid verification code provided", confirm, code=wrong)
    fails("ExpiredCodeException", "Invalid code provided", confirm, code=first, name="stranger@example.com")
    emulator.advance("24h")
    fails("ExpiredCodeException", "Invalid code provided, please request a code again", confirm, code=first)
    details = cognito.resend_confirmation_code(ClientId=WEB, Username=email)["CodeDeliveryDetails"]
    assert details["Destination"] == "c***@e***"
    second = code(emulator, email)
    confirm(second)
    fails("NotAuthorizedException", "Current status is CONFIRMED", confirm, code=second)
    fails("InvalidParameterException", "already confirmed", cognito.resend_confirmation_code, ClientId=WEB, Username=email)
    # Of a stranger nothing is told.
    assert cognito.resend_confirmation_code(ClientId=WEB, Username="stranger@example.com")["CodeDeliveryDetails"]
    assert messages(emulator, "stranger@example.com") == []


def test_codes_can_not_be_guessed(emulator, cognito):
    email = "guess@example.com"
    cognito.sign_up(ClientId=WEB, Username=email, Password=PASSWORD)
    right = code(emulator, email)
    confirm = lambda code: cognito.confirm_sign_up(ClientId=WEB, Username=email, ConfirmationCode=code)
    for _ in range(10):
        fails("CodeMismatchException", "", confirm, code="000000" if right != "000000" else "000001")
    fails("LimitExceededException", "Attempt limit exceeded, please try after some time.", confirm, code=right)
    emulator.advance("1h")
    confirm(right)


def test_passwords_can_not_be_guessed(emulator, cognito):
    email = "lock@example.com"
    join(emulator, cognito, email)
    for _ in range(5):
        fails("NotAuthorizedException", "Incorrect", enter, cognito=cognito, email=email, password="Wrong-1234")
    fails("NotAuthorizedException", "Password attempts exceeded", enter, cognito=cognito, email=email)
    emulator.advance("1s")
    fails("NotAuthorizedException", "Incorrect", enter, cognito=cognito, email=email, password="Wrong-1234")
    fails("NotAuthorizedException", "Password attempts exceeded", srp(cognito, email).authenticate_user)
    emulator.advance("2s")
    assert tokens(cognito, email)
    # A right one begins anew.
    fails("NotAuthorizedException", "Incorrect", enter, cognito=cognito, email=email, password="Wrong-1234")
    assert tokens(cognito, email)


def test_forgotten_password(emulator, cognito):
    email = "forgot@example.com"
    join(emulator, cognito, email)
    forgot = lambda name=email: cognito.forgot_password(ClientId=WEB, Username=name)["CodeDeliveryDetails"]
    confirm = lambda code, password=PASSWORD + "!", name=email: cognito.confirm_forgot_password(
        ClientId=WEB, Username=name, ConfirmationCode=code, Password=password)
    assert forgot()["Destination"] == "f***@e***"
    assert forgot("stranger@example.com")["DeliveryMedium"] == "EMAIL"
    fails("CodeMismatchException", "", confirm, code="123456", name="stranger@example.com")
    first = code(emulator, email)
    fails("InvalidPasswordException", "", confirm, code=first, password="weak-password")
    emulator.advance("1h")
    fails("ExpiredCodeException", "", confirm, code=first)
    forgot()
    confirm(code(emulator, email))
    fails("NotAuthorizedException", "Incorrect", enter, cognito=cognito, email=email)
    assert tokens(cognito, email, password=PASSWORD + "!")
    for _ in range(10):
        forgot()
    fails("LimitExceededException", "Attempt limit exceeded", forgot)


def test_change_password(emulator, cognito):
    email = "change@example.com"
    join(emulator, cognito, email)
    access = tokens(cognito, email)["AccessToken"]
    change = lambda old, new: cognito.change_password(AccessToken=access, PreviousPassword=old, ProposedPassword=new)
    fails("NotAuthorizedException", "Incorrect", change, old="Wrong-1234", new="Another-1")
    fails("InvalidPasswordException", "", change, old=PASSWORD, new="another-one")
    change(PASSWORD, "Another-1")
    assert srp(cognito, email, "Another-1").authenticate_user()["AuthenticationResult"]


def test_tokens_end_with_the_clock(emulator, cognito):
    join(emulator, cognito, "late@example.com")
    mine = tokens(cognito, "late@example.com")
    refresh = lambda: cognito.initiate_auth(
        ClientId=WEB, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": mine["RefreshToken"]})
    emulator.advance("1h")
    fails("NotAuthorizedException", "Access Token has expired", cognito.get_user, AccessToken=mine["AccessToken"])
    cognito.get_user(AccessToken=refresh()["AuthenticationResult"]["AccessToken"])
    emulator.advance("30d")
    fails("NotAuthorizedException", "Refresh Token has expired", refresh)


@pytest.mark.parametrize("change", [
    lambda token: "nonsense", lambda token: token[:-4] + "AAAA", lambda token: token.split(".")[0] + "." + "e30" + ".AAAA",
    lambda token: ".".join([base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("="), token.split(".")[1], ""])])
def test_forged_tokens(emulator, cognito, change):
    email = f"forged{time.monotonic_ns()}@example.com"
    join(emulator, cognito, email)
    mine = tokens(cognito, email)
    fails("NotAuthorizedException", "", cognito.get_user, AccessToken=change(mine["AccessToken"]))
    fails("NotAuthorizedException", "Invalid Access Token", cognito.get_user, AccessToken=mine["IdToken"])
    fails(
        "NotAuthorizedException", "Invalid Refresh Token", cognito.initiate_auth, ClientId=WEB,
        AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": mine["RefreshToken"][:-4] + "AAAA"})


# Administrators.


def test_an_invitation(emulator, cognito):
    email = "guest@example.com"
    user = cognito.admin_create_user(
        UserPoolId=PEOPLE, Username=email, UserAttributes=[{"Name": "email_verified", "Value": "true"}])["User"]
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and user["Enabled"]
    found = re.fullmatch(r"Your username is (\S+) and temporary password is (\S+)", messages(emulator, email)[-1]["text"])
    assert found[1] == email
    fails(
        "UsernameExistsException", "", cognito.admin_create_user, UserPoolId=PEOPLE, Username=email)
    challenge = enter(cognito, email, found[2])
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    parameters = challenge["ChallengeParameters"]
    assert json.loads(parameters["userAttributes"]) == {"email": email, "email_verified": "true"}
    assert json.loads(parameters["requiredAttributes"]) == []
    answer = lambda session=challenge["Session"], password=PASSWORD, name=email: cognito.respond_to_auth_challenge(
        ClientId=WEB, ChallengeName="NEW_PASSWORD_REQUIRED", Session=session,
        ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": password, "userAttributes.name": "Guest"})
    fails("InvalidPasswordException", "", answer, password="weak-password")
    fails("NotAuthorizedException", "Invalid session", answer, session="x" * 30)
    fails("NotAuthorizedException", "Invalid session", answer, name="srp@example.com")
    assert claims(emulator, answer()["AuthenticationResult"]["IdToken"], audience=WEB)["name"] == "Guest"
    fails("NotAuthorizedException", "Invalid session", answer)
    # By SRP as well.
    cognito.admin_set_user_password(UserPoolId=PEOPLE, Username=email, Password="Fresh-start-1")
    result = srp(cognito, email, "Fresh-start-1").set_new_password_challenge("Fresh-start-2")
    assert result["AuthenticationResult"]
    fails(
        "UnsupportedUserStateException", "FORCE_CHANGE_PASSWORD", cognito.admin_create_user, UserPoolId=PEOPLE,
        Username=email, MessageAction="RESEND")


def test_a_temporary_password_expires(emulator, cognito):
    email = "slow@example.com"
    cognito.admin_create_user(UserPoolId=PEOPLE, Username=email, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    assert messages(emulator, email) == []
    emulator.advance("7d")
    fails("NotAuthorizedException", "Temporary password has expired", enter, cognito=cognito, email=email)
    cognito.admin_create_user(UserPoolId=PEOPLE, Username=email, TemporaryPassword=PASSWORD, MessageAction="RESEND")
    assert PASSWORD in messages(emulator, email)[-1]["text"]
    assert enter(cognito, email)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_groups(emulator, cognito):
    email = "groups@example.com"
    join(emulator, cognito, email)
    cognito.create_group(GroupName="zebras", UserPoolId=PEOPLE, Precedence=5)
    cognito.create_group(GroupName="ants", UserPoolId=PEOPLE)
    fails("GroupExistsException", "already exists", cognito.create_group, GroupName="ants", UserPoolId=PEOPLE)
    for group in ["ants", "zebras", "admins"]:
        cognito.admin_add_user_to_group(UserPoolId=PEOPLE, Username=email, GroupName=group)
    mine = tokens(cognito, email)
    assert claims(emulator, mine["IdToken"], audience=WEB)["cognito:groups"] == ["admins", "zebras", "ants"]
    assert claims(emulator, mine["AccessToken"])["cognito:groups"] == ["admins", "zebras", "ants"]
    names = lambda groups: [group["GroupName"] for group in groups["Groups"]]
    assert names(cognito.admin_list_groups_for_user(UserPoolId=PEOPLE, Username=email)) == ["admins", "ants", "zebras"]
    first = cognito.list_groups(UserPoolId=PEOPLE, Limit=2)
    rest = cognito.list_groups(UserPoolId=PEOPLE, Limit=2, NextToken=first["NextToken"])
    assert names(first) + names(rest) == ["admins", "ants", "zebras"] and "NextToken" not in rest
    cognito.update_group(UserPoolId=PEOPLE, GroupName="ants", Description="Small")
    assert cognito.get_group(UserPoolId=PEOPLE, GroupName="ants")["Group"]["Description"] == "Small"
    assert [user["Attributes"][0]["Value"] for user in
            cognito.list_users_in_group(UserPoolId=PEOPLE, GroupName="zebras")["Users"]] == [email]
    cognito.admin_remove_user_from_group(UserPoolId=PEOPLE, Username=email, GroupName="zebras")
    cognito.delete_group(UserPoolId=PEOPLE, GroupName="ants")
    assert names(cognito.admin_list_groups_for_user(UserPoolId=PEOPLE, Username=email)) == ["admins"]
    fails("ResourceNotFoundException", "Group not found", cognito.get_group, UserPoolId=PEOPLE, GroupName="ants")
    cognito.delete_group(UserPoolId=PEOPLE, GroupName="zebras")


def test_disabled_users(emulator, cognito):
    email = "off@example.com"
    join(emulator, cognito, email)
    access = tokens(cognito, email)["AccessToken"]
    cognito.admin_disable_user(UserPoolId=PEOPLE, Username=email)
    fails("NotAuthorizedException", "User is disabled", enter, cognito=cognito, email=email)
    fails("NotAuthorizedException", "Incorrect", enter, cognito=cognito, email=email, password="Wrong-1234")
    fails("NotAuthorizedException", "", cognito.get_user, AccessToken=access)
    assert cognito.admin_get_user(UserPoolId=PEOPLE, Username=email)["Enabled"] is False
    cognito.admin_enable_user(UserPoolId=PEOPLE, Username=email)
    access = tokens(cognito, email)["AccessToken"]
    cognito.admin_user_global_sign_out(UserPoolId=PEOPLE, Username=email)
    fails("NotAuthorizedException", "revoked", cognito.get_user, AccessToken=access)
    cognito.admin_reset_user_password(UserPoolId=PEOPLE, Username=email)
    fails("PasswordResetRequiredException", "Password reset required", enter, cognito=cognito, email=email)
    cognito.confirm_forgot_password(
        ClientId=WEB, Username=email, ConfirmationCode=code(emulator, email), Password="Another-1")
    assert tokens(cognito, email, password="Another-1")
    cognito.admin_delete_user(UserPoolId=PEOPLE, Username=email)
    for call in [cognito.admin_get_user, cognito.admin_delete_user, cognito.admin_enable_user]:
        fails("UserNotFoundException", "User does not exist", call, UserPoolId=PEOPLE, Username=email)
    fails("ResourceNotFoundException", "User pool us-east-1_None does not exist", cognito.admin_get_user,
          UserPoolId="us-east-1_None", Username=email)


def test_lists(emulator, cognito):
    for number in range(5):
        cognito.admin_create_user(
            UserPoolId=NAMED, Username=f"list{number}", MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": f"list{number}@example.com"},
                            {"Name": "name", "Value": 'Quote " d' if number == 3 else "Plain"}])
    def names(text, **parameters):
        return [user["Username"] for user in cognito.list_users(UserPoolId=NAMED, Filter=text, **parameters)["Users"]]
    assert names('username ^= "list"') == [f"list{number}" for number in range(5)]
    assert names('email = "list2@example.com"') == ["list2"]
    assert names('name = "Quote \\" d"') == ["list3"]
    assert names('cognito:user_status = "CONFIRMED" ') == [] and len(names('status = "Enabled"')) >= 5
    fails("InvalidParameterException", "", cognito.list_users, UserPoolId=NAMED, Filter="email = list2")
    fails("InvalidParameterException", "not searchable", cognito.list_users, UserPoolId=NAMED, Filter='custom:age = "1"')
    pages = cognito.get_paginator("list_users").paginate(
        UserPoolId=NAMED, Filter='username ^= "list"', PaginationConfig={"PageSize": 2})
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    fails("InvalidParameterException", "", cognito.list_users, UserPoolId=NAMED, PaginationToken="bm9ib2R5")
    pools = cognito.list_user_pools(MaxResults=10)["UserPools"]
    assert [pool["Id"] for pool in pools] == [NAMED, PEOPLE]
    clients = cognito.list_user_pool_clients(UserPoolId=NAMED, MaxResults=10)["UserPoolClients"]
    assert [client["ClientId"] for client in clients] == [OLD, ROTATING]
    pool = cognito.describe_user_pool(UserPoolId=NAMED)["UserPool"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 6 and pool["AliasAttributes"] == ["email"]


# Names, aliases, attributes, secrets.


def test_aliases(emulator, cognito):
    fails("InvalidParameterException", "email format", sign_up_named, cognito=cognito, name="a@example.com")
    sign_up_named(cognito, "bob", email="shared@example.com")
    enter_old = lambda name: cognito.initiate_auth(
        ClientId=OLD, AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": "abcde1", "SECRET_HASH": secret_hash(cognito, name)})
    fails("UserNotFoundException", "User does not exist", enter_old, name="shared@example.com")
    confirm = lambda name, **options: cognito.confirm_sign_up(
        ClientId=OLD, Username=name, SecretHash=secret_hash(cognito, name), **options)
    confirm("bob", ConfirmationCode=code(emulator, "shared@example.com"))
    assert enter_old("shared@example.com")["AuthenticationResult"]
    fails("UserNotFoundException", "", enter_old, name="BOB")
    sign_up_named(cognito, "carol", email="shared@example.com")
    fails("AliasExistsException", "already exists", confirm, name="carol",
          ConfirmationCode=code(emulator, "shared@example.com"))


def test_secrets(emulator, cognito):
    sign = lambda **options: cognito.sign_up(
        ClientId=OLD, Username="dave", Password="abcde1",
        UserAttributes=[{"Name": "email", "Value": "dave@example.com"}], **options)
    fails("NotAuthorizedException", "SECRET_HASH was not received", sign)
    fails("NotAuthorizedException", "Unable to verify secret hash for client old", sign, SecretHash="bm8=")
    sign(SecretHash=secret_hash(cognito, "dave"))
    cognito.admin_confirm_sign_up(UserPoolId=NAMED, Username="dave")
    answer = cognito.admin_initiate_auth(
        UserPoolId=NAMED, ClientId=OLD, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "dave", "PASSWORD": "abcde1", "SECRET_HASH": secret_hash(cognito, "dave")})
    mine = answer["AuthenticationResult"]
    assert mine["ExpiresIn"] == 600
    identity = jwt.decode(mine["IdToken"], options={"verify_signature": False})
    # Not among what the client may read.
    assert identity["email"] == "dave@example.com" and "email_verified" not in identity
    fails("NotAuthorizedException", "SECRET_HASH", cognito.initiate_auth, ClientId=OLD, AuthFlow="REFRESH_TOKEN_AUTH",
          AuthParameters={"REFRESH_TOKEN": mine["RefreshToken"]})
    fails("NotAuthorizedException", "secret", cognito.revoke_token, Token=mine["RefreshToken"], ClientId=OLD)
    cognito.revoke_token(Token=mine["RefreshToken"], ClientId=OLD, ClientSecret=secret(cognito))
    fails("InvalidParameterException", "Auth flow not enabled", cognito.admin_initiate_auth, UserPoolId=PEOPLE,
          ClientId=WEB, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "a", "PASSWORD": "b"})
    fails("InvalidParameterException", "USER_SRP_AUTH flow not enabled", cognito.initiate_auth, ClientId=OLD,
          AuthFlow="USER_SRP_AUTH", AuthParameters={"USERNAME": "a", "SRP_A": "2"})
    fails("InvalidParameterException", "Missing required parameter PASSWORD", cognito.initiate_auth, ClientId=WEB,
          AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "a"})


def test_attributes(emulator, cognito):
    fails("InvalidParameterException", "email: The attribute is required", cognito.admin_create_user, UserPoolId=NAMED,
          Username="erin")
    for attributes, message in [
        ({"email": "nobody"}, "Invalid email address format"), ({"custom:age": "17"}, "at least 18"),
        ({"custom:other": "1"}, "does not exist in the schema"), ({"custom:age": "x"}, "Not a valid number")]:
        fails("InvalidParameterException", message, sign_up_named, cognito=cognito, name="erin", **attributes)
    fails("NotAuthorizedException", "write unauthorized attribute", sign_up_named, cognito=cognito, name="erin",
          nickname="E")
    sign_up_named(cognito, "erin", **{"custom:tier": "gold", "custom:age": "44"})
    cognito.confirm_sign_up(
        ClientId=OLD, Username="erin", SecretHash=secret_hash(cognito, "erin"),
        ConfirmationCode=code(emulator, "erin@example.com"))
    access = cognito.initiate_auth(
        ClientId=OLD, AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "erin", "PASSWORD": "abcde1", "SECRET_HASH": secret_hash(cognito, "erin")}
    )["AuthenticationResult"]["AccessToken"]
    def update(**attributes):
        return cognito.update_user_attributes(
            AccessToken=access, UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()])
    fails("InvalidParameterException", "custom:tier: Attribute cannot be updated", update, **{"custom:tier": "lead"})
    update(name="Erin")
    details = update(email="new@example.com")["CodeDeliveryDetailsList"]
    assert [detail["Destination"] for detail in details] == ["n***@e***"]
    email = lambda: {a["Name"]: a["Value"] for a in cognito.admin_get_user(UserPoolId=NAMED, Username="erin")["UserAttributes"]}
    assert email()["email"] == "erin@example.com"
    verify = lambda code: cognito.verify_user_attribute(AccessToken=access, AttributeName="email", Code=code)
    fails("CodeMismatchException", "", verify, code="x")
    verify(code(emulator, "new@example.com"))
    assert (email()["email"], email()["email_verified"]) == ("new@example.com", "true")
    cognito.get_user_attribute_verification_code(AccessToken=access, AttributeName="email")
    fails("InvalidParameterException", "phone_number", cognito.get_user_attribute_verification_code, AccessToken=access,
          AttributeName="phone_number")
    cognito.delete_user_attributes(AccessToken=access, UserAttributeNames=["name"])
    fails("InvalidParameterException", "cannot be deleted", cognito.delete_user_attributes, AccessToken=access,
          UserAttributeNames=["email"])
    cognito.admin_update_user_attributes(
        UserPoolId=NAMED, Username="erin",
        UserAttributes=[{"Name": "email", "Value": "last@example.com"}, {"Name": "email_verified", "Value": "true"}])
    assert "name" not in email() and email()["email"] == "last@example.com"


def test_refresh_tokens_rotate(emulator, cognito):
    cognito.admin_create_user(
        UserPoolId=NAMED, Username="turn", MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "turn@example.com"}])
    cognito.admin_set_user_password(UserPoolId=NAMED, Username="turn", Password="abcde1", Permanent=True)
    first = tokens(cognito, "turn", password="abcde1", client=ROTATING)["RefreshToken"]
    exchange = lambda token: cognito.get_tokens_from_refresh_token(
        ClientId=ROTATING, RefreshToken=token)["AuthenticationResult"]["RefreshToken"]
    second = exchange(first)
    assert second != first and exchange(first)
    emulator.advance("10s")
    fails("NotAuthorizedException", "Invalid Refresh Token", exchange, token=first)
    fails("InvalidParameterException", "REFRESH_TOKEN_AUTH", cognito.initiate_auth, ClientId=ROTATING,
          AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": second})


# Mail.


def test_the_mailbox(emulator, cognito):
    email = "mail&<b>@example.com"
    cognito.sign_up(ClientId=WEB, Username=email, Password=PASSWORD)
    program = [BUILD / "emulator", "mail", "--endpoint", emulator.endpoint, "--to", email]
    assert code(emulator, email) in subprocess.check_output(program, text=True)
    latest = subprocess.check_output([*program, "--latest"], text=True)
    assert latest == f"Welcome & type {code(emulator, email)}\n"
    none = subprocess.run([*program[:-1], "nobody@example.com", "--latest"], capture_output=True, text=True)
    assert none.returncode == 2 and "Nothing has been sent yet" in none.stderr
    request = urllib.request.Request(f"{emulator.endpoint}/_emulator/mail", headers={"Accept": "text/html"})
    page = urllib.request.urlopen(request).read().decode()
    assert "mail&amp;&lt;b&gt;@example.com" in page and "Welcome &amp; type" in page and "<b>@" not in page


# The command line.


def test_by_the_command_line(emulator, cognito):
    import os
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}

    def aws(*arguments):
        program = pathlib.Path(sys.executable).with_name("aws")
        return subprocess.run(
            [program, "cognito-idp", *arguments], env=environment, capture_output=True, text=True, timeout=60)

    email = "cli@example.com"
    made = aws("sign-up", "--client-id", WEB, "--username", email, "--password", PASSWORD)
    assert json.loads(made.stdout)["UserConfirmed"] is False
    assert aws("confirm-sign-up", "--client-id", WEB, "--username", email, "--confirmation-code",
               code(emulator, email)).returncode == 0
    entered = aws("initiate-auth", "--client-id", WEB, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters",
                  f"USERNAME={email},PASSWORD={PASSWORD}")
    access = json.loads(entered.stdout)["AuthenticationResult"]["AccessToken"]
    assert email in aws("get-user", "--access-token", access).stdout
    listed = aws("list-users", "--user-pool-id", PEOPLE, "--filter", f'email = "{email}"')
    assert [user["UserStatus"] for user in json.loads(listed.stdout)["Users"]] == ["CONFIRMED"]
    refused = aws("admin-get-user", "--user-pool-id", PEOPLE, "--username", "nobody")
    assert "(UserNotFoundException)" in refused.stderr


# Restarts and seeds.


def test_a_killed_emulator_forgets_nothing(template, tmp_path):
    running = Emulator("--quiet", "--data", tmp_path / "data", template=template)
    cognito = running.client("cognito-idp")
    join(running, cognito, "kept@example.com")
    mine = tokens(cognito, "kept@example.com")
    cognito.sign_up(ClientId=WEB, Username="half@example.com", Password=PASSWORD)
    cognito.create_group(GroupName="keepers", UserPoolId=PEOPLE)
    cognito.admin_add_user_to_group(UserPoolId=PEOPLE, Username="kept@example.com", GroupName="keepers")
    cognito.delete_group(GroupName="admins", UserPoolId=PEOPLE)
    keys = urllib.request.urlopen(f"{running.endpoint}/{PEOPLE}/.well-known/jwks.json").read()
    running.kill()

    running = Emulator("--quiet", "--data", tmp_path / "data", template=template)
    cognito = running.client("cognito-idp")
    try:
        cognito.get_user(AccessToken=mine["AccessToken"])
        assert urllib.request.urlopen(f"{running.endpoint}/{PEOPLE}/.well-known/jwks.json").read() == keys
        refreshed = cognito.initiate_auth(
            ClientId=WEB, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": mine["RefreshToken"]})
        assert claims(running, refreshed["AuthenticationResult"]["AccessToken"])["cognito:groups"] == ["keepers"]
        fails("ResourceNotFoundException", "", cognito.get_group, GroupName="admins", UserPoolId=PEOPLE)
        cognito.confirm_sign_up(
            ClientId=WEB, Username="half@example.com", ConfirmationCode=code(running, "half@example.com"))
        assert srp(cognito, "kept@example.com").authenticate_user()["AuthenticationResult"]
    finally:
        assert running.stop() == 0


def start_seeded(template, folder, users):
    (folder / "People.json").write_text(json.dumps(users))
    return Emulator("--quiet", "--seed", folder, template=template)


def test_a_seed(template, tmp_path):
    users = [{"attributes": {"email": "seed@example.com", "email_verified": "true", "sub": "fixed"}, "password": PASSWORD,
              "groups": ["admins"]},
             {"attributes": {"email": "new@example.com"}, "status": "UNCONFIRMED", "password": PASSWORD}]
    running = start_seeded(template, tmp_path, users)
    cognito = running.client("cognito-idp")
    try:
        mine = claims(running, tokens(cognito, "seed@example.com")["IdToken"], audience=WEB)
        assert mine["sub"] == "fixed" and mine["cognito:groups"] == ["admins"]
        fails("UserNotConfirmedException", "", enter, cognito=cognito, email="new@example.com")
    finally:
        assert running.stop() == 0


@pytest.mark.parametrize("user, message", [
    ({"attributes": {}}, "user 0: it needs the attribute email"),
    ({"attributes": {"email": "a@example.com"}, "password": "weak"}, "user 0: Password did not conform"),
    ({"attributes": {"email": "a@example.com"}, "groups": ["nobody"]}, "the pool has no group nobody"),
    ({"attributes": {"email": "a@example.com"}, "colour": "blue"}, "it is an object with attributes, enabled"),
    ({"attributes": {"email": "a@example.com"}, "status": "HAPPY"}, "HAPPY is no status"),
])
def test_bad_seeds(template, tmp_path, user, message):
    with pytest.raises(AssertionError, match=message):
        start_seeded(template, tmp_path, [user])


# Triggers.

TRIGGERS = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Guarded:
        Type: AWS::Cognito::UserPool
        Properties:
          AutoVerifiedAttributes: [email]
          LambdaConfig: {PreTokenGeneration: !GetAtt Watch.Arn}
      App:
        Type: AWS::Cognito::UserPoolClient
        Properties: {UserPoolId: !Ref Guarded, ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}
      Api:
        Type: AWS::Serverless::HttpApi
        Properties:
          Auth:
            DefaultAuthorizer: Pool
            Authorizers:
              Pool:
                JwtConfiguration:
                  issuer: !Sub "https://cognito-idp.${AWS::Region}.amazonaws.com/${Guarded}"
                  audience: [!Ref App]
      Shown:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: provided.al2023
          CodeUri: .
          Handler: watch
          Environment: {Variables: {EVENTS: /dev/null}}
          Events:
            Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /me}}
      Watch:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: provided.al2023
          CodeUri: .
          Handler: watch
          Timeout: 30
          Environment: {Variables: {EVENTS: %s}}
          Events:
            Users:
              Type: Cognito
              Properties:
                UserPool: !Ref Guarded
                Trigger: [PreSignUp, PostConfirmation, PreAuthentication, PostAuthentication, CustomMessage]
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("triggers")
    events = folder / "events"
    events.touch()
    (folder / "template.yaml").write_text(textwrap.dedent(TRIGGERS % events))
    install_function(folder, "watch", pathlib.Path(__file__).with_name("triggers.py").read_text())
    running = Emulator("--quiet", template=folder / "template.yaml", functions=folder, cwd=folder)
    running.events = lambda: [json.loads(line) for line in events.read_text().splitlines()]
    yield running
    assert running.stop() == 0


def guarded_sign_up(guarded, name, attributes={}, **metadata):
    attributes = {"email": f"{name}@example.com", **attributes}
    return guarded.client("cognito-idp").sign_up(
        ClientId="app", Username=name, Password=PASSWORD, ClientMetadata=metadata,
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()])


def guarded_enter(guarded, name, **metadata):
    return guarded.client("cognito-idp").initiate_auth(
        ClientId="app", AuthFlow="USER_PASSWORD_AUTH", ClientMetadata=metadata,
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD})


def get_me(guarded, token):
    request = urllib.request.Request(f"{guarded.endpoint}/apis/api/me", headers={"Authorization": f"Bearer {token}"})
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return error.code


# First, so that the API asks for keys before the pool has signed anything.
def test_an_api_takes_the_pools_tokens(guarded):
    assert get_me(guarded, "nonsense") == 401
    guarded_sign_up(guarded, "api", PreSignUp="confirm")
    mine = guarded_enter(guarded, "api")["AuthenticationResult"]
    for token in [mine["IdToken"], mine["AccessToken"]]:
        shown = get_me(guarded, token)["requestContext"]["authorizer"]["jwt"]["claims"]
        assert shown["sub"] == jwt.decode(token, options={"verify_signature": False})["sub"]
    assert get_me(guarded, mine["IdToken"][:-4] + "AAAA") == 401


def test_triggers_in_their_order(guarded):
    guarded_sign_up(guarded, "ada", PreSignUp="", note="hello")
    guarded.client("cognito-idp").confirm_sign_up(
        ClientId="app", Username="ada", ConfirmationCode=code(guarded, "ada@example.com"))
    guarded_enter(guarded, "ada", note="again")
    events = [event for event in guarded.events() if event["userName"] == "ada"]
    assert [event["triggerSource"] for event in events] == [
        "PreSignUp_SignUp", "CustomMessage_SignUp", "PostConfirmation_ConfirmSignUp", "PreAuthentication_Authentication",
        "PostAuthentication_Authentication", "TokenGeneration_Authentication"]
    first = events[0]
    assert first["version"] == "1" and first["region"] == "us-east-1" and first["userPoolId"] == "us-east-1_Guarded"
    assert first["callerContext"] == {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "app"}
    assert first["request"]["userAttributes"] == {"email": "ada@example.com"}
    assert first["request"]["clientMetadata"]["note"] == "hello"
    assert first["response"] == {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    assert events[1]["request"]["codeParameter"] == "{####}"
    assert events[2]["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert events[3]["request"]["validationData"] == {"note": "again"}
    assert events[5]["request"]["groupConfiguration"]["groupsToOverride"] == []


def test_a_trigger_confirms(guarded):
    assert guarded_sign_up(guarded, "bea", PreSignUp="confirm")["UserConfirmed"] is True
    assert messages(guarded, "bea@example.com") == []
    token = guarded_enter(guarded, "bea")["AuthenticationResult"]["IdToken"]
    assert jwt.decode(token, options={"verify_signature": False})["email_verified"] is True


def test_a_trigger_writes_the_message(guarded):
    guarded_sign_up(guarded, "cleo", CustomMessage="greet")
    message = messages(guarded, "cleo@example.com")[-1]
    assert message["subject"] == "Hello" and re.fullmatch(r"<b>Hello</b>, type \d{6}", message["text"])


def test_a_trigger_sets_claims(guarded):
    guarded_sign_up(guarded, "dora", {"nickname": "override"}, PreSignUp="confirm")
    mine = guarded_enter(guarded, "dora")["AuthenticationResult"]
    read = lambda token: jwt.decode(token, options={"verify_signature": False})
    identity, access = read(mine["IdToken"]), read(mine["AccessToken"])
    assert identity["colour"] == "blue" and "email" not in identity and identity["sub"] != "forged"
    assert identity["cognito:groups"] == access["cognito:groups"] == ["judges"] and "colour" not in access
    guarded.client("cognito-idp").initiate_auth(
        ClientId="app", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": mine["RefreshToken"]})
    assert guarded.events()[-1]["triggerSource"] == "TokenGeneration_RefreshTokens"


def test_a_trigger_refuses(guarded):
    fails("UserLambdaValidationException", "^PreSignUp failed with error no PreSignUp_SignUp today.$", guarded_sign_up,
          guarded=guarded, name="eve", PreSignUp="refuse")
    fails("UserNotFoundException", "", guarded.client("cognito-idp").admin_get_user, UserPoolId="us-east-1_Guarded",
          Username="eve")
    guarded_sign_up(guarded, "fay", PreSignUp="confirm")
    fails("UserLambdaValidationException", "PreAuthentication failed with error", guarded_enter, guarded=guarded,
          name="fay", PreAuthentication="refuse")
    assert guarded_enter(guarded, "fay")["AuthenticationResult"]


@pytest.mark.parametrize("trigger, wish", [
    ("PreSignUp", "nonsense"), ("PreSignUp", "wrong type"), ("CustomMessage", "no place")])
def test_a_trigger_talks_nonsense(guarded, trigger, wish):
    fails("InvalidLambdaResponseException", "Unrecognizable lambda output", guarded_sign_up, guarded=guarded,
          name=f"gil{time.monotonic_ns()}", **{trigger: wish})


def test_a_trigger_does_not_answer(guarded):
    started = time.monotonic()
    fails("UnexpectedLambdaException", "Socket timeout while invoking Lambda function", guarded_sign_up, guarded=guarded,
          name="hal", PreSignUp="hang")
    assert 14 < time.monotonic() - started < 20
