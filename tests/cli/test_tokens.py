"""`ccd token` and the API of a running daemon, as it comes: a token is made, used, and ended."""

from __future__ import annotations

import json
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.real import Home

CONFIG = """
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 4
teams = 1
calls_per_hour = 0
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    with home.daemon():
        yield home


def somebody(home: Home, role: str) -> str:
    done = home.ccd("roster", "show", "--json")
    people = json.loads(done.stdout)["people"]
    return str(next(person["code"] for person in people if person["role"] == role))


def ask(url: str, secret: str = "", body: Any = None, language: str = "en") -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Accept-Language": language})
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if secret:
        request.add_header("Authorization", f"Bearer {secret}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def new(home: Home, person: str, *scopes: str) -> tuple[str, str, str]:
    """Its name, its secret, and where the API is."""
    asked = [part for scope in scopes for part in ("--scope", scope)]
    done = home.ccd("token", "new", person, *asked, "--note", "for a test", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["token"]["token"], told["secret"], told["url"]


def test_a_token_is_made_used_listed_and_ended(running: Home) -> None:
    person = somebody(running, "team_lead")
    name, secret, url = new(running, person, "board", "acts")
    assert ask(f"{url}/api/v1/me", secret)[1]["person"] == person
    assert ask(f"{url}/api/v1/boards/meals", secret)[0] == 200
    listed = running.ccd("token", "list")
    assert f"{name}  {person}" in listed.stdout
    assert "acts,board" in listed.stdout
    assert "for a test" in listed.stdout
    assert secret not in listed.stdout
    done = running.ccd("token", "revoke", name)
    assert (done.returncode, done.stdout.strip()) == (0, f"token {name} of {person} is revoked")
    assert ask(f"{url}/api/v1/me", secret)[0] == 401
    assert name not in running.ccd("token", "list").stdout
    assert "revoked" in running.ccd("token", "list", "--all").stdout


def test_the_secret_alone_goes_to_standard_output_and_nowhere_else(running: Home) -> None:
    done = running.ccd("token", "new", somebody(running, "team_lead"), "--scope", "board")
    secret = done.stdout.strip()
    assert secret.startswith("ccd_")
    assert len(secret) == 47
    assert secret not in done.stderr
    assert "not shown again" in done.stderr
    with sqlite3.connect(f"file:{running.state}/ccd.sqlite?mode=ro", uri=True) as store:
        dump = "\n".join(store.iterdump())
    assert secret not in dump
    assert (running.state / "web.key").stat().st_mode & 0o777 == 0o600


def test_an_act_goes_through_the_policy_and_is_answered_in_its_words(running: Home) -> None:
    lead, agent = somebody(running, "team_lead"), somebody(running, "agent")
    _, secret, url = new(running, lead, "acts")
    body = {"person": agent, "values": {"minutes": "5", "reason": "x"}}
    status, told = ask(f"{url}/api/v1/acts/meals/extend", secret, body, "zh")
    assert (status, told["code"], told["title"]) == (409, "refused", "被拒绝")


def test_a_recording_that_is_not_there_is_said_so_through_a_lent_token(running: Home) -> None:
    person = somebody(running, "team_lead")
    done = running.ccd("recording", "get", "A" * 40, "--by", person, "--to", "x")
    assert (done.returncode, "no such recording" in done.stderr) == (4, True), done.stderr
    done = running.ccd("recording", "link", "1.1:/x.wav", "--by", person)
    assert (done.returncode, "no such recording" in done.stderr) == (4, True), done.stderr
    done = running.ccd("qa", "pull", "--mine", "--by", person, "--to", "x")
    assert (done.returncode, done.stdout) == (0, "nothing is on that list\n")
    assert all(not token["lent"] or token["person"] for token in tokens(running))


def tokens(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(home.ccd("token", "list", "--all", "--json").stdout)["tokens"]
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("token", "new", "nobody", "--scope", "all"), 4, "person: nobody in the roster has 'nobody'"),
        (("token", "new", "nobody"), 2, "--scope"),
        (("token", "revoke", "nothing"), 4, "token: none is called 'nothing'"),
        (("token", "new", "x", "--scope", "all", "--days", "0"), 2, "--days"),
    ],
)
def test_what_can_not_be_is_said(running: Home, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = running.ccd(*arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_port_that_is_taken_ends_the_start_and_names_its_setting(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = home.process("run", CCD_WEB__PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "web.port: cannot listen on 127.0.0.1" in done.stderr


def test_where_the_api_is_off_the_daemon_runs_and_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG + "[web]\nenabled = false\n")
    with home.daemon():
        person = somebody(home, "team_lead")
        assert json.loads(home.ccd("token", "new", person, "--scope", "all", "--json").stdout)["url"] == ""
        done = home.ccd("qa", "pull", "--mine", "--by", person, "--to", "x")
    assert (done.returncode, "web.enabled: the API is off" in done.stderr) == (4, True)
