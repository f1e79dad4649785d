"""What goes wrong without a daemon: one plain message that names the mend, and the documented exit code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ccd.cli.root import run
from tests.cli.real import COMMAND, Home

GOOD, FOUND, USAGE, UNREACHABLE, INTERRUPTED, PIPE = 0, 1, 2, 3, 130, 141


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "bad.toml").write_text("[metrics]\nport = 'x'\n[agi]\nprot = 1\n")
    (tmp_path / "pbx.toml").write_text("[pbx.main]\nport = 1\n")
    (tmp_path / "roster.csv").write_text("code,name,role\n1,张三,agent\n1,李四,nobody\n", "utf-8")
    (tmp_path / "noise").write_bytes(os.urandom(100))
    (tmp_path / "empty").mkdir()
    return Home(tmp_path)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        # usage
        ("", USAGE, "Usage: ccd"),
        ("statu", USAGE, "No such command 'statu'"),
        ("status --wach", USAGE, "No such option: --wach"),
        ("arrive 5", USAGE, "Missing option '--seat'"),
        ("--lang de version", USAGE, "'de' is not one of zh_CN, en"),
        ("status --lang de", USAGE, "'de' is not one of zh_CN, en"),
        ("simulate --port 99999", USAGE, "Invalid value for '--port'"),
        # settings
        ("--config none.toml status", USAGE, "none.toml: no such file; give --config FILE"),
        ("status --config bad.toml", USAGE, "bad.toml: metrics.port: must be a whole number"),
        ("check-config --config bad.toml", USAGE, "bad.toml: agi.prot: unknown key (port?)"),
        ("check-config --config pbx.toml", USAGE, "pbx.main.secret: missing; set secret_file, or Load"),
        ("check-config --config empty", USAGE, "empty: cannot be read: Is a directory"),
        ("run --config bad.toml", USAGE, "bad.toml: metrics.port: must be a whole number"),
        ("run --config noise", USAGE, "noise: byte"),
        ("doctor", USAGE, "no [pbx.NAME] is configured"),
        ("doctor --config pbx.toml --pbx other", USAGE, "no PBX is called other; there are: main"),
        ("doctor --config pbx.toml", USAGE, "pbx.main.secret: missing"),
        # the daemon
        ("status", UNREACHABLE, "no daemon is running here ("),
        ("status --json", UNREACHABLE, "start it with `ccd run`"),
        ("status --watch --json", UNREACHABLE, "no daemon is running here"),
        ("reload", UNREACHABLE, "no daemon is running here"),
        ("arrive 5 --seat 1", UNREACHABLE, "no daemon is running here"),
        ("leave 5 --seat 1", UNREACHABLE, "no daemon is running here"),
        ("pin set 5 --stdin", UNREACHABLE, "no daemon is running here"),
        # the store
        ("export call", FOUND, "ccd.sqlite: no such file: nothing has been stored yet; start the daemon"),
        ("roster show", FOUND, "nothing has been stored yet"),
        ("roster export", FOUND, "nothing has been stored yet"),
        ("backup b.tar", FOUND, "ccd.sqlite"),
        ("restore noise", FOUND, "noise: not a backup of ccd"),
        ("restore none", USAGE, "none: no such file; give the one that `ccd backup` wrote"),
        ("restore empty", USAGE, "empty: a folder or the like, not a file"),
        ("export call --since 2026-02-01 --until 2026-01-01", USAGE, "--since 2026-02-01 is not before"),
        ("export nothing", USAGE, "there is no nothing to export; there are: queue-log, agent-interval"),
        ("export call --format xml", USAGE, "--format xml: not for this; there are: csv, jsonl"),
        ("export call --since soon", USAGE, "--since: 'soon' is no time; write 2026-01-31"),
        ("export call --output none/x.csv", USAGE, "none/x.csv: No such file or directory"),
        # files
        ("roster import none.csv", USAGE, "none.csv: No such file or directory"),
        ("roster import empty", USAGE, "empty: Is a directory"),
        ("roster import roster.csv", FOUND, 'roster.csv: line 3, column "role"'),
        ("roster import roster.csv --dry-run", FOUND, "fault(s); nothing was imported"),
        ("replay none", USAGE, "none: No such file or directory"),
        ("replay noise", FOUND, "noise: cannot be replayed"),
        ("replay empty", FOUND, "empty: no record in it; is [journal] enabled"),
        ("replay noise --config none.toml", USAGE, "none.toml: no such file"),
        # PINs
        ("pin set 5", USAGE, "a PIN is typed at a terminal, or given by --stdin"),
    ],
)  # fmt: skip
def test_an_error_is_one_plain_message_and_a_code(home: Home, line: str, code: int, said: str) -> None:
    done = home.ccd(*line.split(), typed="483920\n")
    assert done.returncode == code
    assert said in done.stderr or (line == "" and said in done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("version", GOOD, "ccd "),
        ("--help", GOOD, "3 the\n  daemon is not reachable"),
        ("roster import --help", GOOD, "--dry-run"),
        ("check-config", GOOD, "built-in defaults (no file): good"),
        ("check-config --config bad.toml", USAGE, "2 fault(s)"),
        ("run --config bad.toml", USAGE, "must be a whole number"),
        ("reload", UNREACHABLE, "no daemon is running here"),
        ("replay noise", FOUND, "cannot be replayed"),
        ("nothing", USAGE, "No such command"),
    ],
)
def test_the_code_reaches_the_shell(home: Home, line: str, code: int, said: str) -> None:
    done = home.process(*line.split())
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_messages_are_chinese_where_the_terminal_is(home: Home) -> None:
    assert "这里没有运行中的 ccd" in home.ccd("reload", LANG="zh_CN.UTF-8").stderr
    assert "必须是整数" in home.ccd("check-config", "-c", "bad.toml", "--lang", "zh_CN").stderr
    home.configure("[daemon]\nlanguage = 'zh_CN'")
    assert "这里没有运行中的 ccd" in home.ccd("reload", LANG="C.UTF-8").stderr
    assert "no daemon is running" in home.ccd("reload", "--lang", "en", LANG="C.UTF-8").stderr


def test_a_terminal_that_knows_no_chinese_gets_no_traceback(home: Home) -> None:
    done = home.process(
        "--lang", "zh_CN", "check-config", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"
    )
    assert done.returncode == GOOD
    assert "Traceback" not in done.stderr
    assert "???" in done.stdout


def test_help_does_not_wait_for_the_heavy_parts(home: Home) -> None:
    done = home.process("--help", PYTHONPROFILEIMPORTTIME="1")
    for heavy in ("sqlalchemy", "asyncpg", "panoramisk", "uvicorn", "rich.live"):
        assert heavy not in done.stderr


def test_nobody_reading_is_no_error_message(home: Home) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            [*COMMAND, "check-config", "--show"],
            cwd=home.folder,
            env=home.environ,
            stdout=closed,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
        )
    assert done.returncode == PIPE
    assert "Error" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_ctrl_c_ends_without_a_traceback(home: Home) -> None:
    process = home.start("simulate", "--port", "0", "--agents", "4", "--roster", "people.csv")
    assert process.stdout is not None
    assert "127.0.0.1" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED
    assert error == ""
    assert home.ccd("roster", "import", "people.csv", "--dry-run").returncode == GOOD


def test_a_port_that_is_taken_is_named(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        simulated = home.ccd("simulate", "--port", str(port))
        assert (simulated.returncode, f"port {port}: " in simulated.stderr) == (USAGE, True)
        home.configure(f"[metrics]\nport = {port}\n[agi]\nport = 0\n[simulator]\nagents = 4\n")
        daemon = home.process("run")
    assert daemon.returncode == USAGE
    assert "metrics.port: cannot listen on 127.0.0.1" in daemon.stderr
    assert "Traceback" not in daemon.stderr


def test_a_state_folder_that_cannot_be_made_is_named(home: Home) -> None:
    (home.folder / "file").write_text("")
    home.configure("[daemon]\nstate_dir = 'file/state'\n[metrics]\nport = 0\n[agi]\nport = 0\n")
    done = home.process("run")
    assert done.returncode == USAGE
    assert "daemon.state_dir" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_of_somebody_else_is_told_apart_from_no_daemon(home: Home) -> None:
    home.state.mkdir(parents=True, mode=0o700)
    reader, writer = os.pipe()
    import ccd.adapters.control_client  # noqa: F401 - nobody may not be able to read our folder

    if (child := os.fork()) == 0:
        os.chdir("/")
        os.environ.update(home.environ)
        os.dup2(writer, 2)
        sys.stderr = os.fdopen(2, "w", buffering=1)
        os.setgroups([])
        os.setuid(65534)
        os._exit(run(["reload"]))
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as error:
        said = error.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == UNREACHABLE
    assert "permission denied; be the daemon's user or in daemon.control_group" in said
