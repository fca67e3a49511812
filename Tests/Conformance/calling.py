"""A function that calls AWS as its event says, with the credentials that it was started with.

The fixture puts a line naming the interpreter in front and installs it as an executable.
"""

import http.client
import json
import os

import boto3
import botocore.config
import botocore.exceptions

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"
config = botocore.config.Config(retries={"total_max_attempts": 1})


def exchange(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()


def perform(call):
    client = boto3.client(call["service"], config=config)
    try:
        reply = getattr(client, call["operation"])(**call.get("parameters", {}))
    except botocore.exceptions.ClientError as error:
        return {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    reply.pop("ResponseMetadata")
    return {"reply": json.loads(json.dumps(reply, default=str))}


while True:
    response, body = exchange("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    os.environ["_X_AMZN_TRACE_ID"] = response.getheader("Lambda-Runtime-Trace-Id")
    exchange("POST", f"/invocation/{request_id}/response", json.dumps(perform(json.loads(body))))
