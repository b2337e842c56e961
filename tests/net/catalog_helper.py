"""Wheels, source distributions and pages for the catalog's tests.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import hashlib
import html
import io
import json
import tarfile
import zipfile

from probe import ask, level
from fakenet import ok, ranged

JSON_TYPE = "application/vnd.pypi.simple.v1+json"


def metadata(name, version, requires=(), extra="", description="", metadata_version="2.1"):
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {r}" for r in requires]
    return ("\n".join(lines) + "\n" + extra + "\n" + description).encode()


def wheel(name="six", version="1.0", requires=(), extra="", first=(), last=(), stored=False, text=None, info=None, comment=b"",
          method=None, dist_info=None):
    """first and last: (name, bytes) before and behind METADATA."""
    out = io.BytesIO()
    info = dist_info or f"{name.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as z:
        for file, data in first:
            z.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), data)
        content = metadata(name, version, requires, extra) if text is None else text
        if content is not None:
            z.writestr(f"{info}/METADATA", content)
        z.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        z.writestr(f"{info}/RECORD", "")
        for file, data in last:
            z.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), data)
        z.comment = comment
    return out.getvalue()


def sdist(name="six", version="1.0", text=None, before=(), top=None, links=()):
    """before: (name, bytes) of members before PKG-INFO; text None: a static PKG-INFO."""
    out = io.BytesIO()
    top = top or f"{name}-{version}"
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        def add(path, data):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            t.addfile(member, io.BytesIO(data))
        for path, data in before:
            add(path, data)
        if text is not False:
            add(f"{top}/PKG-INFO", metadata(name, version, ["six"], metadata_version="2.2") if text is None else text)
    return gzip.compress(out.getvalue(), mtime=0)


class Index:
    """An index at ROOT of a FakeNet, with files below /files."""

    def __init__(self, net, root="/simple", page_headers=(), file_headers=(), kind="html"):
        self.net, self.root, self.headers, self.kind, self.projects = net, root, list(page_headers), kind, {}

    def add(self, name, file, body, behaviour=None, **attributes):
        """attributes: requires_python, yanked, core_metadata (True or digest), size, upload_time, sha256 (False: none)."""
        self.net.serve(f"/files/{file}", behaviour or ranged(body))
        self.projects.setdefault(name, []).append((file, body, attributes))
        self.publish(name)
        return file

    def text(self, name):
        if self.kind == "json":
            files = []
            for file, body, a in self.projects[name]:
                entry = {"filename": file, "url": f"../../files/{file}",
                         "hashes": {} if a.get("sha256") is False else {"sha256": a.get("sha256") or hashlib.sha256(body).hexdigest()}}
                for key, to in (("requires_python", "requires-python"), ("yanked", "yanked"), ("size", "size"), ("upload_time", "upload-time")):
                    if key in a:
                        entry[to] = a[key]
                if "core_metadata" in a:
                    value = a["core_metadata"]
                    entry["core-metadata"] = value if value is True else {"sha256": value}
                files.append(entry)
            return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()
        anchors = []
        for file, body, a in self.projects[name]:
            more = "".join(f' data-{k.replace("_", "-")}="{html.escape(v)}"' for k, v in a.items() if isinstance(v, str) and k != "sha256")
            digest = "" if a.get("sha256") is False else "#sha256=" + (a.get("sha256") or hashlib.sha256(body).hexdigest())
            anchors.append(f'<a href="../../files/{file}{digest}"{more}>{file}</a>')
        return ("<!DOCTYPE html><html><body>" + "\n".join(anchors) + "</body></html>").encode()

    def publish(self, name):
        text = self.text(name)
        etag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
        kind = JSON_TYPE if self.kind == "json" else "text/html"

        def behave(c, request):
            if any(n.lower() == "etag" for n, _ in self.headers) or not self.etags:
                return ok(text, kind, headers=self.headers)(c, request)
            if request.headers.get("if-none-match") == etag:
                c.head(304, [("ETag", etag), *self.headers])
                return True
            return ok(text, kind, headers=[("ETag", etag), *self.headers])(c, request)
        self.net.serve(f"{self.root}/{name}/", behave)

    etags = False

    def asked(self, name):
        return self.net.seen(f"{self.root}/{name}/")


def catalog(net, steps, store, now=1000, top=None, **more):
    """store None: none at all."""
    if store is not None:
        more["store"] = str(store)
    return ask({"command": "catalog", "steps": steps, "now": now, "command_line": level(net, **(top or {})), **more})


def step(outcome, i=0):
    """The answer of a step that must not fail."""
    answer = outcome.result()["steps"][i]
    assert not (isinstance(answer, dict) and "error" in answer), answer
    return answer


def failure(outcome, i=0):
    answer = outcome.result()["steps"][i]
    assert isinstance(answer, dict) and "error" in answer, answer
    return answer["error"]


def versions(project):
    return [r["version"] for r in project["releases"]]


def files(project):
    return [f["file"] for r in project["releases"] for f in r["files"]]
