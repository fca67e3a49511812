"""A function that writes down in a table what it was called with: by a queue, a stream or without a source.

The fixture puts a line naming the interpreter in front and installs it as an executable. It starts in milliseconds, for
it speaks DynamoDB's protocol without a library.
"""

import http.client
import json
import os

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"
TABLES = {"aws:sqs": "Processed", "aws:dynamodb": "Followed"}
runtime = http.client.HTTPConnection(host)
database = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"))
SIGNATURE = (
    f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/20230223/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=none")


def exchange(method, path, body=None):
    runtime.request(method, PREFIX + path, body)
    response = runtime.getresponse()
    return response, response.read()


def write(table, round_, name):
    item = {"round": {"S": round_}, "name": {"S": name}}
    database.request("POST", "/", json.dumps({"TableName": table, "Item": item}), {
        "X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20230223T120000Z", "Authorization": SIGNATURE})
    response = database.getresponse()
    answer = response.read()
    if response.status != 200:
        raise RuntimeError(answer.decode())


def handle(event):
    for record in event.get("Records", []):
        table = TABLES[record["eventSource"]]
        if table == "Followed":
            keys = record["dynamodb"]["Keys"]
            write(table, keys["round"]["S"], keys["name"]["S"])
        else:
            write(table, *record["body"].split("/"))
    if "round" in event:
        write("Processed", event["round"], event["name"])


while True:
    response, body = exchange("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    try:
        handle(json.loads(body))
    except RuntimeError as error:
        exchange("POST", f"/invocation/{request_id}/error",
                 json.dumps({"errorType": "Refused", "errorMessage": str(error)}))
        continue
    exchange("POST", f"/invocation/{request_id}/response", "null")
