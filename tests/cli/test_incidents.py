"""`ccd incident`, `ccd drill` and `ccd audit` beside a daemon that runs, and after it was killed."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.real import COMMAND, Home

GOOD, FOUND, USAGE, UNREACHABLE, REFUSED = 0, 1, 2, 3, 4
LEAD, MANAGER, AGENT = "6021", "6022", "6001"  # of the simulated centre with 16 agents
CONFIG = """
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 16
calls_per_hour = 60
[policies.incidents.ladders.threat]
police = "advise"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    with home.daemon():
        yield home


def read(home: Home, *arguments: str) -> Any:
    done = home.ccd(*arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def done(home: Home, *arguments: str, typed: str = "") -> str:
    """What a command said that must succeed."""
    ended = home.ccd(*arguments, typed=typed)
    assert (ended.returncode, ended.stderr) == (GOOD, "")
    return ended.stdout


def opened(running: Home) -> str:
    return str(read(running, "incident", "report", "threat", "--seat", "1-01")["incident"])


@pytest.fixture
def incident(running: Home) -> Iterator[str]:
    """One that is open; afterwards none is."""
    yield opened(running)
    close_all(running)


@pytest.fixture(scope="class")
def standing(running: Home) -> Iterator[str]:
    """One for many tests that change nothing of it."""
    yield opened(running)
    close_all(running)


def close_all(running: Home) -> None:
    for row in read(running, "incident", "list")["incidents"]:
        running.ccd("incident", "stand-down", row["id"], "--reason", "over", "--person", LEAD)
        running.ccd("incident", "close", row["id"], "--outcome", "over", "--person", LEAD)
    assert read(running, "incident", "list")["incidents"] == []


REFUSALS = [
    ("incident show nope", REFUSED, "there is none called 'nope'; open now:"),
    ("incident ack", USAGE, "say whose act it is: --person CODE"),
    ("incident ack -p 9999", REFUSED, "nobody in the roster has the code '9999'"),
    ("incident arrived -p 6021", REFUSED, "is no operations_manager: only the arrival of one stops"),
    ("incident stand-down -r x -p 6001", REFUSED, "agent may not do this; duty_lead"),
    ("incident stand-down -p 6021", USAGE, "Missing option '--reason'"),
    ("incident close -o done -p 6021", REFUSED, "stand it down first"),
    ("incident note -", REFUSED, "value: 1000000 characters; at most 4000"),
    ("incident report nuclear", REFUSED, "there are: threat, intruder, fire, danger, leak"),
    ("incident report --seat 9-99", REFUSED, "the roster has no seat 9-99"),
    ("incident report --call x.1", REFUSED, "there is no such call now"),
    ("incident report --by 9999", REFUSED, "nobody in the roster has the code '9999'"),
    ("incident detail ask.nothing x", USAGE, "ask.nothing: the checklist has no such question"),
    ("incident detail caller.gender robot", USAGE, "'robot' is none of male, female, unknown"),
    ("incident detail call.minutes soon", USAGE, "'soon' is no number of 0 - 1440"),
    ("incident detail ask.when", USAGE, "ask.when: 1000000 characters; at most 4000"),
    ("incident detail", USAGE, "name the question and its answer, or use a terminal"),
    ("incident evidence nope ccd.toml", REFUSED, "there is none called 'nope'"),
    ("incident evidence nope none.txt", USAGE, "none.txt: No such file"),
    ("incident bundle nope", FOUND, "no incident is called nope"),
    ("incident verify ccd.toml", FOUND, "ccd.toml"),
    ("incident verify none.zip", USAGE, "none.zip: No such file"),
    ("drill threat --seat 9-99", USAGE, "the drill could not be run: "),
    ("audit list --since soon", USAGE, "--since: 'soon' is no time"),
]


class TestRefusals:
    @pytest.mark.parametrize("language", ["en", "zh_CN"])
    @pytest.mark.parametrize(("line", "code", "said"), REFUSALS, ids=[line for line, *_ in REFUSALS])
    def test_what_cannot_be_done_is_said_with_the_mend(
        self, running: Home, standing: str, line: str, code: int, said: str, language: str
    ) -> None:
        """``detail`` takes the answer from a pipe where there is none: of a megabyte here."""
        before = len(read(running, "incident", "list", "--all")["incidents"])
        ended = running.ccd(*line.split(), "--lang", language, typed="x" * 1_000_000)
        assert ended.returncode == code
        assert "Traceback" not in ended.stdout + ended.stderr
        assert len(ended.stdout + ended.stderr) < 2_000
        if language == "en":
            assert said in ended.stdout + ended.stderr
        assert len(read(running, "incident", "list", "--all")["incidents"]) == before


def test_a_report_is_open_with_its_clock_at_once_in_both_languages(running: Home, incident: str) -> None:
    assert re.search(
        rf"{incident}  threat call .* 14:5\d to the police  1-01", done(running, "incident", "list")
    )
    shown = done(running, "incident", "show", "--lang", "zh_CN")
    assert "突发事件：要挟电话" in shown
    assert re.search(r"距报警 14:5\d", shown)
    assert "机台 1-01" in shown


def test_an_open_incident_stands_above_the_live_view(running: Home, incident: str) -> None:
    assert re.match(r" INCIDENT: threat call .* seat 1-01 .*", done(running, "status").splitlines()[1])
    chinese = done(running, "status", "--lang", "zh_CN").splitlines()[1]
    assert re.match(r" 突发事件：要挟电话 .*距报警 14:5\d.*机台 1-01", chinese)
    banner = read(running, "status")["incidents"]
    assert [row["id"] for row in banner] == [incident]


def test_what_is_shown_as_json_has_clock_ladder_tellings_checklist_and_timeline(
    running: Home, incident: str
) -> None:
    shown = read(running, "incident", "show", incident)
    assert set(shown) == {"daemon", "incident", "timeline", "names"}
    assert {"clock", "rungs", "told", "details", "evidence", "police", "call"} <= set(shown["incident"])
    assert 880 < shown["incident"]["clock_left_s"] <= 900
    assert shown["timeline"][0]["type"] == "IncidentOpened"


def test_the_acts_of_an_incident_from_the_report_to_the_outcome(running: Home, incident: str) -> None:
    assert f"{incident}: " in done(running, "incident", "ack", "--person", LEAD)
    done(running, "incident", "note", "the manager says wait", "--person", LEAD)
    assert "已记录" in done(running, "incident", "note", "-", "--lang", "zh_CN", typed="from a pipe")
    assert "has arrived" in done(running, "incident", "arrived", incident, "-p", MANAGER)
    phase = read(running, "incident", "show")["incident"]
    assert (phase["phase"], phase["clock_left_s"]) == ("attended", None)
    done(running, "incident", "close", "--outcome", "nothing was found", "-p", MANAGER)
    assert done(running, "incident", "list") == "no incident is open\n"
    assert re.search(rf"{incident} .*closed .*nothing was found", done(running, "incident", "list", "--all"))
    closed = done(running, "incident", "show", incident)
    assert "note of" in closed
    assert "from a pipe" in closed


def test_cannot_come_brings_the_decision_and_the_police_may_be_called_by_hand(
    running: Home, incident: str
) -> None:
    done(running, "incident", "ack", "-p", LEAD)
    done(running, "incident", "cannot", "-p", MANAGER)
    shown = read(running, "incident", "show")["incident"]
    assert (shown["phase"], shown["police"]["why"]) == ("police", "cannot_come")
    done(running, "incident", "police-called", "-p", LEAD, "--note", "they come")
    assert read(running, "incident", "show")["incident"]["police"]["state"] == "by_hand"


def test_the_police_may_be_asked_for_before_the_clock(running: Home, incident: str) -> None:
    done(running, "incident", "police", "-p", LEAD)
    assert read(running, "incident", "show")["incident"]["police"]["why"] == "asked"


def test_the_checklist_is_answered_question_by_question_and_each_answer_is_kept(
    running: Home, incident: str
) -> None:
    assert done(running, "incident", "detail", "ask.when", "at", "noon") == "When will it happen?: saved\n"
    chinese = done(running, "incident", "detail", incident, "caller.gender", "女", "--lang", "zh_CN")
    assert chinese == "性别：已保存\n"
    done(running, "incident", "detail", "words.exact", typed="pay or else\n")
    told = read(running, "incident", "detail")
    answers = {row["question"]: row["answer"] for row in told["questions"] if row["answer"]}
    assert answers == {"ask.when": "at noon", "caller.gender": "female", "words.exact": "pay or else"}
    assert 0 < told["complete"] < 1
    assert "caller.gender  性别: 女" in done(running, "incident", "detail", "--list", "--lang", "zh_CN")


def typed_at(home: Home, arguments: list[str], answers: list[tuple[str, str]]) -> str:
    """What is on a terminal when each answer is typed after its prompt; until the command has ended."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home.folder)
        os.execve(COMMAND[0], [*COMMAND, *arguments], {**home.environ, "TERM": "xterm"})
    seen, from_ = b"", 0
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if answers and answers[0][0].encode() in seen[from_:]:
            from_ = len(seen)
            os.write(terminal, answers.pop(0)[1].encode())
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # the command has ended
            break
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == GOOD
    assert answers == []
    return seen.decode()


def test_at_a_terminal_the_open_questions_are_gone_through(running: Home, incident: str) -> None:
    done(running, "incident", "detail", "call.time", "8:00")
    said = typed_at(
        running,
        ["incident", "detail"],
        [
            ("Number shown\r\n> ", "13800000000\n"),
            ("Number or line it came in on\r\n> ", "\n"),
            ("in minutes (a number)\r\n> ", "soon\n"),
            ("digits only, or `unknown`\r\n> ", "4\n"),
            ("Exact words of the threat\r\n> ", "pay\n"),
            ("What is threatened", "9,1\n"),
            ("What the caller demands\r\n> ", ".\n"),
        ],
    )
    assert "Time of the call" not in said
    answers = read(running, "incident", "show")["incident"]["details"]["answers"]
    assert answers == {
        "call.time": "8:00",
        "call.number_shown": "13800000000",
        "call.minutes": "4",
        "words.exact": "pay",
        "words.kind": "bomb,money",
    }


def test_an_incident_is_watched_live_until_q(running: Home, incident: str) -> None:
    said = typed_at(running, ["incident", "show", "--watch"], [("to the police", ""), ("TIMELINE", "q")])
    assert "\x1b[?1049h" in said  # a screen of its own, which is given back
    assert said.rindex("\x1b[?1049l") > said.rindex("\x1b[?1049h")


def test_an_incident_is_attended_to_while_the_settings_are_faulty(running: Home) -> None:
    """An edit that went wrong must keep nobody from reporting, acknowledging or standing down."""
    try:
        running.configure(CONFIG.replace('"advise"', '"advice"'))
        reported = running.ccd("incident", "report", "threat", "--seat", "1-01", "--json")
        assert reported.returncode == GOOD, reported.stderr
        incident = json.loads(reported.stdout)["incident"]
        for arguments in (
            ("list",),
            ("show", incident),
            ("detail", incident, "ask.who", "nobody"),
            ("detail", incident, "--list"),
            ("evidence", incident, str(running.folder / "ccd.toml")),
            ("stand-down", incident, "-r", "over", "-p", LEAD),
        ):
            ended = running.ccd("incident", *arguments)
            assert ended.returncode == GOOD, ended.stderr
            assert "warning: the settings are faulty" in ended.stderr
    finally:
        running.configure(CONFIG)
        close_all(running)


def test_a_report_that_faulty_settings_keep_from_ccd_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure("[metrics")
    ended = home.ccd("incident", "report")
    assert ended.returncode == USAGE
    assert "NOT REPORTED TO CCD. Tell the duty lead yourself" in ended.stderr


def test_evidence_and_its_bundle_are_kept_verified_and_on_record(
    running: Home, incident: str, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("pay, or else")
    assert "letter.txt added, 12 B" in done(running, "incident", "evidence", incident, str(letter))
    bundle = tmp_path / "bundle.zip"
    said = done(running, "incident", "bundle", incident, "-o", str(bundle))
    with zipfile.ZipFile(bundle) as made:
        held = [made.read(name) for name in made.namelist() if name.endswith("letter.txt")]
    assert held == [b"pay, or else"]
    assert "as it was made" in done(running, "incident", "verify", str(bundle))
    again = running.ccd("incident", "bundle", incident, "-o", str(bundle))
    assert (again.returncode, "File exists" in again.stderr) == (USAGE, True)
    entries = [json.loads(row) for row in done(running, "audit", "list", incident, "--json").splitlines()]
    made_at = next(entry for entry in entries if entry["act"] == "bundle")
    assert json.loads(made_at["data"])["sha256"] in said
    assert "intact" in done(running, "audit", "verify")


def test_a_changed_bundle_is_found_out(running: Home, incident: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    done(running, "incident", "bundle", incident, "-o", str(bundle))
    with zipfile.ZipFile(bundle) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    with zipfile.ZipFile(bundle, "w") as forged:
        for name, content in parts.items():
            forged.writestr(name, content.replace(b"1-01", b"1-02"))
    ended = running.ccd("incident", "verify", str(bundle))
    assert ended.returncode == FOUND
    assert "timeline" in ended.stdout
    assert read(running, "incident", "verify", str(bundle))["good"] is False


def test_a_drill_is_followed_to_its_verdict_with_the_times_of_every_rung(running: Home) -> None:
    process = running.start("drill", "threat", "--fast")
    while not (rows := read(running, "incident", "list")["incidents"]):
        assert process.poll() is None
        time.sleep(0.1)
    name = rows[0]["id"]
    assert rows[0]["drill"] is True
    assert "DRILL: threat call" in done(running, "status").splitlines()[1]
    done(running, "incident", "ack", "-p", LEAD)
    done(running, "incident", "arrived", "-p", MANAGER)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (GOOD, "")
    assert "THE DRILL WAS PASSED" in out
    assert re.search(r"1 duty lead +0\.\d s +0\.\d s .*\d\.\d s$", out, re.MULTILINE)
    assert re.search(r"somebody awaited arrived +\d+\.\d s", out)
    drills = read(running, "drill", "list")
    assert (drills["drills"][0]["incident"], drills["drills"][0]["passed"], drills["due"]) == (
        name,
        True,
        False,
    )
    assert "演练合格" in done(running, "drill", "list", "--lang", "zh_CN")


def test_a_drill_need_not_be_waited_for(running: Home) -> None:
    told = read(running, "drill", "threat", "--no-wait")
    assert told["verdict"] is None
    assert read(running, "incident", "show", told["incident"])["incident"]["drill"] is True
    done(running, "incident", "stand-down", "-p", LEAD, "-r", "seen enough")
    assert read(running, "incident", "list")["incidents"] == []


def test_what_was_kept_is_shown_and_bundled_with_the_daemon_killed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon() as daemon:
        name = read(home, "incident", "report", "--seat", "1-01")["incident"]
        daemon.kill()
        daemon.wait()
    listed = home.ccd("incident", "list", "--json")
    assert listed.returncode == UNREACHABLE
    told = json.loads(listed.stdout)
    assert (told["daemon"], [row["id"] for row in told["incidents"]]) == ("down", [name])
    assert "INCIDENT: threat call" in home.ccd("status").stdout
    shown = home.ccd("incident", "show")
    assert shown.returncode == UNREACHABLE
    assert "NO DAEMON ANSWERS" in shown.stdout
    assert name in shown.stdout
    done(home, "incident", "bundle", "-q")
    assert (tmp_path / f"{name}.zip").exists()
    assert "bundle" in done(home, "audit", "list", name)
    assert "完整" in done(home, "audit", "verify", "--lang", "zh_CN")
    report = home.ccd("incident", "report", "--seat", "1-01")
    assert report.returncode == UNREACHABLE
    assert "NOT REPORTED TO CCD. Tell the duty lead yourself, at once" in report.stderr
    assert home.ccd("drill", "threat").returncode == USAGE


def test_a_report_survives_the_death_of_the_daemon_that_was_to_take_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon() as first:
        first.send_signal(signal.SIGSTOP)
        report = home.start("incident", "report", "--seat", "1-01", "--json")
        while not connected_to(home):
            time.sleep(0.05)
        first.kill()
    with home.daemon():
        out, error = report.communicate(timeout=30)
        assert report.returncode == GOOD, error
        assert "the daemon went away before it answered; asking again for 10 s" in error
        rows = read(home, "incident", "list")["incidents"]
        assert [row["id"] for row in rows] == [json.loads(out)["incident"]]


def connected_to(home: Home) -> bool:
    """Whether somebody has connected to the control socket: it stands there twice then."""
    return Path("/proc/net/unix").read_text().count(str(home.state / "control.sock")) > 1


def test_a_drill_goes_on_across_the_death_of_the_daemon(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon() as first:
        drill = home.start("drill", "threat", "--fast")
        assert drill.stdout is not None
        assert "the drill has begun" in drill.stdout.readline()
        first.kill()
    with home.daemon():
        done(home, "incident", "ack", "-p", LEAD)
        done(home, "incident", "arrived", "-p", MANAGER)
        out, error = drill.communicate(timeout=60)
    assert (drill.returncode, "THE DRILL WAS PASSED" in out) == (GOOD, True), error


def test_a_change_of_the_audit_chain_is_found(tmp_path: Path) -> None:
    import sqlite3

    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon():
        done(home, "incident", "report", "--seat", "1-01")
    with sqlite3.connect(home.state / "ccd.sqlite") as store:
        store.execute("UPDATE audit SET who = 'nobody' WHERE seq = 1")
    for language, said in (("en", "entry 1: is not what it was"), ("zh_CN", "第 1 条：内容已被改动")):
        ended = home.ccd("audit", "verify", "--lang", language)
        assert ended.returncode == FOUND
        assert said in ended.stdout
    told = json.loads(home.ccd("audit", "verify", "--json").stdout)
    assert (told["intact"], told["findings"][0]["seq"]) == (False, 1)
