"""Programs that answer one event of the Runtime API, in C, Rust and shell, and the compilers for them.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import pytest

MACHINE = {"x86_64": "x86_64", "arm64": "aarch64"}
HERE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]

# The event is a JSON text; the answer is {"language": ..., "event": the event}.
C = r'''
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char reply[65536];

/* One request on a connection of its own; the answer stands in `reply`. */
static void ask(const char *request)
{
	const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
	char host[64] = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	size_t n = 0;
	ssize_t got;
	memcpy(host, api, strcspn(api, ":"));
	to.sin_port = htons((unsigned short)atoi(strchr(api, ':') + 1));
	inet_pton(AF_INET, host, &to.sin_addr);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&to, sizeof to) != 0) exit(3);
	if (write(s, request, strlen(request)) < 0) exit(3);
	while ((got = read(s, reply + n, sizeof reply - 1 - n)) > 0) n += (size_t)got;
	reply[n] = 0;
	close(s);
}

int main(void)
{
	for (;;) {
		char body[4096], id[64] = { 0 }, request[8192];
		ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
		char *at = strstr(reply, "Lambda-Runtime-Aws-Request-Id: "), *event = strstr(reply, "\r\n\r\n");
		if (!at || !event) return 4;
		memcpy(id, at + 31, strcspn(at + 31, "\r"));
		snprintf(body, sizeof body, "{\"language\": \"C\", \"event\": %s}", event + 4);
		snprintf(request, sizeof request,
		         "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: api\r\nConnection: close\r\n"
		         "Content-Length: %zu\r\n\r\n%s", id, strlen(body), body);
		ask(request);
	}
}
'''

RUST = r'''
use std::io::{Read, Write};
use std::net::TcpStream;

fn ask(request: String) -> String {
    let mut stream = TcpStream::connect(std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

fn main() {
    loop {
        let path = "/2018-06-01/runtime/invocation";
        let reply = ask(format!("GET {path}/next HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n"));
        let (head, event) = reply.split_once("\r\n\r\n").unwrap();
        let id = head.lines().find_map(|l| l.strip_prefix("Lambda-Runtime-Aws-Request-Id: ")).unwrap();
        let body = format!("{{\"language\": \"Rust\", \"event\": {event}}}");
        ask(format!("POST {path}/{id}/response HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    }
}
'''

SHELL = r'''#!/bin/sh
# The bootstrap of the AWS guide ("Building a custom runtime"), for one function.
set -eu
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
heads=$(mktemp)
trap 'rm -f "$heads"' EXIT
while :; do
	event=$(curl -sS --noproxy '*' -D "$heads" "$api/next")
	id=$(tr -d '\r' <"$heads" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
	curl -sS --noproxy '*' -o /dev/null -d "{\"language\": \"shell\", \"event\": $event}" "$api/$id/response"
done
'''


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


def compile_c(folder, arch, flags, name="bootstrap", source=C):
    compiler = "gcc" if arch == HERE else f"{MACHINE[arch]}-linux-gnu-gcc"
    need(compiler)
    (folder / f"{name}.c").write_text(source)
    subprocess.run([compiler, "-O1", *flags, "-o", name, f"{name}.c"], cwd=folder, check=True)
    return folder / name


def rust_for(arch):
    """cargo, its environment and the target to build for; skips where the standard library for it is not here."""
    need("cargo")
    triple = f"{MACHINE[arch]}-unknown-linux-gnu"
    flags = "-C target-feature=+crt-static"
    if arch == HERE:
        return "cargo", dict(os.environ, RUSTFLAGS=flags), triple
    linker = f"{MACHINE[arch]}-linux-gnu-gcc"
    need(linker)
    flags += f" -C linker={linker}"
    said = subprocess.run(["rustc", "--target", triple, "--print", "target-libdir"], capture_output=True, text=True)
    if os.path.isdir(said.stdout.strip()):
        return "cargo", dict(os.environ, RUSTFLAGS=flags), triple
    # tools/setup unpacks Debian's for the other architecture beside the tests' Python: it belongs to Debian's compiler.
    foreign = pathlib.Path(sys.prefix).parent / "rust-std/usr/lib/rustlib" / triple / "lib"
    if not foreign.is_dir() or not os.path.exists("/usr/bin/cargo"):
        pytest.skip(f"Rust's standard library for {triple} is not here (tools/setup test fetches Debian's)")
    return "/usr/bin/cargo", dict(os.environ, RUSTC="/usr/bin/rustc", RUSTFLAGS=f"{flags} -L {foreign}"), triple


def compile_rust(folder, arch):
    cargo, env, triple = rust_for(arch)
    (folder / "src").mkdir(exist_ok=True)
    (folder / "Cargo.toml").write_text('[package]\nname = "rusty"\nversion = "0.1.0"\nedition = "2021"\n')
    (folder / "src" / "main.rs").write_text(RUST)
    subprocess.run([cargo, "build", "--release", "--offline", "-q", "--target", triple], cwd=folder, check=True, env=env)
    return folder / "target" / triple / "release" / "rusty"


def command(arch, program, *args):
    """How a program of that architecture is started here; root: where its loader and libraries are."""
    if arch == HERE:
        return [str(program), *args]
    emulator = shutil.which(f"qemu-{MACHINE[arch]}") or shutil.which(f"qemu-{MACHINE[arch]}-static")
    if not emulator:
        pytest.skip(f"qemu-{MACHINE[arch]} is not installed")
    return [emulator, "-L", f"/usr/{MACHINE[arch]}-linux-gnu", str(program), *args]
