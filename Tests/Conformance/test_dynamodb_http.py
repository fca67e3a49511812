"""The DynamoDB endpoint below the API: HTTP, compression and signatures, over bare sockets."""

import datetime
import email.utils
import gzip
import hashlib
import json
import os
import random
import socket
import time
import urllib.parse
import zlib

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

from conftest import DynamoDB

JSON = "application/x-amz-json-1.0"
KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a/session+token=="


@pytest.fixture(scope="module")
def server():
    running = DynamoDB()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """One that verifies signatures."""
    file = tmp_path_factory.mktemp("keys") / "credentials"
    file.write_text(
        f"# keys\n[default]\naws_access_key_id = {KEY}\naws_secret_access_key={SECRET}\n\n[session]\n"
        f"AWS_ACCESS_KEY_ID = ASIASESSION\naws_secret_access_key = other\naws_session_token = {TOKEN}\n")
    running = DynamoDB("--credentials", file)
    yield running
    assert running.stop() == 0


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def request(body=b"{}", target="DynamoDB_20120810.ListTables", content_type=JSON, method="POST", path="/", headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    if target:
        lines.append(f"X-Amz-Target: {target}")
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_answer(stream, method="POST"):
    """Status, headers in lower case, body."""
    status_line = stream.readline()
    if not status_line:
        return None
    headers = {}
    while (line := stream.readline().rstrip(b"\r\n")):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = b"" if method == "HEAD" else stream.read(int(headers.get("content-length", 0)))
    return int(status_line.split()[1]), headers, body


def send(server, *arguments, **options):
    with connect(server) as connection:
        connection.sendall(request(*arguments, **options))
        return read_answer(connection.makefile("rb"), options.get("method", "POST"))


def error(answer):
    status, headers, body = answer
    check_headers(headers, body)
    document = json.loads(body)
    return status, document["__type"].split("#")[1], document.get("message", document.get("Message"))


def check_headers(headers, body):
    assert headers["server"] == "Server"
    sent = email.utils.parsedate_to_datetime(headers["date"])
    assert headers["date"].endswith(" GMT") and abs(sent.timestamp() - time.time()) < 5
    assert len(headers["x-amzn-requestid"]) == 52 and headers["x-amzn-requestid"].isalnum()
    assert headers["x-amz-crc32"] == str(zlib.crc32(body))


def test_answer_carries_its_checksum_and_an_id_of_its_own(server):
    ids = set()
    for content_type in [JSON, "application/json"]:
        status, headers, body = send(server, content_type=content_type)
        assert (status, json.loads(body)) == (200, {"TableNames": []})
        assert headers["content-type"] == content_type
        check_headers(headers, body)
        ids.add(headers["x-amzn-requestid"])
    assert len(ids) == 2


@pytest.mark.parametrize("content_type", [
    "application/json;", " application/json  ;  charset=utf-8", "application/x-amz-json-1.0;whatever"])
def test_parameters_of_the_content_type_do_not_matter(server, content_type):
    status, headers, _ = send(server, content_type=content_type)
    assert (status, headers["content-type"]) == (200, content_type.split(";")[0].strip())


@pytest.mark.parametrize("method, content_type", [
    ("POST", None), ("POST", "text/plain"), ("POST", "application/x-amz-json-1.1"), ("POST", "application/jsonx"),
    ("PUT", JSON), ("DELETE", JSON), ("OPTIONS", JSON)])
def test_other_methods_and_types_are_no_operation(server, method, content_type):
    status, headers, body = send(server, method=method, content_type=content_type)
    assert (status, body) == (404, b"<UnknownOperationException/>\n")
    check_headers(headers, body)


@pytest.mark.parametrize("target", [None, "", "ListTables", "DynamoDB_20120810.ListTable", "DynamoDB_20111205.ListTables"])
def test_unknown_operation(server, target):
    assert error(send(server, target=target)) == (400, "UnknownOperationException", None)


@pytest.mark.parametrize("body", [b"", b"hi", b"{", b'{"TableName":', b"7", b"[]", b"null", b'"\xff"', b"{}{}"])
def test_malformed_json(server, body):
    status, kind, _ = error(send(server, body))
    assert (status, kind) == (400, "SerializationException")


def test_health(server):
    status, headers, body = send(server, b"", target=None, content_type=None, method="GET")
    assert (status, body) == (200, b"healthy: localhost ")
    check_headers(headers, body)
    status, headers, body = send(server, b"", target=None, content_type=None, method="HEAD")
    assert (status, headers["content-length"], body) == (200, "19", b"")
    for method in ["GET", "HEAD"]:
        assert send(server, b"", target=None, content_type=None, method=method, path="/abc")[0] == 404


def test_a_page_in_a_browser_may_call(server):
    origin = ("Origin", "https://example.com")
    _, headers, _ = send(server, headers=[origin])
    assert headers["access-control-allow-origin"] == "*"
    exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
    assert headers["access-control-expose-headers"] == exposed and "access-control-max-age" not in headers
    status, headers, body = send(
        server, b"", target=None, content_type=None, method="OPTIONS",
        headers=[origin, ("Access-Control-Request-Headers", "a, b"), ("Access-Control-Request-Method", "POST")])
    assert (status, body, headers["access-control-allow-origin"]) == (200, b"", "*")
    assert (headers["access-control-allow-headers"], headers["access-control-allow-methods"]) == ("a, b", "POST")
    assert (headers["access-control-max-age"], headers["access-control-expose-headers"]) == ("172800", exposed)
    _, headers, _ = send(server)
    assert not any(name.startswith("access-control") for name in headers)


LIMIT = 16 * 1024 * 1024


@pytest.mark.parametrize("size, expected", [(LIMIT, 200), (LIMIT + 1, 413), (LIMIT + 2_000_000, 413)])
def test_largest_body(server, size, expected):
    body = b"{}" + b" " * (size - 2)
    status, headers, answer = send(server, body)
    assert status == expected
    if expected == 413:
        assert (answer, len(headers["x-amzn-requestid"])) == (b"", 52)
    # DynamoDB calls what it can't decompress, or not within its limit, a failure of its own.
    status, _, _ = send(server, gzip.compress(body, 1), headers=[("Content-Encoding", "gzip")])
    assert status == (200 if expected == 200 else 500)


def test_chunked_body_that_is_too_large(server):
    with connect(server) as connection:
        head = request().replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")[:-2]
        connection.sendall(head + b"2\r\n{}\r\n" + (b"100000\r\n" + b" " * 0x100000 + b"\r\n") * 16 + b"0\r\n\r\n")
        stream = connection.makefile("rb")
        assert read_answer(stream)[0] == 413
        connection.sendall(request())
        assert read_answer(stream)[0] == 200


@pytest.mark.parametrize("extra, expected", [(8_000, 200), (17_000, 400)])
def test_largest_head(server, extra, expected):
    assert send(server, headers=[("X-Note", "n" * extra)])[0] == expected
    assert send(server, path="/?" + "q" * extra)[0] == expected


def test_keep_alive_and_pipelining_answer_in_order(server):
    with connect(server) as connection:
        stream = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(request())
            assert read_answer(stream)[0] == 200
        bodies = [b"{}", b"hi"] * 100
        connection.sendall(b"".join(map(request, bodies)))
        assert [read_answer(stream)[0] for _ in bodies] == [200, 400] * 100
        connection.sendall(request(headers=[("Connection", "close")]))
        status, headers, _ = read_answer(stream)
        assert (status, headers["connection"]) == (200, "close")
        assert read_answer(stream) is None


def test_request_in_small_pieces(server):
    with connect(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request(b'{"Limit": 5}'):
            connection.sendall(bytes([byte]))
        assert read_answer(connection.makefile("rb"))[0] == 200


def test_half_closed_connection_still_gets_its_answers(server):
    with connect(server) as connection:
        connection.sendall(request() * 3)
        connection.shutdown(socket.SHUT_WR)
        stream = connection.makefile("rb")
        assert [read_answer(stream)[0] for _ in range(3)] == [200] * 3
        assert read_answer(stream) is None


def test_connection_that_ends_within_a_request(server):
    for length in [1, 40, len(request()) - 1]:
        with connect(server) as connection:
            connection.sendall(request()[:length])
            connection.shutdown(socket.SHUT_WR)
            answer = read_answer(connection.makefile("rb"))
            assert answer[0] == 400 and answer[2] == b"The connection ended before the request did."
    assert send(server)[0] == 200


def test_bytes_that_are_no_http(server):
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200) + b"\r\n\r\n")
        stream = connection.makefile("rb")
        status, _, body = read_answer(stream)
        assert (status, body) == (400, b"This is no HTTP/1.1 request.")
        assert read_answer(stream) is None


# gzip

SAMPLES = {
    "one block": b'{"Limit": 7}',
    "spaces": b"{}" + b" " * 70_000,
    "random": json.dumps({"ExclusiveStartTableName": "".join(random.Random(5).choices("abcdefghij_", k=250))}).encode()
    + b" " * 300,
}


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("name", SAMPLES)
def test_gzip_body(server, name, level):
    body = SAMPLES[name]
    for compressed in [
        gzip.compress(body, level),
        gzip.compress(body[:5], level) + gzip.compress(body[5:], level),
        with_strategy(body, zlib.Z_FIXED), with_strategy(body, zlib.Z_HUFFMAN_ONLY), with_strategy(body, zlib.Z_RLE),
    ]:
        status, _, answer = send(server, compressed, headers=[("Content-Encoding", "gzip")])
        assert status == 200, answer


def with_strategy(body, strategy):
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31, 9, strategy)
    return compressor.compress(body) + compressor.flush()


def test_gzip_header_with_every_field(server):
    plain = gzip.compress(b"{}")
    header = plain[:3] + bytes([0x1E]) + plain[4:10] + b"\x03\x00abc" + b"name\x00" + b"comment\x00" + b"\x00\x00"
    assert send(server, header + plain[10:], headers=[("Content-Encoding", "gzip")])[0] == 200


def test_gzip_body_that_is_damaged(server):
    good = gzip.compress(SAMPLES["random"])
    damaged = [b"", b"hi", good[:-1], good[:-9], good[:12], good + b"x", good[:-4] + b"\0\0\0\1", good[:-8] + b"\0" * 8]
    generator = random.Random(7)
    for _ in range(300):
        place = generator.randrange(10, len(good))
        damaged.append(good[:place] + bytes([good[place] ^ 1 << generator.randrange(8)]) + good[place + 1:])
    with connect(server) as connection:
        stream = connection.makefile("rb")
        for body in damaged:
            connection.sendall(request(body, headers=[("Content-Encoding", "gzip")]))
            status, _, answer = read_answer(stream)
            # A bit or two at the end mean nothing.
            assert status == (200 if decompresses(body) else 500), body
            if status == 500:
                assert b"InternalServerError" in answer


def decompresses(body):
    try:
        return gzip.decompress(body) == SAMPLES["random"]
    except (EOFError, OSError, zlib.error):
        return False


def test_gzip_bomb(server):
    body = gzip.compress(b" " * (200 << 20))
    assert len(body) < 300_000
    assert send(server, body, headers=[("Content-Encoding", "gzip")])[0] == 500


def test_other_encodings(server):
    assert send(server, headers=[("Content-Encoding", "br")])[0] == 500
    assert send(server, headers=[("Content-Encoding", "identity")])[0] == 200


# Compressed answers


@pytest.fixture(scope="module")
def items(server):
    """Items of different texts, by key; the answer with each is longer than what is left alone."""
    texts = {
        "same": "x" * 6_000, "letters": "".join(random.Random(1).choices("ABCDEFGHIJ0123456789", k=200_000)),
        "unicode": "".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9FFF), k=50_000))),
        "repeated": "".join(f"{number % 251} and {number * number % 1009}, " for number in range(20_000)),
    }
    with_table = client(server)
    with_table.create_table(
        TableName="texts", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    for name, text in texts.items():
        with_table.put_item(TableName="texts", Item={"pk": {"S": name}, "text": {"S": text}})
    yield texts
    with_table.delete_table(TableName="texts")


def get(server, name, *headers):
    body = json.dumps({"TableName": "texts", "Key": {"pk": {"S": name}}}).encode()
    status, headers, answer = send(server, body, target="DynamoDB_20120810.GetItem", headers=headers)
    assert status == 200
    check_headers(headers, answer)
    return headers.get("content-encoding"), answer


@pytest.mark.parametrize("encoding, decode", [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
def test_compressed_answers(server, items, encoding, decode):
    for name, text in items.items():
        plain = get(server, name)
        assert plain[0] is None and json.loads(plain[1])["Item"]["text"]["S"] == text
        compressed = get(server, name, ("Accept-Encoding", encoding))
        assert compressed[0] == encoding and decode(compressed[1]) == plain[1]
        # Within a third of zlib's own: it may look further for repetitions.
        assert len(compressed[1]) < 4 / 3 * len(zlib.compress(plain[1])) + 50
    assert get(server, "none", ("Accept-Encoding", encoding))[0] is None


def test_of_several_accept_encodings_the_first_counts(server, items):
    assert get(server, "same", ("Accept-Encoding", "gzip"), ("Accept-Encoding", "identity"))[0] == "gzip"
    assert get(server, "same", ("Accept-Encoding", "identity"), ("Accept-Encoding", "gzip"))[0] is None


# Signatures

def test_without_credentials_a_signature_is_still_read(server):
    assert send(server)[0] == 200
    status, kind, message = error(send(server, headers=[("Authorization", "AWS4-HMAC-SHA256 Credential=a/b")]))
    assert (status, kind) == (400, "IncompleteSignatureException")
    assert "requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " in message


def client(server, key=KEY, secret=SECRET, token=None, **config):
    return boto3.client(
        "dynamodb", endpoint_url=server.endpoint, region_name="eu-central-1", aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=boto3.session.Config(retries={"total_max_attempts": 1}, **config))


def test_right_signatures_pass(guarded):
    assert client(guarded).list_tables()["TableNames"] == []
    assert client(guarded, "ASIASESSION", "other", TOKEN).list_tables()["TableNames"] == []


@pytest.mark.parametrize("key, secret, token, kind", [
    ("AKIDOTHER", SECRET, None, "UnrecognizedClientException"), (KEY, "wrong", None, "InvalidSignatureException"),
    (KEY, SECRET, TOKEN, "UnrecognizedClientException"), ("ASIASESSION", "other", None, "UnrecognizedClientException"),
    ("ASIASESSION", "other", "a/wrong+token", "UnrecognizedClientException")])
def test_wrong_credentials(guarded, key, secret, token, kind):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client(guarded, key, secret, token).list_tables()
    assert refused.value.response["Error"]["Code"] == kind


def signed(server, body=b"{}", path="/", query="", extra=(), region="eu-central-1", service="dynamodb", at=None):
    """The headers of a request as botocore signs it, at another time if asked."""
    asked = botocore.awsrequest.AWSRequest(
        "POST", f"{server.endpoint}{path}{'?' if query else ''}{query}", data=body,
        headers={"Content-Type": JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables", **dict(extra)})
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(KEY, SECRET), service, region)
    if at is None:
        signer.add_auth(asked)
    else:
        asked.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
        signer._modify_request_before_signing(asked)
        canonical = signer.canonical_request(asked)
        signature = signer.signature(signer.string_to_sign(asked, canonical), asked)
        signer._inject_signature_to_request(asked, signature)
    return {**dict(asked.headers.items()), "Host": f"127.0.0.1:{server.port}"}


def send_signed(server, headers, body=b"{}", path="/"):
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with connect(server) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\n{text}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return read_answer(connection.makefile("rb"))


def test_header_values_are_folded_and_the_query_is_sorted(guarded):
    headers = signed(guarded, extra=[("X-Amz-Note", "  two   spaces ")], path="/a%20b", query="b=2&a=%C3%A9&a=1&c")
    assert send_signed(guarded, headers, path="/a%20b?c&a=1&b=2&a=%c3%a9")[0] == 200
    headers["X-Amz-Note"] = "three spaces"
    assert error(send_signed(guarded, headers))[1] == "InvalidSignatureException"


def test_a_changed_body_or_target_breaks_the_signature(guarded):
    headers = signed(guarded)
    assert send_signed(guarded, headers)[0] == 200
    status, kind, message = error(send_signed(guarded, headers, body=b'{"Limit":1}'))
    assert (status, kind) == (400, "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match the signature you provided.")
    assert "x-amz-target:DynamoDB_20120810.ListTables\n" in message
    assert error(send_signed(guarded, {**headers, "X-Amz-Target": "DynamoDB_20120810.DescribeLimits"}))[1] == kind


def test_gzip_is_signed_as_it_is_sent(guarded):
    body = gzip.compress(b"{}")
    assert send_signed(guarded, signed(guarded, body, extra=[("Content-Encoding", "gzip")]), body)[0] == 200


@pytest.mark.parametrize("minutes, words", [(-16, "Signature expired: "), (16, "Signature not yet current: "), (-14, None), (14, None)])
def test_old_and_early_signatures(guarded, minutes, words):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    answer = send_signed(guarded, signed(guarded, at=at))
    if words is None:
        assert answer[0] == 200
    else:
        status, kind, message = error(answer)
        assert (status, kind) == (400, "InvalidSignatureException")
        assert message.startswith(words) and message.endswith("15 min.)")


def test_scope(guarded):
    _, kind, message = error(send_signed(guarded, signed(guarded, service="s3")))
    assert (kind, message) == (
        "InvalidSignatureException", "Credential should be scoped to correct service: 'dynamodb'. ")
    assert send_signed(guarded, signed(guarded, region="ap-southeast-2"))[0] == 200


DATE = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


@pytest.mark.parametrize("authorization, date, kind, words", [
    (None, DATE, "MissingAuthenticationTokenException", "Request is missing Authentication Token"),
    ("Bearer x", DATE, "MissingAuthenticationTokenException", "Request is missing Authentication Token"),
    ("AWS4-", None, "IncompleteSignatureException",
     "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
     "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "
     "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"),
    ("AWS4- Signature=b,Credential=a", "a", "IncompleteSignatureException",
     "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b,Credential=a"),
    ("AWS4-HMAC-SHA256 Credential=a, Signature=b, SignedHeaders=host", "201", "IncompleteSignatureException",
     "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"),
    ("AWS4-HMAC-SHA256 Credential=a, Signature=b, SignedHeaders=date", DATE, "InvalidSignatureException",
     "'Host' must be a 'SignedHeader' in the AWS Authorization."),
    ("AWS4-HMAC-SHA25 Credential=a, Signature=b, SignedHeaders=host", DATE, "IncompleteSignatureException",
     "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d, Signature=b, SignedHeaders=host", DATE, "IncompleteSignatureException",
     "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'"),
])
def test_incomplete_authorization(guarded, authorization, date, kind, words):
    headers = [("Authorization", authorization)] * (authorization is not None) + [("X-Amz-Date", date)] * (date is not None)
    assert error(send(guarded, headers=headers)) == (400, kind, words)


def test_presigned_query(guarded):
    _, kind, message = error(send(guarded, path="/?X-Amz-Algorithm", headers=[("Authorization", "X")]))
    assert (kind, message) == (
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    assert error(send(guarded, path="/?X-Amz-Algorithm")) == (
        400, "IncompleteSignatureException",
        "".join(f"AWS query-string parameters must include 'X-Amz-{name}'. " for name in
                ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date"])
        + "Re-examine the query-string parameters.")
    _, kind, message = error(send(
        guarded, path="/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d"))
    assert (kind, message) == (
        "IncompleteSignatureException",
        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.")
    assert error(send(guarded, path="/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d"))[1] == (
        "MissingAuthenticationTokenException")


def presigned(server, key=KEY, secret=SECRET, token=None):
    asked = botocore.awsrequest.AWSRequest(
        "POST", f"{server.endpoint}/", headers={"Content-Type": JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"})
    credentials = botocore.credentials.Credentials(key, secret, token)
    signer = botocore.auth.SigV4QueryAuth(credentials, "dynamodb", "eu-central-1", expires=60)
    # It would put a body into the query, as the services with forms have it.
    signer.payload = lambda request: hashlib.sha256(b"{}").hexdigest()
    signer.add_auth(asked)
    return "/?" + urllib.parse.urlsplit(asked.url).query, {
        **dict(asked.headers.items()), "Host": f"127.0.0.1:{server.port}"}


def test_presigned_requests_are_verified(guarded):
    path, headers = presigned(guarded)
    assert send_signed(guarded, headers, path=path)[0] == 200
    assert error(send_signed(guarded, headers, body=b'{"Limit":1}', path=path))[1] == "InvalidSignatureException"
    assert error(send_signed(guarded, headers, path=path + "&a=b"))[1] == "InvalidSignatureException"
    path, headers = presigned(guarded, "ASIASESSION", "other", TOKEN)
    assert send_signed(guarded, headers, path=path)[0] == 200
    for wrong in [presigned(guarded, "AKIDOTHER"), presigned(guarded, "ASIASESSION", "other", "a")]:
        assert error(send_signed(guarded, wrong[1], path=wrong[0]))[1] == "UnrecognizedClientException"


def test_presigned_requests_expire(guarded):
    path, headers = presigned(guarded)
    date = path.partition("X-Amz-Date=")[2][:16]
    _, kind, message = error(send_signed(guarded, headers, path=path.replace(date, "20200101T000000Z")))
    assert kind == "InvalidSignatureException" and message.startswith("Signature expired: 20200101T000000Z is now ")


@pytest.mark.parametrize("body, target, kind", [
    (b"hi", "ListTables", "SerializationException"), (b"hi", "ListTable", "SerializationException"),
    (b"{}", "ListTable", "UnknownOperationException"), (b"", "ListTable", "UnknownOperationException"),
    (b"", "ListTables", "MissingAuthenticationTokenException"),
    (b'{"Limit": "a"}', "ListTables", "MissingAuthenticationTokenException")])
def test_signatures_are_looked_at_once_the_operation_is_known(guarded, body, target, kind):
    assert error(send(guarded, body, target=f"DynamoDB_20120810.{target}"))[1] == kind
