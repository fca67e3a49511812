"""SQS by boto3 and the AWS command line."""

import hashlib
import json
import textwrap
import threading
import time

import botocore.exceptions
import pytest

from conftest import Emulator

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: jobs
          VisibilityTimeout: 60
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 2}
          Tags: [{Key: team, Value: shop}]
      Failed:
        Type: AWS::SQS::Queue
        Properties: {QueueName: failed}
      Orders:
        Type: AWS::SQS::Queue
        Properties: {QueueName: orders.fifo, FifoQueue: true, ContentBasedDeduplication: true}
      Open:
        Type: AWS::SQS::QueuePolicy
        Properties:
          Queues: [!Ref Jobs]
          PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sqs:*"}]}
"""
MEBIBYTE = 1_048_576


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqs") / "template.yaml"
    path.write_text(textwrap.dedent(TEMPLATE))
    return path


@pytest.fixture(scope="module")
def emulator(template):
    running = Emulator("--quiet", template=template)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def sqs(emulator):
    return emulator.client("sqs")


@pytest.fixture
def queue(sqs, request):
    """A queue of the test's own."""
    return sqs.create_queue(QueueName=request.node.name.partition("[")[0][:60] + hashlib.md5(
        request.node.name.encode()).hexdigest()[:8])["QueueUrl"]


@pytest.fixture
def fifo(sqs, request):
    name = hashlib.md5(request.node.name.encode()).hexdigest() + ".fifo"
    return sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]


def bodies(sqs, queue, **options):
    return [message["Body"] for message in receive(sqs, queue, **options)]


def receive(sqs, queue, count=10, **options):
    return sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=count, **options).get("Messages", [])


def counts(sqs, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return [int(attributes[name]) for name in names]


def put(sqs, queue, *texts, group="g"):
    for number, text in enumerate(texts):
        sqs.send_message(
            QueueUrl=queue, MessageBody=text, MessageGroupId=group, MessageDeduplicationId=f"{group}-{text}-{number}")


# Queues


def test_template_makes_queues(sqs, emulator):
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    assert url == f"{emulator.endpoint}/000000000000/jobs"
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60"
    assert attributes["QueueArn"] == "arn:aws:sqs:us-east-1:000000000000:jobs"
    assert json.loads(attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:failed", "maxReceiveCount": 2}
    assert json.loads(attributes["Policy"])["Statement"][0]["Action"] == "sqs:*"
    assert attributes["MaximumMessageSize"] == str(MEBIBYTE) and attributes["MessageRetentionPeriod"] == "345600"
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "shop"}
    orders = sqs.get_queue_url(QueueName="orders.fifo")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=orders, AttributeNames=["All"])["Attributes"]
    assert (attributes["FifoQueue"], attributes["ContentBasedDeduplication"]) == ("true", "true")
    failed = sqs.get_queue_url(QueueName="failed")["QueueUrl"]
    assert sqs.list_dead_letter_source_queues(QueueUrl=failed)["queueUrls"] == [url]


@pytest.mark.parametrize("properties, message", [
    ("{QueueName: a b}", "Can only include alphanumeric characters"),
    ("{QueueName: a.fifo}", "Can only include alphanumeric characters"),
    ("{FifoQueue: true, QueueName: plain}", "must end with .fifo suffix"),
    ("{VisibilityTimeout: 43201}", "Invalid value for the parameter VisibilityTimeout"),
    ("{RedrivePolicy: {maxReceiveCount: 3}}", "does not contain mandatory attribute: deadLetterTargetArn"),
    ("{RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:nobody', maxReceiveCount: 3}}",
     "Dead letter target does not exist"),
])
def test_queue_that_cannot_be_made_stops_the_start(tmp_path, properties, message):
    template = tmp_path / "template.yaml"
    template.write_text(
        f"Transform: AWS::Serverless-2016-10-31\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {properties}\n")
    with pytest.raises(AssertionError, match="did not start") as failure:
        Emulator(template=template)
    assert message in str(failure.value) and "template.yaml:3:" in str(failure.value)


def test_creating_again_gives_the_same_queue_or_an_error(sqs):
    first = sqs.create_queue(QueueName="twice", Attributes={"DelaySeconds": "5"})["QueueUrl"]
    assert sqs.create_queue(QueueName="twice")["QueueUrl"] == first
    assert sqs.create_queue(QueueName="twice", Attributes={"DelaySeconds": "5"})["QueueUrl"] == first
    with pytest.raises(sqs.exceptions.QueueNameExists) as error:
        sqs.create_queue(QueueName="twice", Attributes={"DelaySeconds": "6"})
    assert error.value.response["Error"]["Code"] == "QueueAlreadyExists"
    assert error.value.response["Error"]["Message"].endswith("a different value for attribute DelaySeconds")


def test_deleted_queue_is_gone_and_its_name_free_a_minute_later(sqs, emulator):
    url = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    for call in [lambda: sqs.get_queue_url(QueueName="gone"), lambda: sqs.delete_queue(QueueUrl=url),
                 lambda: sqs.send_message(QueueUrl=url, MessageBody="x"), lambda: sqs.receive_message(QueueUrl=url)]:
        with pytest.raises(sqs.exceptions.QueueDoesNotExist) as error:
            call()
        assert error.value.response["Error"] == {
            "Code": "AWS.SimpleQueueService.NonExistentQueue", "QueryErrorCode": "QueueDoesNotExist", "Type": "Sender",
            "Message": "The specified queue does not exist."}
    with pytest.raises(sqs.exceptions.QueueDeletedRecently):
        sqs.create_queue(QueueName="gone")
    emulator.advance("60s")
    assert sqs.create_queue(QueueName="gone")["QueueUrl"] == url


def test_lists_are_paged(sqs):
    urls = [sqs.create_queue(QueueName=f"page-{number}")["QueueUrl"] for number in range(5)]
    assert sqs.list_queues(QueueNamePrefix="page-")["QueueUrls"] == urls
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="page-", PaginationConfig={"PageSize": 2})
    assert [page["QueueUrls"] for page in pages] == [urls[:2], urls[2:4], urls[4:]]
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="none-such")


@pytest.mark.parametrize("attributes, exception", [
    ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"), ({"VisibilityTimeout": "-1"}, "InvalidAttributeValue"),
    ({"DelaySeconds": "901"}, "InvalidAttributeValue"), ({"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
    ({"MaximumMessageSize": "1048577"}, "InvalidAttributeValue"),
    ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
    ({"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue"), ({"Policy": "{"}, "InvalidAttributeValue"),
    ({"Colour": "blue"}, "InvalidAttributeName"), ({"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
    ({"DeduplicationScope": "queue"}, "InvalidAttributeName"), ({"QueueArn": "x"}, "InvalidAttributeName"),
    ({"RedriveAllowPolicy": '{"redrivePermission":"some"}'}, "InvalidAttributeValue"),
    ({"RedrivePolicy": "[]"}, "InvalidParameterValue"),
    ({"RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:failed"}'}, "InvalidParameterValue"),
    ({"RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:failed","maxReceiveCount":1001}'},
     "InvalidParameterValue"),
    ({"RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders.fifo","maxReceiveCount":1}'},
     "InvalidParameterValue"),
])
def test_bad_attributes_are_refused(sqs, queue, attributes, exception):
    for call in [lambda: sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes),
                 lambda: sqs.create_queue(QueueName="bad-attributes", Attributes=attributes)]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == exception
        if exception != "InvalidParameterValue":
            assert isinstance(error.value, getattr(sqs.exceptions, exception))


def test_attributes_are_changed_and_removed(sqs, queue):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "7", "KmsMasterKeyId": "alias/key"})
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["DelaySeconds", "KmsMasterKeyId"])["Attributes"]
    assert attributes == {"DelaySeconds": "7", "KmsMasterKeyId": "alias/key"}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"KmsMasterKeyId": ""})
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["KmsMasterKeyId"])
    with pytest.raises(sqs.exceptions.InvalidAttributeName):
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Colour"])


def test_tags_and_permissions(sqs, queue):
    sqs.tag_queue(QueueUrl=queue, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=queue, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"b": "2"}
    sqs.add_permission(QueueUrl=queue, Label="read", AWSAccountIds=["111111111111"], Actions=["ReceiveMessage"])
    policy = json.loads(
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"][0]["Action"] == "SQS:ReceiveMessage"
    sqs.remove_permission(QueueUrl=queue, Label="read")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])


# Messages


def test_message_comes_back_as_it_was_sent(sqs, queue):
    attributes = {
        "text": {"DataType": "String", "StringValue": "héllo"}, "number": {"DataType": "Number.int", "StringValue": "-12.5"},
        "bytes": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff\x10"}}
    # boto3 compares the MD5s itself.
    sent = sqs.send_message(
        QueueUrl=queue, MessageBody="grüße\n\U0001f600", MessageAttributes=attributes,
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}})
    message, = receive(sqs, queue, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
    assert message["MessageId"] == sent["MessageId"]
    assert message["Body"] == "grüße\n\U0001f600"
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"] == hashlib.md5("grüße\n\U0001f600".encode()).hexdigest()
    system = message["Attributes"]
    assert system["ApproximateReceiveCount"] == "1" and system["SenderId"] == "000000000000"
    assert system["AWSTraceHeader"].startswith("Root=1-5759e988")
    assert int(system["SentTimestamp"]) <= int(system["ApproximateFirstReceiveTimestamp"])


@pytest.mark.parametrize("names, expected", [
    (["All"], {"a.x", "a.y", "b"}), ([".*"], {"a.x", "a.y", "b"}), (["a.*"], {"a.x", "a.y"}), (["b"], {"b"}), ([], set())])
def test_asked_for_attributes_only(sqs, queue, names, expected):
    sqs.send_message(
        QueueUrl=queue, MessageBody="x",
        MessageAttributes={name: {"DataType": "String", "StringValue": name} for name in ["a.x", "a.y", "b"]})
    message, = receive(sqs, queue, MessageAttributeNames=names)
    assert set(message.get("MessageAttributes", {})) == expected
    assert "Attributes" not in message


@pytest.mark.parametrize("options, code, words", [
    ({"MessageBody": ""}, "MissingParameter", "must contain the parameter MessageBody"),
    ({"MessageBody": "a\x00"}, "InvalidMessageContents", "#x0"),
    ({"MessageBody": "a\ufffe"}, "InvalidMessageContents", "#xfffe"),
    ({"MessageBody": "x" * (MEBIBYTE + 1)}, "InvalidParameterValue", "must be shorter than 1048576 bytes"),
    ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900"),
    ({"MessageBody": "x", "MessageDeduplicationId": "d"}, "InvalidParameterValue", "not valid for this queue type"),
    ({"MessageBody": "x", "MessageGroupId": "a b"}, "InvalidParameterValue", "MessageGroupId"),
    ({"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}}, "InvalidParameterValue",
     "supported type prefixes is Binary, Number, and String"),
    ({"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}}, "InvalidParameterValue",
     "Can't cast the value"),
    ({"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}}, "InvalidParameterValue",
     "non-empty message attribute value"),
    ({"MessageBody": "x", "MessageAttributes": {"aws.a": {"DataType": "String", "StringValue": "x"}}},
     "InvalidParameterValue", "AWS-reserved"),
    ({"MessageBody": "x", "MessageAttributes": {
        str(number): {"DataType": "String", "StringValue": "x"} for number in range(11)}}, "InvalidParameterValue", "[11]"),
])
def test_bad_messages_are_refused(sqs, queue, options, code, words):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sqs.send_message(QueueUrl=queue, **options)
    assert error.value.response["Error"]["Code"] == code
    assert words in error.value.response["Error"]["Message"]
    assert counts(sqs, queue) == [0, 0, 0]


def test_largest_message_and_smaller_limit(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x" * MEBIBYTE)
    assert len(bodies(sqs, queue)[0]) == MEBIBYTE
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MaximumMessageSize": "1024"})
    sqs.send_message(QueueUrl=queue, MessageBody="é" * 512)
    with pytest.raises(botocore.exceptions.ClientError, match="shorter than 1024 bytes"):
        sqs.send_message(QueueUrl=queue, MessageBody="é" * 512 + "x")


def test_visibility_ends_and_is_changed(sqs, emulator, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    first, = receive(sqs, queue)
    assert counts(sqs, queue) == [0, 1, 0] and receive(sqs, queue) == []
    emulator.advance("29s")
    assert receive(sqs, queue) == []
    emulator.advance("1s")
    second, = receive(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=300)
    emulator.advance("4m")
    assert receive(sqs, queue) == []
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
    third, = receive(sqs, queue, VisibilityTimeout=0)
    with pytest.raises(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=third["ReceiptHandle"], VisibilityTimeout=5)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=third["ReceiptHandle"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=third["ReceiptHandle"])
    assert counts(sqs, queue) == [0, 0, 0]
    with pytest.raises(botocore.exceptions.ClientError, match="Message does not exist") as error:
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=third["ReceiptHandle"], VisibilityTimeout=5)
    assert error.value.response["Error"]["Code"] == "InvalidParameterValue"


@pytest.mark.parametrize("handle", ["x", "!", "AAAA"])
def test_receipt_handle_that_is_none(sqs, queue, handle):
    with pytest.raises(sqs.exceptions.ReceiptHandleIsInvalid, match="not a valid receipt handle"):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)


@pytest.mark.parametrize("options", [
    {"MaxNumberOfMessages": 11}, {"MaxNumberOfMessages": 0}, {"WaitTimeSeconds": 21}, {"VisibilityTimeout": 43201},
    {"ReceiveRequestAttemptId": "a"}])
def test_bad_receives_are_refused(sqs, queue, options):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sqs.receive_message(QueueUrl=queue, **options)
    assert error.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_delays(sqs, emulator, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=90)
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    assert counts(sqs, queue) == [1, 0, 1]
    assert bodies(sqs, queue, VisibilityTimeout=600) == ["now"]
    emulator.advance("90s")
    assert bodies(sqs, queue) == ["later"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "30"})
    sqs.send_message(QueueUrl=queue, MessageBody="queue's own")
    sqs.send_message(QueueUrl=queue, MessageBody="at once", DelaySeconds=0)
    assert bodies(sqs, queue) == ["at once"]


def test_retention(sqs, emulator, queue):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "60"})
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    emulator.advance("59s")
    assert bodies(sqs, queue, VisibilityTimeout=0) == ["x"]
    emulator.advance("1s")
    assert bodies(sqs, queue) == [] and counts(sqs, queue) == [0, 0, 0]


def test_long_polling_returns_with_the_message(sqs, emulator, queue):
    waiting = emulator.client("sqs")
    threading.Timer(0.3, lambda: sqs.send_message(QueueUrl=queue, MessageBody="x")).start()
    started = time.monotonic()
    assert bodies(waiting, queue, WaitTimeSeconds=20) == ["x"]
    assert time.monotonic() - started < 5


def test_long_polling_is_on_the_emulators_clock(sqs, emulator, queue):
    waiting = emulator.client("sqs")
    threading.Timer(0.3, lambda: emulator.advance("20s")).start()
    started = time.monotonic()
    assert receive(waiting, queue, WaitTimeSeconds=20) == []
    assert time.monotonic() - started < 10
    # A message whose delay ends meanwhile.
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=10)
    threading.Timer(0.3, lambda: emulator.advance("10s")).start()
    assert bodies(waiting, queue, WaitTimeSeconds=20) == ["x"]


def test_batches(sqs, queue):
    entries = [{"Id": str(number), "MessageBody": f"m{number}"} for number in range(9)]
    entries.append({"Id": "bad", "MessageBody": "\x01"})
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == [str(number) for number in range(9)]
    assert answer["Failed"] == [{
        "Id": "bad", "SenderFault": True, "Code": "InvalidMessageContents", "Message": answer["Failed"][0]["Message"]}]
    messages = receive(sqs, queue)
    assert [message["Body"] for message in messages] == [f"m{number}" for number in range(9)]
    changes = [{"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
               for message in messages[:3]] + [{"Id": "bad", "ReceiptHandle": "x", "VisibilityTimeout": 0}]
    answer = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=changes)
    assert len(answer["Successful"]) == 3 and answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
    assert counts(sqs, queue) == [3, 6, 0]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=[
        {"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"]} for message in messages])
    assert len(answer["Successful"]) == 9 and counts(sqs, queue) == [0, 0, 0]


@pytest.mark.parametrize("entries, exception", [
    ([], "EmptyBatchRequest"),
    ([{"Id": str(number), "MessageBody": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
    ([{"Id": "a", "MessageBody": "x"}, {"Id": "a", "MessageBody": "y"}], "BatchEntryIdsNotDistinct"),
    ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"), ([{"Id": "x" * 81, "MessageBody": "x"}], "InvalidBatchEntryId"),
    ([{"Id": str(number), "MessageBody": "x" * (MEBIBYTE // 2 + number)} for number in range(2)], "BatchRequestTooLong"),
])
def test_bad_batches_are_refused_whole(sqs, queue, entries, exception):
    with pytest.raises(getattr(sqs.exceptions, exception)) as error:
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert error.value.response["Error"]["Code"] == f"AWS.SimpleQueueService.{exception}"
    assert counts(sqs, queue) == [0, 0, 0]


def test_purge(sqs, emulator, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    sqs.send_message(QueueUrl=queue, MessageBody="b", DelaySeconds=9)
    receive(sqs, queue)
    sqs.purge_queue(QueueUrl=queue)
    assert counts(sqs, queue) == [0, 0, 0]
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=queue)
    emulator.advance("60s")
    sqs.purge_queue(QueueUrl=queue)


# Dead letters


def test_message_received_too_often_is_moved(sqs, emulator):
    jobs, failed = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in ["jobs", "failed"])
    sent = sqs.send_message(QueueUrl=jobs, MessageBody="poison")
    for _ in range(2):
        assert bodies(sqs, jobs) == ["poison"]
        emulator.advance("60s")
    assert bodies(sqs, jobs) == [] and counts(sqs, jobs) == [0, 0, 0]
    message, = receive(sqs, failed, MessageSystemAttributeNames=["All"])
    assert message["MessageId"] == sent["MessageId"]
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == "arn:aws:sqs:us-east-1:000000000000:jobs"
    sqs.change_message_visibility(QueueUrl=failed, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)

    # And back, as a new message.
    task = sqs.start_message_move_task(SourceArn="arn:aws:sqs:us-east-1:000000000000:failed")
    assert task["TaskHandle"]
    moved, = receive(sqs, jobs, WaitTimeSeconds=5)
    assert moved["Body"] == "poison" and moved["MessageId"] != sent["MessageId"]
    result, = sqs.list_message_move_tasks(SourceArn="arn:aws:sqs:us-east-1:000000000000:failed")["Results"]
    assert (result["Status"], result["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    sqs.delete_message(QueueUrl=jobs, ReceiptHandle=moved["ReceiptHandle"])


def test_moves_at_a_rate_and_cancelled(sqs, emulator):
    arn = "arn:aws:sqs:us-east-1:000000000000:"
    dead, live = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ["rate-dead", "rate-live"])
    policy = json.dumps({"deadLetterTargetArn": arn + "rate-dead", "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=live, Attributes={"RedrivePolicy": policy})
    for number in range(9):
        sqs.send_message(QueueUrl=dead, MessageBody=str(number))
    task = sqs.start_message_move_task(
        SourceArn=arn + "rate-dead", DestinationArn=arn + "rate-live", MaxNumberOfMessagesPerSecond=2)
    with pytest.raises(sqs.exceptions.UnsupportedOperation):
        sqs.start_message_move_task(SourceArn=arn + "rate-dead", DestinationArn=arn + "rate-live")
    emulator.advance("2s")
    assert counts(sqs, live)[0] in (6, 8)
    sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])
    left = counts(sqs, dead)[0]
    emulator.advance("9s")
    assert counts(sqs, dead)[0] == left > 0
    for options, exception in [
            ({"SourceArn": arn + "nobody"}, sqs.exceptions.ResourceNotFoundException),
            ({"SourceArn": arn + "rate-live"}, botocore.exceptions.ClientError)]:
        with pytest.raises(exception):
            sqs.start_message_move_task(**options)


def test_redrive_allow_policy(sqs, queue):
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedriveAllowPolicy": '{"redrivePermission":"denyAll"}'})
    with pytest.raises(botocore.exceptions.ClientError, match="allow"):
        sqs.create_queue(QueueName="not-allowed", Attributes={"RedrivePolicy": policy})
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:us-east-1:000000000000:allowed"]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedriveAllowPolicy": json.dumps(allowed)})
    sqs.create_queue(QueueName="allowed", Attributes={"RedrivePolicy": policy})


# FIFO


def test_groups_are_in_order_and_blocked_while_in_flight(sqs, emulator, fifo):
    put(sqs, fifo, "a1", "a2", group="a")
    put(sqs, fifo, "b1", group="b")
    put(sqs, fifo, "a3", group="a")
    first, = receive(sqs, fifo, count=1)
    assert first["Body"] == "a1"
    rest = receive(sqs, fifo)
    assert [message["Body"] for message in rest] == ["b1"]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    both = receive(sqs, fifo, MessageSystemAttributeNames=["All"])
    assert [message["Body"] for message in both] == ["a2", "a3"]
    numbers = [message["Attributes"]["SequenceNumber"] for message in both]
    assert numbers == sorted(numbers) and all(len(number) == 20 for number in numbers)
    assert both[0]["Attributes"]["MessageGroupId"] == "a"
    # The second stays behind the first that comes back.
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=both[1]["ReceiptHandle"], VisibilityTimeout=0)
    assert receive(sqs, fifo) == []
    emulator.advance("30s")
    assert bodies(sqs, fifo) == ["a2", "a3", "b1"]
    with pytest.raises(botocore.exceptions.ClientError, match="receipt handle has expired"):
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=both[0]["ReceiptHandle"])


def test_deduplication(sqs, emulator, fifo):
    first = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
    again = sqs.send_message(QueueUrl=fifo, MessageBody="y", MessageGroupId="h", MessageDeduplicationId="d")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    message, = receive(sqs, fifo)
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    emulator.advance("299s")
    sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
    assert receive(sqs, fifo) == []
    emulator.advance("2s")
    sqs.send_message(QueueUrl=fifo, MessageBody="z", MessageGroupId="g", MessageDeduplicationId="d")
    assert bodies(sqs, fifo) == ["z"]


def test_deduplication_by_content_and_per_group(sqs, fifo):
    with pytest.raises(botocore.exceptions.ClientError, match="ContentBasedDeduplication enabled"):
        sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"ContentBasedDeduplication": "true"})
    for body in ["x", "x", "y"]:
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId="g")
    messages = receive(sqs, fifo, MessageSystemAttributeNames=["MessageDeduplicationId"])
    assert [message["Body"] for message in messages] == ["x", "y"]
    assert messages[0]["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"x").hexdigest()
    with pytest.raises(botocore.exceptions.ClientError, match="DeduplicationScope"):
        sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId"})
    sqs.set_queue_attributes(
        QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"})
    for group in ["k", "l", "l"]:
        sqs.send_message(QueueUrl=fifo, MessageBody="z", MessageGroupId=group)
    assert bodies(sqs, fifo) == ["z", "z"]


@pytest.mark.parametrize("options, code", [
    ({"MessageDeduplicationId": "d"}, "MissingParameter"),
    ({"MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 1}, "InvalidParameterValue"),
    ({"MessageGroupId": "g" * 129, "MessageDeduplicationId": "d"}, "InvalidParameterValue")])
def test_bad_messages_for_a_fifo_queue(sqs, fifo, options, code):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sqs.send_message(QueueUrl=fifo, MessageBody="x", **options)
    assert error.value.response["Error"]["Code"] == code


def test_receive_is_repeated_for_its_attempt_id(sqs, fifo):
    put(sqs, fifo, "1", "2")
    first = receive(sqs, fifo, ReceiveRequestAttemptId="r")
    again = receive(sqs, fifo, ReceiveRequestAttemptId="r")
    assert [message["ReceiptHandle"] for message in again] == [message["ReceiptHandle"] for message in first]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first[0]["ReceiptHandle"])
    assert receive(sqs, fifo, ReceiveRequestAttemptId="r") == []


# The rest


def test_command_line(emulator, awscli):
    def aws(*arguments):
        # For this service alone the command line overrides AWS_ENDPOINT_URL by a name of AWS's.
        done = awscli("--endpoint-url", emulator.endpoint, "sqs", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    url = aws("create-queue", "--queue-name", "by-command", "--attributes", "VisibilityTimeout=5")["QueueUrl"]
    sent = aws("send-message", "--queue-url", url, "--message-body", "hello", "--message-attributes",
               '{"a":{"DataType":"String","StringValue":"b"}}')
    message, = aws("receive-message", "--queue-url", url, "--message-attribute-names", "All", "--attribute-names",
                   "All")["Messages"]
    assert message["MessageId"] == sent["MessageId"] and message["MessageAttributes"]["a"]["StringValue"] == "b"
    aws("delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])
    done = awscli("--endpoint-url", emulator.endpoint, "sqs", "get-queue-url", "--queue-name", "nobody")
    assert done.returncode != 0 and "AWS.SimpleQueueService.NonExistentQueue" in done.stderr


def test_nothing_is_lost_when_the_emulator_is_killed(tmp_path, template):
    data = tmp_path / "data"
    emulator = Emulator("--quiet", "--data", data, template=template)
    sqs = emulator.client("sqs")
    jobs, orders = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in ["jobs", "orders.fifo"])
    for number in range(20):
        sqs.send_message(QueueUrl=jobs, MessageBody=f"m{number}", DelaySeconds=600 if number == 19 else 0)
    put(sqs, orders, "1", "2", "3")
    gone, kept = receive(sqs, jobs, count=2)
    sqs.delete_message(QueueUrl=jobs, ReceiptHandle=gone["ReceiptHandle"])
    own = sqs.create_queue(QueueName="own", Attributes={"DelaySeconds": "3"}, tags={"a": "b"})["QueueUrl"]
    locked, = receive(sqs, orders, count=1)
    emulator.kill()

    emulator = Emulator("--quiet", "--data", data, template=template)
    sqs = emulator.client("sqs")
    own, jobs, orders = (url.rpartition("/")[2] for url in [own, jobs, orders])
    own, jobs, orders = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in [own, jobs, orders])
    assert counts(sqs, jobs) == [17, 1, 1]
    assert sqs.list_queue_tags(QueueUrl=own)["Tags"] == {"a": "b"}
    assert receive(sqs, orders) == []
    sqs.send_message(QueueUrl=orders, MessageBody="again", MessageGroupId="g", MessageDeduplicationId="g-1-0")
    sqs.delete_message(QueueUrl=orders, ReceiptHandle=locked["ReceiptHandle"])
    assert bodies(sqs, orders) == ["2", "3"]
    emulator.advance("10m")
    seen = set()
    while found := receive(sqs, jobs, AttributeNames=["All"]):
        for message in found:
            seen.add(message["Body"])
            if message["MessageId"] == kept["MessageId"]:
                assert message["Attributes"]["ApproximateReceiveCount"] == "2"
    assert seen == {f"m{number}" for number in range(1, 20)}
    assert emulator.stop() == 0
