"""Rebuilt functions and a changed template are taken up while clients go on."""

import concurrent.futures
import http.client
import json
import queue
import sys
import textwrap
import threading
import time

import pytest
import websockets.sync.client

from conftest import Emulator, eventually

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Timeout: 20
    Resources:
      First:
        Type: AWS::Serverless::Function
        Properties: {Handler: first, ReservedConcurrentExecutions: 1, Environment: {Variables: {COLOUR: blue}}}
      Second:
        Type: AWS::Serverless::Function
        Properties:
          Handler: second
          Events:
            Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 1}}
            Get: {Type: HttpApi, Properties: {Path: /second, Method: GET}}
      Work: {Type: AWS::SQS::Queue, Properties: {QueueName: Work, VisibilityTimeout: 60}}
      Parked: {Type: AWS::SQS::Queue, Properties: {QueueName: Parked}}
      Socket:
        Type: AWS::ApiGatewayV2::Api
        Properties: {Name: Socket, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
      Route:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Socket, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${Integration}"}
      Response:
        Type: AWS::ApiGatewayV2::RouteResponse
        Properties: {ApiId: !Ref Socket, RouteId: !Ref Route, RouteResponseKey: $default}
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Socket
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Second.Arn}/invocations"
      Stage:
        Type: AWS::ApiGatewayV2::Stage
        Properties: {ApiId: !Ref Socket, StageName: live, AutoDeploy: true}
      Things:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: Things
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
          KeySchema: [{AttributeName: name, KeyType: HASH}]
"""

MORE = """
      More:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: More
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
          KeySchema: [{AttributeName: name, KeyType: HASH}]
"""

FUNCTION = """
import http.client, json, os, time
VERSION = {version!r}
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None):
    connection.request(method, "/2018-06-01/runtime" + path, body)
    response = connection.getresponse()
    return response, response.read()
while True:
    response, body = call("GET", "/invocation/next")
    event = json.loads(body)
    for record in event.get("Records", []):
        with open("{folder}/seen", "a") as seen:
            seen.write(record["body"] + "\\n")
        time.sleep(0.5)
    time.sleep(event.get("seconds", 0))
    reply = {{"version": VERSION, "pid": os.getpid(), "colour": os.environ.get("COLOUR")}}
    if "requestContext" in event:
        reply = {{"statusCode": 200, "body": json.dumps(reply)}}
    call("POST", "/invocation/" + response.getheader("Lambda-Runtime-Aws-Request-Id") + "/response", json.dumps(reply))
"""


class World:
    def __init__(self, folder, *arguments):
        self.folder = folder
        self.template = folder / "template.yaml"
        (folder / "bin").mkdir()
        self.write(textwrap.dedent(TEMPLATE))
        self.build("first", "1")
        self.build("second", "1")
        self.emulator = Emulator(
            "--quiet", "--watch", *arguments, template=self.template, functions=folder / "bin", cwd=folder)
        self.lines = queue.Queue()
        threading.Thread(target=lambda: [self.lines.put(line) for line in self.emulator.process.stdout], daemon=True).start()
        self.functions, self.sqs, self.dynamodb = (
            self.emulator.client(service) for service in ("lambda", "sqs", "dynamodb"))

    def write(self, text):
        """As editors do: another file in its place."""
        new = self.template.with_suffix(".new")
        new.write_text(text)
        new.rename(self.template)

    def edit(self, old, new):
        text = self.template.read_text()
        assert old in text
        self.write(text.replace(old, new))

    def program(self, version):
        return f"#!{sys.executable} -S\n" + FUNCTION.format(version=version, folder=self.folder)

    def build(self, name, version):
        """As linkers do."""
        new = self.folder / "bin" / f"{name}.tmp"
        new.write_text(self.program(version))
        new.chmod(0o755)
        new.rename(new.with_name(name))

    def line(self, words, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.001, deadline - time.monotonic()))
            if words in line:
                return line

    def invoke(self, name="First", **event):
        reply = self.functions.invoke(FunctionName=name, Payload=json.dumps(event))
        assert "FunctionError" not in reply, reply["Payload"].read()
        return json.loads(reply["Payload"].read())

    def seen(self):
        path = self.folder / "seen"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.emulator.process.terminate()
    assert world.emulator.process.wait(10) == 0


def test_rebuilt_function_serves_soon_and_others_are_left_alone(world):
    first, second = world.invoke("First"), world.invoke("Second")
    times = []
    for version in range(2, 8):
        world.build("first", str(version))
        started = time.monotonic()
        reply = eventually(lambda: (reply := world.invoke("First"))["version"] == str(version) and reply)
        times.append(time.monotonic() - started)
        line = world.line("Reloaded First in ")
        assert line.rstrip().endswith(" ms")
    assert reply["pid"] != first["pid"]
    assert world.invoke("Second") == second
    print("edit to ready, ms:", [round(1000 * seconds) for seconds in times])
    # Python's own start is most of it.
    assert sorted(times)[len(times) // 2] < 0.5


def test_what_is_in_hand_is_finished_and_what_waits_is_kept(world):
    world.invoke()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = pool.submit(world.invoke, seconds=0.8)
        time.sleep(0.2)
        waiting = [pool.submit(world.invoke) for _ in range(3)]
        time.sleep(0.1)
        world.build("first", "2")
        assert running.result()["version"] == "1"
        assert [reply.result()["version"] for reply in waiting] == ["2"] * 3


def test_half_written_file_is_not_taken(world):
    world.invoke()
    text = world.program("2")
    with open(world.folder / "bin" / "first", "r+") as file:
        file.truncate(0)
        file.write(text[:200])
        file.flush()
        time.sleep(0.3)
        assert world.invoke()["version"] == "1"
        file.write(text[200:])
    world.line("Reloaded First in ")
    assert world.invoke()["version"] == "2"


def test_function_that_no_longer_starts_is_told_and_can_be_mended(world):
    world.invoke()
    broken = world.folder / "bin" / "first.tmp"
    broken.write_text(f"#!{sys.executable}\nraise SystemExit(3)\n")
    broken.chmod(0o755)
    broken.rename(broken.with_name("first"))
    assert "exit status 3" in world.line("does not start")
    world.build("first", "2")
    assert "starts when it is called" in world.line("First is rebuilt")
    assert world.invoke()["version"] == "2"


def test_folder_that_is_made_anew_is_followed(world):
    world.invoke()
    (world.folder / "bin").rename(world.folder / "old")
    (world.folder / "bin").mkdir()
    time.sleep(0.6)
    world.build("first", "2")
    world.line("Reloaded First in ")
    assert world.invoke()["version"] == "2"


def test_template_changes_under_open_connections_and_waiting_work(world):
    warm = world.invoke("Second")
    parked = world.sqs.get_queue_url(QueueName="Parked")["QueueUrl"]
    world.sqs.send_message(QueueUrl=parked, MessageBody="kept", DelaySeconds=1)
    world.dynamodb.put_item(TableName="Things", Item={"name": {"S": "kept"}})
    open_connection = http.client.HTTPConnection("127.0.0.1", world.emulator.port)
    path = next(line.split(str(world.emulator.port))[1].split()[0] for line in [world.line("API ServerlessHttpApi")])
    open_connection.request("GET", path + "/second")
    assert json.loads(open_connection.getresponse().read())["version"] == "1"
    address = world.line("API Socket").split()[-1]
    with websockets.sync.client.connect(address) as socket:
        socket.send("before")
        assert json.loads(socket.recv(5))
        assert world.invoke("First")["colour"] == "blue"
        world.edit("COLOUR: blue", "COLOUR: green")
        assert world.line("Reloaded ").rstrip().endswith(" ms")
        assert world.invoke("First")["colour"] == "green"
        world.write(world.template.read_text() + textwrap.indent(textwrap.dedent(MORE), "  "))
        print(world.line("Reloaded "))
        socket.send("after")
        assert json.loads(socket.recv(5))
    world.dynamodb.put_item(TableName="More", Item={"name": {"S": "new"}})
    assert world.invoke("Second")["pid"] == warm["pid"], "a function that did not change was started anew"
    open_connection.request("GET", path + "/second")
    assert json.loads(open_connection.getresponse().read())["pid"] == warm["pid"]
    assert world.dynamodb.get_item(TableName="Things", Key={"name": {"S": "kept"}})["Item"]
    received = world.sqs.receive_message(QueueUrl=parked, WaitTimeSeconds=5)
    assert [message["Body"] for message in received["Messages"]] == ["kept"]


def test_batch_in_hand_is_waited_for_and_comes_once(world):
    work = world.sqs.get_queue_url(QueueName="Work")["QueueUrl"]
    for number in range(4):
        world.sqs.send_message(QueueUrl=work, MessageBody=str(number))
    time.sleep(0.3)
    # A caller that waits for messages is answered rather than kept through the change.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        parked = world.sqs.get_queue_url(QueueName="Parked")["QueueUrl"]
        polling = pool.submit(world.emulator.client("sqs").receive_message, QueueUrl=parked, WaitTimeSeconds=20)
        time.sleep(0.1)
        world.edit("COLOUR: blue", "COLOUR: green")
        world.line("Reloaded ")
        assert "Messages" not in polling.result(timeout=2)
    eventually(lambda: len(world.seen()) >= 4)
    # Long enough for what would come twice.
    time.sleep(0.7)
    assert sorted(world.seen()) == ["0", "1", "2", "3"]
    attributes = world.sqs.get_queue_attributes(QueueUrl=work, AttributeNames=["All"])["Attributes"]
    assert (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


@pytest.mark.parametrize("old, new, words", [
    ("COLOUR: blue", "COLOUR: [blue", "template.yaml:"),
    ("VisibilityTimeout: 60", "VisibilityTimeout: 5", "Queue visibility timeout: 5 seconds is less than Function timeout"),
    ("TableName: Things", "TableName: Things\n      Tables: 3", "does not act on Tables"),
    ("name", "other", "KeySchema of Things differ from those of the stored table"),
])
def test_bad_template_is_refused_with_its_place_and_nothing_changes(world, old, new, words):
    work = world.sqs.get_queue_url(QueueName="Work")["QueueUrl"]
    good = world.template.read_text()
    if words.startswith("KeySchema"):
        world.write(good.replace("AttributeName: name", f"AttributeName: {new}"))
    else:
        world.edit(old, new)
    world.line("can't be taken over")
    line = world.line(words)
    assert "template.yaml:" in line
    # Queues, their mapping and everything else goes on.
    assert world.invoke()["colour"] == "blue"
    world.sqs.send_message(QueueUrl=work, MessageBody="still")
    eventually(lambda: world.seen() == ["still"])
    world.write(good.replace("COLOUR: blue", "COLOUR: green"))
    world.line("Reloaded ")
    assert world.invoke()["colour"] == "green"


def test_tables_of_a_template_that_fails_are_not_left_behind(world):
    text = world.template.read_text().replace("VisibilityTimeout: 60", "VisibilityTimeout: 5")
    world.write(text + textwrap.indent(textwrap.dedent(MORE), "  "))
    world.line("can't be taken over")
    assert world.dynamodb.list_tables()["TableNames"] == ["Things"]


def test_requests_during_a_change_are_kept_waiting_and_none_fails(world):
    parked = world.sqs.get_queue_url(QueueName="Parked")["QueueUrl"]
    world.invoke("First")
    stop = threading.Event()

    def send():
        client, count = world.emulator.client("sqs"), 0
        while not stop.is_set():
            client.send_message(QueueUrl=parked, MessageBody=str(count))
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        senders = [pool.submit(send) for _ in range(2)]
        for before, after in [("blue", "green"), ("green", "red"), ("red", "blue")] * 3:
            world.edit(f"COLOUR: {before}", f"COLOUR: {after}")
            world.line("Reloaded ")
            assert world.invoke("First")["colour"] == after
        stop.set()
        sent = sum(sender.result() for sender in senders)
    attributes = world.sqs.get_queue_attributes(QueueUrl=parked, AttributeNames=["All"])["Attributes"]
    assert int(attributes["ApproximateNumberOfMessages"]) == sent
