"""`ccd handover` and `ccd bulletin` beside a daemon that runs, and what is left after it has stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.real import Home

GOOD, FOUND, USAGE, UNREACHABLE, REFUSED = 0, 1, 2, 3, 4
LEAD, OUTGOING, INCOMING, OTHER = "6021", "6001", "6002", "6003"
ZONE = ZoneInfo("Asia/Shanghai")
CONFIG = """
[daemon]
timezone = "Asia/Shanghai"
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 16
calls_per_hour = 60
[shifts]
sweep_s = 1
[shifts.kinds.before]
start = "{before:%H:%M}"
minutes = 235
[shifts.kinds.after]
start = "{after:%H:%M}"
minutes = 240
[policies.handover]
mode = "enforce"
floor = 0
judge_after_minutes = 1
"""


class Centre(Home):
    """One shift ended five minutes ago at the seat of ``OUTGOING``; ``INCOMING`` is to follow."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        now = datetime.now(ZONE).replace(second=0, microsecond=0)
        self.began = now - timedelta(minutes=240)
        self.gave_way = now - timedelta(minutes=5)
        self.configure(CONFIG.format(before=self.began, after=self.gave_way))
        self.seat = ""

    def plan(self) -> None:
        people = json.loads(self.ccd("roster", "show", "--json").stdout)["people"]
        self.seat = next(one["seat"] for one in people if one["code"] == OUTGOING)
        for code, day, shift in ((OUTGOING, self.began, "before"), (INCOMING, self.gave_way, "after")):
            done = self.ccd("shifts", "set", code, f"{day:%Y-%m-%d}", shift, "--seat", self.seat)
            assert done.returncode == GOOD, done.stderr
        self.ccd("arrive", OUTGOING, "--seat", self.seat)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    centre = Centre(tmp_path_factory.mktemp("home"))
    with centre.daemon():
        centre.plan()
        yield centre


def read(home: Home, *arguments: str) -> Any:
    done = home.ccd(*arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def board_seat(home: Centre) -> Any:
    return next(one for one in read(home, "handover", "show")["seats"] if one["seat"] == home.seat)


def test_the_board_shows_who_is_held_and_the_seat_is_not_left(running: Centre) -> None:
    seat = board_seat(running)
    assert (seat["outgoing"], seat["incoming"], seat["awaited"]) == (OUTGOING, INCOMING, [INCOMING])
    assert [one["person"] for one in seat["held"]] == [OUTGOING]
    refused = running.ccd("leave", OUTGOING, "--seat", running.seat, "--lang", "en")
    assert refused.returncode == REFUSED
    assert f"{INCOMING}" in refused.stderr
    assert "handover_" not in refused.stderr
    in_chinese = running.ccd("leave", OUTGOING, "--seat", running.seat, "--lang", "zh_CN")
    assert "机台" in in_chinese.stderr
    told = running.ccd("handover", "show", "--lang", "zh_CN").stdout
    assert f"等候接班：{INCOMING}" in told
    assert f"留岗：{OUTGOING}" in told


def test_the_log_is_written_signed_and_read_again(running: Centre) -> None:
    written = running.ccd("handover", "write", OUTGOING, "equipment", "headset 4 [31m is broken")
    assert (written.returncode, written.stderr) == (GOOD, "")
    assert running.ccd("handover", "write", OUTGOING, "staffing", "--none").returncode == GOOD
    assert running.ccd("handover", "write", OUTGOING, "unsolved", "-", typed="a\nb").returncode == GOOD
    assert running.ccd("handover", "sign", OUTGOING).returncode == GOOD
    told = read(running, "handover", "log", running.seat, "--day", f"{running.began:%Y-%m-%d}")["entries"]
    assert [(one["what"], one["none"]) for one in told] == [
        ("equipment", False),
        ("staffing", True),
        ("unsolved", False),
        ("signature", False),
    ]
    assert told[2]["text"] == "a\nb"
    shown = running.ccd("handover", "log", running.seat, "--day", f"{running.began:%Y-%m-%d}").stdout
    assert "nothing to report" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("handover", "write", OUTGOING, "gossip", "x"), "the log has no section gossip"),
        (("handover", "write", OUTGOING, "equipment"), "write a text"),
        (("handover", "write", OUTGOING, "equipment", "x", "--by", OTHER), "only 6001 or a lead"),
        (("handover", "sign", OTHER), "hands nothing over"),
        (("handover", "release", OUTGOING, "--by", OTHER, "--reason", "x"), "does not lead this team"),
        (("handover", "release", OUTGOING, "--by", OUTGOING, "--reason", "x"), "about themselves"),
        (("handover", "item-close", "99", "--by", OTHER), "there is no open problem 99"),
        (
            ("handover", "excuse", "nowhere", "2026-01-01", "after", "--by", LEAD, "--reason", "x"),
            "no verdict",
        ),
        (("bulletin", "post", "B1", "t", "x", "--by", OTHER), "does not lead this team"),
        (("handover", "release", "9999", "--by", LEAD, "--reason", "x"), "nobody in the roster has '9999'"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_in_words(
    running: Centre, arguments: tuple[str, ...], said: str
) -> None:
    done = running.ccd(*arguments)
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert said in done.stderr


def test_a_problem_is_opened_shown_and_closed(running: Centre) -> None:
    item = read(running, "handover", "item-open", OUTGOING, "line 3 crackles")["result"]["item"]
    assert f"open problem {item} at {running.seat}" in running.ccd("handover", "show").stdout
    assert running.ccd("handover", "item-close", item, "--by", LEAD, "--text", "done").returncode == GOOD
    assert item not in [one["item"] for one in read(running, "handover", "show")["items"]]


def test_a_bulletin_is_posted_and_read(running: Centre) -> None:
    posted = running.ccd("bulletin", "post", "B12", "new form", "use form 7", "--by", LEAD)
    assert (posted.returncode, posted.stderr) == (GOOD, "")
    assert OUTGOING in read(running, "handover", "show")["unread"]
    shown = running.ccd("bulletin", "read", "B12", OUTGOING)
    assert "use form 7" in shown.stdout
    (one,) = read(running, "bulletin", "list")["bulletins"]
    assert (one["id"], one["read_by"]) == ("B12", [OUTGOING])
    assert "read by 1" in running.ccd("bulletin", "list").stdout
    gone = running.ccd("bulletin", "read", "B99", OUTGOING)
    assert (gone.returncode, gone.stdout) == (FOUND, "")


def test_a_lead_names_other_relief_or_lets_go_and_it_stays_on_record(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    with centre.daemon():
        centre.plan()
        assert centre.ccd("handover", "relieve", centre.seat, OTHER, "--by", LEAD).returncode == GOOD
        assert board_seat(centre)["awaited"] == [OTHER, INCOMING]
        done = centre.ccd("handover", "release", OUTGOING, "--by", LEAD, "--reason", "school")
        assert (done.returncode, done.stderr) == (GOOD, "")
        left = centre.ccd("leave", OUTGOING, "--seat", centre.seat)
        assert (left.returncode, left.stderr) == (GOOD, "")
        assert centre.ccd("arrive", OUTGOING, "--seat", centre.seat).returncode == GOOD
        assert centre.ccd("leave", OUTGOING, "--seat", centre.seat, "--ill").returncode == GOOD
    first = f"{centre.began:%Y-%m-%d}"
    (total,) = read(centre, "handover", "ledger", "--from", first, "--to", first)["totals"]
    assert total["person"] == OUTGOING
    assert 0 < total["held_s"] < 7200
    assert f"{OUTGOING} {first[:7]}" in centre.ccd("handover", "ledger", "--from", first).stdout
    assert centre.ccd("handover", "show").returncode == UNREACHABLE
    assert centre.ccd("handover", "verdicts", "--from", "someday").returncode == USAGE
    told = read(centre, "handover", "show", "--day", first)
    assert [one["why"] for one in told["holds"]] == ["released"]
    for one in read(centre, "handover", "verdicts", "--from", first)["verdicts"]:
        assert one["verdict"] in ("unknown", "late", "incomplete", "complete", "empty_seat")
