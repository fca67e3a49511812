"""S3 as boto3, urllib and the AWS command line see it."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import socket
import stat
import subprocess
import sys
import textwrap
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib

import boto3
import botocore.config
import botocore.exceptions
import botocore.handlers
import pytest
from conftest import BUILD, Emulator, eventually

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: pictures
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: ["https://*.example.com"]
            AllowedMethods: [GET, PUT]
            AllowedHeaders: ["x-amz-*", content-type]
            ExposedHeaders: [ETag]
            MaxAge: 60
      Tags:
        - { Key: team, Value: art }
  PicturesPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Pictures
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Deny, Principal: "*", Action: "s3:*", Resource: !Sub "${Pictures.Arn}/*" }
  Versions:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: versions
      VersioningConfiguration: { Status: Enabled }
  Recorder:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: recorder
      CodeUri: .
      Environment:
        Variables:
          RECORD: RECORD_FILE
      Policies:
        - Statement:
            - { Effect: Allow, Action: "s3:*", Resource: "*" }
      Events:
        Uploaded:
          Type: S3
          Properties:
            Bucket: !Ref Pictures
            Events: s3:ObjectCreated:*
            Filter:
              S3Key:
                Rules:
                  - { Name: prefix, Value: in/ }
                  - { Name: suffix, Value: .png }
        Removed:
          Type: S3
          Properties:
            Bucket: !Ref Versions
            Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: recorder
      CodeUri: .
      Policies:
        - Statement:
            - Effect: Allow
              Action: [s3:GetObject, s3:PutObject]
              Resource: !Sub "${Pictures.Arn}/open/*"
  Clerk:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: recorder
      CodeUri: .
      Policies:
        - S3CrudPolicy: { BucketName: !Ref Pictures }
"""

RECORDER = """#!{python}
import http.client, json, os
host, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"], "/2018-06-01/runtime/invocation/"
def call(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, prefix + path, body)
    response = connection.getresponse()
    return response, response.read()
while True:
    response, body = call("GET", "next")
    event = json.loads(body)
    if "Records" in event:
        with open(os.environ["RECORD"], "a") as file:
            file.write(json.dumps(event) + "\\n")
        reply = {{}}
    else:
        reply = {{name: os.environ[name] for name in event["names"]}}
    call("POST", response.getheader("Lambda-Runtime-Aws-Request-Id") + "/response", json.dumps(reply))
"""


class Site:
    """An emulator of the template above."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.record = folder / "record"
        template = folder / "template.yaml"
        template.write_text(textwrap.dedent(TEMPLATE).replace("RECORD_FILE", str(self.record)))
        function = folder / "recorder"
        function.write_text(RECORDER.format(python=sys.executable))
        function.chmod(function.stat().st_mode | stat.S_IXUSR)
        seed = folder / "seed" / "Pictures" / "icons"
        seed.mkdir(parents=True, exist_ok=True)
        (seed / "one.svg").write_text("<svg/>")
        self.arguments = ["--seed", folder / "seed", *arguments]
        self.start()

    def start(self):
        self.emulator = Emulator(
            *self.arguments, template=self.folder / "template.yaml", functions=self.folder, cwd=self.folder)
        self.endpoint = self.emulator.endpoint

    def client(self, key="local", secret="local", token=None, signature=None):
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, signature_version=signature, read_timeout=60))

    def credentials(self, function="Recorder"):
        """Key, secret and token, of which the emulator knows all: those of a function."""
        reply = self.emulator.client("lambda").invoke(FunctionName=function, Payload=json.dumps(
            {"names": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]}))
        return list(json.loads(reply["Payload"].read()).values())

    def known(self, signature="s3v4", function="Recorder"):
        return self.client(*self.credentials(function), signature)

    def records(self, count):
        eventually(lambda: self.record.exists() and len(self.record.read_text().splitlines()) >= count)
        return [json.loads(line)["Records"][0] for line in self.record.read_text().splitlines()]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("s3"))
    yield site
    assert site.emulator.stop() == 0


@pytest.fixture(scope="module")
def s3(site):
    return site.client()


@pytest.fixture
def bucket(s3):
    name = f"test-{uuid.uuid4()}"
    s3.create_bucket(Bucket=name)
    return name


def fails(code, call, *arguments, status=None, **parameters):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*arguments, **parameters)
    response = caught.value.response
    assert response["Error"]["Code"] == code, response
    if status:
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    return response


def fetch(url, method="GET", data=None, headers=None):
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read(), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def code(body):
    return body.decode().split("<Code>")[1].split("</Code>")[0]


# Buckets


@pytest.mark.parametrize("name", ["Capital", "ab", "under_score", "-begins", "a..b", "192.168.5.4", "x" * 64, "xn--abc"])
def test_names_that_no_bucket_has(s3, name):
    s3.meta.events.unregister("before-parameter-build.s3", botocore.handlers.validate_bucket_name)
    fails("InvalidBucketName", s3.create_bucket, Bucket=name, status=400)


def test_life_of_a_bucket(s3):
    s3.create_bucket(Bucket="short-lived")
    with pytest.raises(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket="short-lived")
    assert s3.head_bucket(Bucket="short-lived")["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket="short-lived")["LocationConstraint"] is None
    assert "short-lived" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.put_object(Bucket="short-lived", Key="a")
    fails("BucketNotEmpty", s3.delete_bucket, Bucket="short-lived", status=409)
    s3.delete_object(Bucket="short-lived", Key="a")
    s3.delete_bucket(Bucket="short-lived")
    fails("404", s3.head_bucket, Bucket="short-lived")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(Bucket="short-lived", Key="a", Body=b"x" * 100_000)
    fails(
        "IllegalLocationConstraintException", s3.create_bucket, Bucket="elsewhere",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def test_buckets_of_the_template(s3):
    body = s3.get_object(Bucket="pictures", Key="icons/one.svg")
    assert body["Body"].read() == b"<svg/>" and body["ContentType"] == "image/svg+xml"
    assert s3.get_bucket_tagging(Bucket="pictures")["TagSet"] == [{"Key": "team", "Value": "art"}]
    policy = json.loads(s3.get_bucket_policy(Bucket="pictures")["Policy"])
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::pictures/*"
    assert s3.get_bucket_versioning(Bucket="versions")["Status"] == "Enabled"
    assert s3.get_bucket_cors(Bucket="pictures")["CORSRules"][0]["MaxAgeSeconds"] == 60
    rule = s3.get_bucket_notification_configuration(Bucket="pictures")["LambdaFunctionConfigurations"][0]
    assert rule["Events"] == ["s3:ObjectCreated:*"]
    assert {"Name": "Prefix", "Value": "in/"} in rule["Filter"]["Key"]["FilterRules"]


SETTINGS = [
    ("cors", "NoSuchCORSConfiguration",
     {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}}, "CORSRules"),
    ("tagging", "NoSuchTagSet", {"Tagging": {"TagSet": [{"Key": "a", "Value": "<&>\""}]}}, "TagSet"),
    ("policy", "NoSuchBucketPolicy", {"Policy": '{"Version":"2012-10-17","Statement":[]}'}, "Policy"),
]


@pytest.mark.parametrize("name, missing, put, member", SETTINGS)
def test_settings_are_kept_and_handed_back(s3, bucket, name, missing, put, member):
    get = getattr(s3, f"get_bucket_{name}")
    fails(missing, get, Bucket=bucket, status=404)
    getattr(s3, f"put_bucket_{name}")(Bucket=bucket, **put)
    expected = next(iter(put.values()))
    assert get(Bucket=bucket)[member] == (expected[member] if isinstance(expected, dict) else expected)
    getattr(s3, f"delete_bucket_{name}")(Bucket=bucket)
    fails(missing, get, Bucket=bucket)


def test_settings_of_new_buckets(s3, bucket):
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    s3.delete_public_access_block(Bucket=bucket)
    fails("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, Bucket=bucket)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    fails("AccessControlListNotSupported", s3.put_object, Bucket=bucket, Key="a", ACL="public-read")
    fails("MalformedPolicy", s3.put_bucket_policy, Bucket=bucket, Policy="nonsense")
    fails("NotImplemented", s3.put_bucket_request_payment, Bucket=bucket,
          RequestPaymentConfiguration={"Payer": "Requester"})


# Objects

KEYS = ["plain", "a/b/c", "with space", "plus+plus", "100%", "ü/ñ/日本", "e\u0301", "é", "~tilde*(!)'", "a//b", "/begins",
        "ends/", "..", "a/../b", "q?x=1&y#z", "=;:@,$", "x" * 1024, "\U0001F984", "tab\tline\n"]


@pytest.mark.parametrize("key", KEYS)
def test_any_key(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = s3.list_objects_v2(Bucket=bucket)
    assert [entry["Key"] for entry in listed["Contents"]] == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == key.encode()
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "copy"}]})
    assert deleted["Deleted"] == [{"Key": key}, {"Key": "copy"}]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_keys_that_are_too_long(s3, bucket):
    fails("KeyTooLongError", s3.put_object, Bucket=bucket, Key="x" * 1025, status=400)
    fails("KeyTooLongError", s3.put_object, Bucket=bucket, Key="ü" * 513, Body=b"x" * 100_000)


def test_what_is_said_of_an_object_is_told_again(s3, bucket):
    expires = datetime.datetime(2030, 1, 2, tzinfo=datetime.timezone.utc)
    said = dict(
        ContentType="text/plain; charset=utf-8", CacheControl="max-age=60", ContentDisposition='attachment; filename="ü"',
        ContentEncoding="gzip", ContentLanguage="de", StorageClass="STANDARD_IA", Metadata={"Some-Name": "value", "n": "2"})
    said["ContentDisposition"] = 'attachment; filename="u"'
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"12345", Expires=expires, Tagging="a=1&b=%26", **said)
    assert put["ETag"] == f'"{hashlib.md5(b"12345").hexdigest()}"'
    said["Metadata"] = {"some-name": "value", "n": "2"}
    for told in [s3.get_object(Bucket=bucket, Key="a"), s3.head_object(Bucket=bucket, Key="a")]:
        assert {name: told[name] for name in said} == said
        assert told["ContentLength"] == 5 and told["AcceptRanges"] == "bytes" and told["ETag"] == put["ETag"]
        assert told["TagCount"] == 2
        assert abs(told["LastModified"].timestamp() - time.time()) < 5
    copy = s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a", StorageClass="STANDARD_IA")
    assert copy["CopyObjectResult"]["ETag"] == put["ETag"]
    told = s3.head_object(Bucket=bucket, Key="b")
    assert {name: told[name] for name in said} == said
    s3.copy_object(
        Bucket=bucket, Key="c", CopySource=f"{bucket}/a", MetadataDirective="REPLACE", ContentType="text/css",
        TaggingDirective="REPLACE", Tagging="x=y")
    told = s3.head_object(Bucket=bucket, Key="c")
    assert (told["ContentType"], told["Metadata"]) == ("text/css", {}) and "StorageClass" not in told
    assert s3.get_object_tagging(Bucket=bucket, Key="c")["TagSet"] == [{"Key": "x", "Value": "y"}]
    assert s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"] == [
        {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "&"}]
    fails("InvalidRequest", s3.copy_object, Bucket=bucket, Key="a", CopySource=f"{bucket}/a", StorageClass="STANDARD_IA")
    s3.put_object(Bucket=bucket, Key="m", Metadata={"k": "v" * 2047})
    fails("MetadataTooLarge", s3.put_object, Bucket=bucket, Key="m", Metadata={"k": "v" * 2048})
    fails("InvalidStorageClass", s3.put_object, Bucket=bucket, Key="m", StorageClass="CHEAP")


def test_what_is_not_there(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="none")
    fails("404", s3.head_object, Bucket=bucket, Key="none")
    fails("NoSuchKey", s3.copy_object, Bucket=bucket, Key="x", CopySource=f"{bucket}/none")
    fails("NoSuchBucket", s3.copy_object, Bucket=bucket, Key="x", CopySource="no-such-bucket/none")
    s3.delete_object(Bucket=bucket, Key="none")
    fails("NoSuchKey", s3.get_object_tagging, Bucket=bucket, Key="none")
    fails("NoSuchUpload", s3.upload_part, Bucket=bucket, Key="x", UploadId="nothing", PartNumber=1, Body=b"")


RANGES = [("bytes=0-0", b"0", "0-0"), ("bytes=2-4", b"234", "2-4"), ("bytes=7-", b"789", "7-9"), ("bytes=-3", b"789", "7-9"),
          ("bytes=-100", b"0123456789", "0-9"), ("bytes=5-100", b"56789", "5-9")]


@pytest.mark.parametrize("size", [10, 200_000])
@pytest.mark.parametrize("header, expected, shown", RANGES)
def test_ranges(s3, bucket, size, header, expected, shown):
    # The same of a small content and of one that is sent from its file.
    if size > 10:
        content = os.urandom(size)
        s3.put_object(Bucket=bucket, Key="a", Body=content)
        got = s3.get_object(Bucket=bucket, Key="a", Range=f"bytes=100-{size - 101}")
        assert got["Body"].read() == content[100:-100]
        assert got["ContentRange"] == f"bytes 100-{size - 101}/{size}"
        return
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="a", Range=header)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["Body"].read() == expected and got["ContentRange"] == f"bytes {shown}/10"
    assert s3.head_object(Bucket=bucket, Key="a", Range=header)["ContentLength"] == len(expected)


def test_ranges_that_are_none(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    for header in ["bytes=10-", "bytes=10-20", "bytes=-0"]:
        fails("InvalidRange", s3.get_object, Bucket=bucket, Key="a", Range=header, status=416)
    for header in ["bytes=5-2", "lines=1-2", "bytes=0-1,3-4", "nonsense"]:
        assert s3.get_object(Bucket=bucket, Key="a", Range=header)["ContentLength"] == 10


def test_encoding_that_is_none(s3, bucket):
    for said, told in [("gzip", "gzip"), ("deflate, gzip", "deflate, gzip"), ("aws-chunked, gzip", "gzip"),
                       ("gzip, aws-chunked", "gzip"), ("aws-chunked", None)]:
        s3.put_object(Bucket=bucket, Key="a", Body=b"x", ContentEncoding=said)
        assert s3.head_object(Bucket=bucket, Key="a").get("ContentEncoding") == told


def test_conditions(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    past, future = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=h) for h in (-1, 1))
    good = [dict(IfMatch=put["ETag"]), dict(IfNoneMatch='"other"'), dict(IfModifiedSince=past),
            dict(IfUnmodifiedSince=future), dict(IfMatch=put["ETag"], IfUnmodifiedSince=past),
            dict(IfNoneMatch='"other"', IfModifiedSince=future)]
    for conditions in good:
        s3.get_object(Bucket=bucket, Key="a", **conditions)
    for conditions in [dict(IfMatch='"other"'), dict(IfUnmodifiedSince=past)]:
        fails("PreconditionFailed", s3.get_object, Bucket=bucket, Key="a", **conditions, status=412)
        fails("412", s3.head_object, Bucket=bucket, Key="a", **conditions)
    for conditions in [dict(IfNoneMatch=put["ETag"]), dict(IfModifiedSince=put_time(s3, bucket))]:
        fails("304", s3.get_object, Bucket=bucket, Key="a", **conditions, status=304)
    source = f"{bucket}/a"
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch=put["ETag"])
    fails("PreconditionFailed", s3.copy_object, Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch='"x"')
    fails("PreconditionFailed", s3.copy_object, Bucket=bucket, Key="b", CopySource=source,
          CopySourceIfNoneMatch=put["ETag"])
    # Writes.
    fails("PreconditionFailed", s3.put_object, Bucket=bucket, Key="a", IfNoneMatch="*", Body=b"x" * 100_000)
    s3.put_object(Bucket=bucket, Key="new", IfNoneMatch="*")
    fails("PreconditionFailed", s3.put_object, Bucket=bucket, Key="a", IfMatch='"x"')
    fails("NoSuchKey", s3.put_object, Bucket=bucket, Key="none", IfMatch='"x"')
    s3.put_object(Bucket=bucket, Key="a", IfMatch=put["ETag"], Body=b"2")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"


def put_time(s3, bucket):
    return s3.head_object(Bucket=bucket, Key="a")["LastModified"]


def test_one_of_many_makes_the_object(s3, bucket):
    outcomes = []

    def put(number):
        try:
            s3.put_object(Bucket=bucket, Key="a", IfNoneMatch="*", Body=str(number).encode() * 70_000)
            outcomes.append(number)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"

    threads = [threading.Thread(target=put, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == str(outcomes[0]).encode() * 70_000


def test_response_headers_by_query(s3, site, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", ContentType="text/plain")
    got = s3.get_object(Bucket=bucket, Key="a", ResponseContentType="text/css", ResponseCacheControl="no-store")
    assert (got["ContentType"], got["CacheControl"]) == ("text/css", "no-store")
    status, body, _ = fetch(f"{site.endpoint}/{bucket}/a?response-content-type=text/css")
    assert (status, code(body)) == (400, "InvalidRequest")


def test_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a")
    tags = [{"Key": "a b", "Value": "<ü>"}, {"Key": "empty", "Value": ""}]
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=bucket, Key="a")
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == []
    bad = [([{"Key": str(n), "Value": ""} for n in range(11)], "BadRequest"),
           ([{"Key": "k" * 129, "Value": ""}], "InvalidTag"), ([{"Key": "k", "Value": "v" * 257}], "InvalidTag"),
           ([{"Key": "aws:x", "Value": ""}], "InvalidTag"), ([{"Key": "k", "Value": ""}] * 2, "InvalidTag")]
    for tags, error in bad:
        fails(error, s3.put_object_tagging, Bucket=bucket, Key="a", Tagging={"TagSet": tags})


# Lists


def pages(s3, operation, **parameters):
    return list(s3.get_paginator(operation).paginate(**parameters))


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_lists_come_in_pages(s3, bucket, operation, size):
    keys = ["a", "b/1", "b/2", "b/c/3", "c d", "d+", "d/ü", "z", "é"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key)
    member = "Versions" if "versions" in operation else "Contents"

    def listed(**parameters):
        entries, prefixes = [], []
        for page in pages(s3, operation, Bucket=bucket, PaginationConfig={"PageSize": size}, **parameters):
            here = page.get(member, []) + page.get("CommonPrefixes", [])
            assert len(here) <= size
            entries += [entry["Key"] for entry in page.get(member, [])]
            prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        return entries, prefixes

    assert listed() == (keys, [])
    assert listed(Prefix="b/") == (["b/1", "b/2", "b/c/3"], [])
    assert listed(Delimiter="/") == (["a", "c d", "d+", "z", "é"], ["b/", "d/"])
    assert listed(Delimiter="/", Prefix="b/") == (["b/1", "b/2"], ["b/c/"])
    assert listed(Delimiter="/", Prefix="d") == (["d+"], ["d/"])
    assert listed(Prefix="none") == ([], [])


def test_lists_in_the_order_of_bytes(s3, bucket):
    keys = ["Z", "a", "a!", "a/", "a0", "ab", "é", "\uffff", "\U0001F984"]
    for key in reversed(keys):
        s3.put_object(Bucket=bucket, Key=key)
    listed = s3.list_objects_v2(Bucket=bucket, StartAfter="a", FetchOwner=True)
    assert [entry["Key"] for entry in listed["Contents"]] == sorted(keys, key=str.encode)[2:]
    assert listed["StartAfter"] == "a" and listed["Contents"][0]["Owner"]["ID"]
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    fails("InvalidArgument", s3.list_objects_v2, Bucket=bucket, ContinuationToken="%%%")
    assert s3.list_objects_v2(Bucket=bucket, ContinuationToken="")["KeyCount"] == 9
    fails("InvalidArgument", s3.list_objects_v2, Bucket=bucket, MaxKeys=-1)


def test_delete_many(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=str(number))
    quiet = s3.delete_objects(
        Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": "0"}, {"Key": "1"}, {"Key": "none"}]})
    assert "Deleted" not in quiet and "Errors" not in quiet
    fails("MalformedXML", s3.delete_objects, Bucket=bucket,
          Delete={"Objects": [{"Key": str(number)} for number in range(1001)]})
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 3


# Versions


def test_versions(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"before")
    assert "VersionId" not in first
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=bucket, Key="a", Body=b"one")["VersionId"]
    two = s3.put_object(Bucket=bucket, Key="a", Body=b"two" * 50_000)["VersionId"]

    def content(**version):
        return s3.get_object(Bucket=bucket, Key="a", **version)["Body"].read()

    assert content() == b"two" * 50_000 and content(VersionId=one) == b"one" and content(VersionId="null") == b"before"
    marker = s3.delete_object(Bucket=bucket, Key="a")
    assert marker["DeleteMarker"] is True
    with pytest.raises(s3.exceptions.NoSuchKey) as caught:
        content()
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    fails("MethodNotAllowed", s3.get_object, Bucket=bucket, Key="a", VersionId=marker["VersionId"], status=405)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    listed = s3.list_object_versions(Bucket=bucket)
    assert [version["VersionId"] for version in listed["Versions"]] == [two, one, "null"]
    assert [entry["IsLatest"] for entry in listed["DeleteMarkers"] + listed["Versions"]] == [True, False, False, False]
    assert listed["Versions"][0]["Size"] == 150_000
    entries = []
    for page in pages(s3, "list_object_versions", Bucket=bucket, PaginationConfig={"PageSize": 1}):
        entries += page.get("Versions", []) + page.get("DeleteMarkers", [])
    assert [entry["VersionId"] for entry in entries] == [marker["VersionId"], two, one, "null"]
    s3.delete_object(Bucket=bucket, Key="a", VersionId=marker["VersionId"])
    assert content() == b"two" * 50_000
    s3.delete_object(Bucket=bucket, Key="a", VersionId=two)
    assert content() == b"one"
    fails("NoSuchVersion", s3.get_object, Bucket=bucket, Key="a", VersionId=two, status=404)
    # Suspended: the version without an id is written over.
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket=bucket, Key="a", Body=b"three")
    assert [v["VersionId"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["null", one]
    restored = s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "a", "VersionId": one})
    assert restored["CopySourceVersionId"] == one and content() == b"one"
    fails("BucketNotEmpty", s3.delete_bucket, Bucket=bucket)
    fails("IllegalVersioningConfigurationException", s3.put_bucket_versioning, Bucket=bucket,
          VersioningConfiguration={"Status": "Perhaps"})


# Uploads in parts

MB = 1 << 20


def test_parts(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a", ContentType="text/plain", Metadata={"m": "1"})["UploadId"]
    contents = [os.urandom(5 * MB), os.urandom(5 * MB), b"the end"]
    parts = []
    for number, content in enumerate(contents, 1):
        part = s3.upload_part(Bucket=bucket, Key="a", UploadId=upload, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    listed = s3.list_parts(Bucket=bucket, Key="a", UploadId=upload, MaxParts=2)
    assert [part["Size"] for part in listed["Parts"]] == [5 * MB, 5 * MB] and listed["IsTruncated"]
    assert listed["NextPartNumberMarker"] == 2
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["UploadId"] == upload
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="a")
    complete = dict(Bucket=bucket, Key="a", UploadId=upload)
    fails("InvalidPart", s3.complete_multipart_upload, **complete,
          MultipartUpload={"Parts": [{"PartNumber": 9, "ETag": "x"}]})
    fails("InvalidPartOrder", s3.complete_multipart_upload, **complete, MultipartUpload={"Parts": parts[::-1]})
    done = s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.md5(content).digest() for content in contents)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    # Once more, as a client that did not hear the answer.
    assert s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": parts})["ETag"] == done["ETag"]
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == b"".join(contents)
    assert (got["ContentType"], got["Metadata"]) == ("text/plain", {"m": "1"})
    third = s3.get_object(Bucket=bucket, Key="a", PartNumber=3)
    assert third["Body"].read() == b"the end" and third["PartsCount"] == 3
    fails("InvalidPartNumber", s3.get_object, Bucket=bucket, Key="a", PartNumber=4, status=416)
    across = s3.get_object(Bucket=bucket, Key="a", Range=f"bytes={5 * MB - 3}-{5 * MB + 2}")["Body"].read()
    assert across == contents[0][-3:] + contents[1][:3]
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key="a", ObjectAttributes=["ETag", "ObjectSize", "ObjectParts", "StorageClass", "Checksum"])
    assert attributes["ObjectSize"] == 10 * MB + 7 and attributes["ObjectParts"]["TotalPartsCount"] == 3
    # A copy of it is one content again.
    copy = s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
    assert copy["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"".join(contents)).hexdigest()}"'


def test_parts_that_are_too_small(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    parts = []
    for number in (1, 2):
        part = s3.upload_part(Bucket=bucket, Key="a", UploadId=upload, PartNumber=number, Body=b"small")
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    fails("EntityTooSmall", s3.complete_multipart_upload, Bucket=bucket, Key="a", UploadId=upload,
          MultipartUpload={"Parts": parts})
    for number in (0, 10_001):
        fails("InvalidArgument", s3.upload_part, Bucket=bucket, Key="a", UploadId=upload, PartNumber=number, Body=b"")
    fails("MalformedXML", s3.complete_multipart_upload, Bucket=bucket, Key="a", UploadId=upload,
          MultipartUpload={"Parts": []})
    s3.abort_multipart_upload(Bucket=bucket, Key="a", UploadId=upload)
    fails("NoSuchUpload", s3.list_parts, Bucket=bucket, Key="a", UploadId=upload, status=404)
    fails("NoSuchUpload", s3.abort_multipart_upload, Bucket=bucket, Key="a", UploadId=upload)


def test_parts_copied(s3, bucket):
    content = os.urandom(6 * MB)
    s3.put_object(Bucket=bucket, Key="source", Body=content)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    source = {"Bucket": bucket, "Key": "source"}
    common = dict(Bucket=bucket, Key="a", UploadId=upload, CopySource=source)
    first = s3.upload_part_copy(**common, PartNumber=1, CopySourceRange=f"bytes=0-{5 * MB - 1}")["CopyPartResult"]
    second = s3.upload_part_copy(**common, PartNumber=2)["CopyPartResult"]
    assert first["ETag"] == f'"{hashlib.md5(content[:5 * MB]).hexdigest()}"'
    fails("InvalidArgument", s3.upload_part_copy, **common, PartNumber=3, CopySourceRange=f"bytes=0-{6 * MB}")
    # The parts stay although their source goes.
    s3.delete_object(Bucket=bucket, Key="source")
    s3.complete_multipart_upload(Bucket=bucket, Key="a", UploadId=upload, MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": first["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == content[:5 * MB] + content


def test_transfer_manager(s3, bucket, tmp_path):
    content = os.urandom(30 * MB)
    (tmp_path / "in").write_bytes(content)
    s3.upload_file(str(tmp_path / "in"), bucket, "a")
    s3.download_file(bucket, "a", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == content
    assert s3.head_object(Bucket=bucket, Key="a")["ETag"].endswith('-4"')
    s3.copy({"Bucket": bucket, "Key": "a"}, bucket, "b")
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == content


# Checksums

CHECKSUMS = ["CRC32", "SHA1", "SHA256"]


@pytest.mark.parametrize("algorithm", CHECKSUMS)
@pytest.mark.parametrize("size", [0, 9, 100_000])
def test_checksums(s3, bucket, algorithm, size):
    content = os.urandom(size)
    put = s3.put_object(Bucket=bucket, Key="a", Body=content, ChecksumAlgorithm=algorithm)
    digest = zlib.crc32(content).to_bytes(4, "big") if algorithm == "CRC32" else hashlib.new(algorithm, content).digest()
    name = f"Checksum{algorithm}"
    assert put[name] == base64.b64encode(digest).decode()
    told = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert told[name] == put[name] and told["ChecksumType"] == "FULL_OBJECT"
    assert name not in s3.head_object(Bucket=bucket, Key="a")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["Checksum"])
    assert attributes["Checksum"][name] == put[name]
    wrong = base64.b64encode(bytes(len(digest))).decode()
    if size:
        fails("BadDigest", s3.put_object, Bucket=bucket, Key="a", Body=content, **{name: wrong})
    fails("InvalidRequest", s3.put_object, Bucket=bucket, Key="a", Body=content, **{name: "AAAA"})


# The catalogue's check values: of the nine digits.
@pytest.mark.parametrize("name, value", [
    ("crc32", "cbf43926"), ("crc32c", "e3069283"), ("crc64nvme", "ae8b14860a799888")])
def test_checksums_of_the_catalogue(s3, site, bucket, name, value):
    expected = base64.b64encode(bytes.fromhex(value)).decode()
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
    status, body, _ = fetch(url, "PUT", b"123456789", {f"x-amz-checksum-{name}": expected})
    assert status == 200, body
    status, body, _ = fetch(url, "PUT", b"123456788", {f"x-amz-checksum-{name}": expected})
    assert (status, code(body)) == (400, "BadDigest")


@pytest.mark.parametrize("algorithm, kind", [
    ("CRC32", "FULL_OBJECT"), ("CRC32", "COMPOSITE"), ("SHA256", "COMPOSITE"), (None, None)])
def test_checksums_of_parts(s3, bucket, algorithm, kind):
    named = {"ChecksumAlgorithm": algorithm, "ChecksumType": kind} if algorithm else {}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a", **named)["UploadId"]
    contents, parts, digests = [os.urandom(5 * MB + 1), b"rest"], [], b""
    for number, content in enumerate(contents, 1):
        with_checksum = {"ChecksumAlgorithm": algorithm} if algorithm else {}
        part = s3.upload_part(
            Bucket=bucket, Key="a", UploadId=upload, PartNumber=number, Body=content, **with_checksum)
        entry = {"PartNumber": number, "ETag": part["ETag"]}
        if algorithm:
            entry[f"Checksum{algorithm}"] = part[f"Checksum{algorithm}"]
            digests += base64.b64decode(part[f"Checksum{algorithm}"])
        parts.append(entry)
    done = s3.complete_multipart_upload(Bucket=bucket, Key="a", UploadId=upload, MultipartUpload={"Parts": parts})
    whole = b"".join(contents)
    if kind == "FULL_OBJECT":
        assert done["ChecksumCRC32"] == base64.b64encode(zlib.crc32(whole).to_bytes(4, "big")).decode()
    elif algorithm == "SHA256":
        assert done["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(digests).digest()).decode() + "-2"
    elif algorithm == "CRC32":
        assert done["ChecksumCRC32"] == base64.b64encode(zlib.crc32(digests).to_bytes(4, "big")).decode() + "-2"
    else:
        # Put as one, the same content has the same CRC.
        s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
        once = s3.head_object(Bucket=bucket, Key="b", ChecksumMode="ENABLED")
        assert done["ChecksumCRC64NVME"] == once["ChecksumCRC64NVME"] and done["ChecksumType"] == "FULL_OBJECT"
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == whole
    listed = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ObjectParts"])["ObjectParts"]
    assert listed["TotalPartsCount"] == 2
    if algorithm:
        name = f"Checksum{algorithm}"
        assert [(part["Size"], part[name]) for part in listed["Parts"]] == [
            (len(content), part[name]) for content, part in zip(contents, parts)]
        second = s3.get_object(Bucket=bucket, Key="a", PartNumber=2)
        assert second["Body"].read() == b"rest" and second[name] == parts[1][name]


def test_digests_that_do_not_fit(s3, bucket):
    md5 = base64.b64encode(hashlib.md5(b"right").digest()).decode()
    s3.put_object(Bucket=bucket, Key="a", Body=b"right", ContentMD5=md5)
    fails("BadDigest", s3.put_object, Bucket=bucket, Key="a", Body=b"wrong", ContentMD5=md5, status=400)
    fails("InvalidDigest", s3.put_object, Bucket=bucket, Key="a", Body=b"right", ContentMD5="short")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"right"


# Bodies in aws-chunked encoding


def test_chunks_with_a_trailer(site, s3, bucket):
    content = os.urandom(100_000)
    crc = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()

    def put(trailer, length=len(content), cut=None):
        body = b"".join(
            b"%x\r\n%s\r\n" % (len(piece), piece)
            for piece in (content[start:start + 30_000] for start in range(0, len(content), 30_000)))
        body += b"0\r\n" + trailer + b"\r\n"
        url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
        return fetch(url, "PUT", body[:cut], {
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(length), "x-amz-trailer": "x-amz-checksum-crc32"})

    status, body, headers = put(b"x-amz-checksum-crc32:" + crc.encode() + b"\r\n")
    assert status == 200, body
    assert headers["x-amz-checksum-crc32"] == crc
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == content and "ContentEncoding" not in got
    assert code(put(b"x-amz-checksum-crc32:AAAAAA==\r\n")[1]) == "BadDigest"
    assert code(put(b"")[1]) == "MalformedTrailerError"
    assert code(put(b"x-amz-checksum-crc32:" + crc.encode() + b"\r\n", length=99_999)[1]) == "IncompleteBody"
    assert code(put(b"", cut=50_000)[1]) == "IncompleteBody"


@pytest.mark.parametrize("damage", [None, "content", "signature", "seed"])
def test_chunks_that_are_signed(site, s3, bucket, damage):
    content = os.urandom(150_000)
    key_id, secret, token = site.credentials()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/us-east-1/s3/aws4_request"
    host = site.endpoint.removeprefix("http://")
    headers = {
        "host": host, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-date": now,
        "x-amz-decoded-content-length": str(len(content)), "x-amz-security-token": token}
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        ["PUT", f"/{bucket}/a", ""] + [f"{name}:{headers[name]}" for name in sorted(headers)]
        + ["", names, headers["x-amz-content-sha256"]])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")

    def sign(*lines):
        return hmac.new(key, "\n".join(lines).encode(), "sha256").hexdigest()

    signature = sign("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest())
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}")
    if damage == "seed":
        headers["Authorization"] = headers["Authorization"].replace(signature, "0" * 64)
    body, empty = b"", hashlib.sha256(b"").hexdigest()
    for start in [*range(0, len(content), 65_536), len(content)]:
        piece = content[start:start + 65_536]
        signature = sign(
            "AWS4-HMAC-SHA256-PAYLOAD", now, scope, signature, empty, hashlib.sha256(piece).hexdigest())
        if damage == "content" and start == 65_536:
            piece = piece[:-1] + bytes([piece[-1] ^ 1])
        written = "0" * 64 if damage == "signature" and start == 65_536 else signature
        body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(piece), written.encode(), piece)
    status, answer, _ = fetch(f"{site.endpoint}/{bucket}/a", "PUT", body, headers)
    if damage is None:
        assert status == 200, answer
        assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == content
    else:
        assert (status, code(answer)) == (403, "SignatureDoesNotMatch")
        fails("404", s3.head_object, Bucket=bucket, Key="a")


# Signatures


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_presigned_urls(site, bucket, signature):
    s3 = site.known(signature)
    key = "a b/ü+%.txt"
    named = {"Bucket": bucket, "Key": key}
    put = s3.generate_presigned_url("put_object", {**named, "ContentType": "text/plain"}, ExpiresIn=60)
    status, body, _ = fetch(put, "PUT", b"x" * 100_000, {"Content-Type": "text/plain"})
    assert status == 200, body
    get = s3.generate_presigned_url("get_object", {**named, "ResponseContentType": "text/css"}, ExpiresIn=60)
    status, body, headers = fetch(get)
    assert (status, body, headers["Content-Type"]) == (200, b"x" * 100_000, "text/css")
    assert fetch(get, headers={"Range": "bytes=0-4"})[1] == b"xxxxx"
    head = s3.generate_presigned_url("head_object", named)
    assert fetch(head, "HEAD")[0] == 200
    # What was signed is what may be done.
    for url, method in [(get, "PUT"), (get.replace("text%2Fcss", "text%2Fhtml"), "GET"), (head, "GET"),
                        (get.replace("a%20b", "a%20c"), "GET")]:
        status, body, _ = fetch(url, method, b"" if method == "PUT" else None)
        assert (status, code(body)) == (403, "SignatureDoesNotMatch")
    delete = s3.generate_presigned_url("delete_object", named)
    assert fetch(delete, "DELETE")[0] == 204
    assert fetch(get)[0] == 404


def test_presigned_parts(site, bucket):
    s3 = site.known()
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    url = s3.generate_presigned_url(
        "upload_part", {"Bucket": bucket, "Key": "a", "UploadId": upload, "PartNumber": 1})
    status, body, headers = fetch(url, "PUT", b"part")
    assert status == 200, body
    s3.complete_multipart_upload(Bucket=bucket, Key="a", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": headers["ETag"]}]})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"part"


@pytest.mark.parametrize("change, error, status", [
    (("X-Amz-Expires=60", "X-Amz-Expires=61"), "SignatureDoesNotMatch", 403),
    (("X-Amz-Expires=60", "X-Amz-Expires=604801"), "AuthorizationQueryParametersError", 400),
    (("X-Amz-Expires=60", "X-Amz-Expires=-1"), "AuthorizationQueryParametersError", 400),
    (("X-Amz-Expires=60", "X-Amz-Expires=soon"), "AuthorizationQueryParametersError", 400),
    (("&X-Amz-Expires=60", ""), "AuthorizationQueryParametersError", 400),
    (("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS4"), "AuthorizationQueryParametersError", 400),
    (("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=hosts"), "AccessDenied", 403),
    (("%2F20", "%2F120"), "AuthorizationQueryParametersError", 400),
    (("X-Amz-Security-Token=session", "X-Amz-Security-Token=other"), "InvalidToken", 400),
    (("&X-Amz-Security-Token=", "&Ignored="), "InvalidAccessKeyId", 403),
])
def test_presigned_urls_that_were_changed(site, s3, bucket, change, error, status):
    s3.put_object(Bucket=bucket, Key="a")
    url = site.known().generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    assert fetch(url)[0] == 200
    assert change[0] in url
    got, body, _ = fetch(url.replace(*change))
    assert (got, code(body)) == (status, error)


def test_signed_headers(site, bucket):
    """The same key with another secret, another token, or none."""
    site.known().put_object(Bucket=bucket, Key="ü a+b", Body=b"x" * 100_000, Metadata={"a": "b  c"})
    key, secret, token = site.credentials()
    fails("SignatureDoesNotMatch", site.client(key, "wrong", token).list_buckets, status=403)
    fails("SignatureDoesNotMatch", site.client(key, "wrong", token).put_object, Bucket=bucket, Key="z",
          Body=b"x" * 100_000)
    fails("InvalidToken", site.client(key, secret, "other").list_buckets)
    fails("InvalidAccessKeyId", site.client(key, secret).list_buckets)
    assert [entry["Key"] for entry in site.known().list_objects_v2(Bucket=bucket)["Contents"]] == ["ü a+b"]


def test_functions_are_held_to_their_policies(site, s3):
    reader, clerk = site.known(function="Reader"), site.known(function="Clerk")
    for key in ("open/a", "closed/a"):
        s3.put_object(Bucket="pictures", Key=key, Body=b"1")
    assert reader.get_object(Bucket="pictures", Key="open/a")["Body"].read() == b"1"
    denied = fails("AccessDenied", reader.get_object, Bucket="pictures", Key="closed/a", status=403)
    assert "s3:GetObject on resource: arn:aws:s3:::pictures/closed/a" in denied["Error"]["Message"]
    # Who may not list is not told what is missing.
    fails("AccessDenied", reader.get_object, Bucket="pictures", Key="open/none")
    fails("NoSuchKey", clerk.get_object, Bucket="pictures", Key="open/none")
    refused = [
        (reader.list_objects_v2, dict(Bucket="pictures")), (reader.list_buckets, {}),
        (reader.delete_object, dict(Bucket="pictures", Key="open/a")),
        (reader.put_object, dict(Bucket="pictures", Key="open/b", Tagging="a=b")),
        (reader.put_object, dict(Bucket="pictures", Key="closed/b", Body=b"x" * 100_000)),
        (reader.copy_object, dict(Bucket="pictures", Key="open/b", CopySource="pictures/closed/a")),
        (reader.get_object, dict(Bucket="pictures", Key="open/a", VersionId="null")),
        (reader.put_bucket_versioning, dict(Bucket="pictures", VersioningConfiguration={"Status": "Enabled"})),
        (clerk.get_bucket_policy, dict(Bucket="pictures")), (clerk.get_object, dict(Bucket="versions", Key="a")),
    ]
    for call, parameters in refused:
        fails("AccessDenied", call, **parameters)
    answer = reader.delete_objects(Bucket="pictures", Delete={"Objects": [{"Key": "open/a"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    reader.copy_object(Bucket="pictures", Key="open/copy", CopySource="pictures/open/a")
    # What a function signs it may do itself, or nobody may.
    named = {"Bucket": "pictures", "Key": "open/a"}
    for signature in ("s3v4", "s3"):
        reader = site.known(signature, "Reader")
        assert fetch(reader.generate_presigned_url("get_object", named))[0] == 200
        status, body, _ = fetch(reader.generate_presigned_url("delete_object", named), "DELETE")
        assert (status, code(body)) == (403, "AccessDenied")
        for key, status in [("open/form", 204), ("closed/form", 403)]:
            form = reader.generate_presigned_post("pictures", key)
            assert post(form["url"], form["fields"], b"1")[0] == status


def post(url, fields, content, name="photo.png", boundary="----boundary"):
    body = b""
    for field, value in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: image/png\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return fetch(url, "POST", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_forms(site, bucket, signature):
    s3 = site.known(signature)
    content = b"\x89PNG\r\n--not the boundary" + os.urandom(1000)
    form = s3.generate_presigned_post(
        bucket, "in/${filename}", Fields={"Content-Type": "image/png", "success_action_status": "201"},
        Conditions=[["starts-with", "$Content-Type", "image/"], {"success_action_status": "201"},
                    ["content-length-range", 10, 2000]], ExpiresIn=60)
    status, body, headers = post(form["url"], form["fields"], content)
    assert status == 201, body
    assert b"<Key>in/photo.png</Key>" in body
    got = s3.get_object(Bucket=bucket, Key="in/photo.png")
    assert got["Body"].read() == content and got["ContentType"] == "image/png"

    def refused(change, content=content):
        status, body, _ = post(form["url"], {**form["fields"], **change}, content)
        return status, code(body)

    assert refused({"key": "out/x"}) == (403, "AccessDenied")
    assert refused({"Content-Type": "text/html"}) == (403, "AccessDenied")
    assert refused({"x-amz-meta-extra": "1"}) == (403, "AccessDenied")
    assert refused({}, b"small") == (400, "EntityTooSmall")
    assert refused({}, b"x" * 2001) == (400, "EntityTooLarge")
    wrong = "x-amz-signature" if signature == "s3v4" else "signature"
    assert refused({wrong: "0" * 64}) == (403, "SignatureDoesNotMatch")
    status, body, _ = fetch(form["url"], "POST", b"nonsense", {"Content-Type": "multipart/form-data; boundary=x"})
    assert (status, code(body)) == (400, "MalformedPOSTRequest")


# Browsers


def test_cors(site, s3):
    url = s3.generate_presigned_url("put_object", {"Bucket": "pictures", "Key": "cors"})
    asked = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "Content-Type, X-Amz-Meta-A"}
    status, _, headers = fetch(url, "OPTIONS", headers=asked)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "https://www.example.com"
    assert headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert headers["Access-Control-Allow-Headers"] == "content-type, x-amz-meta-a"
    assert headers["Access-Control-Max-Age"] == "60"
    for change in [{"Origin": "https://example.org"}, {"Access-Control-Request-Method": "DELETE"},
                   {"Access-Control-Request-Headers": "authorization"}]:
        status, body, _ = fetch(url, "OPTIONS", headers={**asked, **change})
        assert (status, code(body)) == (403, "AccessForbidden")
    status, _, headers = fetch(url, "PUT", b"1", {"Origin": "https://www.example.com"})
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "https://www.example.com")
    assert headers["Access-Control-Expose-Headers"] == "ETag"
    assert "Access-Control-Allow-Origin" not in fetch(url, "PUT", b"1", {"Origin": "https://example.org"})[2]


def test_virtual_hosts(site, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"found")
    port = site.endpoint.rpartition(":")[2]
    for host in [f"{bucket}.s3.localhost:{port}", f"{bucket}.s3.us-east-1.localhost:{port}", f"{bucket}.localhost:{port}",
                 f"{bucket}.s3.us-east-1.amazonaws.com"]:
        assert fetch(f"{site.endpoint}/a/b", headers={"Host": host})[:2] == (200, b"found")
    assert fetch(f"{site.endpoint}/{bucket}/a/b", headers={"Host": "s3.localhost"})[0] == 200
    assert code(fetch(f"{site.endpoint}/a", headers={"Host": "no-such.s3.localhost"})[1]) == "NoSuchBucket"


# Notifications


def test_notifications(site, s3):
    seen = len(site.record.read_text().splitlines()) if site.record.exists() else 0
    key = "in/a b+ü&(1).png"
    put = s3.put_object(Bucket="pictures", Key=key, Body=b"12345")
    s3.put_object(Bucket="pictures", Key="in/other.txt")
    s3.put_object(Bucket="pictures", Key="out/a.png")
    s3.copy_object(Bucket="pictures", Key="in/copy.png", CopySource={"Bucket": "pictures", "Key": key})
    upload = s3.create_multipart_upload(Bucket="pictures", Key="in/parts.png")["UploadId"]
    part = s3.upload_part(Bucket="pictures", Key="in/parts.png", UploadId=upload, PartNumber=1, Body=b"1")
    s3.complete_multipart_upload(Bucket="pictures", Key="in/parts.png", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    first = s3.put_object(Bucket="versions", Key="v", Body=b"1")
    marker = s3.delete_object(Bucket="versions", Key="v")
    s3.delete_object(Bucket="versions", Key="v", VersionId=first["VersionId"])
    records = site.records(seen + 6)[seen:]
    records.sort(key=lambda record: record["s3"]["object"]["sequencer"])
    assert [record["eventName"] for record in records] == [
        "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Put",
        "ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete"]
    record = records[0]
    assert record["eventVersion"] == "2.1" and record["eventSource"] == "aws:s3" and record["awsRegion"] == "us-east-1"
    assert record["s3"]["s3SchemaVersion"] == "1.0"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::pictures" and record["s3"]["bucket"]["name"] == "pictures"
    told = record["s3"]["object"]
    assert told["key"] == "in/a+b%2B%C3%BC%26%281%29.png"
    assert urllib.parse.unquote_plus(told["key"]) == key
    assert (told["size"], f'"{told["eTag"]}"') == (5, put["ETag"]) and "versionId" not in told
    assert record["responseElements"]["x-amz-request-id"] == put["ResponseMetadata"]["RequestId"]
    assert set(record) == {"eventVersion", "eventSource", "awsRegion", "eventTime", "eventName", "userIdentity",
                           "requestParameters", "responseElements", "s3"}
    assert records[3]["s3"]["object"]["versionId"] == first["VersionId"]
    assert records[4]["s3"]["object"]["versionId"] == marker["VersionId"]
    assert "size" not in records[5]["s3"]["object"]


def test_notification_configurations(s3, bucket):
    function = "arn:aws:lambda:us-east-1:000000000000:function:Recorder"

    def rule(event="s3:ObjectCreated:*", arn=function, prefix=""):
        return {"LambdaFunctionArn": arn, "Events": [event],
                "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}}

    def put(*rules):
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": list(rules)})

    put(rule(prefix="a/"), rule(prefix="b/"))
    got = s3.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    assert len(got) == 2 and got[0]["Id"]
    for rules in [[rule(), rule("s3:ObjectCreated:Put")], [rule("s3:ObjectEaten:*")], [rule(arn="arn:aws:sqs:x:y:z")]]:
        fails("InvalidArgument", put, *rules)
    nowhere = {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:0:t", "Events": ["s3:ObjectCreated:*"]}]}
    fails("InvalidArgument", s3.put_bucket_notification_configuration, Bucket=bucket, NotificationConfiguration=nowhere)
    put()
    assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


# What is kept


def test_everything_is_there_after_a_kill(tmp_path):
    site = Site(tmp_path, "--data", tmp_path / "data")
    s3 = site.client()
    objects = tmp_path / "data" / "objects"
    content = os.urandom(6 * MB)
    versions = [s3.put_object(Bucket="versions", Key="a", Body=body)["VersionId"] for body in (b"1", content)]
    s3.put_object_tagging(Bucket="versions", Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.create_bucket(Bucket="by-hand")
    upload = s3.create_multipart_upload(Bucket="by-hand", Key="p")["UploadId"]
    part = s3.upload_part(Bucket="by-hand", Key="p", UploadId=upload, PartNumber=1, Body=content)
    s3.delete_object(Bucket="pictures", Key="icons/one.svg")
    # One that never ends.
    host, port = site.endpoint.removeprefix("http://").split(":")
    half = socket.create_connection((host, int(port)))
    url = urllib.parse.urlsplit(s3.generate_presigned_url("put_object", {"Bucket": "versions", "Key": "half"}))
    half.sendall(f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 9000000\r\n\r\n".encode())
    half.sendall(b"x" * 5_000_000)
    eventually(lambda: list(objects.glob("*.part")))
    site.emulator.kill()
    half.close()
    site.start()
    s3 = site.client()
    assert s3.get_object(Bucket="versions", Key="a")["Body"].read() == content
    assert s3.get_object(Bucket="versions", Key="a", VersionId=versions[0])["Body"].read() == b"1"
    assert s3.get_object_tagging(Bucket="versions", Key="a")["TagSet"] == [{"Key": "k", "Value": "v"}]
    fails("404", s3.head_object, Bucket="versions", Key="half")
    fails("404", s3.head_object, Bucket="pictures", Key="icons/one.svg")
    s3.complete_multipart_upload(Bucket="by-hand", Key="p", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert s3.get_object(Bucket="by-hand", Key="p")["Body"].read() == content
    # Two versions and a part; nothing of the upload that was cut off.
    assert len(list(objects.iterdir())) == 3
    for version in versions:
        s3.delete_object(Bucket="versions", Key="a", VersionId=version)
    s3.delete_object(Bucket="by-hand", Key="p")
    assert list(objects.iterdir()) == []
    assert site.emulator.stop() == 0


def test_kill_while_many_upload(tmp_path):
    """Whatever was answered is there, whole."""
    site = Site(tmp_path, "--data", tmp_path / "data")
    answered = {}

    def work(number):
        s3 = site.client()
        for count in range(1000):
            content = os.urandom(1000 if count % 2 else 200_000)
            try:
                s3.put_object(Bucket="versions", Key=f"{number}/{count}", Body=content)
            except Exception:
                return
            answered[f"{number}/{count}"] = hashlib.md5(content).hexdigest()

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    site.emulator.kill()
    for thread in threads:
        thread.join()
    assert len(answered) > 20
    site.start()
    s3 = site.client()
    for key, digest in answered.items():
        body = s3.get_object(Bucket="versions", Key=key)["Body"].read()
        assert hashlib.md5(body).hexdigest() == digest
    found = sum(len(page.get("Contents", [])) for page in pages(s3, "list_objects_v2", Bucket="versions"))
    assert len(answered) <= found <= len(answered) + 4
    assert len(list((tmp_path / "data" / "objects").iterdir())) == found + 1
    assert site.emulator.stop() == 0


def test_url_expires_by_the_emulators_clock(tmp_path):
    site = Site(tmp_path)
    s3 = site.known()
    s3.put_object(Bucket="pictures", Key="a")
    urls = [site.known(signature).generate_presigned_url("get_object", {"Bucket": "pictures", "Key": "a"}, ExpiresIn=3600)
            for signature in ("s3v4", "s3")]
    assert [fetch(url)[0] for url in urls] == [200, 200]
    advance = [str(BUILD / "emulator"), "advance", "--endpoint", site.endpoint]
    moved = subprocess.run([*advance, "61m"], capture_output=True, text=True, timeout=20)
    assert moved.returncode == 0, moved.stderr
    for url in urls:
        status, body, _ = fetch(url)
        assert (status, code(body)) == (403, "AccessDenied") and b"Request has expired" in body
    # Who signs headers by the wall clock goes on.
    s3.get_object(Bucket="pictures", Key="a")
    # A form that was signed when the clock showed an hour less.
    form = s3.generate_presigned_post("pictures", "b", ExpiresIn=60)
    status, body, _ = post(form["url"], form["fields"], b"1")
    assert (status, code(body)) == (403, "AccessDenied") and b"Policy expired" in body
    assert site.emulator.stop() == 0


# The AWS command line


def test_command_line(site, s3, bucket, tmp_path):
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": site.endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local", "AWS_PAGER": ""}

    def aws(*arguments):
        done = subprocess.run(
            [str(pathlib.Path(sys.executable).with_name("aws")), "s3", *map(str, arguments)], env=environment,
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    files = {"a.txt": b"a", "deep/ü b.txt": b"b" * 1000, "large": os.urandom(9 * MB)}
    for name, content in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
        # A list knows whole seconds only.
        os.utime(tmp_path / "in" / name, (time.time() - 10, time.time() - 10))
    aws("sync", tmp_path / "in", f"s3://{bucket}/files", "--quiet")
    listed = aws("ls", f"s3://{bucket}/files/", "--recursive")
    assert [line.split(maxsplit=3)[3] for line in listed.splitlines()] == [
        "files/a.txt", "files/deep/ü b.txt", "files/large"]
    assert "PRE deep/" in aws("ls", f"s3://{bucket}/files/")
    assert aws("sync", tmp_path / "in", f"s3://{bucket}/files") == ""
    aws("cp", f"s3://{bucket}/files", tmp_path / "out", "--recursive", "--quiet")
    for name, content in files.items():
        assert (tmp_path / "out" / name).read_bytes() == content
    aws("mv", f"s3://{bucket}/files/a.txt", f"s3://{bucket}/b.txt", "--quiet")
    url = aws("presign", f"s3://{bucket}/b.txt").strip()
    assert fetch(url)[:2] == (200, b"a")
    aws("rb", f"s3://{bucket}", "--force")
    fails("404", s3.head_bucket, Bucket=bucket)


# What goes with the template


@pytest.mark.parametrize("change, words", [
    (("Bucket: !Ref Pictures\n            Events", "Bucket: other\n            Events"), "names no AWS::S3::Bucket"),
    (("s3:ObjectCreated:*\n            Filter", "s3:ObjectEaten:*\n            Filter"), "S3 has no event s3:ObjectEaten:*"),
    (("BucketName: pictures", "BucketName: Pictures"), "is no name of a bucket"),
    (("BucketName: versions", "ReplicationConfiguration: {}"), "does not act on ReplicationConfiguration"),
    (("Name: suffix", "Name: middle"), "prefix or suffix"),
])
def test_templates_that_cannot_be(tmp_path, change, words):
    text = textwrap.dedent(TEMPLATE)
    assert change[0] in text
    (tmp_path / "template.yaml").write_text(text.replace(*change, 1))
    done = subprocess.run(
        [str(BUILD / "emulator"), "start", "--port", "0", "--template", "template.yaml"], cwd=tmp_path,
        capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert "template.yaml:" in done.stderr
