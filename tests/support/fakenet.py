"""A scripted HTTP server on loopback that misbehaves byte-exactly: index, file server, proxy.

SPDX-License-Identifier: Apache-2.0

    with FakeNet() as net:
        net.page("six", [net.file("six-1.0-py3-none-any.whl", b"...")])      # /simple/six/ and /files/...
        net.script("/files/x.whl", [status(503), cut(body, 10), ok(body)])    # one behaviour a request, the last one repeats
        net.url("/simple")

A behaviour is a function (connection, request) -> True when the connection may serve another request. Everything is written
to raw sockets, so that lengths, chunks and headers can lie. `net.requests` is what arrived, in order.
"""
import base64
import gzip
import hashlib
import html
import os
import select
import socket
import ssl
import subprocess
import threading
import time
import warnings

REASONS = {200: "OK", 206: "Partial Content", 304: "Not Modified", 301: "Moved Permanently", 302: "Found", 303: "See Other",
           307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 407: "Proxy Authentication Required", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Request:
    def __init__(self, method, target, headers):
        self.method, self.target, self.headers = method, target, headers
        self.path = target.split("?")[0]
        self.time = time.monotonic()

    def user(self, header="authorization"):
        """"user:password" of Basic authentication, or None."""
        value = self.headers.get(header, "")
        return base64.b64decode(value[6:]).decode() if value.startswith("Basic ") else None


class Connection:
    def __init__(self, net, sock):
        self.net, self.sock, self.pending = net, sock, b""

    def send(self, data):
        self.sock.sendall(data)

    def head(self, status, headers, reason=None):
        lines = [f"HTTP/1.1 {status} {reason or REASONS.get(status, 'Whatever')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    def reset(self):
        """Closes with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def read_request(self):
        while b"\r\n\r\n" not in self.pending:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.pending += data
            if self.pending[0] == 0x16:  # a TLS client where none is expected
                return Request("GET", "/tls-where-none-is", {})
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Request(method, target, headers)


# --- behaviours ---

def ok(body, content_type="application/octet-stream", status=200, headers=()):
    def behave(c, request):
        c.head(status, [("Content-Type", content_type), ("Content-Length", len(body)), *headers])
        c.send(body)
        return True
    return behave


def status(code, headers=(), body=b"no"):
    return ok(body, "text/plain", code, headers)


def redirect(location, code=302):
    return ok(b"moved", "text/plain", code, [("Location", location)])


def cut(body, at, length=None, content_type="application/octet-stream"):
    """Announces the whole body and closes after `at` bytes."""
    def behave(c, request):
        c.head(200, [("Content-Type", content_type), ("Content-Length", len(body) if length is None else length)])
        c.send(body[:at])
        return False
    return behave


def chunked(body, complete=True, content_type="application/octet-stream", size=1000, headers=()):
    def behave(c, request):
        c.head(200, [("Content-Type", content_type), ("Transfer-Encoding", "chunked"), *headers])
        for i in range(0, len(body), size):
            piece = body[i:i + size]
            c.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
        if complete:
            c.send(b"0\r\n\r\n")
        return complete
    return behave


def endless(piece=b"x" * 65536, limit=1 << 30):
    """A body of unknown length that goes on until the client hangs up."""
    def behave(c, request):
        c.head(200, [("Content-Type", "application/octet-stream"), ("Connection", "close")])
        sent = 0
        while sent < limit and not c.net.closing.is_set():
            c.send(piece)
            sent += len(piece)
        return False
    return behave


def gzipped(body, content_type="text/html", at=None, damage=False):
    data = gzip.compress(body, mtime=0)
    if damage:
        data = data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 0xff]) + data[len(data) // 2 + 1:]
    return ok(data if at is None else data[:at], content_type, 200, [("Content-Encoding", "gzip")])


def silent(after_head=False):
    """Says nothing (more) until the test is over."""
    def behave(c, request):
        if after_head:
            c.head(200, [("Content-Type", "text/html"), ("Content-Length", 1000)])
        c.net.closing.wait(60)
        return False
    return behave


def slow(body, per_second, content_type="application/octet-stream"):
    def behave(c, request):
        c.head(200, [("Content-Type", content_type), ("Content-Length", len(body))])
        step = max(1, per_second // 10)
        for i in range(0, len(body), step):
            if c.net.closing.wait(step / per_second):
                return False
            c.send(body[i:i + step])
        return True
    return behave


def raw(data, keep=False):
    def behave(c, request):
        c.send(data)
        return keep
    return behave


def hang_up(reset=False):
    def behave(c, request):
        if reset:
            c.reset()
        return False
    return behave


def needs_user(user, then, realm="index"):
    """401 unless Basic authentication says `user` ("name:password")."""
    def behave(c, request):
        if request.user() == user:
            return then(c, request)
        return status(401, [("WWW-Authenticate", f'Basic realm="{realm}"')])(c, request)
    return behave


def ranged(body, lie=None):
    """A file that answers ranges; lie: "ignore" (200), "shift" (another range), "none" (416)."""
    def behave(c, request):
        wanted = request.headers.get("range", "")
        if not wanted.startswith("bytes=") or lie == "ignore":
            return ok(body)(c, request)
        if lie == "none":
            return status(416, [("Content-Range", f"bytes */{len(body)}")])(c, request)
        first, _, last = wanted[6:].partition("-")
        start = int(first) if first else max(0, len(body) - int(last))
        end = min(int(last), len(body) - 1) if first and last else len(body) - 1
        shift = 1 if lie == "shift" else 0
        piece = body[start + shift:end + 1]
        return ok(piece, status=206, headers=[("Content-Range", f"bytes {start + shift}-{end}/{len(body)}")])(c, request)
    return behave


# --- certificates ---

class Authority:
    """A certificate authority of our own and certificates made by it, with the openssl program."""

    def __init__(self, folder):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.key, self.certificate = self.path("ca.key"), self.path("ca.pem")
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                 "/CN=fakenet authority", "-keyout", self.key, "-out", self.certificate,
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign,cRLSign")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def issue(self, name, san="IP:127.0.0.1,DNS:localhost", days="30"):
        """PEM file with certificate and key."""
        key, request, certificate, both = (self.path(f"{name}.{e}") for e in ("key", "csr", "crt", "pem"))
        extensions = self.path(f"{name}.ext")
        with open(extensions, "w") as f:
            f.write(f"subjectAltName={san}\nextendedKeyUsage=serverAuth,clientAuth\n")
        self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout",
                 key, "-out", request)
        self.run("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                 "-extfile", extensions, "-out", certificate)
        with open(both, "w") as f:
            f.write(open(certificate).read() + open(key).read())
        return both


# --- the server ---

class FakeNet:
    """One listening port; a thread per connection. certificate: PEM with key, for TLS. proxy_user: what a proxy asks for."""

    def __init__(self, certificate=None, client_authority=None, proxy_user=None, connect_status=200, tls_version=None):
        self.routes, self.requests, self.closing = {}, [], threading.Event()
        self.lock = threading.Lock()
        self.proxy_user, self.connect_status, self.tunnels = proxy_user, connect_status, []
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
            if tls_version:
                self.context.set_ciphers("DEFAULT@SECLEVEL=0")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self.context.minimum_version = tls_version
                    self.context.maximum_version = tls_version
            if client_authority:
                self.context.load_verify_locations(client_authority)
                self.context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.threads = []

    def __enter__(self):
        thread = threading.Thread(target=self.accept, daemon=True)
        thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # close() alone does not wake accept()
        except OSError:
            pass
        self.listener.close()

    def url(self, path="", user=None, host="127.0.0.1"):
        return f"{'https' if self.context else 'http'}://{user + '@' if user else ''}{host}:{self.port}{path}"

    # routes

    def script(self, path, behaviours):
        self.routes[path] = list(behaviours)

    def serve(self, path, behaviour):
        self.script(path, [behaviour])

    def file(self, name, body, **attributes):
        """Serves /files/NAME; gives an anchor for a page."""
        self.serve(f"/files/{name}", ok(body))
        digest = hashlib.sha256(body).hexdigest()
        more = "".join(f' {k.replace("_", "-")}="{html.escape(v)}"' for k, v in attributes.items())
        return f'<a href="../../files/{name}#sha256={digest}"{more}>{name}</a><br/>'

    def page_text(self, anchors):
        return ("<!DOCTYPE html><html><head><title>Links</title></head><body>" + "".join(anchors) + "</body></html>").encode()

    def page(self, name, anchors, root="/simple"):
        self.serve(f"{root}/{name}/", ok(self.page_text(anchors), "text/html"))

    def seen(self, path):
        return [r for r in self.requests if r.path == path]

    # connections

    def accept(self):
        while not self.closing.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connection, args=(sock,), daemon=True).start()

    def connection(self, sock):
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            c = Connection(self, sock)
            while self.one(c):
                pass
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            try:
                sock.close()
            except OSError:
                pass

    def one(self, c):
        request = c.read_request()
        if request is None:
            return False
        with self.lock:
            self.requests.append(request)
        if request.method == "CONNECT":
            return self.tunnel(c, request)
        if request.target.startswith("http://"):
            if self.proxy_user and request.user("proxy-authorization") != self.proxy_user:
                return status(407, [("Proxy-Authenticate", 'Basic realm="proxy"')])(c, request)
            request.path = "/" + request.target.split("/", 3)[3].split("?")[0]
        with self.lock:
            script = self.routes.get(request.path)
            behaviour = None if not script else script.pop(0) if len(script) > 1 else script[0]
        return (behaviour or status(404))(c, request)

    def tunnel(self, c, request):
        if self.proxy_user and request.user("proxy-authorization") != self.proxy_user:
            c.head(407, [("Proxy-Authenticate", 'Basic realm="proxy"'), ("Content-Length", 0)])
            return True
        if self.connect_status != 200:
            c.head(self.connect_status, [("Content-Length", 0)])
            return False
        host, _, port = request.target.rpartition(":")
        self.tunnels.append(request.target)
        # Every name leads to this computer: tests have no other.
        with socket.create_connection(("127.0.0.1", int(port))) as other:
            c.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            both = [c.sock, other]
            while not self.closing.is_set():
                ready, _, _ = select.select(both, [], [], 0.2)
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return False
                    (other if source is c.sock else c.sock).sendall(data)
        return False
