"""A function that writes down each event it gets, and answers as a file tells it to: for what brings events by itself.

The fixture puts a line naming the interpreter in front and installs it as an executable. `SCRIPT` names a folder:
`events` there gets a line of JSON per invocation; `rules.json` may hold {"fail": [text], "report": [text], "reply": any,
"hang": seconds, "long": bytes}. In a tumbling window it counts the records in its state, which is at least `long`. A record that contains a text of `fail` makes the function fail; one with a text of `report` is named
in `batchItemFailures`.
"""

import http.client
import json
import os
import pathlib
import time

host = os.environ["AWS_LAMBDA_RUNTIME_API"]
folder = pathlib.Path(os.environ["SCRIPT"]) / os.environ["AWS_LAMBDA_FUNCTION_NAME"]
PREFIX = "/2018-06-01/runtime"


def call(method, path, body=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body)
    response = connection.getresponse()
    return response, response.read()


def identifier(record):
    return record.get("messageId") or record["dynamodb"]["SequenceNumber"]


def answer(event, rules):
    if "reply" in rules:
        return rules["reply"]
    reported = []
    for record in event.get("Records", []):
        text = json.dumps(record)
        if any(bad in text for bad in rules.get("fail", [])):
            raise RuntimeError("as told")
        if any(bad in text for bad in rules.get("report", [])):
            reported.append({"itemIdentifier": identifier(record)})
    if "window" in event:
        seen = event["state"].get("seen", 0) + len(event["Records"])
        return {"batchItemFailures": reported, "state": {"seen": seen, "long": "x" * rules.get("long", 0)}}
    return {"batchItemFailures": reported}


while True:
    response, body = call("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    rules = json.loads((folder / "rules.json").read_text()) if (folder / "rules.json").exists() else {}
    event = json.loads(body)
    with open(folder / "events", "a") as events:
        events.write(json.dumps(
            {"at": time.time(), "trace": response.getheader("Lambda-Runtime-Trace-Id"), "event": event}) + "\n")
    time.sleep(rules.get("hang", 0))
    try:
        reply = answer(event, rules)
    except RuntimeError as error:
        call("POST", f"/invocation/{request_id}/error", json.dumps({"errorType": "Told", "errorMessage": str(error)}))
        continue
    call("POST", f"/invocation/{request_id}/response", json.dumps(reply))
