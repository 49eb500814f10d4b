#!/usr/bin/env python3
"""Stands between LocalStack and AWS's runtime interface client inside a container of a function.

LocalStack's own program for this is published as a release asset only, which cannot be had everywhere. LocalStack posts
an invocation to port 9563; this program hands it to the runtime interface client by Lambda's Runtime API and posts the
outcome back. It kills a runtime that exceeds the function's timeout and starts it anew, as Lambda does.

Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCALSTACK = os.environ["LOCALSTACK_RUNTIME_ENDPOINT"]
ENVIRONMENT_ID = os.environ["LOCALSTACK_RUNTIME_ID"]
TIMEOUT_SECONDS = int(os.environ.get("AWS_LAMBDA_FUNCTION_TIMEOUT", "3"))
RUNTIME_API = "127.0.0.1:9001"


def tell(path, body):
    request = urllib.request.Request(LOCALSTACK + path, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        response.read()


def error(kind, message):
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


class Environment:
    """One execution environment: at most one invocation at a time."""

    def __init__(self):
        self.invocations = queue.Queue()
        self.lock = threading.Lock()
        self.current = None
        self.timer = None
        self.ready = False
        self.process = None

    def start_runtime(self):
        process = subprocess.Popen(["/var/runtime/bootstrap"], env={**os.environ, "AWS_LAMBDA_RUNTIME_API": RUNTIME_API})
        self.process = process
        threading.Thread(target=self.watch, args=(process,), daemon=True).start()

    def watch(self, process):
        code = process.wait()
        if process is not self.process:
            return
        message = f"Runtime exited with code {code}"
        if not self.ready:
            self.init_failed(error("Runtime.ExitError", message))
        self.finish(None, "error", error("Runtime.ExitError", message))
        self.start_runtime()

    def init_failed(self, body):
        tell(f"/status/{ENVIRONMENT_ID}/error", body)
        os._exit(1)

    def is_ready(self):
        with self.lock:
            first, self.ready = not self.ready, True
        if first:
            tell(f"/status/{ENVIRONMENT_ID}/ready", b"{}")

    def begin(self, invocation):
        with self.lock:
            self.current = invocation["invoke-id"]
            self.timer = threading.Timer(TIMEOUT_SECONDS, self.timed_out, args=(self.current,))
            self.timer.daemon = True
            self.timer.start()

    def timed_out(self, invoke_id):
        process, self.process = self.process, None
        process.kill()
        process.wait()
        message = f"{invoke_id} Task timed out after {TIMEOUT_SECONDS}.00 seconds"
        self.finish(invoke_id, "error", error("Sandbox.Timedout", message))
        self.start_runtime()

    def finish(self, invoke_id, outcome, body):
        with self.lock:
            if self.current is None or invoke_id not in (None, self.current):
                return
            invoke_id, self.current = self.current, None
            self.timer.cancel()
        tell(f"/invocations/{invoke_id}/logs", json.dumps({"logs": f"END RequestId: {invoke_id}\n"}).encode())
        tell(f"/invocations/{invoke_id}/{outcome}", body)


ENVIRONMENT = Environment()


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Invocations(Quiet):
    """What LocalStack calls."""

    def do_POST(self):
        invocation = json.loads(self.body())
        ENVIRONMENT.invocations.put(invocation)
        self.answer(200)


class RuntimeApi(Quiet):
    """What the runtime interface client calls."""

    def do_GET(self):
        if not self.path.endswith("/invocation/next"):
            self.answer(404)
            return
        ENVIRONMENT.is_ready()
        invocation = ENVIRONMENT.invocations.get()
        ENVIRONMENT.begin(invocation)
        deadline_millis = int((time.time() + TIMEOUT_SECONDS) * 1000)
        self.answer(
            200,
            invocation["payload"].encode(),
            [
                ("Content-Type", "application/json"),
                ("Lambda-Runtime-Aws-Request-Id", invocation["invoke-id"]),
                ("Lambda-Runtime-Deadline-Ms", str(deadline_millis)),
                ("Lambda-Runtime-Invoked-Function-Arn", invocation["invoked-function-arn"]),
                ("Lambda-Runtime-Trace-Id", invocation.get("trace-id", "")),
            ],
        )

    def do_POST(self):
        body = self.body()
        self.answer(202)
        if self.path.endswith("/init/error"):
            ENVIRONMENT.init_failed(body)
        invoke_id, outcome = self.path.split("/")[-2:]
        ENVIRONMENT.finish(invoke_id, outcome, body)


def main():
    api_host, api_port = RUNTIME_API.split(":")
    api = ThreadingHTTPServer((api_host, int(api_port)), RuntimeApi)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    ENVIRONMENT.start_runtime()
    ThreadingHTTPServer(("0.0.0.0", 9563), Invocations).serve_forever()


if __name__ == "__main__":
    sys.exit(main())
