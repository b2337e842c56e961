"""Private indexes: who we are comes from many places, goes to one, and is never told to anybody else.

SPDX-License-Identifier: Apache-2.0
"""
import base64

import pytest

import index as server
import wheels
from conftest import NOWHERE

SOLO, EXTRA = wheels.make("solo", "1.2"), wheels.make("corp-lib", "3.0")
USER, SECRET = "build-user", "c4nary-s3cret"
HEADER = "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode()


@pytest.fixture
def private(index):
    index.auth = (USER, SECRET)
    index.add(SOLO, EXTRA)
    return index


def canary(lamina, result=None, allowed=()):
    """The secret is in no output and in no file but those that the test wrote."""
    if result:
        assert SECRET not in result.out + result.err, result
    for root in (lamina.folder, lamina.cache, lamina.home):
        for p in root.rglob("*"):
            if p.is_file() and p.name not in allowed:
                data = p.read_bytes()
                assert SECRET.encode() not in data and HEADER.split()[1].encode() not in data, p


def url_userinfo(lamina, private):
    return ["--index-url", private.with_login(USER, SECRET)], {}, ()


def percent_userinfo(lamina, private):
    return ["--index-url", private.with_login("build%2Duser", "c4nary%2ds3cret")], {}, ()


def requirements_file(lamina, private):
    lamina.requirements(f"--index-url {private.with_login(USER, SECRET)}", SOLO.pin)
    return [], {}, ("requirements.txt",)


def requirements_variable(lamina, private):
    lamina.requirements("--index-url http://${WHO}:${KEY}@127.0.0.1:%d/simple/" % private.port, SOLO.pin)
    return [], {"WHO": USER, "KEY": SECRET}, ()


def netrc(lamina, private):
    (lamina.home / ".netrc").write_text(f"machine 127.0.0.1\nlogin {USER}\npassword {SECRET}\n")
    return ["--index-url", private.url], {}, (".netrc",)


def netrc_variable(lamina, private):
    (lamina.home / "elsewhere").write_text(f'machine other login x password y\ndefault login {USER} password "{SECRET}"\n')
    return ["--index-url", private.url], {"NETRC": lamina.home / "elsewhere"}, ("elsewhere",)


def pip_conf(lamina, private):
    (lamina.home / ".config/pip").mkdir(parents=True)
    (lamina.home / ".config/pip/pip.conf").write_text(f"[global]\nindex-url = {private.with_login(USER, SECRET)}\n")
    return [], {"PIP_CONFIG_FILE": None, "PIP_INDEX_URL": None}, ("pip.conf",)


def pip_config_file(lamina, private):
    (lamina.home / "corp.ini").write_text(f"[global]\nindex-url = {NOWHERE}\n[install]\nindex-url = {private.with_login(USER, SECRET)}\n")
    return [], {"PIP_CONFIG_FILE": lamina.home / "corp.ini", "PIP_INDEX_URL": None}, ("corp.ini",)


def pip_index_url(lamina, private):
    return [], {"PIP_INDEX_URL": private.with_login(USER, SECRET)}, ()


def pip_extra_index_url(lamina, private):
    return [], {"PIP_EXTRA_INDEX_URL": private.with_login(USER, SECRET)}, ()


def uv_default_index(lamina, private):
    return [], {"UV_DEFAULT_INDEX": private.with_login(USER, SECRET)}, ()


def uv_named_index(lamina, private):
    return [], {"UV_INDEX": f"corp={private.url}", "UV_INDEX_CORP_USERNAME": USER, "UV_INDEX_CORP_PASSWORD": SECRET}, ()


def lamina_index_url(lamina, private):
    return [], {"LAMINA_INDEX_URL": private.with_login(USER, SECRET)}, ()


def lamina_toml(lamina, private):
    lamina.write("lamina.toml", f'[index.corp]\nurl = "{private.url}"\ndefault = true\nusername = "${{CORP_USER}}"\npassword = "${{CORP_KEY}}"\n')
    return [], {"CORP_USER": USER, "CORP_KEY": SECRET}, ()


WAYS = [url_userinfo, percent_userinfo, requirements_file, requirements_variable, netrc, netrc_variable, pip_conf, pip_config_file, pip_index_url,
        pip_extra_index_url, uv_default_index, uv_named_index, lamina_index_url, lamina_toml]


@pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)
def test_credentials(lamina, private, way):
    lamina.requirements(SOLO.pin)
    args, env, mine = way(lamina, private)
    result = lamina("build", "-vv", "--runtime", "python3.12", "--arch", "x86_64", "-r", "requirements.txt", "-o", "o.zip", *args, env=env)
    result.ok()
    assert {r.authorization for r in private.requests if r.status == 200} == {HEADER}
    canary(lamina, result, mine)
    warm = lamina("build", "--json", "--runtime", "python3.12", "--arch", "x86_64", "-r", "requirements.txt", "-o", "p.zip", *args, env=env).ok()
    canary(lamina, warm, mine)


@pytest.mark.parametrize("way", [w for w in WAYS if w not in (requirements_file, requirements_variable)], ids=lambda w: w.__name__)
def test_credentials_of_a_locked_url(lamina, private, way):
    """A lock that names the file's URL: credentials of the index at the same origin count."""
    import locks
    args, env, mine = way(lamina, private)
    lamina.write("pylock.toml", locks.pylock([SOLO], private.file_url))
    result = lamina("build", "-vv", "--runtime", "python3.12", "--arch", "x86_64", "--lock", "pylock.toml", "-o", "o.zip", *args, env=env)
    result.ok()
    canary(lamina, result, mine)


@pytest.mark.parametrize("user, password, said", [(None, None, "no credentials were sent"), (USER, "wrong-c4nary", "not accepted")])
def test_refused(lamina, private, user, password, said):
    lamina.requirements(SOLO.pin)
    url = private.with_login(user, password) if user else private.url
    for args in ([], ["-vv"]):
        result = lamina("build", "--json", "--runtime", "python3.12", "-r", "requirements.txt", "-o", "o.zip", "--index-url", url, *args)
        assert result.status == 5 and said in result.err and "401" in result.err and "wrong-c4nary" not in result.err + result.out, result
    assert len(private.requests) <= 4


def test_token_without_a_password(lamina, private):
    private.auth = ("t0ken-c4nary", "")
    lamina.requirements(SOLO.pin)
    result = lamina("build", "-vv", "--runtime", "python3.12", "-r", "requirements.txt", "-o", "o.zip", "--index-url",
                    private.url.replace("//", "//t0ken-c4nary@")).ok()
    assert "t0ken-c4nary" not in result.err + result.out


def test_pip_conf_values_of_several_lines(lamina, two_indexes):
    one, two = two_indexes
    one.add(EXTRA)
    two.add(SOLO)
    (lamina.home / ".pip").mkdir()
    (lamina.home / ".pip/pip.conf").write_text(f"[global]\nindex-url = {NOWHERE}\n[install]\nindex-url = {one.url}\nextra-index-url =\n    {two.url}\n    {two.url}\n")
    lamina.requirements(SOLO.pin, EXTRA.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", env={"PIP_CONFIG_FILE": None, "PIP_INDEX_URL": None}).ok()


# --- which index ---

def test_first_index_wins(lamina, two_indexes):
    """An extra index is asked first, and what it has comes from nowhere else: no confusion by a higher version."""
    private, public = two_indexes
    private.add(SOLO)
    public.add(wheels.make("solo", "99.0"), EXTRA)
    lamina.requirements(SOLO.pin, EXTRA.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", public.url, "--extra-index-url", private.url).ok()
    assert private.files(SOLO.file) and not public.files("solo") and public.files(EXTRA.file)
    assert "/simple/solo/" not in public.pages()


def test_first_index_wins_even_without_the_version(lamina, two_indexes):
    private, public = two_indexes
    private.add(wheels.make("solo", "0.1"))
    public.add(SOLO)
    lamina.requirements(SOLO.pin)
    result = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", public.url, "--extra-index-url", private.url)
    result.refused(4, "no-such-version", "solo==1.2", private.url.rstrip("/"))
    assert not public.requests


def test_broken_first_index_is_no_reason_to_ask_the_next(lamina, two_indexes):
    private, public = two_indexes
    private.fault("/simple/solo/", server.status(500), forever=True)
    public.add(SOLO)
    lamina.requirements(SOLO.pin)
    result = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", public.url, "--extra-index-url", private.url, "--retries", "0")
    assert result.status == 5 and not public.files(), result


@pytest.mark.parametrize("code", [401, 403])
def test_locked_first_index_is_no_reason_to_ask_the_next(lamina, two_indexes, code):
    private, public = two_indexes
    private.fault("/simple/solo/", server.status(code), forever=True)
    public.add(SOLO)
    lamina.requirements(SOLO.pin)
    result = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", public.url, "--extra-index-url", private.url)
    assert result.status == 5 and not public.files(), result


def test_index_for_some_packages(lamina, two_indexes):
    corp, public = two_indexes
    corp.add(EXTRA, SOLO)
    public.add(wheels.make("corp-lib", "3.0", files={"evil.py": b""}), SOLO)
    lamina.write("lamina.toml", f'[index.corp]\nurl = "{corp.url}"\npackages = ["corp-*"]\n[index.public]\nurl = "{public.url}"\ndefault = true\n'
                 '[layer.deps]\nruntime = "python3.12"\narch = "x86_64"\nrequirements = "requirements.txt"\n')
    lamina.requirements(SOLO.pin, "Corp_Lib==3.0")
    record = lamina("build", "--json").ok().record
    assert {d["name"]: d["sha256"] for d in record["distributions"]}["corp-lib"] == EXTRA.sha256
    assert corp.pages() == ["/simple/corp-lib/"] and public.pages() == ["/simple/solo/"]


def test_package_of_an_index_that_does_not_have_it(lamina, two_indexes):
    corp, public = two_indexes
    public.add(EXTRA)
    lamina.write("lamina.toml", f'[index.corp]\nurl = "{corp.url}"\npackages = ["corp-*"]\n[index.public]\nurl = "{public.url}"\ndefault = true\n'
                 '[layer.deps]\nruntime = "python3.12"\narch = "x86_64"\nrequirements = "requirements.txt"\n')
    lamina.requirements(EXTRA.pin)
    lamina("build", "--json").refused(4, "unknown-project", "corp-lib", corp.url.rstrip("/"))
    assert not public.requests


@pytest.mark.parametrize("winner", range(6))
def test_precedence(lamina, make_index, winner):
    """option, LAMINA_*, lamina.toml, UV_*, PIP_*, pip.conf: the highest that is there is asked, and nobody else."""
    indexes = [make_index().add(SOLO) for _ in range(6)]
    levels = ["option", "lamina", "toml", "uv", "pip", "conf"]
    urls = [i.url for i in indexes]
    use = levels[winner:]
    env = {"PIP_INDEX_URL": urls[4] if "pip" in use else None, "LAMINA_INDEX_URL": urls[1] if "lamina" in use else None,
           "UV_DEFAULT_INDEX": urls[3] if "uv" in use else None, "PIP_CONFIG_FILE": None}
    (lamina.home / ".pip").mkdir()
    (lamina.home / ".pip/pip.conf").write_text(f"[global]\nindex-url = {urls[5]}\n")
    if "toml" in use:
        lamina.write("lamina.toml", f'[index.x]\nurl = "{urls[2]}"\ndefault = true\n')
    lamina.requirements(SOLO.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", *(["--index-url", urls[0]] if "option" in use else []), env=env).ok()
    assert [bool(i.requests) for i in indexes] == [n == winner for n in range(6)]


# --- who gets to know ---

def test_not_to_another_host(lamina, private, make_index):
    """Files elsewhere are fetched without credentials."""
    files = make_index().add(SOLO)
    private.projects.clear()
    private.add(SOLO, url=files.file_url(SOLO))
    lamina.requirements(SOLO.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", private.with_login(USER, SECRET)).ok()
    assert [r.authorization for r in files.requests] == [None]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("what", ["page", "file"])
def test_not_after_a_redirect_to_another_origin(lamina, private, make_index, code, what):
    other = make_index().add(SOLO)
    path = "/simple/solo/" if what == "page" else f"/files/{SOLO.file}"
    private.fault(path, server.redirect(other.root + path, code), forever=True)
    lamina.requirements(SOLO.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", private.with_login(USER, SECRET)).ok()
    assert other.requests and {r.authorization for r in other.requests} == {None}


def test_kept_within_the_origin(lamina, private):
    private.fault(f"/files/{SOLO.file}", server.redirect("/files/again.whl"), forever=True)
    private.extra["/files/again.whl"] = (SOLO.data, "x/y")
    lamina.requirements(SOLO.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", private.with_login(USER, SECRET)).ok()
    assert {r.authorization for r in private.requests} == {HEADER}


def test_extra_index_does_not_get_the_credentials_of_the_first(lamina, private, make_index):
    other = make_index().add(wheels.make("other"))
    lamina.requirements(SOLO.pin, "other==1.0")
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", other.url, "--extra-index-url", private.with_login(USER, SECRET)).ok()
    assert {r.authorization for r in other.requests} == {None}


def test_broken_netrc_is_no_leak(lamina, private):
    (lamina.home / ".netrc").write_text(f"machine 127.0.0.1 login {USER} password {SECRET} nonsense\n")
    lamina.requirements(SOLO.pin)
    result = lamina("build", "-vv", "--runtime", "python3.12", "-r", "requirements.txt", "-o", "o.zip", "--index-url", private.url)
    assert SECRET not in result.err + result.out


def test_dump_has_no_secrets(lamina, private):
    lamina.requirements(SOLO.pin)
    lamina.write("lamina.toml", f'[index.corp]\nurl = "{private.url}"\ndefault = true\nusername = "${{U}}"\npassword = "${{P}}"\n'
                 '[layer.deps]\nruntime = "python3.12"\narch = "x86_64"\nrequirements = "requirements.txt"\n')
    for stage in ("project", "lock", "fetch", "plan"):
        result = lamina("build", "--dump", stage, env={"U": USER, "P": SECRET}).ok()
        assert SECRET not in result.out + result.err


def test_not_in_the_stamp_or_depfile(lamina, private):
    lamina.requirements(SOLO.pin)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", private.with_login(USER, SECRET), "--depfile", "o.d").ok()
    canary(lamina)
