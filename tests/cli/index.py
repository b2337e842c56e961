"""A package index on the loopback that behaves, or misbehaves as a script says.

SPDX-License-Identifier: Apache-2.0

    with Index(form="html") as index:          # or "json"
        index.add(wheel, yanked="why", requires_python=">=3.8", hashes=False)
        index.url                              # http://127.0.0.1:PORT/simple/
        index.fault("/files/x.whl", status(500), status(500))   # two answers, then as always
        index.fault("/simple/x/", stalled(), forever=True)
        index.requests                         # [Request(path, status, authorization)], .pages(), .files(name), .reset()
        index.auth = ("user", "secret")        # 401 without them

A fault is a function that gets the handler and returns nothing; it answers in place of the index.
"""
import base64
import collections
import dataclasses
import html
import http.server
import json
import threading
import time
import urllib.parse

from wheels import normalize

SERVER_PATIENCE = 30  # seconds that a stalled answer lasts at most


@dataclasses.dataclass
class Request:
    path: str
    authorization: str
    accept: str
    status: int = 0


@dataclasses.dataclass
class File:
    name: str
    data: bytes
    hashes: dict
    yanked: object = None
    requires_python: str = None
    url: str = None
    size: int = None
    metadata: bool = False


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # clients that leave are part of the tests


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        index = self.server.index
        self.seen = Request(self.path, self.headers.get("Authorization"), self.headers.get("Accept"))
        with index.lock:
            index.requests.append(self.seen)
            path = urllib.parse.unquote(self.path.split("?")[0])
            queue = index.faults.get(path)
            fault = None
            if queue:
                fault = queue[0] if index.stuck.get(path) else queue.popleft()
        if index.auth and self.seen.authorization != "Basic " + base64.b64encode(":".join(index.auth).encode()).decode():
            return self.answer(401, b"who are you?", {"WWW-Authenticate": 'Basic realm="index"'})
        if fault:
            return fault(self)
        body, kind = index.content(path)
        if body is None:
            return self.answer(404, b"no such page")
        self.answer(200, body, {"Content-Type": kind})

    do_HEAD = do_GET

    def answer(self, status, body=b"", headers=None, length=None):
        self.seen.status = status
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


class Index:
    def __init__(self, form="html", auth=None):
        self.form, self.auth = form, auth
        self.lock = threading.Lock()
        self.projects, self.faults, self.stuck, self.extra = {}, {}, {}, {}
        self.requests = []
        self.delay = 0

    def __enter__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.index = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.stop()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def root(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self):
        return self.root + "/simple/"

    def with_login(self, user, password):
        return f"http://{user}:{password}@127.0.0.1:{self.port}/simple/"

    def file_url(self, wheel):
        return f"{self.root}/files/{wheel.file}"

    def add(self, *wheels, yanked=None, requires_python=None, hashes=True, name=None, url=None, size=None, algorithm="sha256", digest=None):
        import hashlib
        for w in wheels:
            known = {algorithm: digest or hashlib.new(algorithm, w.data).hexdigest()} if hashes else {}
            self.projects.setdefault(normalize(name or w.name), []).append(File(w.file, w.data, known, yanked, requires_python, url, size))
        return self

    def add_file(self, name, file, data=b"x"):
        import hashlib
        self.projects.setdefault(normalize(name), []).append(File(file, data, {"sha256": hashlib.sha256(data).hexdigest()}))

    def page(self, name, body, kind="text/html"):
        """A page of any content for a project."""
        self.extra[f"/simple/{name}/"] = (body if isinstance(body, bytes) else body.encode(), kind)

    def fault(self, path, *answers, forever=False):
        self.faults[path] = collections.deque(answers)
        self.stuck[path] = forever

    def content(self, path):
        if self.delay:
            time.sleep(self.delay)
        if path in self.extra:
            return self.extra[path]
        parts = path.strip("/").split("/")
        if parts[0] == "files" and len(parts) == 2:
            for files in self.projects.values():
                for f in files:
                    if f.name == parts[1]:
                        return f.data, "application/octet-stream"
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in self.projects:
            write = self.page_json if self.form == "json" else self.page_html
            return write(parts[1], self.projects[parts[1]])
        return None, None

    def page_html(self, name, files):
        lines = []
        for f in files:
            fragment = "".join(f"#{k}={v}" for k, v in f.hashes.items())
            attributes = ""
            if f.yanked is not None:
                attributes += f' data-yanked="{html.escape(f.yanked)}"'
            if f.requires_python:
                attributes += f' data-requires-python="{html.escape(f.requires_python)}"'
            address = f.url or f"../../files/{urllib.parse.quote(f.name)}"
            lines.append(f'<a href="{address}{fragment}"{attributes}>{html.escape(f.name)}</a><br>\n')
        text = f"<!DOCTYPE html><html><head><title>Links for {name}</title></head><body>\n{''.join(lines)}</body></html>\n"
        return text.encode(), "text/html; charset=utf-8"

    def page_json(self, name, files):
        out = []
        for f in files:
            row = {"filename": f.name, "url": f.url or f"../../files/{urllib.parse.quote(f.name)}", "hashes": f.hashes,
                   "size": f.size or len(f.data)}
            if f.yanked is not None:
                row["yanked"] = f.yanked or True
            if f.requires_python:
                row["requires-python"] = f.requires_python
            out.append(row)
        versions = sorted({f.name.split("-")[1] for f in files})
        page = {"meta": {"api-version": "1.1"}, "name": name, "versions": versions, "files": out}
        return json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json"

    # what happened
    def pages(self):
        return [r.path for r in self.requests if r.path.startswith("/simple/")]

    def files(self, name=""):
        return [r.path for r in self.requests if r.path.startswith("/files/" + name)]

    def reset(self):
        self.requests.clear()


# --- answers that are not what was asked for ---

def status(code, headers=None, body=b"no"):
    return lambda h: h.answer(code, body, headers)


def redirect(location, code=302):
    return lambda h: h.answer(code, b"", {"Location": location})


def body(data, headers=None):
    return lambda h: h.answer(200, data, {"Content-Type": "application/octet-stream", **(headers or {})})


def truncated(data, keep):
    """Announces everything and closes after `keep` bytes."""
    def answer(h):
        h.answer(200, data[:keep], length=len(data))
        h.close_connection = True
    return answer


def endless(chunk=b"x" * 65536, limit=64 << 20):
    """A body without a length that goes on and on."""
    def answer(h):
        h.seen.status = 200
        h.send_response(200)
        h.send_header("Connection", "close")
        h.end_headers()
        for _ in range(limit // len(chunk)):
            h.wfile.write(chunk)
        h.close_connection = True
    return answer


def stalled(data=b"", total=1000):
    """The headers and a few bytes, and then silence."""
    def answer(h):
        h.answer(200, data, length=total)
        h.wfile.flush()
        wait_for_leave(h)
    return answer


def silent():
    """Not even headers."""
    return wait_for_leave


def dripping(data, pause=0.1):
    """One byte at a time: never silent, always too slow."""
    def answer(h):
        h.answer(200, b"", length=len(data))
        for i in range(min(len(data), int(SERVER_PATIENCE / pause))):
            h.wfile.write(data[i:i + 1])
            h.wfile.flush()
            time.sleep(pause)
        h.close_connection = True
    return answer


def dropped():
    def answer(h):
        h.close_connection = True
    return answer


def garbage(data=b"\x16\x03\x01 this is not HTTP\r\n\r\n"):
    def answer(h):
        h.wfile.write(data)
        h.close_connection = True
    return answer


def wait_for_leave(h):
    h.connection.settimeout(SERVER_PATIENCE)
    try:
        h.connection.recv(1)
    except OSError:
        pass
    h.close_connection = True
