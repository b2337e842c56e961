"""Requirements as two tools export them: equal line for line, markers by what they answer.

SPDX-License-Identifier: Apache-2.0
"""
import itertools

from packaging.markers import Marker

PYTHONS = ("2.7.18", "3.6.15", "3.7.17", "3.8.0", "3.8.20", "3.9.0", "3.9.1", "3.9.21", "3.10.0", "3.10.16", "3.11.0", "3.11.3", "3.11.11",
           "3.12.0", "3.12.4", "3.12.9", "3.13.0", "3.13.2", "3.14.0", "3.14.1", "4.0.0")
PLATFORMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"), ("cygwin", "CYGWIN_NT-10.0", "posix"))
MACHINES = ("x86_64", "aarch64", "arm64", "AMD64", "ppc64le", "i686")
IMPLEMENTATIONS = (("CPython", "cpython"), ("PyPy", "pypy"))


def environments():
    for python, (platform, system, name), machine, (long, short) in itertools.product(PYTHONS, PLATFORMS, MACHINES, IMPLEMENTATIONS):
        yield {"os_name": name, "sys_platform": platform, "platform_machine": machine, "platform_python_implementation": long,
               "platform_release": "5.10.0", "platform_system": system, "platform_version": "1", "python_version": python.rsplit(".", 1)[0],
               "python_full_version": python, "implementation_name": short, "implementation_version": python, "extra": ""}


ENVIRONMENTS = tuple(environments())
_answers = {}


def answers(marker):
    """What a marker's text says in each environment, as a number with a bit for each."""
    if marker not in _answers:
        parsed = Marker(marker) if marker else None
        _answers[marker] = [parsed is None or parsed.evaluate(e) for e in ENVIRONMENTS]
    return _answers[marker]


def entries(text):
    """(head lines, [(requirement, marker, hashes), ..]) of a requirements file, comments left out."""
    head, body = [], []
    logical = []
    for line in text.splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        # uv ends the last hash with a backslash when a comment follows; a line that begins a requirement begins anew
        if logical and not line.startswith(" "):
            body.append(" ".join(logical))
            logical = []
        logical.append(line.rstrip("\\").strip())
    if logical:
        body.append(" ".join(logical))
    result = []
    for line in body:
        if line.startswith("--"):
            head.append(line)
            continue
        parts = line.split(" --hash=")
        requirement, _, marker = parts[0].strip().partition(" ; ")
        result.append((requirement.strip(), marker.strip(), tuple(parts[1:])))
    return head, result


def differences(theirs, ours):
    """Why two exports are not the same; empty when they are."""
    their_head, their_body = entries(theirs)
    our_head, our_body = entries(ours)
    found = []
    if their_head != our_head:
        found.append(f"head: {their_head} and {our_head}")
    if [e[0] for e in their_body] != [e[0] for e in our_body]:
        found.append(f"lines: {[e[0] for e in their_body]} and {[e[0] for e in our_body]}")
        return found
    for a, b in zip(their_body, our_body):
        if a[2] != b[2]:
            found.append(f"hashes of {a[0]}: {a[2]} and {b[2]}")
        if a[1] == b[1]:
            continue
        for environment, x, y in zip(ENVIRONMENTS, answers(a[1]), answers(b[1])):
            if x != y:
                found.append(f"{a[0]}: `{a[1]}` is {x}, `{b[1]}` is {y} for {environment['python_full_version']} {environment['sys_platform']} "
                             f"{environment['platform_machine']} {environment['implementation_name']}")
                break
    return found
