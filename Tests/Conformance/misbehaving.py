"""A function that does what its event asks for, good or bad: written from AWS's description of the Runtime API alone.

The fixture puts a line naming the interpreter in front and installs it as an executable.
"""

import http.client
import json
import os
import signal
import socket
import struct
import sys
import time

OPEN_AT_START = sorted(os.listdir("/proc/self/fd"))
host = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"


def call(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, PREFIX + path, body, headers or {})
    response = connection.getresponse()
    return response, response.read()


if os.environ.get("FAIL_INIT") == "report":
    call("POST", "/init/error", json.dumps({"errorType": "Function.NoConfiguration", "errorMessage": "no key"}))
    sys.exit(1)
if os.environ.get("FAIL_INIT") == "exit":
    print("the table's name is missing", flush=True)
    sys.exit(7)

count = 0
while True:
    response, body = call("GET", "/invocation/next")
    request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
    event = json.loads(body)
    action = event.get("do")
    count += 1
    if action == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if action == "exit":
        print("leaving", flush=True)
        sys.exit(event["status"])
    if action == "leave-a-child":
        if os.fork() == 0:
            os.setsid()
            time.sleep(event["seconds"])
            os._exit(0)
        os._exit(5)
    if action == "reset":
        address, port = host.split(":")
        raw = socket.create_connection((address, int(port)))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
        time.sleep(0.1)
    if action == "hang":
        time.sleep(3600)
    if action == "garbage":
        address, port = host.split(":")
        raw = socket.create_connection((address, int(port)))
        raw.sendall(b"\x00\x01 this is no HTTP\r\n\r\n" * 10)
        time.sleep(3600)
    if action == "error":
        error = {"errorType": "Custom", "errorMessage": "as asked", "stackTrace": []}
        call("POST", f"/invocation/{request_id}/error", json.dumps(error))
        continue
    if action == "text":
        call("POST", f"/invocation/{request_id}/response", event["text"])
        continue
    if action == "ignore":
        continue
    if action == "log":
        print(event["text"], flush=True)
    if action == "wrong-id":
        wrong, _ = call("POST", "/invocation/no-such-id/response", b"{}")
        reply = {"status": wrong.status}
    elif action == "large":
        large, _ = call("POST", f"/invocation/{request_id}/response", json.dumps("x" * event["bytes"]))
        continue
    elif action == "headers":
        reply = {name: value for name, value in response.getheaders()}
    elif action == "descriptors":
        reply = OPEN_AT_START
    elif action == "environment":
        reply = dict(os.environ)
    elif action == "sleep":
        time.sleep(event["seconds"])
        reply = {"pid": os.getpid()}
    else:
        reply = {"pid": os.getpid(), "count": count, "event": event}
    call("POST", f"/invocation/{request_id}/response", json.dumps(reply))
