"""An HTTP API in front of a scripted function, driven by httpx: routes, events, replies, authorizers, CORS, ceilings."""

import base64
import http.server
import json
import textwrap
import threading
import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from conftest import Emulator, install_function

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Metadata:
      Emulator:
        Parameters:
          Issuer: ISSUER
    Parameters:
      Issuer:
        Type: String
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Handler: answering
    Resources:
      Api:
        Type: AWS::Serverless::HttpApi
        Properties:
          Auth:
            Authorizers:
              Tokens:
                IdentitySource: $request.header.Authorization
                JwtConfiguration:
                  issuer: !Ref Issuer
                  audience: [web, app]
              InQuery:
                IdentitySource: $request.querystring.token
                JwtConfiguration:
                  issuer: !Ref Issuer
              Nobody:
                JwtConfiguration:
                  issuer: http://127.0.0.1:9
          CorsConfiguration:
            AllowOrigins: [https://site.example]
            AllowMethods: [GET, POST]
            AllowHeaders: [authorization, x-own]
            ExposeHeaders: [x-shown]
            AllowCredentials: true
            MaxAge: 600
      Staged:
        Type: AWS::Serverless::HttpApi
        Properties:
          StageName: prod
      Hello:
        Type: AWS::Serverless::Function
        Properties:
          Timeout: 20
          ReservedConcurrentExecutions: 2
          Events:
            Root: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /}}
            Item: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: "/items/{id}"}}
            Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: "/rest/{proxy+}"}}
            Reply: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: /reply}}
            Quick: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /quick, TimeoutInMillis: 200}}
            Guarded:
              Type: HttpApi
              Properties: {ApiId: !Ref Api, Method: GET, Path: /guarded, Auth: {Authorizer: Tokens}}
            Scoped:
              Type: HttpApi
              Properties:
                ApiId: !Ref Api
                Method: GET
                Path: /scoped
                Auth: {Authorizer: Tokens, AuthorizationScopes: [write, admin]}
            Query:
              Type: HttpApi
              Properties: {ApiId: !Ref Api, Method: GET, Path: /query, Auth: {Authorizer: InQuery}}
            Unreachable:
              Type: HttpApi
              Properties: {ApiId: !Ref Api, Method: GET, Path: /unreachable, Auth: {Authorizer: Nobody}}
            Staged: {Type: HttpApi, Properties: {ApiId: !Ref Staged, Method: GET, Path: "/items/{id}"}}
            StagedRest: {Type: HttpApi, Properties: {ApiId: !Ref Staged}}
            Implicit: {Type: HttpApi, Properties: {Method: GET, Path: /implicit}}
      Closed:
        Type: AWS::Serverless::Function
        Properties:
          ReservedConcurrentExecutions: 0
          Events:
            Closed: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /closed}}
      Missing:
        Type: AWS::Serverless::Function
        Properties:
          Handler: nobody-built-this
          Events:
            Missing: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /missing}}
    Outputs:
      Endpoint:
        Value: !GetAtt Api.ApiEndpoint
"""


class Issuer:
    """An issuer of tokens with its discovery document and keys, on a port of its own."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.requests = []
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests.append(self.path)
                body = json.dumps(issuer.documents().get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def documents(self):
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": self.url + "/keys"},
            "/keys": {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}}

    def token(self, key=None, headers=None, algorithm="RS256", **claims):
        now = int(time.time())
        whole = {"iss": self.url, "aud": "web", "sub": "ada", "iat": now - 10, "exp": now + 3600, **claims}
        return jwt.encode(
            {name: value for name, value in whole.items() if value is not None}, key or self.key, algorithm,
            headers={"kid": "one", **(headers or {})})


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture(scope="module")
def api(tmp_path_factory, issuer):
    folder = tmp_path_factory.mktemp("api")
    (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE).replace("ISSUER", issuer.url))
    install_function(folder, "answering")
    running = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def client(api):
    with httpx.Client(base_url=f"{api.endpoint}/apis/api", timeout=20) as client:
        yield client


def reply(client, value, **options):
    return client.post("/reply", content=json.dumps(value), headers={"x-do": "reply", "content-type": "application/json"},
                       **options)


# Events.


def test_every_member_of_the_event(client, api):
    before = int(time.time() * 1000)
    response = client.post(
        "/items/a%20b?tag=x&tag=y%20z&flag", content='{"n":1}',
        headers=[("content-type", "application/json"), ("user-agent", "test/1"), ("x-own", "a"), ("X-Own", "b"),
                 ("cookie", "one=1; two=2"), ("accept", "*/*"), ("accept-encoding", "gzip"),
                 ("x-amzn-trace-id", "Root=1-63f7a8e0-ad95d5fa651ba86d8923fe12;Sampled=1")])
    assert response.status_code == 200
    event = response.json()
    context = event["requestContext"]
    assert before <= context.pop("timeEpoch") <= time.time() * 1000
    assert context.pop("requestId") == response.headers["apigw-requestid"]
    assert len(response.headers["apigw-requestid"]) == 16 and response.headers["apigw-requestid"].endswith("=")
    moment = time.strptime(context.pop("time"), "%d/%b/%Y:%H:%M:%S +0000")
    assert abs(time.mktime(moment) - time.mktime(time.gmtime())) < 60
    host = api.endpoint.removeprefix("http://")
    assert event == {
        "version": "2.0", "routeKey": "ANY /items/{id}", "rawPath": "/items/a b",
        "rawQueryString": "tag=x&tag=y%20z&flag", "cookies": ["one=1", "two=2"],
        "headers": {
            "accept": "*/*", "accept-encoding": "gzip", "content-length": "7", "content-type": "application/json",
            "host": host, "user-agent": "test/1", "x-amzn-trace-id": "Root=1-63f7a8e0-ad95d5fa651ba86d8923fe12",
            "x-forwarded-for": "127.0.0.1", "x-forwarded-port": str(api.port), "x-forwarded-proto": "http",
            "x-own": "a,b"},
        "queryStringParameters": {"tag": "x,y z", "flag": ""},
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": f"{host}/apis/api", "domainPrefix": "127",
            "http": {"method": "POST", "path": "/items/a b", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                     "userAgent": "test/1"},
            "routeKey": "ANY /items/{id}", "stage": "$default"},
        "body": '{"n":1}', "pathParameters": {"id": "a b"}, "isBase64Encoded": False}


def test_host_name_leads_to_an_api_and_its_paths_are_its_own(api):
    name = f"api.execute-api.us-east-1.localhost:{api.port}"
    response = httpx.get(f"{api.endpoint}/items/7", headers={"host": name})
    assert response.json()["requestContext"]["domainName"] == name
    assert response.json()["requestContext"]["domainPrefix"] == "api"
    assert response.json()["rawPath"] == "/items/7"
    # A path that is the emulator's own elsewhere.
    assert httpx.get(f"{api.endpoint}/2015-03-31/functions", headers={"host": name}).status_code == 404


def test_stage_stands_in_the_path(api):
    response = httpx.get(f"{api.endpoint}/apis/staged/prod/items/7")
    event = response.json()
    assert event["rawPath"] == "/prod/items/7" == event["requestContext"]["http"]["path"]
    assert event["routeKey"] == "GET /items/{id}" and event["pathParameters"] == {"id": "7"}
    assert event["requestContext"]["stage"] == "prod"
    assert httpx.delete(f"{api.endpoint}/apis/staged/prod").json()["routeKey"] == "$default"
    assert httpx.get(f"{api.endpoint}/apis/staged/items/7").status_code == 404


def test_implicit_api_and_one_that_is_not_there(api):
    assert httpx.get(f"{api.endpoint}/apis/serverlesshttpapi/implicit").status_code == 200
    missing = httpx.get(f"{api.endpoint}/apis/nothing/items/7")
    assert missing.status_code == 404 and "api, serverlesshttpapi, staged" in missing.json()["message"]


@pytest.mark.parametrize("method, path, key, parameters", [
    ("GET", "/", "GET /", None), ("DELETE", "/items/1", "ANY /items/{id}", {"id": "1"}),
    ("PUT", "/items/a%2Fb", "ANY /items/{id}", {"id": "a/b"}),
    ("PATCH", "/rest/a/b%20c/", "ANY /rest/{proxy+}", {"proxy": "a/b c/"})])
def test_routes(client, method, path, key, parameters):
    event = client.request(method, path).json()
    assert event["routeKey"] == key and event.get("pathParameters") == parameters
    assert event["requestContext"]["http"]["method"] == method


@pytest.mark.parametrize("method, path", [("GET", "/nowhere"), ("POST", "/"), ("GET", "/items"), ("GET", "/items/"),
                                          ("GET", "/rest/"), ("GET", "/Items/1"), ("GET", "/items/1/2")])
def test_no_route(client, method, path):
    response = client.request(method, path)
    assert response.status_code == 404 and response.json() == {"message": "Not Found"}
    assert response.headers["content-type"] == "application/json" and response.headers["apigw-requestid"]


def test_head_has_no_body(client):
    response = client.head("/items/1")
    assert response.status_code == 200 and response.content == b"" and int(response.headers["content-length"]) > 100


@pytest.mark.parametrize("kind, is_text", [
    ("text/plain", True), ("application/json; charset=utf-8", True), ("application/xml", True),
    ("application/x-www-form-urlencoded", False), ("application/octet-stream", False), (None, False)])
def test_bodies(client, kind, is_text):
    event = client.post("/items/1", content=b"a=\xc3\xa9", headers={"content-type": kind} if kind else {}).json()
    assert event["isBase64Encoded"] is not is_text
    assert event["body"] == ("a=é" if is_text else base64.b64encode(b"a=\xc3\xa9").decode())


def test_trace_is_made_or_handed_on(client):
    made = client.get("/items/1", headers={"x-do": "trace"}).text
    assert made.startswith("Root=1-")
    given = "Root=1-63f7a8e0-ad95d5fa651ba86d8923fe12;Parent=53995c3f42cd8ad8;Sampled=1"
    assert client.get("/items/1", headers={"x-do": "trace", "x-amzn-trace-id": given}).text == given


# Replies.


def test_whole_reply(client):
    response = reply(client, {
        "statusCode": 201, "headers": {"X-Number": 7, "X-Flag": True, "Content-Type": "text/html", "Connection": "close"},
        "cookies": ["a=1; Path=/", "b=2"], "body": "<p>"})
    assert response.status_code == 201 and response.text == "<p>"
    assert response.headers["x-number"] == "7" and response.headers["x-flag"] == "true"
    assert response.headers["content-type"] == "text/html"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]
    assert "connection" not in response.headers


@pytest.mark.parametrize("value, status, kind, body", [
    ({"hello": "wörld"}, 200, "application/json", '{"hello": "w\\u00f6rld"}'), ("a text", 200, "application/json", "a text"),
    ([1, 2], 200, "application/json", "[1, 2]"), (None, 200, "application/json", "null"),
    ({"statusCode": 404}, 404, "text/plain;charset=UTF-8", ""),
    ({"statusCode": 200, "body": "x"}, 200, "text/plain;charset=UTF-8", "x"),
    ({"statusCode": "202", "body": None, "headers": None, "cookies": None}, 202, "text/plain;charset=UTF-8", ""),
    ({"statusCode": 200, "isBase64Encoded": True, "body": "aGk="}, 200, "text/plain;charset=UTF-8", "hi"),
    ({"statusCode": 204, "body": "x"}, 204, "text/plain;charset=UTF-8", "")])
def test_replies(client, value, status, kind, body):
    response = reply(client, value)
    assert (response.status_code, response.headers["content-type"], response.text) == (status, kind, body)


@pytest.mark.parametrize("value", [
    {"statusCode": 199}, {"statusCode": 600}, {"statusCode": "many"}, {"statusCode": None}, {"statusCode": 200, "body": {}},
    {"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, {"statusCode": 200, "headers": {"a b": "c"}},
    {"statusCode": 200, "headers": {"a": ["b"]}}, {"statusCode": 200, "headers": []},
    {"statusCode": 200, "cookies": "a=1"}, {"statusCode": 200, "body": "%", "isBase64Encoded": True}])
def test_replies_that_are_none(client, value):
    response = reply(client, value)
    assert response.status_code == 500 and response.json() == {"message": "Internal Server Error"}
    assert reply(client, "after").text == "after"


@pytest.mark.parametrize("path, headers, status, message", [
    ("/items/1", {"x-do": "throw"}, 500, "Internal Server Error"), ("/missing", {}, 500, "Internal Server Error"),
    ("/closed", {}, 503, "Service Unavailable")])
def test_functions_that_fail(client, path, headers, status, message):
    response = client.get(path, headers=headers)
    assert response.status_code == status and response.json() == {"message": message}


def test_integration_timeout(client):
    started = time.monotonic()
    response = client.get("/quick", headers={"x-do": "sleep", "x-seconds": "1"})
    assert response.status_code == 503 and response.json() == {"message": "Service Unavailable"}
    assert 0.19 < time.monotonic() - started < 0.9
    assert client.get("/quick").status_code == 200
    assert client.get("/items/1", headers={"x-do": "sleep", "x-seconds": "0.3"}).text == "slept"


# Ceilings.


def test_header_ceiling(client):
    def status(size):
        return client.get("/items/1", headers={"x-long": "x" * size}).status_code
    assert status(9_900) == 200
    assert status(10_240) == 431


def test_payload_ceiling(client):
    # Lambda takes 6 MB of event, the gateway 10 MB of body.
    kind = {"content-type": "text/plain"}
    assert client.post("/missing-route", content=b"x" * (10 * 1048576), headers=kind).status_code == 404
    response = client.post("/missing-route", content=b"x" * (10 * 1048576 + 1), headers=kind)
    assert response.status_code == 413 and response.json() == {"message": "Request Entity Too Large"}
    assert client.post("/reply", content=b"x" * (6 * 1048576), headers=kind).status_code == 413


# Tokens.


def guarded(client, token, path="/guarded", prefix="Bearer "):
    return client.get(path, headers={"authorization": prefix + token})


def test_good_token(client, issuer):
    claims = {"groups": ["admins", "editors"], "verified": True, "gone": None, "nested": {"a": 1}}
    for prefix in ["Bearer ", "bearer ", ""]:
        response = guarded(client, issuer.token(**claims), prefix=prefix)
        assert response.status_code == 200
    jwt_part = response.json()["requestContext"]["authorizer"]["jwt"]
    assert jwt_part["scopes"] is None
    assert jwt_part["claims"].pop("exp").isdigit() and jwt_part["claims"].pop("iat").isdigit()
    assert jwt_part["claims"] == {"iss": issuer.url, "aud": "web", "sub": "ada", "groups": "[admins editors]",
                                  "verified": "true", "nested": '{"a":1}'}


def test_keys_are_fetched_once(client, issuer):
    for _ in range(3):
        assert guarded(client, issuer.token()).status_code == 200
    assert issuer.requests.count("/keys") <= 2, "once for each authorizer of the issuer"


def test_no_token(client):
    response = client.get("/guarded")
    assert response.status_code == 401 and response.json() == {"message": "Unauthorized"}
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("claims, reason", [
    ({"iss": "http://else.example"}, "the token does not have a valid issuer"),
    ({"aud": "other"}, "the token does not have a valid audience"),
    ({"aud": None}, "the token does not have a valid audience"),
    ({"exp": 1_600_000_000}, "the token has expired"), ({"exp": None}, "the token has expired"),
    ({"nbf": 4_000_000_000}, "the token is not valid yet"), ({"iat": 4_000_000_000}, "the token was issued in the future")])
def test_claims_that_do_not_count(client, issuer, claims, reason):
    response = guarded(client, issuer.token(**claims))
    assert response.status_code == 401 and response.json() == {"message": "Unauthorized"}
    assert response.headers["www-authenticate"] == f'Bearer scope="" error="invalid_token" error_description="{reason}"'


def test_client_id_in_place_of_an_audience(client, issuer):
    assert guarded(client, issuer.token(aud=None, client_id="app")).status_code == 200


def test_forged_tokens(client, issuer):
    good = issuer.token()
    head, body, signature = good.split(".")
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = base64.urlsafe_b64encode(json.dumps({
        **json.loads(base64.urlsafe_b64decode(body + "==")), "sub": "eve"}).encode()).decode().rstrip("=")
    public = issuer.documents()["/keys"]["keys"][0]["n"].encode()
    tokens = {
        "another key": issuer.token(key=other), "unknown key": issuer.token(headers={"kid": "two"}),
        "changed claims": ".".join([head, forged, signature]), "no signature": f"{head}.{body}.",
        "none": jwt.encode(jwt.decode(good, options={"verify_signature": False}), "", "none", headers={"kid": "one"}),
        "symmetric": issuer.token(key=public, algorithm="HS256"), "no token": "nonsense", "two parts": f"{head}.{body}",
        "signature of another": issuer.token(sub="x").rpartition(".")[0] + "." + signature}
    for what, token in tokens.items():
        response = guarded(client, token)
        assert response.status_code == 401, what
        assert 'error="invalid_token"' in response.headers["www-authenticate"], what
    assert guarded(client, good).status_code == 200
    # A token that was remembered as good counts whole, and not in part.
    assert guarded(client, good + "x").status_code == 401


def test_scopes(client, issuer):
    response = guarded(client, issuer.token(scope="read write"), "/scoped")
    assert response.json()["requestContext"]["authorizer"]["jwt"]["scopes"] == ["write"]
    refused = guarded(client, issuer.token(scope="read"), "/scoped")
    assert refused.status_code == 403 and refused.json() == {"message": "Forbidden"}
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert 'scope="write admin"' in refused.headers["www-authenticate"]


def test_token_in_the_query_and_no_audience(client, issuer):
    assert client.get("/query", params={"token": issuer.token(aud="anyone")}).status_code == 200
    assert client.get("/query", headers={"authorization": issuer.token()}).status_code == 401


def test_issuer_that_does_not_answer(client, issuer):
    response = guarded(client, issuer.token(), "/unreachable")
    assert response.status_code == 401
    assert "could not be fetched" in response.headers["www-authenticate"]


def test_token_expires_by_the_emulators_clock(api, client, issuer):
    token = issuer.token(exp=int(time.time()) + 3600 * 30)
    assert guarded(client, token).status_code == 200
    now = httpx.get(f"{api.endpoint}/_emulator/clock").json()["now"]
    httpx.post(f"{api.endpoint}/_emulator/clock", json={"byMilliseconds": 31 * 3600 * 1000}).raise_for_status()
    assert httpx.get(f"{api.endpoint}/_emulator/clock").json()["now"] > now
    assert guarded(client, token).status_code == 401


# CORS.


def test_preflight_is_answered_without_the_function(client):
    response = client.options("/guarded", headers={
        "origin": "https://site.example", "access-control-request-method": "POST",
        "access-control-request-headers": "x-own"})
    assert response.status_code == 204 and response.content == b""
    own = {name: value for name, value in response.headers.items() if name.startswith("access-control-")}
    assert own == {
        "access-control-allow-origin": "https://site.example", "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST", "access-control-allow-headers": "authorization,x-own",
        "access-control-expose-headers": "x-shown", "access-control-max-age": "600"}
    other = client.options("/guarded", headers={
        "origin": "https://else.example", "access-control-request-method": "POST"})
    assert other.status_code == 204 and "access-control-allow-origin" not in other.headers


def test_answers_carry_the_gateways_cors_headers_alone(client):
    def answer(origin):
        return client.post(
            "/reply", content=json.dumps({"statusCode": 200, "headers": {
                "access-control-allow-origin": "*", "access-control-max-age": "1", "x-shown": "1"}}),
            headers={"x-do": "reply", "content-type": "application/json", **({"origin": origin} if origin else {})})
    good = answer("https://site.example")
    assert good.headers["access-control-allow-origin"] == "https://site.example"
    assert good.headers["x-shown"] == "1" and "access-control-max-age" not in good.headers
    for origin in ["https://else.example", None]:
        assert "access-control-allow-origin" not in answer(origin).headers
    refused = client.get("/guarded", headers={"origin": "https://site.example"})
    assert refused.status_code == 401 and refused.headers["access-control-allow-origin"] == "https://site.example"


# Templates that are refused.


@pytest.mark.parametrize("old, new, words", [
    ("issuer: http://127.0.0.1:9", "issuer: https://issuer.example", "over http:// only"),
    ("IdentitySource: $request.querystring.token", "IdentitySource: $context.x", "IdentitySource must be such as"),
    ('Path: "/rest/{proxy+}"', 'Path: "/rest/{proxy+}/more"', "nothing may follow"),
    ("Path: /quick,", "Path: /quick, PayloadFormatVersion: '1.0',", "payload format 2.0 only")])
def test_templates_that_are_refused(tmp_path, issuer, old, new, words):
    text = textwrap.dedent(TEMPLATE).replace("ISSUER", issuer.url)
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(AssertionError) as failure:
        Emulator(template=tmp_path / "template.yaml", functions=tmp_path, cwd=tmp_path)
    assert words in str(failure.value) and "template.yaml:" in str(failure.value)
