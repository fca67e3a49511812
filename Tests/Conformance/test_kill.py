"""The emulator is killed at any moment, under load: nothing that was answered is lost, nothing is half done.

Each round loads it, kills it, starts it again on the same folder, lets it finish what it had in hand, and looks. The seed
is printed; `KILL_SEED` repeats it, and `KILL_ROUNDS` asks for more.
"""

import collections
import datetime
import json
import os
import random
import textwrap
import threading
import time
import urllib.request

import botocore.exceptions
import pytest

from conftest import Emulator, free_port, install_function

ROUNDS = int(os.environ.get("KILL_ROUNDS", "50"))
SEED = int(os.environ.get("KILL_SEED", random.randrange(1 << 32)))
WRITERS = 4
KINDS = ["put", "pair", "count", "work", "invoke", "park", "batch", "order", "take", "say", "schedule", "store"]
WORKER = "arn:aws:lambda:us-east-1:000000000000:function:Worker"
ROLE = "arn:aws:iam::000000000000:role/scheduler"

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Handler: following
        Timeout: 2
    Resources:
      Worker:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: Worker
          Policies: [{DynamoDBWritePolicy: {TableName: Processed}}, {SQSPollerPolicy: {QueueName: Work}}]
          Events:
            Said:
              Type: EventBridgeRule
              Properties: {EventBusName: !Ref Bus, Pattern: {source: [load]}, InputPath: $.detail}
            Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 5}}
      Follower:
        Type: AWS::Serverless::Function
        Properties:
          Policies: [{DynamoDBWritePolicy: {TableName: Followed}}]
          Events:
            Changes:
              Type: DynamoDB
              Properties: {Stream: !GetAtt Written.StreamArn, StartingPosition: TRIM_HORIZON, BatchSize: 20}
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
      Heard: {Type: AWS::SQS::Queue, Properties: {QueueName: Heard, VisibilityTimeout: 2}}
      Listens:
        Type: AWS::Events::Rule
        Properties:
          EventBusName: !Ref Bus
          EventPattern: {source: [load]}
          Targets: [{Id: heard, Arn: !GetAtt Heard.Arn, InputPath: $.detail.name}]
      Told: {Type: AWS::SQS::Queue, Properties: {QueueName: Told, VisibilityTimeout: 2}}
      Files:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: files
          NotificationConfiguration:
            QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Told.Arn}]
      Work: {Type: AWS::SQS::Queue, Properties: {QueueName: Work, VisibilityTimeout: 2}}
      Parked: {Type: AWS::SQS::Queue, Properties: {QueueName: Parked, VisibilityTimeout: 2}}
      Ordered: {Type: AWS::SQS::Queue, Properties: {QueueName: Ordered.fifo, FifoQueue: true, VisibilityTimeout: 2}}
      Written:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: Written
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: &attributes
            - {AttributeName: round, AttributeType: S}
            - {AttributeName: name, AttributeType: S}
          KeySchema: &key [{AttributeName: round, KeyType: HASH}, {AttributeName: name, KeyType: RANGE}]
          StreamSpecification: {StreamViewType: NEW_IMAGE}
      Processed:
        Type: AWS::DynamoDB::Table
        Properties:
          {TableName: Processed, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: *attributes, KeySchema: *key}
      Followed:
        Type: AWS::DynamoDB::Table
        Properties:
          {TableName: Followed, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: *attributes, KeySchema: *key}
"""


class Gone(Exception):
    """The emulator was killed before it answered."""


class Target:
    """An emulator that is killed and started again, always on one port, and clients that find it there."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
        install_function(folder, "following")
        self.port = free_port()
        self.start()
        self.dynamodb, self.sqs, self.functions, self.events, self.scheduler, self.s3 = (
            self.running.client(service) for service in ("dynamodb", "sqs", "lambda", "events", "scheduler", "s3"))
        self.queues = {name: self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
                       for name in ("Work", "Heard", "Told", "Parked", "Ordered.fifo")}

    def start(self):
        self.running = Emulator(
            "--quiet", "--port", str(self.port), "--data", self.folder / "data",
            template=self.folder / "template.yaml", functions=self.folder, cwd=self.folder)
        self.look_at_clock()

    def look_at_clock(self):
        with urllib.request.urlopen(self.running.endpoint + "/_emulator/clock") as answer:
            self.ahead = datetime.timedelta(milliseconds=json.load(answer)["aheadMilliseconds"])

    @property
    def now(self):
        """By the emulator's clock."""
        return datetime.datetime.now(datetime.timezone.utc) + self.ahead

    def settle(self):
        """What was received and never deleted comes back; returns when nothing is in hand."""
        self.running.advance("5s")
        self.look_at_clock()

    def names(self, table, round_):
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="#r = :r", ExpressionAttributeNames={"#r": "round"},
            ExpressionAttributeValues={":r": {"S": round_}}, ConsistentRead=True)
        return {item["name"]["S"]: item for page in pages for item in page["Items"]}

    def drain(self, queue):
        """All bodies, in the order in which they come; each is deleted."""
        bodies = []
        while True:
            messages = self.sqs.receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10).get("Messages", [])
            if not messages:
                return bodies
            bodies += [message["Body"] for message in messages]
            self.sqs.delete_message_batch(QueueUrl=self.queues[queue], Entries=[
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages)])


class Writer(threading.Thread):
    """One client: does one thing after the other until nobody answers, and notes what was tried and what answered."""

    def __init__(self, target, round_, number):
        super().__init__()
        self.target, self.round, self.number = target, round_, number
        self.random = random.Random(f"{SEED}/{round_}/{number}")
        self.tried = collections.defaultdict(list)
        self.answered = collections.defaultdict(list)
        self.failure = None

    def run(self):
        actions = [self.put, self.pair, self.count, self.work, self.invoke, self.park, self.park_batch, self.order,
                   self.take, self.say, self.schedule, self.store]
        for step in range(100_000):
            try:
                self.random.choice(actions)(f"w{self.number}-{step:05}")
            except Gone:
                return
            except Exception as error:  # noqa: BLE001 - any other answer fails the test, in its own thread.
                self.failure = error
                return

    def attempt(self, kind, name, call, **parameters):
        self.tried[kind].append(name)
        try:
            answer = call(**parameters)
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
            raise Gone from error
        self.answered[kind].append(name)
        return answer

    def item(self, name):
        return {"round": {"S": self.round}, "name": {"S": name}, "text": {"S": name * 20}}

    def put(self, name):
        self.attempt("put", name, self.target.dynamodb.put_item, TableName="Written", Item=self.item(name))

    def pair(self, name):
        self.attempt("pair", name, self.target.dynamodb.transact_write_items, TransactItems=[
            {"Put": {"TableName": "Written", "Item": self.item(name + side)}} for side in ("-left", "-right")])

    def count(self, name):
        self.attempt("count", name, self.target.dynamodb.update_item, TableName="Written",
                     Key={"round": {"S": self.round}, "name": {"S": "counter"}}, UpdateExpression="ADD amount :one",
                     ExpressionAttributeValues={":one": {"N": "1"}})

    def work(self, name):
        self.send("work", name, "Work")

    def invoke(self, name):
        self.attempt("invoke", name, self.target.functions.invoke, FunctionName="Worker", InvocationType="Event",
                     Payload=json.dumps({"round": self.round, "name": name}))

    def say(self, name):
        self.attempt("say", name, self.target.events.put_events, Entries=[{
            "EventBusName": "bus", "Source": "load", "DetailType": "Said",
            "Detail": json.dumps({"round": self.round, "name": name})}])

    def schedule(self, name):
        """Once, within what the clock is moved by afterwards, and not in the second that has begun: that is the past."""
        due = self.target.now + datetime.timedelta(seconds=self.random.randrange(2, 5))
        self.attempt(
            "schedule", name, self.target.scheduler.create_schedule, Name=f"{self.round}-{name}",
            ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})", FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion=self.random.choice(["NONE", "DELETE"]),
            Target={"Arn": WORKER, "RoleArn": ROLE, "Input": json.dumps({"round": self.round, "name": name})})

    def store(self, name):
        self.attempt("store", name, self.target.s3.put_object, Bucket="files", Key=f"{self.round}/{name}",
                     Body=self.content(name))

    @staticmethod
    def content(name):
        # Some are large enough to go to their file as they come.
        return name.encode() * (50 if name[-1] in "02468" else 20_000)

    def park(self, name):
        self.send("park", name, "Parked")

    def park_batch(self, name):
        self.attempt("batch", name, self.target.sqs.send_message_batch, QueueUrl=self.target.queues["Parked"], Entries=[
            {"Id": str(part), "MessageBody": f"{self.round}/{name}-{part}"} for part in range(4)])

    def order(self, name):
        self.send("order", name, "Ordered.fifo", MessageGroupId=str(self.number), MessageDeduplicationId=f"{self.round}{name}")

    def send(self, kind, name, queue, **options):
        self.attempt(kind, name, self.target.sqs.send_message, QueueUrl=self.target.queues[queue],
                     MessageBody=f"{self.round}/{name}", **options)

    def take(self, name):
        received = self.attempt("receive", name, self.target.sqs.receive_message, QueueUrl=self.target.queues["Parked"])
        for message in received.get("Messages", []):
            self.attempt("take", message["Body"], self.target.sqs.delete_message,
                         QueueUrl=self.target.queues["Parked"], ReceiptHandle=message["ReceiptHandle"])


class Round:
    """What the writers of a round tried and were answered, and what must be there after it."""

    def __init__(self, target, writers):
        self.target, self.round, self.writers = target, writers[0].round, writers

    def tried(self, *kinds):
        return {name for writer in self.writers for kind in kinds for name in writer.tried[kind]}

    def answered(self, *kinds):
        return {name for writer in self.writers for kind in kinds for name in writer.answered[kind]}

    def between(self, there, *kinds, what):
        lost = [f"{kind} {name}" for kind in kinds for name in sorted(self.answered(kind) - there)]
        assert not lost, f"{what}: answered and lost: {lost}"
        strange = there - self.tried(*kinds)
        assert not strange, f"{what}: there and never asked for: {sorted(strange)}"

    def check(self):
        self.check_tables()
        self.check_objects()
        self.check_parked()
        ordered = [body.split("/") for body in self.target.drain("Ordered.fifo")]
        assert all(round_ == self.round for round_, _ in ordered), "a deleted message of a FIFO queue came back"
        self.between({name for _, name in ordered}, "order", what="FIFO queue")
        assert len(ordered) == len({name for _, name in ordered}), "a message came twice from a FIFO queue"
        for writer in self.writers:
            own = [name for _, name in ordered if name.startswith(f"w{writer.number}-")]
            assert own == sorted(own), "messages of a group changed places"

    def check_tables(self):
        written = self.target.names("Written", self.round)
        counter = written.pop("counter", {"amount": {"N": "0"}})
        assert len(self.answered("count")) <= int(counter["amount"]["N"]) <= len(self.tried("count"))
        pairs = {name for name in written if name.endswith(("-left", "-right"))}
        halves = collections.Counter(name.rpartition("-")[0] for name in pairs)
        assert all(count == 2 for count in halves.values()), f"half a transaction: {halves}"
        self.between(set(halves), "pair", what="transactions")
        self.between(set(written) - pairs, "put", what="items")
        assert all(item["text"]["S"] == name * 20 for name, item in written.items())
        processed = self.target.names("Processed", self.round)
        self.between(set(processed), "work", "invoke", "say", "schedule", what="what the function did")
        # One event goes to the function and to a queue, or nowhere; the queue may be told twice of it.
        heard = {json.loads(body) for body in self.target.drain("Heard")}
        self.between(heard, "say", what="events")
        assert heard == set(processed) & self.tried("say"), "an event has reached one target and not the other"
        followed = set(self.target.names("Followed", self.round)) - {"counter"}
        assert followed == set(written), "the stream's function has not seen what the table holds"

    def check_objects(self):
        s3 = self.target.s3
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="files", Prefix=self.round + "/")
        stored = {item["Key"].split("/")[1] for page in pages for item in page.get("Contents", [])}
        self.between(stored, "store", what="objects")
        for name in stored:
            assert s3.get_object(Bucket="files", Key=f"{self.round}/{name}")["Body"].read() == Writer.content(name)
        told = [record["s3"]["object"]["key"].split("/") for body in self.target.drain("Told")
                for record in json.loads(body).get("Records", [])]
        assert {name for _, name in told} == stored, "an object without its notification, or the other way round"
        assert all(round_ == self.round for round_, _ in told)

    def check_parked(self):
        bodies = [body.split("/") for body in self.target.drain("Parked")]
        assert all(round_ == self.round for round_, _ in bodies), "a deleted message came back"
        there = {name for _, name in bodies}
        assert len(bodies) == len(there), "a message came twice"
        # One whose deletion was not answered may be gone and may be there.
        taken = {body.split("/")[1] for body in self.tried("take")}
        deleted = {body.split("/")[1] for body in self.answered("take")}
        assert not there & deleted, "a message whose deletion was answered came back"
        batches = collections.Counter(name.rpartition("-")[0] for name in there | taken if name.count("-") == 2)
        assert all(count == 4 for count in batches.values()), f"a part of a batch: {batches}"
        self.between(set(batches), "batch", what="batches")
        self.between({name for name in there | taken if name.count("-") == 1}, "park", what="queue")


@pytest.fixture
def target(tmp_path):
    target = Target(tmp_path)
    yield target
    assert target.running.stop() == 0


def test_kill_at_any_moment(target):
    print(f"KILL_SEED={SEED}")
    moments = random.Random(SEED)
    answered = collections.Counter()
    for number in range(ROUNDS):
        writers = [Writer(target, f"r{number}", writer) for writer in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(moments.uniform(0.02, 0.5))
        target.running.kill()
        for writer in writers:
            writer.join()
        assert [writer.failure for writer in writers if writer.failure] == [], f"round {number} of seed {SEED}"
        target.start()
        target.settle()
        try:
            Round(target, writers).check()
        except AssertionError as error:
            raise AssertionError(f"round {number} of KILL_SEED={SEED}: {error}") from error
        for writer in writers:
            answered.update({kind: len(names) for kind, names in writer.answered.items()})
    # A load that did nothing would prove nothing.
    assert all(answered[kind] >= ROUNDS for kind in KINDS), answered
    print(dict(answered))
