"""A function behind an API: it answers with what the request asks for, and else with the event it got.

The test puts a line naming the interpreter in front and installs it as an executable.
"""

import http.client
import json
import os
import time

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"
connection = http.client.HTTPConnection(host)


def call(method, path, body=None):
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()


def answer(event, headers):
    name = (event.get("headers") or {}).get("x-do", "")
    if name == "reply":
        return json.loads(event["body"])
    if name == "sleep":
        time.sleep(float(event["headers"]["x-seconds"]))
        return {"statusCode": 200, "body": "slept"}
    if name == "throw":
        raise RuntimeError("as asked")
    if name == "trace":
        return {"statusCode": 200, "body": headers["Lambda-Runtime-Trace-Id"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


while True:
    response, body = call("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    try:
        reply = answer(json.loads(body), response.headers)
    except Exception as problem:
        call("POST", f"/invocation/{request_id}/error", json.dumps({"errorType": "E", "errorMessage": str(problem)}))
    else:
        call("POST", f"/invocation/{request_id}/response", json.dumps(reply))
