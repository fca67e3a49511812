"""A function behind every trigger of a user pool: it writes its events to a file and does as `clientMetadata` says. Behind
an API it shows its event.

The fixture puts a line naming the interpreter in front and installs it as an executable.
"""

import http.client
import json
import os
import time

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"


def exchange(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()


def answer(event):
    if "triggerSource" not in event:
        return "response", event
    source = event["triggerSource"]
    request, response = event["request"], event["response"]
    metadata = request.get("clientMetadata") or request.get("validationData") or {}
    wish = metadata.get(source.split("_")[0], "")
    if wish == "refuse":
        return "error", {"errorType": "Refused", "errorMessage": f"no {source} today"}
    if wish == "hang":
        time.sleep(20)
    if wish == "nonsense":
        return "response", ["nonsense"]
    if wish == "confirm":
        response.update(autoConfirmUser=True, autoVerifyEmail=True)
    if wish == "wrong type":
        response["autoConfirmUser"] = "yes"
    if wish == "greet":
        response.update(emailSubject="Hello", emailMessage="<b>Hello</b>, type {####}")
    if wish == "no place":
        response.update(emailMessage="Hello")
    # Is not told what signing in was told.
    if source.startswith("TokenGeneration") and request["userAttributes"].get("nickname") == "override":
        response["claimsOverrideDetails"] = {
            "claimsToAddOrOverride": {"colour": "blue", "sub": "forged"}, "claimsToSuppress": ["email"],
            "groupOverrideDetails": {"groupsToOverride": ["judges"]}}
    return "response", event


while True:
    reply, body = exchange("GET", "/invocation/next")
    request_id = reply.getheader("Lambda-Runtime-Aws-Request-Id")
    event = json.loads(body)
    with open(os.environ["EVENTS"], "a") as file:
        file.write(json.dumps(event) + "\n")
    kind, result = answer(event)
    exchange("POST", f"/invocation/{request_id}/{kind}", json.dumps(result))
