"""Which configuration comes out of options, variables and pip.conf.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

from probe import ask

BUILT_IN = "https://built-in.example/simple"


def config(env=None, cwd=None, **request):
    return ask({"command": "config", "default_index": BUILT_IN, **request}, env, cwd).result()


def urls(c):
    return [s["url"] for s in c["sources"]]


def test_nothing_said():
    c = config()
    assert urls(c) == [BUILT_IN] and c["sources"][0]["default"]
    assert (c["timeout"], c["retries"], c["keyring"], c["no_index"], c["cert"]) == (30, 3, False, False, "")


LEVELS = ["command_line", "LAMINA", "lamina_toml", "project", "UV", "PIP", "pip.conf"]


@pytest.mark.parametrize("highest", range(len(LEVELS) + 1))
def test_precedence_of_the_default_index(tmp_path, highest):
    """Each level names its own index; the highest one that says something wins."""
    conf = tmp_path / "pip.conf"
    conf.write_text("[global]\nindex-url = https://pip.conf.example/s/\n")
    env, request = {"PIP_CONFIG_FILE": "/dev/null"}, {}
    for name in LEVELS[highest:]:
        url = f"https://{name.lower().replace('_', '-')}.example/s/"
        if name == "command_line" or name == "lamina_toml":
            request[name] = {"index_url": url}
        elif name == "project":
            request[name] = [{}, {"index_url": url}]
        elif name == "pip.conf":
            env["PIP_CONFIG_FILE"] = str(conf)
        else:
            env[{"LAMINA": "LAMINA_INDEX_URL", "UV": "UV_INDEX_URL", "PIP": "PIP_INDEX_URL"}[name]] = url
    expected = f"https://{LEVELS[highest].lower().replace('_', '-')}.example/s" if highest < len(LEVELS) else BUILT_IN
    assert urls(config(env, **request)) == [expected]


def test_lists_add_up_and_the_default_is_last():
    c = config({"PIP_EXTRA_INDEX_URL": "https://e4.example https://e1.example/", "UV_INDEX": "corp=https://e3.example/x https://e5.example",
                "UV_EXTRA_INDEX_URL": "https://e6.example", "PIP_INDEX_URL": "https://d.example/simple"},
               command_line={"extra_index_urls": ["https://e1.example"]},
               lamina_toml={"indexes": [{"name": "two", "url": "https://e2.example/", "packages": ["a-*"]}]})
    assert urls(c) == ["https://e1.example", "https://e2.example", "https://e3.example/x", "https://e5.example",
                       "https://e6.example", "https://e4.example", "https://d.example/simple"]
    assert c["sources"][1]["packages"] == ["a-*"] and c["sources"][2]["name"] == "corp"
    assert [s["default"] for s in c["sources"]] == [False] * 6 + [True]


def test_one_name_is_defined_once():
    c = config({"UV_INDEX": "corp=https://low.example/x"}, lamina_toml={"indexes": [{"name": "corp", "url": "https://high.example"}]})
    assert urls(c) == ["https://high.example", BUILT_IN]


def test_uv_default_index():
    assert urls(config({"UV_DEFAULT_INDEX": "main=https://u.example/s", "UV_INDEX_URL": "https://old.example/s"})) == \
        ["https://u.example/s"]


def test_default_of_lamina_toml_leaves_lower_ones_out():
    c = config({"UV_DEFAULT_INDEX": "https://u.example"}, lamina_toml={"indexes": [{"name": "m", "url": "https://m.example", "default": True}]})
    assert urls(c) == ["https://m.example"]


def test_no_index():
    assert urls(config({"PIP_NO_INDEX": "1"})) == []
    assert urls(config({"UV_NO_INDEX": "true"})) == []
    assert urls(config({"PIP_NO_INDEX": "yes"}, command_line={"no_index": False})) == [BUILT_IN]
    outcome = ask({"command": "config"}, {"PIP_NO_INDEX": "perhaps"})
    assert "PIP_NO_INDEX" in outcome.failed(2, "bad-value")


def test_numbers():
    c = config({"PIP_DEFAULT_TIMEOUT": "180", "PIP_RETRIES": "7"})
    assert (c["timeout"], c["retries"]) == (180, 7)
    c = config({"PIP_TIMEOUT": "2.5", "UV_HTTP_TIMEOUT": "9", "UV_HTTP_RETRIES": "0"}, command_line={"retries": 1})
    assert (c["timeout"], c["retries"]) == (9, 1)
    assert config({"PIP_TIMEOUT": "2.5"})["timeout"] == 3
    for value in ("-1", "many", "1e3", "99999999999999999999", "1.x"):
        ask({"command": "config"}, {"PIP_TIMEOUT": value}).failed(2, "bad-value")


def test_credentials_leave_the_url():
    c = config({"PIP_INDEX_URL": "https://me:p%40ss%2541@h.example:8443/simple/", "PIP_EXTRA_INDEX_URL": "https://token@t.example/s"})
    assert urls(c) == ["https://t.example/s", "https://h.example:8443/simple"]
    assert c["sources"][1]["credentials"] == ["me", "p@ss%41"]
    assert c["sources"][0]["credentials"] == ["token"]


@pytest.mark.parametrize("url", ["index.example/simple", "ftp://x.example/", "https://", "https://u:pa55@h h/s", "https://h:0/s", "git+https://h/s"])
def test_bad_index_urls(url):
    outcome = ask({"command": "config", "command_line": {"origin": "command line", "index_url": url}})
    outcome.failed(2, "index-url")
    assert "pa55" not in outcome.text


def test_folders(tmp_path):
    (tmp_path / "index").mkdir()
    c = config(cwd=tmp_path, command_line={"index_url": "index", "find_links": ["./index"]})
    assert urls(c) == [f"file://{tmp_path}/index"] and c["find_links"] == [f"file://{tmp_path}/index"]
    c = config(lamina_toml={"directory": str(tmp_path), "index_url": "./index", "find_links": ["index"]})
    assert urls(c) == [f"file://{tmp_path}/index"] and c["find_links"] == [f"file://{tmp_path}/index"]


# --- pip.conf ---

@pytest.fixture
def places(tmp_path):
    """Every file that pip reads, lowest first, with the environment that leads there."""
    files = [tmp_path / "xdg1/pip/pip.conf", tmp_path / "xdg2/pip/pip.conf", tmp_path / "home/.pip/pip.conf",
             tmp_path / "home/.config/pip/pip.conf", tmp_path / "venv/pip.conf", tmp_path / "named.conf"]
    for f in files:
        f.parent.mkdir(parents=True, exist_ok=True)
    env = {"XDG_CONFIG_DIRS": f"{tmp_path}/xdg1:{tmp_path}/xdg2", "HOME": f"{tmp_path}/home", "VIRTUAL_ENV": f"{tmp_path}/venv",
           "PIP_CONFIG_FILE": None}
    return files, env


@pytest.mark.parametrize("last", range(6))
def test_files_of_pip(places, last):
    files, env = places
    for i in range(last + 1):
        files[i].write_text(f"[global]\nindex-url = https://f{i}.example/s\n")
    if last == 5:
        env["PIP_CONFIG_FILE"] = str(files[5])
    assert urls(config(env)) == [f"https://f{last}.example/s"]


def test_named_file_replaces_the_users(places):
    files, env = places
    files[3].write_text("[global]\nextra-index-url = https://user.example\n")
    files[5].write_text("[global]\ntimeout = 5\n")
    assert urls(config(env)) == ["https://user.example", BUILT_IN]
    assert urls(config({**env, "PIP_CONFIG_FILE": str(files[5])})) == [BUILT_IN]
    assert urls(config({**env, "PIP_CONFIG_FILE": "/nonexistent/pip.conf"})) == ["https://user.example", BUILT_IN]
    assert urls(config({**env, "PIP_CONFIG_FILE": "/dev/null"})) == [BUILT_IN]


def test_sections_and_keys(places):
    files, env = places
    files[0].write_text("[install]\nindex-url = https://install.example/s\n")
    files[3].write_text("[global]\nindex_url = https://global.example/s\nextra-index-url =\n    https://a.example/s\n    https://b.example/s\n"
                        "trusted-host = a.example b.example\nfind-links =\n    https://fl.example/x.html\nretries: 9\n"
                        "cert = /etc/ca.pem\nclient_cert = /me.pem\nproxy = proxy.example:3128\n[list]\nindex-url = https://no.example\n")
    c = config(env)
    assert urls(c) == ["https://a.example/s", "https://b.example/s", "https://install.example/s"]
    assert c["trusted_hosts"] == ["a.example", "b.example"] and c["find_links"] == ["https://fl.example/x.html"]
    assert (c["retries"], c["cert"], c["client_cert"], c["https_proxy"]) == (9, "/etc/ca.pem", "/me.pem", "proxy.example:3128")
    # A variable replaces the key of the file, as in pip.
    c = config({**env, "PIP_EXTRA_INDEX_URL": "https://c.example/s", "PIP_TRUSTED_HOST": ""})
    assert urls(c) == ["https://c.example/s", "https://install.example/s"] and c["trusted_hosts"] == ["a.example", "b.example"]


def test_broken_pip_conf(places):
    files, env = places
    files[3].write_text("[global]\nindex-url = https://x.example\nindex-url = https://y.example\n")
    words = ask({"command": "config"}, env).failed(2, "pip-conf")
    assert "pip.conf:3" in words


# --- certificates, proxies ---

def test_certificates(tmp_path):
    everything = {"CURL_CA_BUNDLE": "/c", "REQUESTS_CA_BUNDLE": "/r", "SSL_CERT_FILE": "/s", "PIP_CERT": "/p"}
    assert config(everything, command_line={"cert": "/o"})["cert"] == "/o"
    for expected in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert config(everything)["cert"] == everything.pop(expected)
    assert config({"REQUESTS_CA_BUNDLE": str(tmp_path)})["cert_dir"] == str(tmp_path)
    assert config({"SSL_CERT_DIR": "/d"})["cert_dir"] == "/d"


def test_proxies():
    c = config({"HTTPS_PROXY": "http://s:1", "http_proxy": "http://h:1", "HTTP_PROXY": "http://no:1", "NO_PROXY": "a,b"})
    assert (c["https_proxy"], c["http_proxy"], c["no_proxy"]) == ("http://s:1", "http://h:1", "a,b")
    c = config({"ALL_PROXY": "socks5://a:1", "https_proxy": ""})
    assert (c["https_proxy"], c["http_proxy"]) == ("socks5://a:1", "socks5://a:1")
    c = config({"PIP_PROXY": "http://p:1", "HTTPS_PROXY": "http://s:1", "NO_PROXY": "a"})
    assert (c["https_proxy"], c["http_proxy"], c["no_proxy"]) == ("http://p:1", "http://p:1", "")


def test_keyring_setting():
    assert config({"PIP_KEYRING_PROVIDER": "subprocess"})["keyring"]
    assert config({"UV_KEYRING_PROVIDER": "subprocess"})["keyring"]
    assert not config({"PIP_KEYRING_PROVIDER": "disabled"})["keyring"]
    assert not config({"PIP_KEYRING_PROVIDER": "subprocess"}, command_line={"keyring": "disabled"})["keyring"]
