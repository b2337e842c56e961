"""The command line as users meet it: help, exit statuses, errors, completion, man pages.

SPDX-License-Identifier: Apache-2.0

LAMINA names the program. What is checked holds for every command that the program lists, so a new one is covered without a line here.
"""

import json
import os
import pty
import re
import shutil
import signal
import subprocess

import pytest

LAMINA = os.environ["LAMINA"]
CLEAN = {"PATH": os.path.dirname(LAMINA) + ":/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "xterm"}


def lamina(*words, env=None, **keywords):
    keywords.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([LAMINA, *words], stderr=subprocess.PIPE, text=True, env={**CLEAN, **(env or {})}, timeout=20, **keywords)


def listed(text):
    """Names in the "Commands:" part of a help text."""
    part = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.M)
    return re.findall(r"^  (\S+)", part.group(1), re.M) if part else []


def every_command():
    for name in listed(lamina("--help").stdout):
        yield (name,)
        for sub in listed(lamina(name, "--help").stdout):
            yield (name, sub)


COMMANDS = list(every_command())
PROGRAMS = [c for c in COMMANDS if not listed(lamina(*c, "--help").stdout)]


def test_there_are_commands():
    assert ("help",) in COMMANDS and ("completion",) in COMMANDS


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_help(command):
    for words in ((*command, "--help"), (*command, "-h"), ("-h", *command), ("help", *command)):
        answer = lamina(*words)
        assert (answer.returncode, answer.stderr) == (0, ""), words
        assert answer.stdout == lamina(*command, "--help").stdout
    assert f"Usage: lamina {' '.join(command)}".rstrip() in answer.stdout
    too_wide = [line for line in answer.stdout.split("\n") if len(line) > 80]
    assert not too_wide
    assert not re.search(r"[ \t]$", answer.stdout, re.M)


def test_help_tells_what_surrounds_every_command():
    text = lamina("--help").stdout
    environment = re.search(r"^Environment:\n((?:  .*\n)+)", text, re.M).group(1)
    for name in ("LAMINA_CACHE_DIR", "LAMINA_INDEX_URL", "LAMINA_JOBS", "LAMINA_OFFLINE", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        assert name in environment
    statuses = re.search(r"^Exit status:\n((?:  .*\n)+)", text, re.M).group(1)
    assert re.findall(r"^  (\d+) ", statuses, re.M) == ["0", "1", "2", "3", "4", "5", "6", "70", "130"]


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_options_are_sentences(command):
    text = lamina(*command, "--help").stdout.partition("\nExamples:\n")[0]
    options = re.findall(r"^(?:  -\w, |      )--\S+.*(?:\n {28}.*)*", text, re.M)
    assert options
    for option in options:
        assert option.rstrip().endswith("."), option


@pytest.mark.parametrize("command", PROGRAMS, ids=" ".join)
def test_unknown_option(command):
    answer = lamina(*command, "--no-such-option-at-all")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == ("error: unknown option `--no-such-option-at-all`\n"
                             f"  = help: `lamina {' '.join(command)} --help` lists the options\n")


REFUSED = [
    ((), "`lamina` needs a command", "`lamina --help` lists them"),
    (("cache",), "`lamina cache` needs a command", "`lamina cache --help` lists them"),
    (("buidlx",), "unknown command `buidlx`", None),
    (("frobnicate",), "unknown command `frobnicate`", "`lamina --help` lists the commands"),
    (("cache", "frobnicate"), "unknown cache command `frobnicate`", "`lamina cache --help` lists the commands"),
    (("hepl",), "unknown command `hepl`", "did you mean `help`?"),
    (("help", "completoin"), "unknown command `completoin`", "did you mean `completion`?"),
    (("help", "cache", "frobnicate"), "unknown cache command `frobnicate`", "`lamina cache --help` lists the commands"),
    (("help", "build", "foo"), "`foo` is one argument too many", "`lamina help build` explains that command"),
    (("help", "cache", "gc", "foo"), "`foo` is one argument too many", "`lamina help --help` shows how it is used"),
    (("completion",), "`bash|zsh|fish` is missing", "`lamina completion --help` shows how it is used"),
    (("completion", "tcsh"), "no completion for `tcsh`", "it is one of bash, zsh, fish"),
    (("completion", "bash", "zsh"), "`zsh` is one argument too many", "`lamina completion --help` shows how it is used"),
    (("completion", "--quite", "bash"), "unknown option `--quite`", "did you mean `--quiet`?"),
    (("--frobnicate",), "unknown option `--frobnicate`", "`lamina --help` lists the options"),
    (("cache", "-x", "gc"), "unknown option `-x`", "`lamina cache --help` lists the options"),
    (("--directory",), "`--directory` needs a value: DIR", None),
    (("--quiet=yes", "help"), "`--quiet` takes no value", None),
    (("-C", "", "help"), "`--directory` has an empty value", "is a shell variable in the command not set?"),
    (("-C", "a", "--directory=b", "help"), "`--directory` is given twice", None),
    (("cache", "gc", "--keep-days=1", "--keep-days", "2"), "`--keep-days` is given twice", None),
    (("a\x1b[31m\nerror: b",), "unknown command `a\\x1b[31m\\nerror: b`", "`lamina --help` lists the commands"),
]


@pytest.mark.parametrize("words, what, help_text", REFUSED, ids=[" ".join(r[0]) or "nothing" for r in REFUSED])
def test_refusals(words, what, help_text):
    answer = lamina(*words)
    assert answer.returncode == 2 and answer.stdout == ""
    lines = answer.stderr.split("\n")
    assert lines[0] == f"error: {what}"
    if help_text:
        assert f"  = help: {help_text}" in lines


def test_json_error():
    answer = lamina("completion", "--json", "bash")  # completion has no --json: even that is told as JSON
    assert answer.returncode == 2
    assert json.loads(answer.stdout) == {
        "error": {"status": 2, "id": "unknown-option", "message": "unknown option `--json`", "where": None, "why": None,
                  "help": "`lamina completion --help` lists the options"}}
    assert answer.stderr.startswith("error: unknown option `--json`\n")


def test_directory(tmp_path):
    (tmp_path / "lamina.toml").write_text("[layer.deps]\n[layer.deps.files]\n  [function.api]\nx = '[layer.no]'\n[layer.open\n")
    (tmp_path / "below").mkdir()
    for words in (("-C", tmp_path, "completion", "artifacts"), ("completion", "artifacts", "-C", tmp_path / "below"),
                  ("completion", "artifacts", "--config", tmp_path / "lamina.toml"),
                  ("-C", "/nonexistent", "completion", "-C", tmp_path, "artifacts")):
        answer = lamina(*map(str, words))
        assert (answer.stdout, answer.returncode) == ("deps\napi\n", 0), words
    answer = lamina("-C", str(tmp_path / "absent"), "completion", "artifacts")
    assert answer.returncode == 6
    assert "No such file or directory" in answer.stderr


def test_version():
    assert re.fullmatch(r"lamina \d+\.\d+\.\d+\n", lamina("--version").stdout)
    for words in (("--version", "-v"), ("-v", "--version")):
        text = lamina(*words).stdout
        assert "OpenSSL" in text and "libdeflate" in text and "zlib" in text


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("completion", "bash")], ids=" ".join)
def test_closed_output(words):
    quoted = " ".join(words)
    for redirection, why in ((">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")):
        answer = subprocess.run(["bash", "-c", f'"$0" {quoted} {redirection}', LAMINA], text=True, env=CLEAN, stderr=subprocess.PIPE)
        assert answer.returncode == 6
        assert answer.stderr.startswith("error: cannot write the output\n  --> stdout\n") and why in answer.stderr
    assert subprocess.run(["bash", "-c", f'"$0" {quoted} <&- 2>&- >/dev/null', LAMINA], env=CLEAN).returncode == 0


def test_reader_that_goes_away():
    answer = subprocess.run(["bash", "-c", 'trap "" PIPE; "$0" completion bash | true; echo ${PIPESTATUS[0]}', LAMINA],
                            text=True, env=CLEAN, capture_output=True)
    assert (answer.stdout, answer.stderr) == ("0\n", "")


def on_terminal(words, **env):
    """What stderr gets when it is a terminal."""
    try:
        main, side = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be made here: {error}")
    process = subprocess.run([LAMINA, *words], stderr=side, stdout=subprocess.DEVNULL, env={**CLEAN, **env})
    assert process.returncode == 2
    os.close(side)
    text = os.read(main, 4000).decode()
    os.close(main)
    return text


def test_colour():
    assert "\x1b[1;31merror:" in on_terminal(["hepl"])
    for env in ({"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_terminal(["hepl"], **env)
    assert "\x1b" not in lamina("hepl").stderr
    assert "\x1b[1;31merror:" in lamina("hepl", env={"CLICOLOR_FORCE": "1"}).stderr


def test_long_messages_stay_short():
    answer = lamina("x" * 50000 + "\x1b" * 1000)
    assert answer.returncode == 2 and len(answer.stderr) < 4000
    answer = lamina("completion", "\x1b" * 2000)
    assert answer.returncode == 2 and len(answer.stderr) < 4000 and "\x1b" not in answer.stderr


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_man_pages(command):
    page = lamina("help", "--man", *command)
    assert page.returncode == 0 and page.stdout.startswith(".TH LAMINA")
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page.stdout, text=True, capture_output=True,
                           env={**CLEAN, "MANWIDTH": "80"})
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(heading in shown.stdout for heading in ("SYNOPSIS", "ENVIRONMENT", "LAMINA_JOBS", "EXIT STATUS"))


def completions(*words):
    """What bash offers for the last word."""
    script = 'source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lamina; printf "%s\\n" "${COMPREPLY[@]}"'
    answer = subprocess.run(["bash", "-c", script, LAMINA, "lamina", *words], text=True, capture_output=True, env=CLEAN, timeout=20)
    assert answer.stderr == ""
    return answer.stdout.split()


def test_bash_completion():
    assert set(completions("")) == {c[0] for c in COMMANDS}
    assert completions("comple") == ["completion"]
    assert completions("completion", "z") == ["zsh"]
    assert "help" in completions("help", "")
    assert completions("--verb") == ["--verbose"]
    assert completions("-C", "/us") == ["/usr"]
    assert {"-q", "-v", "-C", "-h", "--quiet"} <= set(completions("-"))
    assert {"-o", "-r", "-q", "--output"} <= set(completions("build", "-"))
    slim = set(completions("build", "--slim", ""))
    assert {"tests", "docs"} <= slim
    assert set(completions("build", "--slim", "tests,docs,")) == {f"tests,docs,{word}" for word in slim - {"tests", "docs"}}
    assert completions("build", "--slim", "docs,te") == ["docs,tests"]
    assert "tests,tests" not in completions("build", "--slim", "tests,t")
    assert "python3.12,python3.12" not in completions("build", "--runtime", "python3.12,")
    for command in PROGRAMS:
        text = lamina(*command, "--help").stdout.partition("\nExamples:\n")[0]
        options = set(re.findall(r"^(?:  -\w, |      )(--[a-z0-9-]+)", text, re.M))
        assert set(completions(*command, "--")) == options, command
    for command in COMMANDS:
        if command not in PROGRAMS:
            assert set(completions(*command, "")) == {c[1] for c in COMMANDS if len(c) == 2 and c[0] == command[0]}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_syntax(shell, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(lamina("completion", shell).stdout)
    answer = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_fish_completion(tmp_path):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = tmp_path / "lamina.fish"
    script.write_text(lamina("completion", "fish").stdout)

    def offered(line):
        answer = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], capture_output=True, text=True,
                                env={**CLEAN, "HOME": str(tmp_path)})
        return [word.split("\t")[0] for word in answer.stdout.split("\n") if word]

    assert set(offered("lamina ")) == {c[0] for c in COMMANDS}
    assert offered("lamina completion f") == ["fish"]
    assert offered("lamina help --verb") == ["--verbose"]
    assert "tests" in offered("lamina build --slim ")
    later = offered("lamina build --slim tests,")
    assert "tests,docs" in later and "tests,tests" not in later


def test_signals_end_with_130():
    # Nothing here waits long enough to be interrupted but a reader that does not read: 64 kB fill the pipe's buffer.
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    process = subprocess.Popen([LAMINA, "completion", "bash"], stdout=writer, stderr=subprocess.PIPE, env=CLEAN)
    os.close(writer)
    try:
        for _ in range(2):  # the first asks, the second does not wait
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            process.send_signal(signal.SIGINT)
        assert process.wait(5) == 130
    finally:
        os.close(reader)
        process.kill()
        process.communicate()
