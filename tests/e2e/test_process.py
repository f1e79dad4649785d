"""The daemon as a process: how it starts, reloads and ends, whatever holds on to it meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ccd.adapters.control_client import call
from ccd.config import StoreSettings
from ccd.simulator import Simulator
from tests.adapters.store.postgres import Cluster
from tests.e2e.again import content, content_of_journal
from tests.e2e.daemon import Daemon
from tests.e2e.outside import Outside, following, people, until

Pbx = tuple[Simulator, int]

STOP_S = 5.0
JOURNAL = "[journal]\nenabled = true\n"


@contextlib.asynccontextmanager
async def running(daemon: Daemon, *, synced: bool = True) -> AsyncIterator[Outside]:
    outside = Outside(daemon)
    try:
        await outside.up(synced=synced)
        yield outside
    finally:
        if daemon.runs:
            await outside.stop(signal.SIGKILL)


@contextlib.asynccontextmanager
async def flooded(simulator: Simulator, rate: float = 2000) -> AsyncIterator[None]:
    """So many events a second for as long as this lasts."""
    flood = asyncio.create_task(simulator.flood(rate, 600))
    try:
        yield
    finally:
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)


async def stopped(outside: Outside, number: int = signal.SIGTERM) -> None:
    """In order, in time, and leaving nothing behind."""
    code, seconds = await outside.stop(number)
    assert code == 0, outside.daemon.tail()
    assert seconds < STOP_S
    nothing_left(outside.daemon.state)


def nothing_left(state: Path) -> None:
    """Neither a socket nor a lock that is held: the next daemon finds the place free."""
    assert not (state / "control.sock").exists()
    with (state / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --- the end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_under_a_flood_leaves_everything_written(
    centre: Pbx, tmp_path: Path, number: signal.Signals
) -> None:
    """What the store holds is what the journal's inputs give, row by row."""
    simulator, port = centre
    daemon = following(tmp_path / "ccd", port, JOURNAL)
    async with running(daemon) as outside, flooded(simulator):
        await until("3,000 messages", lambda: received(outside, 3000))
        await stopped(outside, number)
    stored = await content(StoreSettings(), daemon.state)
    given, inputs = await content_of_journal(daemon.state / "journal", tmp_path / "again")
    assert inputs > 1500
    assert stored == given
    assert sum(stored["agent_interval"].values()) > 100


async def received(outside: Outside, messages: int) -> bool:
    return await outside.value("ccd_ami_messages_total{pbx=main}") >= messages


async def test_a_second_signal_does_not_cut_the_writing_short(centre: Pbx, tmp_path: Path) -> None:
    simulator, port = centre
    daemon = following(tmp_path / "ccd", port, JOURNAL)
    async with running(daemon) as outside:
        simulator.burst(20_000)
        await until("the burst has begun to arrive", lambda: received(outside, 1000))
        ending = asyncio.create_task(outside.stop(signal.SIGTERM))
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            await asyncio.sleep(0.02)
            with contextlib.suppress(ProcessLookupError):
                os.kill(daemon.pid, number)
        code, seconds = await ending
    assert (code, seconds < STOP_S) == (0, True), daemon.tail()
    given, _ = await content_of_journal(daemon.state / "journal", tmp_path / "again")
    assert await content(StoreSettings(), daemon.state) == given


async def test_a_stop_while_the_pbx_is_gone(quiet: Pbx, tmp_path: Path) -> None:
    """It refuses connections, and another takes them and says nothing."""
    simulator, port = quiet
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    second = f'[pbx.silent]\nport = {silent.sockets[0].getsockname()[1]}\nsecret = "x"\n'
    daemon = following(tmp_path, port, second)
    async with running(daemon, synced=False) as outside:
        await until("the silent PBX is connected to", lambda: asyncio.sleep(0, silent.sockets))
        await simulator.stop()
        await until("the other is lost", lambda: blind(outside, "main"))
        await stopped(outside)
    silent.close()


async def blind(outside: Outside, pbx: str) -> bool:
    return await outside.value(f"ccd_pbx_blind{{pbx={pbx}}}") == 1


async def test_a_stop_while_postgresql_hangs(centre: Pbx, cluster: Cluster, tmp_path: Path) -> None:
    """In time, though somebody waits to be told that he is signed in; the log says what is not written."""
    simulator, port = centre
    daemon = following(tmp_path, port, f'[store]\nurl = "{cluster.create_database()}"\n')
    async with running(daemon) as outside:
        await outside.ask("roster_import", people=people(1))
        cluster.freeze()
        try:
            async with flooded(simulator):
                waiting = asyncio.create_task(
                    outside.ask("sign_in", kind="arrive", code="1001", seat="A-1001")
                )
                await until("facts wait", lambda: waiting_facts(outside, 300))
                code, seconds = await outside.stop(signal.SIGTERM)
        finally:
            cluster.thaw()
    print(f"ended in {seconds:.1f} s")
    assert (code, seconds < STOP_S) == (0, True), f"{seconds:.1f} s\n{daemon.tail()}"
    [told] = await asyncio.gather(waiting, return_exceptions=True)
    assert not (isinstance(told, dict) and told["ok"]), "nobody is told what is not so"
    assert "store_closed_with_facts_unwritten" in daemon.tail()
    nothing_left(daemon.state)


async def waiting_facts(outside: Outside, facts: int) -> bool:
    return await outside.value("ccd_store_queue_length") >= facts


async def test_a_stop_while_clients_hold_on(quiet: Pbx, tmp_path: Path) -> None:
    """Live views, one of them unread; a scraper that asks and never reads, and one that never asks."""
    _, port = quiet
    daemon = following(tmp_path, port)
    async with running(daemon) as outside:
        holding = []
        for request in (b'{"command": "watch"}\n', b'{"command": "watch"}\n', b'{"comm', b""):
            _, writer = await asyncio.open_unix_connection(str(daemon.state / "control.sock"), limit=1)
            writer.write(request)
            holding.append(writer)
        for request in (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20, b"GET /metr", b""):
            small = socket.socket()
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            small.connect(("127.0.0.1", daemon.metrics_port))
            _, writer = await asyncio.open_connection(sock=small, limit=1)
            writer.write(request)
            holding.append(writer)
        await asyncio.sleep(1)
        assert await outside.picture(), "they hold up nobody else"
        await stopped(outside)
    for writer in holding:
        writer.transport.abort()


async def test_a_stop_in_the_midst_of_starting_is_in_nobodys_way(quiet: Pbx, tmp_path: Path) -> None:
    _, port = quiet
    daemon = following(tmp_path, port)
    for delay in (0.1, 0.5, 0.7, 0.9, 1.1):
        await asyncio.to_thread(daemon.launch)
        await asyncio.sleep(delay)
        code, seconds = await Outside(daemon).stop(signal.SIGTERM)
        assert code in (0, -signal.SIGTERM), daemon.tail()
        assert seconds < STOP_S
    async with running(daemon) as outside:
        await stopped(outside)


# --- reload -----------------------------------------------------------------------------------------------


async def test_a_good_reload_is_in_force_and_a_bad_one_keeps_the_old_and_says_why(
    quiet: Pbx, tmp_path: Path
) -> None:
    _, port = quiet
    daemon = following(tmp_path, port)
    good = daemon.config.read_text("utf-8")
    async with running(daemon) as outside:
        assert await mode(outside, "enforce")
        daemon.config.write_text(good + '[policies.presence]\nmode = "observe"\n', "utf-8")
        os.kill(daemon.pid, signal.SIGHUP)
        await until("the new mode is in force", lambda: mode(outside, "observe"))
        code, why = await outside.ready()
        assert (code, why) == (200, {})

        daemon.config.write_text(good + '[policies.presence]\nmode = "enforced"\n', "utf-8")
        os.kill(daemon.pid, signal.SIGHUP)
        await until("the bad file is told of", lambda: not_ready(outside, "config"))
        code, why = await outside.ready()
        assert code == 503
        assert str(daemon.config) in why["config"]
        assert "policies.presence.mode" in why["config"]
        assert await mode(outside, "observe"), "the old settings are kept"
        assert await outside.value("ccd_config_valid") == 0
        assert "reload_refused" in daemon.tail()
        assert "policies.presence.mode" in daemon.tail()

        daemon.config.write_text(good, "utf-8")
        os.kill(daemon.pid, signal.SIGHUP)
        await until("the mended file is in force", lambda: mode(outside, "enforce"))
        assert await outside.ready() == (200, {})
        await stopped(outside)


MQTT_WITHOUT_ITS_PASSWORD = '\n[mqtt]\nhost = "127.0.0.1"\npassword_file = "not-there"\n'


async def mode(outside: Outside, mode: str) -> bool:
    return await outside.value(f"ccd_policy_info{{mode={mode},policy=presence}}") == 1


async def not_ready(outside: Outside, check: str) -> bool:
    return check in (await outside.ready())[1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b"\xff\xfe\x00"),
        lambda file: file.write_text(file.read_text("utf-8").replace('secret = "simulator"', ""), "utf-8"),
        lambda file: file.write_text(file.read_text("utf-8") + MQTT_WITHOUT_ITS_PASSWORD, "utf-8"),
    ],
    ids=["gone", "not text", "no secret", "no password of the broker"],
)
async def test_a_reload_that_finds_no_good_settings_keeps_the_old(
    quiet: Pbx, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    _, port = quiet
    daemon = following(tmp_path, port)
    async with running(daemon) as outside:
        spoil(daemon.config)
        os.kill(daemon.pid, signal.SIGHUP)
        await until("the fault is told", lambda: not_ready(outside, "config"))
        picture = await outside.picture()
        assert picture["pbxs"][0]["synced"]
        await stopped(outside)


async def test_a_reload_adds_and_takes_away_pbxs_and_leaves_the_others_alone(
    quiet: Pbx, tmp_path: Path
) -> None:
    simulator, port = quiet
    daemon = following(tmp_path, port)
    alone = daemon.config.read_text("utf-8")
    other = Simulator(day=False)
    more = f'[pbx.north]\nport = {await other.start()}\nusername = "ccd"\nsecret = "simulator"\n'
    async with running(daemon) as outside:
        daemon.config.write_text(alone + more, "utf-8")
        for _ in range(3):  # one upon the other
            os.kill(daemon.pid, signal.SIGHUP)
        await until("both are followed", lambda: synced(outside, "main", "north"))
        assert (simulator.sessions, other.sessions) == (1, 1)
        assert (await outside.picture())["pbxs"][0]["reconnects"] == 0
        daemon.config.write_text(alone, "utf-8")
        os.kill(daemon.pid, signal.SIGHUP)
        await until("one is followed", lambda: synced(outside, "main"))
        await until("the other is left", lambda: asyncio.sleep(0, other.sessions == 0))
        assert simulator.sessions == 1
        assert await outside.ready() == (200, {})
        await stopped(outside)
    await other.stop()


async def synced(outside: Outside, *names: str) -> bool:
    pbxs = (await outside.picture())["pbxs"]
    return [pbx["name"] for pbx in pbxs if pbx["synced"]] == list(names) and len(pbxs) == len(names)


# --- starts that fail -------------------------------------------------------------------------------------


def fails(daemon: Daemon, code: int, *texts: str) -> None:
    """With this exit code and these words, in a few lines, leaving nothing half done."""
    done = daemon.ccd("run", "--lang", "en", check=False)
    assert done.returncode == code, done.stderr
    for text in texts:
        assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (daemon.state / "control.sock").exists()
    if (daemon.state / "lock").exists():
        nothing_left(daemon.state)


def spare(folder: Path, more: str = "", secret: str = 'secret = "x"') -> Daemon:
    return Daemon(folder, f"[agi]\nenabled = false\n[pbx.main]\nport = 1\n{secret}\n{more}")


def test_a_port_in_use_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        daemon = spare(tmp_path / "metrics")
        daemon.config.write_text(
            daemon.config.read_text("utf-8").replace(str(daemon.metrics_port), str(port)), "utf-8"
        )
        fails(daemon, 2, "metrics.port", str(port), "change metrics.port")
        phones = Daemon(tmp_path / "agi", f'[agi]\nport = {port}\n[pbx.main]\nsecret = "x"\n')
        fails(phones, 2, "agi", str(port), "change agi.port")


@pytest.mark.parametrize(
    ("more", "secret", "texts"),
    [
        ("", "", ("pbx.main.secret",)),
        ("", 'secret_file = "nowhere"', ("pbx.main.secret", "nowhere")),
        ("", 'secret = ""', ("pbx.main.secret",)),
        ("[pbx.main.wrapup]\nsupport = 3\n", 'secret = "x"', ("ccd.toml", "pbx.main.wrapup")),
        ('[store]\nurl = "mysql://x"\n', 'secret = "x"', ("store.url",)),
    ],
    ids=[
        "no secret",
        "no secret file",
        "empty secret",
        "unknown key",
        "no store",
    ],
)
def test_settings_that_cannot_work_are_named_by_file_key_and_mend(
    tmp_path: Path, more: str, secret: str, texts: tuple[str, ...]
) -> None:
    daemon = spare(tmp_path, more, secret)
    fails(daemon, 1 if "store.url" in texts else 2, *texts)
    assert not (daemon.state / "ccd.sqlite").exists(), "nothing is begun before the settings are good"


@pytest.mark.parametrize("place", ["/sys/ccd", "file/state"])
def test_a_state_folder_that_cannot_be_written_is_named_with_its_setting(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder")
    daemon = spare(tmp_path / "ccd")
    state = str(tmp_path / place)
    daemon.config.write_text(daemon.config.read_text("utf-8").replace(str(daemon.state), state), "utf-8")
    fails(daemon, 2, "daemon.state_dir", state)


async def test_a_second_daemon_on_one_state_folder_is_refused_and_harms_nothing(
    quiet: Pbx, tmp_path: Path
) -> None:
    _, port = quiet
    first = following(tmp_path, port)
    async with running(first) as outside:
        done = await asyncio.to_thread(first.ccd, "run", "--lang", "en", check=False)
        assert done.returncode == 1
        for text in (str(first.state), f"process {first.pid}", "daemon.state_dir"):
            assert text in done.stderr
        assert "Traceback" not in done.stderr
        assert (await outside.picture())["pbxs"][0]["synced"]
        await stopped(outside)


# --- systemd ----------------------------------------------------------------------------------------------


class Systemd:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "4000000"}
        self.heard: list[str] = []

    def __contains__(self, message: str) -> bool:
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return message in self.heard

    async def has(self, message: str) -> bool:
        return message in self


async def test_systemd_is_told_when_it_is_ready_alive_reloading_and_stopping(
    quiet: Pbx, tmp_path: Path
) -> None:
    _, port = quiet
    systemd = Systemd(tmp_path)
    daemon = following(tmp_path / "ccd", port, environment=systemd.environment)
    async with running(daemon) as outside:
        assert "READY=1" in systemd
        await until("a sign of life", lambda: systemd.has("WATCHDOG=1"))
        systemd.heard.clear()
        os.kill(daemon.pid, signal.SIGHUP)
        await until("the reload is over", lambda: systemd.has("READY=1"))
        assert "RELOADING=1" in systemd
        assert systemd.heard.index("RELOADING=1") < systemd.heard.index("READY=1")
        systemd.heard.clear()
        await until("life goes on", lambda: systemd.has("WATCHDOG=1"))
        await stopped(outside)
        assert "STOPPING=1" in systemd


async def test_systemd_hears_no_ready_of_a_start_that_fails(tmp_path: Path) -> None:
    systemd = Systemd(tmp_path)
    daemon = spare(tmp_path / "ccd", secret="")
    daemon.environment = systemd.environment
    await asyncio.to_thread(daemon.launch)
    await until("it ends", lambda: asyncio.sleep(0, daemon.exit_code is not None))
    assert daemon.exit_code == 2
    assert "READY=1" not in systemd


# --- who asks ---------------------------------------------------------------------------------------------


async def test_what_clients_send_to_the_socket_stops_nobody(quiet: Pbx, tmp_path: Path) -> None:
    _, port = quiet
    daemon = following(tmp_path, port)
    async with running(daemon) as outside:
        for request in (b"\n", b"[]\n", b'{"command": 3}\n', b"\xff\n", b'{"command": "sign_in"}\n'):
            reader, writer = await asyncio.open_unix_connection(str(daemon.state / "control.sock"))
            writer.write(request)
            assert json.loads(await reader.readline())["ok"] is False
            writer.close()
        refused = await call(daemon.state / "control.sock", {"command": "pin_set", "code": "1", "hash": "x"})
        assert (refused["ok"], refused["code"]) == (False, "refused")
        assert (await outside.picture())["pbxs"][0]["synced"]
        await stopped(outside)
