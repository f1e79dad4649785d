"""`ccd listen` beside a daemon that runs: what it refuses and says, what is shown, and without a daemon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.real import Home

GOOD, USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4
LEAD, AGENT, OTHER = "6021", "6001", "6002"
CONFIG = """
[daemon]
timezone = "Asia/Shanghai"
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 16
calls_per_hour = 0
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    with home.daemon():
        yield home


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        ((AGENT, "--by", OTHER), "may not listen to", "无权监听"),
        (("to", AGENT, "--by", AGENT), "nobody listens to themselves", "不能监听自己"),
        ((AGENT, "--by", LEAD), "is on no call now", "现在没有通话"),
        ((AGENT, "--by", LEAD, "--barge"), "is on no call now", "现在没有通话"),
        (("turn", "whisper", "--by", LEAD), "listens to nobody now", "现在没有监听"),
        (("turn", "shout", "--by", LEAD), "is none of: listen, whisper, barge", "不在其中"),
        (("stop", "--by", LEAD), "listens to nobody now", "现在没有监听"),
        (("stop", "--by", LEAD, "--listening", "x"), "no such listening: x", "没有这个监听：x"),
        (("note", "--by", LEAD, "--comment", "x"), "has listened to nobody", "没有监听过"),
    ],
)
def test_what_is_refused_is_said_in_both_languages(
    running: Home, arguments: tuple[str, ...], english: str, chinese: str
) -> None:
    for language, said in (("en", english), ("zh_CN", chinese)):
        done = running.ccd("listen", *arguments, "--lang", language)
        assert done.returncode == REFUSED, done.stderr
        assert said in done.stderr


def test_somebody_who_is_in_no_roster_is_named(running: Home) -> None:
    assert "nobody in the roster has '77'" in running.ccd("listen", "77", "--by", LEAD).stderr
    assert "nobody in the roster has '77'" in running.ccd("listen", AGENT, "--by", "77").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (AGENT,),
        (AGENT, "--by"),
        (AGENT, "--by", LEAD, "--whisper", "--barge"),
        (AGENT, OTHER, "--by", LEAD),
        ("turn", "--by", LEAD),
        ("stop",),
        ("note",),
        ("--nothing",),
    ],
)
def test_what_is_missing_or_too_much_is_a_mistake_of_usage(running: Home, arguments: tuple[str, ...]) -> None:
    assert running.ccd("listen", *arguments).returncode == USAGE


def test_whom_nobody_listens_to_is_told_so(running: Home) -> None:
    assert "nobody listens to a call now" in running.ccd("listen", "list", "--lang", "en").stdout
    assert "现在没有人监听" in running.ccd("listen", "list", "--lang", "zh_CN").stdout
    told = json.loads(running.ccd("listen", "list", "--json").stdout)
    assert (told["live"], told["recent"], told["mode"]) == ([], [], "enforce")


def test_without_a_daemon_nobody_listens(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    for arguments in ((AGENT, "--by", LEAD), ("stop", "--by", LEAD), ("list",)):
        assert home.ccd("listen", *arguments).returncode == UNREACHABLE
