"""A WebSocket API in front of a scripted function, driven by the websockets package and boto3."""

import asyncio
import base64
import http.client
import json
import socket
import stat
import struct
import sys
import textwrap
import time

import boto3
import httpx
import pytest
import websockets
from websockets.asyncio.client import connect as async_connect
from websockets.sync.client import connect

from conftest import Emulator, eventually

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Handler: sockets
        Timeout: 10
        ReservedConcurrentExecutions: 1
        Environment:
          Variables: {LOG: LOGFILE}
    Resources:
      Chat:
        Type: AWS::ApiGatewayV2::Api
        Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
      Sockets:
        Type: AWS::Serverless::Function
        Properties:
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: execute-api:ManageConnections
                  Resource: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat}/prod/POST/@connections/*
      Judge:
        Type: AWS::Serverless::Function
        Properties: {}
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Chat
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Sockets.Arn}/invocations
      Impatient:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Chat
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Sockets.Arn}/invocations
          TimeoutInMillis: 100
      Connect:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Chat, RouteKey: $connect, Target: !Sub "integrations/${Integration}"}
      Disconnect:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Chat, RouteKey: $disconnect, Target: !Join [/, [integrations, !Ref Integration]]}
      Default:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          {ApiId: !Ref Chat, RouteKey: $default, Target: !Sub "integrations/${Integration}",
           RouteResponseSelectionExpression: $default}
      DefaultResponse:
        Type: AWS::ApiGatewayV2::RouteResponse
        Properties: {ApiId: !Ref Chat, RouteId: !Ref Default, RouteResponseKey: $default}
      Quiet:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Chat, RouteKey: quiet, Target: !Sub "integrations/${Integration}"}
      Slow:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Chat, RouteKey: slow, Target: !Sub "integrations/${Impatient}"}
      Deployment:
        Type: AWS::ApiGatewayV2::Deployment
        DependsOn: [Connect]
        Properties: {ApiId: !Ref Chat}
      Stage:
        Type: AWS::ApiGatewayV2::Stage
        Properties: {ApiId: !Ref Chat, StageName: prod, AutoDeploy: true, StageVariables: {colour: blue}}
      # Without $connect, $disconnect and $default; an authorizer comes with the route that has one.
      Bare:
        Type: AWS::ApiGatewayV2::Api
        Properties: {Name: bare, ProtocolType: WEBSOCKET, RouteSelectionExpression: "${request.body.a}/${request.body.b}"}
      BareIntegration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Bare
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Sockets.Arn}/invocations
      BareRoute:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          {ApiId: !Ref Bare, RouteKey: x/1, Target: !Sub "integrations/${BareIntegration}",
           RouteResponseSelectionExpression: $default}
      BareResponse:
        Type: AWS::ApiGatewayV2::RouteResponse
        Properties: {ApiId: !Ref Bare, RouteId: !Ref BareRoute, RouteResponseKey: $default}
      BareStage:
        Type: AWS::ApiGatewayV2::Stage
        Properties: {ApiId: !Ref Bare, StageName: v1}
      Guarded:
        Type: AWS::ApiGatewayV2::Api
        Properties: {Name: guarded, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
      GuardedIntegration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Guarded
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Sockets.Arn}/invocations
      Authorizer:
        Type: AWS::ApiGatewayV2::Authorizer
        Properties:
          Name: judge
          ApiId: !Ref Guarded
          AuthorizerType: REQUEST
          AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Judge.Arn}/invocations
          IdentitySource: [route.request.querystring.token]
      GuardedConnect:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          {ApiId: !Ref Guarded, RouteKey: $connect, Target: !Sub "integrations/${GuardedIntegration}",
           AuthorizationType: CUSTOM, AuthorizerId: !Ref Authorizer}
      GuardedDefault:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          {ApiId: !Ref Guarded, RouteKey: $default, Target: !Sub "integrations/${GuardedIntegration}",
           RouteResponseSelectionExpression: $default}
      GuardedResponse:
        Type: AWS::ApiGatewayV2::RouteResponse
        Properties: {ApiId: !Ref Guarded, RouteId: !Ref GuardedDefault, RouteResponseKey: $default}
      GuardedStage:
        Type: AWS::ApiGatewayV2::Stage
        Properties: {ApiId: !Ref Guarded, StageName: prod}
    Outputs:
      Address:
        Value: !GetAtt Chat.ApiEndpoint
"""

FUNCTION = '''
import http.client, json, os, time
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
PREFIX = "/2018-06-01/runtime/invocation/"

def call(method, path, body=None):
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()

def judge(event):
    token = event["queryStringParameters"]["token"]
    if token == "unknown":
        raise RuntimeError("Unauthorized")
    if token == "broken":
        return {"policy": None}
    effect = "Allow" if token == "good" else "Deny"
    return {"principalId": "ada", "context": {"level": 7, "verified": True, "name": "Ada"}, "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}]}}

def answer(event):
    if event.get("type") == "REQUEST":
        return judge(event)
    context = event["requestContext"]
    with open(os.environ["LOG"], "a") as log:
        log.write(json.dumps(event) + chr(10))
    if context["eventType"] == "CONNECT":
        query = event.get("queryStringParameters") or {}
        if query.get("throw"):
            raise RuntimeError("as asked")
        headers = {"Sec-WebSocket-Protocol": query["protocol"]} if "protocol" in query else {}
        return {"statusCode": int(query.get("status", 200)), "headers": headers}
    if context["eventType"] == "DISCONNECT":
        return {"statusCode": 200}
    if context["routeKey"] == "slow":
        time.sleep(0.4)
    if event["body"] == "throw":
        raise RuntimeError("as asked")
    if event["body"] == "nothing":
        return {"statusCode": 200}
    if '"push"' in event["body"]:
        import boto3
        # With nothing but what is in its environment.
        client = boto3.client("apigatewaymanagementapi")
        try:
            client.post_to_connection(ConnectionId=context["connectionId"], Data=b"pushed")
        except client.exceptions.ForbiddenException as refusal:
            return {"statusCode": 200, "body": str(refusal)}
        return {"statusCode": 200, "body": "sent"}
    return {"statusCode": 200, "body": json.dumps(event)}

while True:
    response, body = call("GET", "next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    try:
        reply = answer(json.loads(body))
    except Exception as problem:
        call("POST", request_id + "/error", json.dumps({"errorType": "E", "errorMessage": str(problem)}))
    else:
        call("POST", request_id + "/response", json.dumps(reply))
'''


class Chat:
    """The emulator, and what the function has seen."""

    def __init__(self, folder, *arguments):
        self.folder, self.arguments = folder, arguments
        self.log = folder / "events"
        (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE).replace("LOGFILE", str(self.log)))
        function = folder / "sockets"
        function.write_text(f"#!{sys.executable}\n{FUNCTION}")
        function.chmod(function.stat().st_mode | stat.S_IXUSR)
        self.start()

    def start(self):
        self.emulator = Emulator(
            *self.arguments, template=self.folder / "template.yaml", functions=self.folder, cwd=self.folder)
        self.host = self.emulator.endpoint.removeprefix("http://")

    def address(self, api="chat", stage="prod", query=""):
        return f"ws://{self.host}/apis/{api}/{stage}{query}"

    def management(self, api="chat", stage="prod"):
        client = self.emulator.client("apigatewaymanagementapi")
        return client if api is None else boto3.client(
            "apigatewaymanagementapi", endpoint_url=f"{self.emulator.endpoint}/apis/{api}/{stage}",
            region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local")

    def events(self, connection=None, kind=None):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [event for event in map(json.loads, lines)
                if connection in (None, event["requestContext"]["connectionId"])
                and kind in (None, event["requestContext"]["eventType"])]

    def disconnected(self, connection):
        """The $disconnect event of a connection, as soon as it has come."""
        event, = eventually(lambda: self.events(connection, "DISCONNECT"))
        return event

    def advance(self, **move):
        httpx.post(f"{self.emulator.endpoint}/_emulator/clock", json=move, timeout=30).raise_for_status()


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    running = Chat(tmp_path_factory.mktemp("sockets"))
    yield running
    assert running.emulator.stop() == 0


def exchange(client, message):
    client.send(message)
    return json.loads(client.recv(timeout=5))


def identify(client):
    return exchange(client, "who am i")["requestContext"]["connectionId"]


# Events.


def test_every_member_of_the_events(chat):
    with connect(chat.address(query="?a=1&a=2&b=x%20y"), user_agent_header="test/1", compression=None,
                 additional_headers=[("X-Own", "1"), ("X-Own", "2")]) as client:
        message = exchange(client, '{"action": "none", "n": 1}')
        connection = message["requestContext"]["connectionId"]
        opening = chat.events(connection, "CONNECT")[0]
    domain = f"{chat.host}/apis/chat"
    closing = chat.disconnected(connection)
    for event, route in [(opening, "$connect"), (message, "$default"), (closing, "$disconnect")]:
        context = event["requestContext"]
        connected, requested = context.pop("connectedAt"), context.pop("requestTimeEpoch")
        assert abs(requested / 1000 - time.time()) < 10 and 0 <= requested - connected < 10_000
        assert time.strptime(context.pop("requestTime"), "%d/%b/%Y:%H:%M:%S +0000")
        assert context.pop("extendedRequestId") == context.pop("requestId")
        assert context.pop("connectionId") == connection and len(connection) == 16
        assert context.pop("routeKey") == route
        assert context.pop("identity") == {"sourceIp": "127.0.0.1", "userAgent": "test/1"}
        assert (context.pop("messageDirection"), context.pop("stage")) == ("IN", "prod")
        assert (context.pop("domainName"), context.pop("apiId")) == (domain, "chat")
        assert event.pop("stageVariables") == {"colour": "blue"} and event.pop("isBase64Encoded") is False
    headers = opening.pop("headers")
    key = headers.pop("Sec-WebSocket-Key")
    assert base64.b64decode(key)
    trace = headers.pop("X-Amzn-Trace-Id")
    assert trace.startswith("Root=1-") and ";" not in trace
    assert headers == {
        "Host": chat.host, "Sec-WebSocket-Version": "13", "User-Agent": "test/1", "X-Own": "2",
        "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Port": str(chat.emulator.port), "X-Forwarded-Proto": "http"}
    lists = opening.pop("multiValueHeaders")
    assert lists.pop("X-Own") == ["1", "2"] and lists.pop("Sec-WebSocket-Key") == [key]
    assert lists.pop("Host") == [chat.host]
    assert opening == {
        "queryStringParameters": {"a": "2", "b": "x y"},
        "multiValueQueryStringParameters": {"a": ["1", "2"], "b": ["x y"]},
        "requestContext": {"eventType": "CONNECT"}}
    assert len(message["requestContext"].pop("messageId")) == 16
    assert message == {"body": '{"action": "none", "n": 1}', "requestContext": {"eventType": "MESSAGE"}}
    own = {"Host": domain, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert closing == {
        "headers": own, "multiValueHeaders": {name: [value] for name, value in own.items()},
        "requestContext": {"eventType": "DISCONNECT", "disconnectStatusCode": 1000, "disconnectReason": ""}}


def test_host_name_leads_to_the_stage(chat):
    name = f"chat.execute-api.us-east-1.localhost:{chat.emulator.port}"
    with connect(f"ws://{name}/prod", sock=socket.create_connection(("127.0.0.1", chat.emulator.port))) as client:
        assert exchange(client, "hello")["requestContext"]["domainName"] == name


def test_start_prints_the_address(chat):
    while not any("ws://" in line for line in chat.emulator.lines):
        line = chat.emulator.process.stdout.readline()
        assert line, "it ended"
        chat.emulator.lines.append(line)
    assert chat.address() in chat.emulator.lines[-1]


# Routes.


def test_routes_and_responses(chat):
    with connect(chat.address()) as client:
        for message in ["no json", "[1]", '{"action": 5}', '{"action": "$connect"}', '{"other": "quiet"}', ""]:
            assert exchange(client, message)["requestContext"]["routeKey"] == "$default", message
        # One without a response: the next answer is that of the next message.
        client.send('{"action": "quiet"}')
        client.send("nothing")
        assert exchange(client, "after")["body"] == "after"
        routes = [event["requestContext"]["routeKey"] for event in chat.events(kind="MESSAGE")[-3:]]
        assert sorted(routes) == ["$default", "$default", "quiet"]


def test_failures_are_told_to_the_client(chat):
    with connect(chat.address()) as client:
        connection = identify(client)
        for message in ["throw", '{"action": "slow"}']:
            failure = exchange(client, message)
            assert failure.pop("requestId") and failure == {
                "message": "Internal server error", "connectionId": connection}
    with connect(chat.address("bare", "v1")) as client:
        assert exchange(client, '{"a": "y", "b": 1}')["message"] == "Forbidden"
        assert exchange(client, '{"a": "x", "b": 1}')["requestContext"]["routeKey"] == "x/1"


def test_binary_messages(chat):
    with connect(chat.address()) as client:
        event = exchange(client, b"\x00\xff")
    assert event["isBase64Encoded"] is True and base64.b64decode(event["body"]) == b"\x00\xff"


# Opening.


@pytest.mark.parametrize("query, status", [("?status=403", 403), ("?status=500", 500), ("?throw=1", 502)])
def test_connect_refuses(chat, query, status):
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        connect(chat.address(query=query))
    assert refusal.value.response.status_code == status
    body = json.loads(refusal.value.response.body)
    assert body["connectionId"] and body["requestId"] and body["message"]
    assert not [event for event in chat.events(body["connectionId"], "DISCONNECT")]


def test_wrong_stage_and_no_websocket(chat):
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        connect(chat.address(stage="dev"))
    assert refusal.value.response.status_code == 403
    assert httpx.get(chat.address().replace("ws:", "http:")).status_code == 426
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "eA==", "sec-websocket-version": "13"}
    assert httpx.get(chat.address().replace("ws:", "http:"), headers=headers).status_code == 400
    old = httpx.get(chat.address().replace("ws:", "http:"), headers={**headers, "sec-websocket-version": "8"})
    assert old.status_code == 426 and old.headers["sec-websocket-version"] == "13"


def test_subprotocol_is_the_functions_choice(chat):
    with connect(chat.address(query="?protocol=b"), subprotocols=["a", "b"]) as client:
        assert client.subprotocol == "b"
    with connect(chat.address(), subprotocols=["a"]) as client:
        assert client.subprotocol is None


def test_upgrade_to_something_else_is_answered_as_plain_http(chat):
    connection = http.client.HTTPConnection("127.0.0.1", chat.emulator.port)
    connection.request("GET", "/_emulator/clock", headers={"Connection": "Upgrade", "Upgrade": "h2c"})
    response = connection.getresponse()
    assert response.status == 200 and response.getheader("Connection") == "close"


# Authorizer.


def test_authorizer_lets_pass(chat):
    with connect(chat.address("guarded", query="?token=good")) as client:
        message = exchange(client, "hello")
    connection = message["requestContext"]["connectionId"]
    authorizer = {"principalId": "ada", "level": "7", "verified": "true", "name": "Ada"}
    assert message["requestContext"]["authorizer"] == authorizer
    assert chat.events(connection, "CONNECT")[0]["requestContext"]["authorizer"] == authorizer


@pytest.mark.parametrize("query, status", [("", 401), ("?token=", 401), ("?token=unknown", 401), ("?token=bad", 403),
                                           ("?token=broken", 500)])
def test_authorizer_refuses(chat, query, status):
    before = len(chat.events())
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        connect(chat.address("guarded", query=query))
    assert refusal.value.response.status_code == status
    assert len(chat.events()) == before


# @connections.


def test_post_get_delete(chat):
    management = chat.management()
    with connect(chat.address(), user_agent_header="test/2") as client:
        connection = identify(client)
        management.post_to_connection(ConnectionId=connection, Data=b'{"hello": 1}')
        assert client.recv(timeout=5) == '{"hello": 1}'
        management.post_to_connection(ConnectionId=connection, Data=b"\xff\x00")
        assert client.recv(timeout=5) == b"\xff\x00"
        # A client that knows the emulator's address alone.
        chat.management(api=None).post_to_connection(ConnectionId=connection, Data="ü")
        assert client.recv(timeout=5) == "ü"
        state = management.get_connection(ConnectionId=connection)
        assert state["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "test/2"}
        assert 0 <= (state["LastActiveAt"] - state["ConnectedAt"]).total_seconds() < 10
        # Some clients encode the sign.
        sent = httpx.post(f"{chat.emulator.endpoint}/%40connections/{connection.replace('=', '%3D')}", content="encoded", headers={
            "Authorization": "AWS4-HMAC-SHA256 Credential=local/20230223/us-east-1/execute-api/aws4_request, "
            "SignedHeaders=host, Signature=none", "X-Amz-Date": "20230223T120000Z"})
        assert sent.status_code == 200 and client.recv(timeout=5) == "encoded"
        management.delete_connection(ConnectionId=connection)
        with pytest.raises(websockets.exceptions.ConnectionClosedOK) as closed:
            client.recv(timeout=5)
        assert closed.value.rcvd.code == 1000
    context = chat.disconnected(connection)["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1000, "Connection Closed Normally")


def test_functions_push_by_their_environment_and_policies(chat):
    with connect(chat.address()) as client:
        client.send('{"push": 1}')
        assert [client.recv(timeout=10), client.recv(timeout=10)] == ["pushed", "sent"]
    with connect(chat.address("bare", "v1")) as client:
        client.send('{"a": "x", "b": 1, "push": 1}')
        refusal = client.recv(timeout=10)
        assert "execute-api:ManageConnections" in refusal and ":bare/v1/POST/@connections/" in refusal


def test_gone(chat):
    management = chat.management()
    with connect(chat.address()) as client:
        connection = identify(client)
    chat.disconnected(connection)
    for gone in [connection, "never-there="]:
        for call in [management.get_connection, management.delete_connection]:
            with pytest.raises(management.exceptions.GoneException) as error:
                call(ConnectionId=gone)
            assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410
        with pytest.raises(management.exceptions.GoneException):
            management.post_to_connection(ConnectionId=gone, Data=b"x")


def test_payload_ceiling_of_a_push(chat):
    management = chat.management()
    with connect(chat.address(), max_size=None) as client:
        connection = identify(client)
        management.post_to_connection(ConnectionId=connection, Data=b"x" * 131_072)
        assert client.recv(timeout=5) == "x" * 131_072
        with pytest.raises(management.exceptions.PayloadTooLargeException):
            management.post_to_connection(ConnectionId=connection, Data=b"x" * 131_073)


def test_client_that_does_not_read_is_limited(chat):
    management = chat.management()
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", chat.emulator.port))
    with connect(chat.address(), sock=raw, max_queue=1) as client:
        connection = identify(client)
        with pytest.raises(management.exceptions.LimitExceededException):
            for _ in range(200):
                management.post_to_connection(ConnectionId=connection, Data=b"x" * 131_072)
        management.delete_connection(ConnectionId=connection)
        raw.shutdown(socket.SHUT_RDWR)
    chat.disconnected(connection)


# The protocol.


class Frames:
    """A client that sends frames byte by byte."""

    def __init__(self, chat):
        self.socket = socket.create_connection(("127.0.0.1", chat.emulator.port), timeout=5)
        self.socket.sendall(
            f"GET /apis/chat/prod HTTP/1.1\r\nHost: {chat.host}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        # The answer to the sample key of RFC 6455.
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        self.send(0x81, b"who am i")
        self.connection = json.loads(self.receive()[1])["requestContext"]["connectionId"]

    def send(self, first, payload, mask=b"abcd"):
        size = len(payload)
        length = (bytes([size | 0x80]) if size < 126 else
                  bytes([254]) + struct.pack(">H", size) if size < 65_536 else bytes([255]) + struct.pack(">Q", size))
        if not mask:
            self.socket.sendall(bytes([first, length[0] & 0x7F]) + length[1:] + payload)
            return
        self.socket.sendall(bytes([first]) + length + mask + bytes(
            byte ^ mask[index % 4] for index, byte in enumerate(payload)))

    def take(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65_536)
            if not more:
                raise EOFError
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def receive(self):
        first, size = self.take(2)
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        return first, self.take(size)

    def closing_code(self):
        first, payload = self.receive()
        assert first == 0x88
        return struct.unpack(">H", payload[:2])[0] if payload else None


def test_ping_and_fragments(chat):
    frames = Frames(chat)
    frames.send(0x89, b"ping")
    assert frames.receive() == (0x8A, b"ping")
    frames.send(0x01, "hé".encode()[:2])
    # Control frames come between the parts.
    frames.send(0x89, b"")
    assert frames.receive() == (0x8A, b"")
    frames.send(0x00, "hé".encode()[2:])
    frames.send(0x80, b"!")
    assert json.loads(frames.receive()[1])["body"] == "hé!"
    # Pushes larger than a frame come in several.
    chat.management().post_to_connection(ConnectionId=frames.connection, Data=b"y" * 40_000)
    first, second = frames.receive(), frames.receive()
    assert (first[0], len(first[1]), second[0], len(second[1])) == (0x01, 32_768, 0x80, 7_232)


@pytest.mark.parametrize("what, frames_sent, code", [
    ("unmasked", [(0x81, b"x", b"")], 1002), ("reserved bit", [(0xC1, b"x")], 1002), ("unknown opcode", [(0x83, b"x")], 1002),
    ("continuation of nothing", [(0x80, b"x")], 1002), ("message within a message", [(0x01, b"x"), (0x81, b"y")], 1002),
    ("text that is no UTF-8", [(0x81, b"\xff")], 1007), ("cut within a letter", [(0x81, b"\xc3")], 1007),
    ("frame too long", [(0x81, b"x" * 32_769)], 1009),
    ("message too long", [(0x01, b"x" * 32_768)] + [(0x00, b"x" * 32_768)] * 3 + [(0x80, b"x")], 1009),
    ("close code that may not be sent", [(0x88, struct.pack(">H", 1005))], 1002),
    ("half a close code", [(0x88, b"\x03")], 1002), ("close reason that is no UTF-8", [(0x88, b"\x03\xe8\xff")], 1002)])
def test_protocol_errors_end_the_connection(chat, what, frames_sent, code):
    frames = Frames(chat)
    for frame in frames_sent:
        frames.send(*frame)
    assert frames.closing_code() == code
    context = chat.disconnected(frames.connection)["requestContext"]
    assert context["disconnectStatusCode"] == code


@pytest.mark.parametrize("payload, answer, code, reason", [
    (struct.pack(">H", 1000) + b"bye", 1000, 1000, "bye"), (struct.pack(">H", 4321), 4321, 4321, ""),
    (b"", None, 1005, "Client-side close frame status not set")])
def test_clients_close(chat, payload, answer, code, reason):
    frames = Frames(chat)
    frames.send(0x88, payload)
    assert frames.closing_code() == answer
    with pytest.raises(EOFError):
        frames.receive()
    context = chat.disconnected(frames.connection)["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (code, reason)


def test_messages_at_the_ceiling_pass(chat):
    frames = Frames(chat)
    frames.send(0x81, b"x" * 32_768)
    first, body = frames.receive()
    whole = body
    while not first & 0x80:
        first, body = frames.receive()
        whole += body
    assert len(json.loads(whole)["body"]) == 32_768


def test_lost_connection(chat):
    frames = Frames(chat)
    frames.socket.close()
    assert chat.disconnected(frames.connection)["requestContext"]["disconnectStatusCode"] == 1006


# Many sockets, and limits of time. The last ones: they move the clock.


def test_a_push_to_a_thousand_sockets(chat):
    async def run():
        clients = []
        for start in range(0, 1_000, 100):
            clients += await asyncio.gather(*[
                async_connect(chat.address("bare", "v1"), compression=None) for _ in range(start, start + 100)])
        async def ask(client):
            await client.send('{"a": "x", "b": 1}')
            return json.loads(await client.recv())["requestContext"]["connectionId"]
        ids = await asyncio.gather(*[ask(client) for client in clients])
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", chat.emulator.port)
        for identity in ids:
            connection.request("POST", f"/apis/bare/v1/@connections/{identity.replace('=', '%3D')}", b"push")
            assert connection.getresponse().read() == b""
        assert await asyncio.gather(*[client.recv() for client in clients]) == ["push"] * 1_000
        taken = time.monotonic() - started
        await asyncio.gather(*[client.close() for client in clients])
        return taken
    assert asyncio.run(run()) < 10


def test_idle_limit(chat):
    with connect(chat.address(), ping_interval=None) as idle, connect(chat.address(), ping_interval=None) as busy:
        first, second = identify(idle), identify(busy)
        chat.advance(byMilliseconds=9 * 60_000)
        busy.ping().wait(5)
        chat.advance(byMilliseconds=2 * 60_000)
        with pytest.raises(websockets.exceptions.ConnectionClosedOK) as closed:
            idle.recv(timeout=5)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
        context = chat.disconnected(first)["requestContext"]
        assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")
        assert context["requestTimeEpoch"] - context["connectedAt"] in range(600_000, 605_000)
        assert identify(busy) == second


def test_life_limit(chat):
    with connect(chat.address(), ping_interval=None) as client:
        connection = identify(client)
        for _ in range(14):
            chat.advance(byMilliseconds=8 * 60_000 + 30_000)
            assert identify(client) == connection
        chat.advance(byMilliseconds=2 * 60_000)
        context = chat.disconnected(connection)["requestContext"]
        assert context["requestTimeEpoch"] - context["connectedAt"] == 7_200_000


# Templates that are refused.


@pytest.mark.parametrize("old, new, words", [
    ("RouteSelectionExpression: $request.body.action", "RouteSelectionExpression: $request.header.x", "must be such as"),
    ("ProtocolType: WEBSOCKET", "ProtocolType: HTTP", "use the type AWS::Serverless::HttpApi"),
    ('RouteKey: quiet, Target: !Sub "integrations/${Integration}"', "RouteKey: quiet, Target: x", "Target must be"),
    ("RouteKey: quiet", "RouteKey: slow", "has a route slow already"),
    ("${Judge.Arn}", "arn", "leads to no function"), ("IntegrationType: AWS_PROXY", "IntegrationType: MOCK", "AWS_PROXY"),
    ("AuthorizationType: CUSTOM", "AuthorizationType: AWS_IAM", "must be one of NONE, CUSTOM"),
    ("[route.request.querystring.token]", "[context.x]", "an identity source is")])
def test_templates_that_are_refused(tmp_path, old, new, words):
    text = textwrap.dedent(TEMPLATE)
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(AssertionError) as failure:
        Emulator(template=tmp_path / "template.yaml", functions=tmp_path, cwd=tmp_path)
    assert words in str(failure.value) and "template.yaml:" in str(failure.value)


def test_connections_of_a_killed_emulator_are_told_to_be_over(tmp_path):
    chat = Chat(tmp_path, "--data", tmp_path / "data")
    with connect(chat.address(query="?a=1"), user_agent_header="test/3") as client:
        connection = identify(client)
        with connect(chat.address()) as other:
            orderly = identify(other)
        chat.disconnected(orderly)
        # What was told is noted once nothing is in hand any more.
        chat.advance(byMilliseconds=0)
        chat.emulator.kill()
    chat.start()
    context = chat.disconnected(connection)["requestContext"]
    assert (context["disconnectStatusCode"], context["routeKey"]) == (1006, "$disconnect")
    opening = chat.events(connection, "CONNECT")[0]["requestContext"]
    for name in ["connectedAt", "identity", "domainName", "stage", "apiId"]:
        assert context[name] == opening[name]
    with pytest.raises(chat.management().exceptions.GoneException):
        chat.management().get_connection(ConnectionId=connection)
    chat.advance(byMilliseconds=0)
    # Once is enough, and of those that were told nothing is left.
    assert chat.emulator.stop() == 0
    chat.start()
    with connect(chat.address()) as client:
        identify(client)
    assert len(chat.events(connection, "DISCONNECT")) == len(chat.events(orderly, "DISCONNECT")) == 1
    chat.emulator.kill()
