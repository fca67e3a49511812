"""Our signatures beside those of the botocore that is installed now: of the kept requests, and of many made by chance."""

import datetime
import json
import os
import random
import subprocess
import urllib.parse

import pytest

import signing_vectors
from conftest import BUILD

# Each seed makes so many requests, the same in every run.
REQUESTS = 200
SEEDS = range(1, 4)

# What keys, names and values are made of: what encodings get wrong.
PIECES = [
    *"abzAZ059-._~ +%=&?#/:;,@$!'()*[]{}|\\^`\"<>", "  ", "%20", "%2F", "%", "%zz", "+ +", "é", "e\u0301", "ß", "Ж", "日本",
    "👍🏽", "\u00a0", "\u200d", "\ufeff", "a.b", "~~", "==", "&amp;"]
HOSTS = {
    "s3": ["bundle.s3.{region}.amazonaws.com", "127.0.0.1:4566"], "dynamodb": ["dynamodb.{region}.amazonaws.com", "localhost:8000"],
    "sqs": ["sqs.{region}.amazonaws.com"], "events": ["events.{region}.amazonaws.com"],
    "scheduler": ["scheduler.{region}.amazonaws.com"], "execute-api": ["a1b2c3d4e5.execute-api.{region}.amazonaws.com"]}
HEADERS = ["Content-Type", "X-Amz-Target", "x-amz-meta-note", "X-Amz-Acl", "If-None-Match", "A-First", "zz-last", "Cache-Control"]


def test_the_kept_signatures_are_botocores():
    assert signing_vectors.FILE.read_text(encoding="utf-8") == signing_vectors.document(), (
        "run Tests/Conformance/signing_vectors.py --write, and see what changed")


def text(chance, most, least=0):
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(least, most)))


def path(chance, service):
    if service == "s3":
        # Any key, with empty segments and dots.
        return "/" + text(chance, 12) + chance.choice(["", "", "/", "//x", "/../x", "/./"])
    # Other services' paths have no such segments.
    segments = [text(chance, 6, 1).replace("/", "") for _ in range(chance.randint(0, 3))]
    return "/" + "/".join(segment for segment in segments if segment not in ("", ".", ".."))


def header_value(chance):
    """Latin letters and folded spaces: more a header can't hold."""
    return "".join(chance.choice("abzAZ059-._~+%=&;,/\"' ") for _ in range(chance.randint(0, 20)))


def request(chance):
    service, region = chance.choice(list(HOSTS)), chance.choice(["us-east-1", "eu-central-1", "cn-north-1"])
    is_presigned = chance.random() < 0.35
    names = [text(chance, 4, 1) for _ in range(chance.randint(0, 5))]
    if is_presigned:
        # botocore keeps the first of each name alone when it presigns.
        names = list(dict.fromkeys(names))
    return {
        "service": service, "region": region, "method": chance.choice(["GET", "HEAD", "PUT", "POST", "DELETE"]),
        "host": chance.choice(HOSTS[service]).format(region=region), "path": path(chance, service),
        "query": [[name, text(chance, 5)] for name in names],
        "headers": [[name, header_value(chance)] for name in chance.sample(HEADERS, chance.randint(0, 4))],
        # What is presigned is sent by others; botocore takes a body for more of the query.
        "body": "" if is_presigned else text(chance, 30),
        "token": chance.choice([None, text(chance, 8, 1) if is_presigned else header_value(chance) + "/+=="]),
        "expires": chance.choice([1, 900, 604_800]) if is_presigned else None,
        "accessKeyID": "AKID" + "".join(chance.choice("ABZ059") for _ in range(16)),
        "secretAccessKey": "".join(chance.choice("abzAZ059+/") for _ in range(40)),
        "instant": datetime.datetime(2015, 8, 30, 12, 36) + datetime.timedelta(seconds=chance.randint(0, 700_000_000))}


def sign(rows):
    """What our signer makes of each."""
    lines = "".join(
        json.dumps({"sign": {**row, "instant": row["instant"].isoformat() + "Z"}}, ensure_ascii=False) + "\n" for row in rows)
    done = subprocess.run(
        [BUILD / "Adapters"], input=lines.encode(), capture_output=True, timeout=60, check=True, env={
            **os.environ, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def parts(target):
    path, _, query = target.partition("?")
    return path, sorted(query.split("&")) if query else []


@pytest.mark.parametrize("seed", SEEDS)
def test_requests_made_by_chance_are_signed_as_botocore_signs_them(seed):
    chance = random.Random(seed)
    rows = [request(chance) for _ in range(REQUESTS)]
    ours = sign(rows)
    assert len(ours) == REQUESTS
    for row, mine in zip(rows, ours):
        theirs = signing_vectors.signed(row, row["accessKeyID"], row["secretAccessKey"], row["instant"])
        url = urllib.parse.urlsplit(theirs["url"])
        assert parts(mine["target"]) == parts(url.path + ("?" + url.query if url.query else "")), row
        if row["expires"] is None:
            assert mine["headers"]["authorization"] == theirs["authorization"], row
            assert mine["headers"].get("x-amz-content-sha256") == theirs["contentSHA256"], row
            assert mine["headers"].get("x-amz-security-token") == row["token"], row
    assert {row["service"] for row in rows} == set(HOSTS)
    assert sum(row["expires"] is not None for row in rows) > REQUESTS / 5
    assert sum(row["token"] is not None for row in rows) > REQUESTS / 5
