"""Requests signed by botocore, as data for the Swift tests. Prints them; `--write` puts them into their file."""

import datetime
import json
import pathlib
import sys
import unittest.mock
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

FILE = pathlib.Path(__file__).with_name("signatures.json")
INSTANT = datetime.datetime(2015, 8, 30, 12, 36, 0)
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd=="

JSON_1_0 = [["Content-Type", "application/x-amz-json-1.0"]]


def case(name, service, method="POST", path="/", query=(), headers=(), body="", host=None, token=None, expires=None):
    return {
        "name": name, "service": service, "region": "eu-central-1", "method": method, "path": path,
        "query": [list(pair) for pair in query], "headers": [list(pair) for pair in headers], "body": body,
        "host": host or f"{service}.eu-central-1.amazonaws.com", "token": token, "expires": expires}


BUCKET = "bundle.s3.eu-central-1.amazonaws.com"
ODD_KEYS = [
    "plain.txt", "a folder/with a space.txt", "plus+sign", "equals=sign", "tilde~(parens):colon", "percent%20sign",
    "Grüße/日本語.txt", "e\u0301", "a//b", "a/../b", "./a", "quote'\"!*,;@&$#?[]", "trailing/", "-._"]

CASES = [
    case("GetItem", "dynamodb", headers=[*JSON_1_0, ["X-Amz-Target", "DynamoDB_20120810.GetItem"]],
         body='{"TableName":"Votings"}'),
    case("GetItem with a session token", "dynamodb", token=TOKEN,
         headers=[*JSON_1_0, ["X-Amz-Target", "DynamoDB_20120810.GetItem"]], body='{"TableName":"Votings"}'),
    case("a port", "dynamodb", host="127.0.0.1:4566", headers=JSON_1_0, body="{}"),
    case("text that is not ASCII", "sqs", headers=JSON_1_0, body='{"MessageBody":"Grüße 日本語"}'),
    case("an empty body", "sqs", headers=JSON_1_0),
    case("PutEvents", "events", headers=[["Content-Type", "application/x-amz-json-1.1"], ["X-Amz-Target", "AWSEvents.PutEvents"]],
         body='{"Entries":[]}', token=TOKEN),
    case("header values are folded", "dynamodb", headers=[["X-Amz-Note", "  two   spaces  "], ["A-First", "b"]], body="{}"),
    case("an empty header", "dynamodb", headers=[["X-Amz-Empty", ""]], body="{}"),
    case("a connection's path", "execute-api", path="/prod/@connections/JzfsK+ziGp2V=", body="hello",
         host="a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"),
    case("a path with a space and Unicode", "execute-api", method="GET", path="/a folder/Grüße"),
    case("a query", "execute-api", method="GET", query=[
        ["b", "2"], ["a", "1"], ["a", "0"], ["A", ""], ["space key", "a b+c"], ["é", "ü=&"], ["a-b", "~."], ["a.b", "*"]]),
    case("names where one begins another", "execute-api", method="GET", query=[["ab", "1"], ["a", "2"], ["a=", "3"]]),
    case("an object's query", "s3", method="GET", host=BUCKET, query=[
        ["list-type", "2"], ["prefix", "a b/+"], ["delimiter", "/"], ["continuation-token", "x=="]]),
    case("a query item without a value", "s3", method="POST", host=BUCKET, path="/k", query=[["uploads", ""]]),
    case("an object with its type and token", "s3", method="PUT", host=BUCKET, path="/k", body="hello", token=TOKEN,
         headers=[["Content-Type", "image/jpeg"], ["x-amz-meta-note", "a  b"]]),
    *[case(f"the object {key}", "s3", method="GET", host=BUCKET, path="/" + key) for key in ODD_KEYS],
    *[case(f"presigned: the object {key}", "s3", method="GET", host=BUCKET, path="/" + key, expires=900)
      for key in ODD_KEYS],
    case("presigned with a token", "s3", method="GET", host=BUCKET, path="/k", token=TOKEN, expires=1),
    case("presigned upload for a type", "s3", method="PUT", host=BUCKET, path="/k", expires=604800,
         headers=[["Content-Type", "image/jpeg"]]),
    *[case(f"presigned upload of a length and a type: {key}", "s3", method="PUT", host=BUCKET, path="/uploads/" + key,
           expires=300, token=TOKEN, headers=[["Content-Length", "1843212"], ["Content-Type", "image/png"]])
      for key in ODD_KEYS],
    case("presigned with a query", "s3", method="GET", host=BUCKET, path="/k", expires=60,
         query=[["response-content-type", "text/plain; charset=utf-8"], ["versionId", "a+b"]]),
    case("presigned for another service", "execute-api", method="GET", path="/a b", query=[["q", "1"]], expires=60),
]


def signed(row, access_key=ACCESS_KEY, secret_key=SECRET_KEY, instant=INSTANT):
    """What botocore makes of the request; `url` is the whole of a presigned one."""
    path = urllib.parse.quote(row["path"], safe="/-_.~")
    query = "&".join(
        f"{urllib.parse.quote(name, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}" for name, value in row["query"])
    url = f"https://{row['host']}{path}" + ("?" + query if query else "")
    request = botocore.awsrequest.AWSRequest(
        method=row["method"], url=url, headers=dict(row["headers"]), data=row["body"].encode())
    credentials = botocore.credentials.Credentials(access_key, secret_key, row["token"])
    is_s3, is_presigned = row["service"] == "s3", row["expires"] is not None
    signer = {
        (False, False): botocore.auth.SigV4Auth, (True, False): botocore.auth.S3SigV4Auth,
        (False, True): botocore.auth.SigV4QueryAuth, (True, True): botocore.auth.S3SigV4QueryAuth,
    }[is_s3, is_presigned]
    options = {"expires": row["expires"]} if is_presigned else {}
    with unittest.mock.patch("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: instant):
        signer(credentials, row["service"], row["region"], **options).add_auth(request)
    if is_presigned:
        parts = urllib.parse.urlsplit(request.url)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        return {
            "path": parts.path, "signature": query["X-Amz-Signature"], "signedHeaders": query["X-Amz-SignedHeaders"],
            "url": request.url}
    return {
        "url": url, "path": urllib.parse.urlsplit(url).path, "authorization": request.headers["Authorization"],
        "contentSHA256": request.headers.get("X-Amz-Content-SHA256")}


def document():
    rows = [{**row, "expected": {name: value for name, value in signed(row).items() if name != "url"}} for row in CASES]
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    head = {"accessKeyID": ACCESS_KEY, "secretAccessKey": SECRET_KEY, "instant": INSTANT.isoformat() + "Z"}
    return json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + lines + "\n ]\n}\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(document(), encoding="utf-8")
    else:
        sys.stdout.write(document())
