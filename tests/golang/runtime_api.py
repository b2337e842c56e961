"""A Runtime API that hands out events and keeps what is answered (AWS Lambda, "Runtime API": version 2018-06-01).

SPDX-License-Identifier: Apache-2.0
"""
import http.server
import json
import os
import queue
import subprocess
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address):
        pass  # the program is ended as soon as its answer is there


class Api:
    """For one program: the first request gets the event, later ones wait, as in Lambda when nothing happens."""

    def __init__(self, event):
        self.events = queue.Queue()
        self.events.put(event)
        self.answers = queue.Queue()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def reply(self, status, body, headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if self.path != "/2018-06-01/runtime/invocation/next":
                    return self.reply(404, b"{}")
                event = api.events.get()
                return self.reply(200, json.dumps(event).encode(), [
                    ("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
                    ("Lambda-Runtime-Deadline-Ms", "9999999999999"),
                    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:worker"),
                    ("Content-Type", "application/json")])

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if self.headers.get("Content-Length") else self.chunks()
                api.answers.put((self.path.rsplit("/", 1)[1], json.loads(body or b"null")))
                self.reply(202, b'{"status":"OK"}')

            def chunks(self):
                body = b""
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def run(self, command, timeout):
        env = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}", "PATH": os.environ["PATH"], "HOME": "/nonexistent",
               "AWS_LAMBDA_FUNCTION_NAME": "worker", "_HANDLER": "bootstrap"}
        child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            return self.answers.get(timeout=timeout)
        except queue.Empty:
            child.kill()
            raise AssertionError(f"no answer: {child.communicate()[0].decode()}") from None
        finally:
            child.kill()
            child.wait()
            self.server.shutdown()
            self.server.server_close()


def invoke(command, event, timeout=60):
    """One event in, ("response" or "error", its body) out; the program is started for it and ended."""
    return Api(event).run(command, timeout)
