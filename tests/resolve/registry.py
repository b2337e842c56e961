"""Small registries for the resolver: a folder of index pages, as `judge resolve` reads it.

SPDX-License-Identifier: Apache-2.0

    r = Registry(folder)
    r.wheel("demo", "1.0", "other>=1", 'extra-thing; extra == "x"', extras=["x"], python=">=3.8", yanked="broken")
    r.sdist("demo", "1.1", "other", metadata_version="2.2", dynamic=[])
    r.write()                      # NAME/index.html with relative links
    with r.serve() as url: ...     # the same as JSON pages on the loopback, with upload times
"""
import base64
import contextlib
import dataclasses
import hashlib
import html
import http.server
import io
import json
import pathlib
import re
import tarfile
import threading
import urllib.parse
import zipfile

ANY = "py3-none-any"


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata(name, version, requires=(), extras=(), python=None, metadata_version="2.1", dynamic=()):
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {python}"] * bool(python)
    lines += [f"Provides-Extra: {x}" for x in extras]
    lines += [f"Requires-Dist: {r}" for r in requires]
    lines += [f"Dynamic: {d}" for d in dynamic]
    return ("\n".join(lines) + "\n").encode()


def wheel_bytes(name, version, text, tag):
    stem = f"{name.replace('-', '_')}-{version}"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as z:
        members = {f"{stem}.dist-info/METADATA": text,
                   f"{stem}.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()}
        rows = [f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data_).digest()).decode().rstrip('=')},{len(data_)}"
                for path, data_ in members.items()]
        members[f"{stem}.dist-info/RECORD"] = "\n".join(rows + [f"{stem}.dist-info/RECORD,,\n"]).encode()
        for path, content in members.items():
            z.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return data.getvalue()


def sdist_bytes(name, version, text):
    stem = f"{name.replace('-', '_')}-{version}"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as t:
        for path, content in {f"{stem}/PKG-INFO": text, f"{stem}/setup.py": b"raise SystemExit('never run')\n"}.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            t.addfile(member, io.BytesIO(content))
    return data.getvalue()


@dataclasses.dataclass
class File:
    name: str
    data: bytes
    metadata: bytes
    page_python: str = None
    yanked: str = None
    core_metadata: bool = False
    hashes: bool = True
    uploaded: str = None


class Registry:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.projects = {}

    def project(self, name):
        """A project without files."""
        return self.projects.setdefault(normalize(name), [])

    def wheel(self, name, version, *requires, tag=ANY, build="", extras=(), python=None, page_python=..., text=None, spelled=None, **page):
        text = metadata(name, version, requires, extras, python) if text is None else text
        file = f"{(spelled or name).replace('-', '_')}-{version}-{build + '-' if build else ''}{tag}.whl"
        self.project(name).append(File(file, wheel_bytes(spelled or name, version, text, tag), text, python if page_python is ... else page_python, **page))
        return self

    def sdist(self, name, version, *requires, extras=(), python=None, metadata_version="2.2", dynamic=(), **page):
        text = metadata(name, version, requires, extras, python, metadata_version, dynamic)
        self.project(name).append(File(f"{name.replace('-', '_')}-{version}.tar.gz", sdist_bytes(name, version, text), text, python, **page))
        return self

    def file(self, name, file, data=b"", **page):
        """Any file, as it is."""
        self.project(name).append(File(file, data, b"", **page))
        return self

    def page(self, files):
        lines = ["<!DOCTYPE html><html><body>"]
        for f in files:
            more = f' data-requires-python="{html.escape(f.page_python)}"' if f.page_python else ""
            more += f' data-yanked="{html.escape(f.yanked)}"' if f.yanked is not None else ""
            more += ' data-core-metadata="true"' if f.core_metadata else ""
            digest = "#sha256=" + hashlib.sha256(f.data).hexdigest() if f.hashes else ""
            lines.append(f'<a href="{urllib.parse.quote(f.name)}{digest}"{more}>{html.escape(f.name)}</a><br>')
        return "\n".join(lines + ["</body></html>\n"])

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, files in self.projects.items():
            place = self.folder / name
            place.mkdir(exist_ok=True)
            (place / "index.html").write_text(self.page(files))
            for f in files:
                (place / f.name).write_bytes(f.data)
                if f.core_metadata:
                    (place / (f.name + ".metadata")).write_bytes(f.metadata)
        return str(self.folder)

    def json_page(self, name):
        files = []
        for f in self.projects[name]:
            row = {"filename": f.name, "url": f"../../files/{name}/{urllib.parse.quote(f.name)}", "size": len(f.data),
                   "hashes": {"sha256": hashlib.sha256(f.data).hexdigest()} if f.hashes else {}}
            row |= {"requires-python": f.page_python} if f.page_python else {}
            row |= {"yanked": f.yanked or True} if f.yanked is not None else {}
            row |= {"core-metadata": True} if f.core_metadata else {}
            row |= {"upload-time": f.uploaded} if f.uploaded else {}
            files.append(row)
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "versions": [], "files": files}).encode()

    @contextlib.contextmanager
    def serve(self, seen=None, before=None):
        """seen: gets the paths that are asked for; before: called with each of them before it is answered."""
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urllib.parse.unquote(self.path).strip("/").split("/")
                if seen is not None:
                    seen.append(self.path)
                if before:
                    before(self.path)
                body, kind = None, "application/octet-stream"
                if parts[0] == "simple" and len(parts) == 2 and parts[1] in registry.projects:
                    body, kind = registry.json_page(parts[1]), "application/vnd.pypi.simple.v1+json"
                elif parts[0] == "files" and len(parts) == 3:
                    for f in registry.projects.get(parts[1], ()):
                        body = f.data if f.name == parts[2] else f.metadata if f.core_metadata and f.name + ".metadata" == parts[2] else body
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/"
        finally:
            server.shutdown()
            server.server_close()
