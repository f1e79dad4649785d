"""Every command with a daemon that runs (on the bundled simulator), and what is left once it has stopped."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccd.config import Settings
from tests.cli.real import COMMAND, Home

CONFIG = """
[metrics]
port = 0
[agi]
port = 0
[journal]
enabled = true
[simulator]
agents = 8
teams = 2
calls_per_hour = 300
"""
ROSTER = """\
code,name,role,team,seat,interface
2001,张三,agent,甲班,A1,PJSIP/1001
2002,李四,agent,甲班,A2,PJSIP/1002
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    (home.folder / "roster.csv").write_text(ROSTER, "utf-8")
    return home


@pytest.fixture(scope="module")
def running(home: Home) -> Iterator[Home]:
    with home.daemon():
        yield home


def test_status_finds_the_daemon_without_being_told(running: Home) -> None:
    done = running.ccd("status")
    assert done.returncode == 0, done.stderr
    assert "simulated  Asterisk 22" in done.stdout
    assert "\x1b" not in done.stdout


def test_status_as_json_is_the_whole_picture(running: Home) -> None:
    picture = json.loads(running.ccd("status", "--json").stdout)
    assert picture["daemon"] == "running"
    assert len(picture["pbxs"][0]["agents"]) >= 8


def test_status_is_found_from_another_folder_with_its_settings_named(running: Home, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--config", str(running.folder / "ccd.toml"), "status"],
        cwd=tmp_path,
        env=running.environ,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_watch_as_json_is_a_picture_a_second_until_nobody_reads(running: Home) -> None:
    process = running.start("status", "--watch", "--json")
    assert process.stdout is not None
    first, second = (json.loads(process.stdout.readline()) for _ in range(2))
    assert second["at"] > first["at"]
    process.stdout.close()
    assert process.stderr is not None
    assert process.wait(10) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_second_daemon_on_the_same_state_is_refused(running: Home) -> None:
    done = running.process("run")
    assert done.returncode == 1
    assert "is in use by process" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_roster_is_imported_shown_and_exported(running: Home) -> None:
    done = running.ccd("roster", "import", "roster.csv")
    assert done.returncode == 0, done.stderr
    assert "imported 2 people" in done.stdout
    assert "warning: team 甲班: 2 agents and no lead" in done.stderr
    shown = running.ccd("roster", "show").stdout
    assert re.search(r"2001 +张三 +agent +甲班 +A1 +PJSIP/1001", shown)
    again = running.ccd("roster", "export", "-o", "again.csv")
    assert again.returncode == 0, again.stderr
    assert running.ccd("roster", "import", "again.csv", "--dry-run", "-q").returncode == 0
    people = json.loads(running.ccd("roster", "show", "--json").stdout)["people"]
    assert [person["name"] for person in people] == ["张三", "李四"]


def test_numbers_and_addresses_of_the_roster_are_shown_and_exported(running: Home) -> None:
    row = "2009,司马文,公司领导,+12025550104,wen@example.com"
    (running.folder / "reached.csv").write_text(f"工号,姓名,角色,手机,邮箱\n{row}\n", "utf-8")
    done = running.ccd("roster", "import", "reached.csv")
    assert done.returncode == 0, done.stderr
    shown = running.ccd("roster", "show").stdout
    assert re.search(r"2009 +司马文 +management +\+12025550104 +wen@example\.com\n", shown)
    exported = running.ccd("roster", "export").stdout
    assert "2009,司马文,management,,,,,,,'+12025550104,wen@example.com" in exported


def test_a_bad_roster_leaves_the_old_one(running: Home) -> None:
    running.ccd("roster", "import", "roster.csv")
    (running.folder / "bad.csv").write_text(ROSTER + "2003,王五,king,,,\n", "utf-8")
    done = running.ccd("roster", "import", "bad.csv")
    assert done.returncode == 1
    assert 'bad.csv: line 4, column "role"' in done.stderr
    assert "王五" not in running.ccd("roster", "show").stdout


def test_people_are_signed_in_and_out_by_the_console(running: Home) -> None:
    running.ccd("roster", "import", "roster.csv")
    assert "2001 is signed in at seat A1" in running.ccd("arrive", "2001", "--seat", "A1").stdout
    agents = json.loads(running.ccd("status", "--json").stdout)["pbxs"][0]["agents"]
    (seat,) = [agent for agent in agents if agent["seat"] == "A1"]
    assert [person["name"] for person in seat["people"]] == ["张三"]
    elsewhere = running.ccd("leave", "2001", "--seat", "A2")
    assert elsewhere.returncode == 4
    assert "is not signed in at seat" in elsewhere.stderr
    assert "not_here" not in elsewhere.stderr
    assert running.ccd("leave", "2001", "--seat", "A1").returncode == 0
    assert running.ccd("arrive", "9999", "--seat", "A1").returncode == 4
    nowhere = running.ccd("arrive", "2001", "--seat", "A1", "--pbx", "moon")
    assert nowhere.returncode == 4
    assert "none is called 'moon'" in nowhere.stderr


def test_a_pin_is_set_and_never_shown(running: Home) -> None:
    running.ccd("roster", "import", "roster.csv")
    done = running.ccd("pin", "set", "2001", "--stdin", typed="483920\n")
    assert done.returncode == 0, done.stderr
    weak = running.ccd("pin", "set", "2001", "--stdin", typed="1111\n")
    assert weak.returncode == 2
    assert "all digits are the same" in weak.stderr
    unknown = running.ccd("pin", "set", "9999", "--stdin", typed="483920\n")
    assert unknown.returncode == 4
    assert "nobody in the roster has" in unknown.stderr
    assert "483920" not in done.stdout + done.stderr + unknown.stdout + unknown.stderr
    on_the_line = running.ccd("pin", "set", "2001", "483920")
    assert on_the_line.returncode == 2


def type_pins(home: Home, *pins: str) -> tuple[int, str]:
    """`ccd pin set 2001` at a terminal: its exit code, and all that was to be seen there."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home.folder)
        os.execve(COMMAND[0], [*COMMAND, "pin", "set", "2001"], home.environ)
    said = b""
    for prompt, pin in zip((b"New PIN of 2001: ", b"Again: "), pins, strict=True):
        while prompt not in said:
            said += os.read(terminal, 1024)
        os.write(terminal, pin.encode() + b"\n")
    with contextlib.suppress(OSError):  # how a terminal says that nobody is at the other end
        while data := os.read(terminal, 1024):
            said += data
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()


def test_a_pin_is_typed_twice_and_unseen(running: Home) -> None:
    running.ccd("roster", "import", "roster.csv")
    code, said = type_pins(running, "483920", "483920")
    assert code == 0, said
    assert "the PIN of 2001 is set" in said
    assert "483920" not in said
    code, said = type_pins(running, "483920", "483921")
    assert code == 2
    assert "the two are not the same" in said
    assert "48392" not in said


def test_reload_takes_good_settings_and_keeps_the_old_where_the_new_are_bad(running: Home) -> None:
    try:
        running.configure(CONFIG + "[span]\nagents_per_lead_max = 'many'\n")
        refused = running.ccd("check-config")
        assert refused.returncode == 2
        refused = running.ccd("reload", "--config", "/dev/null", XDG_STATE_HOME=str(running.folder / "state"))
        assert refused.returncode == 4
        assert "span.agents_per_lead_max: must be a whole number" in refused.stderr
        assert '"config", "ok": false' in running.ccd("status", "--json", "--config", "/dev/null").stdout
    finally:
        running.configure(CONFIG)
    assert running.ccd("reload").returncode == 0
    assert '"config", "ok": true' in running.ccd("status", "--json").stdout


def test_what_is_kept_is_exported_in_every_form(running: Home) -> None:
    rows = list(
        csv.DictReader(io.StringIO(running.ccd("export", "agent-interval").stdout.removeprefix("\ufeff")))
    )
    assert rows
    assert {"pbx", "interface", "state", "begin"} <= set(rows[0])
    lines = running.ccd("export", "agent_interval", "--format", "jsonl").stdout.splitlines()
    assert {json.loads(line)["pbx"] for line in lines} == {"simulated"}
    assert running.ccd("export", "agent-interval", "--format", "jsonl", "--since", "2100-01-01").stdout == ""
    assert running.ccd("export", "queue-log").returncode == 0
    written = running.ccd("export", "agent-interval", "-o", "out.csv")
    assert (written.returncode, written.stdout) == (0, "")
    out = running.folder / "out.csv"
    assert out.stat().st_mode & 0o077 == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbfpbx,")
    assert list(running.folder.glob(".out*")) == []


def test_status_is_shown_while_the_settings_are_faulty(running: Home) -> None:
    """An edit that went wrong must not take the view away from those who watch a daemon that runs."""
    before = (running.folder / "ccd.toml").read_text("utf-8")
    try:
        for broken in ("[metrics", "[metrics]\nport = 'x'\n"):
            running.configure(broken)
            done = running.ccd("status")
            assert done.returncode == 0, done.stderr
            assert "simulated  Asterisk 22" in done.stdout
            assert "ccd.toml: " in done.stderr
            assert "warning: the settings are faulty" in done.stderr
    finally:
        running.configure(before)


def test_what_is_exported_of_no_pbx_is_refused(running: Home) -> None:
    done = running.ccd("export", "call", "--pbx", "nope")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no PBX is called nope; there are: simulated" in done.stderr
    assert running.ccd("export", "call", "--pbx", "simulated").returncode == 0


def test_a_backup_is_made_beside_the_daemon_and_not_restored_under_it(running: Home) -> None:
    assert running.ccd("backup", "one.ccd").returncode == 0
    exists = running.ccd("backup", "one.ccd")
    assert exists.returncode == 1
    assert "exists already" in exists.stderr
    restored = running.ccd("restore", "--force", "one.ccd")
    assert restored.returncode == 1
    assert "is in use by" in restored.stderr


def test_doctor_has_nothing_to_examine_while_the_pbx_is_simulated(running: Home) -> None:
    assert running.ccd("doctor").returncode == 2


def test_after_a_stop_the_last_picture_is_shown_and_the_rest_can_be_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    with home.daemon() as process:
        home.ccd("roster", "import", "roster.csv")
        home.ccd("arrive", "2001", "--seat", "A1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    done = home.ccd("status")
    assert done.returncode == 3
    assert "THE DAEMON IS DOWN; this is the last known picture, 0:0" in done.stdout
    assert "张三" in done.stdout
    picture = json.loads(home.ccd("status", "--json").stdout)
    assert picture["daemon"] == "down"
    states = {agent["state"] for pbx in picture["pbxs"] for agent in pbx["agents"]}
    assert states
    assert states != {"unknown"}
    assert "张三" in home.ccd("roster", "show").stdout
    assert home.ccd("export", "agent-interval").returncode == 0
    assert home.ccd("backup", "two.ccd").returncode == 0
    assert home.ccd("restore", "two.ccd").returncode == 1
    assert home.ccd("restore", "two.ccd", "--force").returncode == 0
    assert home.ccd("reload").returncode == 3
    replays_are_equal(home)


def replays_are_equal(home: Home) -> None:
    """Whatever order Python's sets are in; and other settings give other facts."""
    journal = str(home.state / "journal")
    one, two = (home.process("replay", journal, "--json", PYTHONHASHSEED=seed).stdout for seed in "12")
    assert json.loads(one)["recorded"]["inputs"] > 10
    assert one == two
    (home.folder / "other.toml").write_text("[policies.presence]\nmode = 'off'\n[pbx.simulated]\n")
    other = json.loads(home.ccd("replay", journal, "--config", "other.toml", "--json").stdout)
    arrived = other["recorded"]["facts"]["PersonArrived"]
    assert arrived
    assert "PersonArrived" not in other["other"]["facts"]
    assert "+08:00 to " in home.process("replay", journal, TZ="Asia/Shanghai").stdout.splitlines()[0]
    assert json.loads(one)["recorded"]["began"].endswith("+00:00")
    table = home.ccd("replay", journal, "--config", "other.toml").stdout
    assert re.search(rf"PersonArrived +{arrived} +0 +-{arrived}\n", table)


def test_the_settings_in_force_are_shown_as_a_file_that_can_be_used(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(
        '[pbx.main]\nsecret = "hunter2"\nwrapup_s = { sales = 15, "b c" = 3 }\n[store]\nurl = "postgresql://u:hunter2@h/d"'
    )
    done = home.ccd("check-config", "--show", CCD_METRICS__PORT="9900")
    assert done.returncode == 0, done.stderr
    shown = tomllib.loads(done.stdout)
    assert shown["metrics"]["port"] == 9900
    assert Settings.model_validate(shown).pbx["main"].wrapup_s == {"sales": 15, "b c": 3}
    assert "hunter2" not in done.stdout + done.stderr
    told = json.loads(home.ccd("check-config", "--json", "--show").stdout)
    assert told["ok"] is True
    assert told["settings"]["pbx"]["main"]["secret"] == "**********"
    assert "hunter2" not in json.dumps(told)


@pytest.mark.parametrize(
    ("config", "environ", "said"),
    [
        ("", {}, "`ccd run` plays the bundled simulator"),
        ('[pbx.main]\nsecret = "x"', {}, "no roster has been imported"),
        ('[pbx.main]\nsecret = "x"', {}, "every user of this machine can read it (mode 0644)"),
        ('[pbx.main]\nsecret = "x"\nhost = "10.0.0.1"', {}, "the secret goes to 10.0.0.1 unencrypted"),
        ('[pbx.main]\nsecret = "x"\nrecordings_dir = "gone"', {}, "gone: no such folder here"),
        ('[metrics]\nhost = "0.0.0.0"', {}, "metrics.host: 0.0.0.0 lets the whole network connect"),
        ('[pbx.main]\nsecret = "x"', {}, "policies.incidents.police.number is empty (threat)"),
        ('[mqtt]\nhost = "10.0.0.2"\npassword_file = "p"', {}, "mqtt: the password goes to 10.0.0.2 unenc"),
        ('[mqtt]\nhost = "10.0.0.2"\npassword_file = "p"', {}, "p: every user of this machine can read it"),
        ("", {"CCD_METRICS_PORT": "1"}, "$CCD_METRICS_PORT has no effect: two underscores"),
    ],
)
def test_what_is_better_known_before_a_start_is_warned_of(
    tmp_path: Path, config: str, environ: dict[str, str], said: str
) -> None:
    home = Home(tmp_path)
    home.configure(config)
    (tmp_path / "ccd.toml").chmod(0o644)
    (tmp_path / "p").write_text("a password")
    (tmp_path / "p").chmod(0o644)
    done = home.ccd("check-config", **environ)
    assert done.returncode == 0
    assert any(said in line for line in done.stderr.splitlines() if line.startswith("warning: "))
    assert said not in home.ccd("check-config", "-q", **environ).stderr


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[notify.email]\nhost = "mail"', "notify.email.sender: "),
        (
            '[notify.email]\nhost = "mail"\nsender = "a@b.cn"\npassword_file = "gone"',
            "password_file: cannot be",
        ),
        ('[mqtt]\nhost = "broker"\ntls = true\ntls_ca = "gone"', "mqtt.tls_ca: cannot be read here"),
        (
            '[notify.webhooks.a]\nurl = "https://a"\nsecret_file = "gone"',
            "notify.webhooks.a.secret_file: cannot",
        ),
    ],
)
def test_what_would_keep_an_incident_from_being_told_is_a_fault(
    tmp_path: Path, config: str, said: str
) -> None:
    home = Home(tmp_path)
    home.configure(config)
    done = home.ccd("check-config")
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    "config", ["", "[policies.incidents]\nmode = 'off'", "[policies.incidents.police]\nnumber = '110'"]
)
def test_a_police_number_is_asked_for_only_where_one_is_missed(tmp_path: Path, config: str) -> None:
    home = Home(tmp_path)
    home.configure(config + ("\n[pbx.main]\nsecret = 'x'\n" if config else ""))
    assert "police" not in home.ccd("check-config").stderr
