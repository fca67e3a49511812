"""A function behind a WebSocket API and a table's stream: it keeps who is connected, and pushes votes to all of them.

The fixture puts a line naming the interpreter in front and installs it as an executable.
"""

import http.client
import json
import os

import boto3

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"
table = boto3.resource("dynamodb").Table(os.environ["SOCKETS_TABLE"])


def exchange(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()


def push(text):
    for item in table.scan()["Items"]:
        address = f"http://{item['domain']}/{item['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
        try:
            client.post_to_connection(ConnectionId=item["id"], Data=text)
        except client.exceptions.GoneException:
            table.delete_item(Key={"id": item["id"]})


def handle(event):
    context = event.get("requestContext", {})
    if context.get("eventType") == "CONNECT":
        table.put_item(Item={
            "id": context["connectionId"], "domain": context["domainName"], "stage": context["stage"]})
    for record in event.get("Records", []):
        image = record["dynamodb"].get("NewImage", {})
        if "optionID" in image:
            push(json.dumps({"voted": image["optionID"]["S"]}))
    return {"statusCode": 200}


while True:
    response, body = exchange("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    exchange("POST", f"/invocation/{request_id}/response", json.dumps(handle(json.loads(body))))
