"""What callers see of functions that throw, crash, hang or talk nonsense, and that the next call works."""

import base64
import concurrent.futures
import json
import pathlib
import textwrap
import time

import botocore.exceptions
import pytest

from conftest import Emulator, eventually, install_function

TEMPLATE = """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: provided.al2023
        CodeUri: .
        Handler: misbehaving
    Resources:
      Test:
        Type: AWS::Serverless::Function
        Properties: {FunctionName: Test, Timeout: 1, MemorySize: 256, Environment: {Variables: {COLOUR: blue}}}
      ReportsInit:
        Type: AWS::Serverless::Function
        Properties: {Environment: {Variables: {FAIL_INIT: report}}}
      ExitsInit:
        Type: AWS::Serverless::Function
        Properties: {Environment: {Variables: {FAIL_INIT: exit}}}
      Missing:
        Type: AWS::Serverless::Function
        Properties: {Handler: nobody-built-this}
      Closed:
        Type: AWS::Serverless::Function
        Properties: {ReservedConcurrentExecutions: 0}
      Parallel:
        Type: AWS::Serverless::Function
        Properties: {ReservedConcurrentExecutions: 4, Timeout: 20}
"""


@pytest.fixture(scope="module")
def supervised(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    install_function(folder, "misbehaving")
    running = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    yield running
    assert running.stop() == 0


def invoke(supervised, event, function="Test", **options):
    client = supervised.client("lambda")
    reply = client.invoke(FunctionName=function, Payload=json.dumps(event), **options)
    return reply, json.loads(reply["Payload"].read() or "null")


def works(supervised):
    reply, body = invoke(supervised, {"hello": 1})
    assert "FunctionError" not in reply
    assert body["event"] == {"hello": 1}


@pytest.mark.parametrize(
    "event, error_type, words",
    [
        ({"do": "error"}, "Custom", "as asked"),
        ({"do": "crash"}, "Runtime.ExitError", "signal: segmentation fault"),
        ({"do": "exit", "status": 3}, "Runtime.ExitError", "exit status 3"),
        ({"do": "exit", "status": 0}, "Runtime.ExitError", "Runtime exited without providing a reason"),
        ({"do": "hang"}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ({"do": "garbage"}, "Runtime.ExitError", "broke the Runtime API's protocol"),
        ({"do": "ignore"}, "Runtime.ExitError", "before it answered the one in hand"),
        ({"do": "large", "bytes": 6 * 1048576 + 200}, "Function.ResponseSizeTooLarge", "6291556 bytes"),
    ])
def test_failure_has_the_shape_aws_gives_it(supervised, event, error_type, words):
    reply, body = invoke(supervised, event)
    assert reply["StatusCode"] == 200
    assert reply["FunctionError"] == "Unhandled"
    assert body["errorType"] == error_type
    assert words in body["errorMessage"]
    works(supervised)


def test_init_error_reaches_the_caller(supervised):
    reply, body = invoke(supervised, {}, function="ReportsInit")
    assert reply["FunctionError"] == "Unhandled"
    assert body == {"errorType": "Function.NoConfiguration", "errorMessage": "no key"}
    _, body = invoke(supervised, {}, function="ExitsInit")
    assert "exit status 7" in body["errorMessage"]
    _, body = invoke(supervised, {}, function="Missing")
    assert body["errorType"] == "Runtime.InvalidEntrypoint"
    assert "nobody-built-this" in body["errorMessage"]


def test_output_before_the_first_event_is_in_the_log(supervised):
    reply, _ = invoke(supervised, {}, function="ExitsInit", LogType="Tail")
    assert "the table's name is missing" in base64.b64decode(reply["LogResult"]).decode()


def test_end_of_a_process_counts_and_not_that_of_its_children(supervised):
    started = time.monotonic()
    _, body = invoke(supervised, {"do": "leave-a-child", "seconds": 30}, function="Parallel")
    assert "exit status 5" in body["errorMessage"]
    assert time.monotonic() - started < 5


def test_connection_that_breaks_is_no_violation(supervised):
    _, before = invoke(supervised, {})
    reply, body = invoke(supervised, {"do": "reset"})
    assert "FunctionError" not in reply
    assert body["pid"] == before["pid"]


@pytest.mark.parametrize("options", [{"FunctionName": "Test", "Qualifier": "7"}, {"FunctionName": "Test:live"}])
def test_qualifiers_that_are_not_there(supervised, options):
    client = supervised.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(**options)


def test_reader_that_stalls_stops_nobody(tmp_path, supervised):
    folder = pathlib.Path(supervised.functions)
    other = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    # Nobody reads the emulator's output from here on, and it is far more than a pipe holds.
    for _ in range(60):
        invoke(other, {"do": "log", "text": "x" * 4_000})
    other.process.terminate()
    assert other.process.wait(timeout=10) == 0


def test_response_to_an_unknown_invocation_is_refused(supervised):
    _, body = invoke(supervised, {"do": "wrong-id"})
    assert body == {"status": 400}


def test_process_is_kept_warm(supervised):
    _, first = invoke(supervised, {})
    _, second = invoke(supervised, {})
    assert second["pid"] == first["pid"] and second["count"] == first["count"] + 1


def test_concurrency_grows_to_the_reserved_number_and_no_further(supervised):
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(
            lambda _: invoke(supervised, {"do": "sleep", "seconds": 0.3}, function="Parallel")[1], range(12)))
    assert len({reply["pid"] for reply in replies}) == 4


def test_reserved_concurrency_of_zero_throttles(supervised):
    with pytest.raises(supervised.client("lambda").exceptions.TooManyRequestsException):
        invoke(supervised, {}, function="Closed")
    # An asynchronous one waits until it may run.
    reply = supervised.client("lambda").invoke(FunctionName="Closed", InvocationType="Event", Payload=b"{}")
    assert reply["StatusCode"] == 202


def test_environment_is_what_aws_sets(supervised):
    _, variables = invoke(supervised, {"do": "environment"})
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": "Test", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Test", "_HANDLER": "misbehaving", "COLOUR": "blue",
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": supervised.endpoint,
        "TZ": ":UTC", "LANG": "en_US.UTF-8"}
    assert expected.items() <= variables.items()
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_LOG_STREAM_NAME",
                 "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "PATH"]:
        assert variables[name]
    assert "HOME" not in variables, "the emulator's own environment leaks into functions"


def test_client_context_that_is_no_json_object_is_refused(supervised):
    for context in ["!!!", base64.b64encode(b"[1]").decode(), base64.b64encode(b"{").decode()]:
        with pytest.raises(supervised.client("lambda").exceptions.InvalidRequestContentException):
            invoke(supervised, {}, ClientContext=context)


def test_invocation_headers(supervised):
    # On several lines, which a header can't hold.
    context = base64.b64encode(json.dumps({"client": {"app": "test"}}, indent=2).encode()).decode()
    reply, headers = invoke(supervised, {"do": "headers"}, ClientContext=context)
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["lambda-runtime-aws-request-id"] == reply["ResponseMetadata"]["RequestId"]
    assert headers["lambda-runtime-invoked-function-arn"] == "arn:aws:lambda:us-east-1:000000000000:function:Test"
    assert headers["lambda-runtime-trace-id"].startswith("Root=1-")
    assert int(headers["lambda-runtime-deadline-ms"]) > 1_600_000_000_000
    assert json.loads(headers["lambda-runtime-client-context"]) == {"client": {"app": "test"}}


def test_log_tail_has_start_end_and_report(supervised):
    reply, _ = invoke(supervised, {"do": "log", "text": "seen by the caller"}, LogType="Tail")
    log = base64.b64decode(reply["LogResult"]).decode()
    request_id = reply["ResponseMetadata"]["RequestId"]
    lines = log.splitlines()
    assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert "seen by the caller" in lines
    assert lines[-2] == f"END RequestId: {request_id}"
    assert lines[-1].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    for figure in ["Billed Duration", "Memory Size: 256 MB", "Max Memory Used"]:
        assert figure in lines[-1]


def test_log_tail_is_cut_to_4_kilobytes(supervised):
    reply, _ = invoke(supervised, {"do": "log", "text": "x" * 10_000}, LogType="Tail")
    assert len(base64.b64decode(reply["LogResult"])) == 4096


def test_event_invocation_is_accepted_and_runs(supervised):
    _, before = invoke(supervised, {})
    reply = supervised.client("lambda").invoke(FunctionName="Test", InvocationType="Event", Payload=b"{}")
    assert reply["StatusCode"] == 202
    _, after = invoke(supervised, {})
    assert after["count"] == before["count"] + 2


def test_dry_run_runs_nothing(supervised):
    _, before = invoke(supervised, {})
    reply = supervised.client("lambda").invoke(FunctionName="Test", InvocationType="DryRun", Payload=b"{}")
    assert reply["StatusCode"] == 204
    _, after = invoke(supervised, {})
    assert after["count"] == before["count"] + 1


@pytest.mark.parametrize("invocation_type, limit", [("RequestResponse", 6 * 1048576), ("Event", 1048576)])
def test_payload_ceiling(supervised, invocation_type, limit):
    client = supervised.client("lambda")
    at_limit = b'"' + b"x" * (limit - 2) + b'"'
    if invocation_type == "Event":
        client.invoke(FunctionName="Missing", InvocationType=invocation_type, Payload=at_limit)
    else:
        # The function answers with what it got, which is then too large; what counts is that it was let in.
        client.invoke(FunctionName="Missing", Payload=at_limit)
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        client.invoke(FunctionName="Test", InvocationType=invocation_type, Payload=at_limit + b" ")
    assert refusal.value.response["Error"]["Code"] == "RequestTooLargeException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_unknown_function_and_malformed_payload(supervised):
    client = supervised.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="Nobody")
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName="Test", Payload=b'{"open": ')


@pytest.mark.parametrize("name", ["Test", "Test:$LATEST", "arn:aws:lambda:us-east-1:000000000000:function:Test",
                                  "000000000000:function:Test"])
def test_function_names(supervised, name):
    reply, _ = invoke(supervised, {}, function=name)
    assert reply["StatusCode"] == 200


def test_function_inherits_nothing(supervised):
    _, open_at_start = invoke(supervised, {"do": "descriptors"})
    # The last one is the folder that was being listed.
    assert open_at_start == ["0", "1", "2", "3"]


def test_functions_end_when_the_emulator_is_killed(supervised):
    folder = pathlib.Path(supervised.functions)
    other = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    _, reply = invoke(other, {})
    other.kill()
    eventually(lambda: not pathlib.Path(f"/proc/{reply['pid']}").exists(), seconds=5)


def test_busy_functions_end_when_the_emulator_is_killed(supervised):
    folder = pathlib.Path(supervised.functions)
    other = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    pid = invoke(other, {}, function="Parallel")[1]["pid"]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(invoke, other, {"do": "sleep", "seconds": 15}, "Parallel")
        time.sleep(0.5)
        assert pathlib.Path(f"/proc/{pid}").exists()
        other.kill()
    eventually(lambda: not pathlib.Path(f"/proc/{pid}").exists(), seconds=2)


def test_warm_functions_outlive_the_calls_that_started_them(supervised):
    """They are killed with the thread that started them, which must not be one that comes and goes."""
    _, first = invoke(supervised, {}, function="Parallel")
    time.sleep(3)
    assert pathlib.Path(f"/proc/{first['pid']}").exists()


@pytest.mark.parametrize("text", ["Echoing request: '{}'", "", "{"])
def test_replies_that_are_no_json_pass_as_they_are(supervised, text):
    """As in the Lambda Developer Guide's "Tutorial: Building a custom runtime", whose function answers with such a text."""
    reply = supervised.client("lambda").invoke(
        FunctionName="Test", Payload=json.dumps({"do": "text", "text": text}))
    assert (reply["StatusCode"], "FunctionError" in reply) == (200, False)
    assert reply["Payload"].read().decode() == text


def test_functions_end_with_the_emulator(supervised):
    folder = pathlib.Path(supervised.functions)
    other = Emulator(template=folder / "template.yaml", functions=folder, cwd=folder)
    _, reply = invoke(other, {})
    assert pathlib.Path(f"/proc/{reply['pid']}").exists()
    assert other.stop() == 0
    assert not pathlib.Path(f"/proc/{reply['pid']}").exists()
