"""What systemd hears, on real sockets of both kinds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccd.adapters.systemd import Notifier, watchdog_interval


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """The receiving socket, and what systemd would put into $NOTIFY_SOCKET."""
    address = (
        str(tmp_path / "notify") if request.param == "path" else f"\0ccd-test-{os.getpid()}-{time.time_ns()}"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        receiver.settimeout(2)
        yield receiver, address.replace("\0", "@")


def heard(receiver: socket.socket) -> dict[str, str]:
    """The next message, as systemd takes it apart."""
    return dict(line.split("=", 1) for line in receiver.recv(4096).decode().splitlines())


def test_a_whole_life_is_told(systemd: tuple[socket.socket, str]) -> None:
    receiver, address = systemd
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.ready("following main")
    assert heard(receiver) == {"READY": "1", "STATUS": "following main"}
    notifier.watchdog()
    assert heard(receiver) == {"WATCHDOG": "1"}
    notifier.status("12 agents")
    assert heard(receiver) == {"STATUS": "12 agents"}
    notifier.stopping()
    assert heard(receiver) == {"STOPPING": "1"}
    assert notifier.lost == 0


def test_a_reload_carries_the_moment_it_began(systemd: tuple[socket.socket, str]) -> None:
    receiver, address = systemd
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    Notifier({"NOTIFY_SOCKET": address}).reloading()
    message = heard(receiver)
    assert message["RELOADING"] == "1"
    assert before <= int(message["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_status_cannot_say_anything_else(systemd: tuple[socket.socket, str]) -> None:
    receiver, address = systemd
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.status("PBX down\nMAINPID=1\r\n\x0bWATCHDOG_USEC=1 张三 " + "x" * 5000)
    message = heard(receiver)
    assert list(message) == ["STATUS"]
    assert message["STATUS"].startswith("PBX down MAINPID=1 WATCHDOG_USEC=1 张三 xxx")
    assert len(message["STATUS"]) == 200


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_without_systemd_nothing_happens(environment: dict[str, str]) -> None:
    notifier = Notifier(environment)
    notifier.ready()
    notifier.watchdog()
    notifier.close()
    assert notifier.lost == 0


def test_a_systemd_that_is_gone_or_full_costs_nothing_but_the_message(tmp_path: Path) -> None:
    gone = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    gone.ready()
    assert gone.lost == 1
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "full"))
        full = Notifier({"NOTIFY_SOCKET": str(tmp_path / "full")})
        for _ in range(10_000):  # nobody reads: a waiting call would stand here for ever
            full.watchdog()
        assert 0 < full.lost < 10_000


def test_a_child_does_not_inherit_the_socket(systemd: tuple[socket.socket, str]) -> None:
    _, address = systemd
    notifier = Notifier({"NOTIFY_SOCKET": address})
    count = "import os; print(len(os.listdir('/proc/self/fd')))"
    with_socket = subprocess.run(
        [sys.executable, "-c", count], capture_output=True, text=True, check=True, close_fds=False
    ).stdout
    notifier.close()
    without = subprocess.run(
        [sys.executable, "-c", count], capture_output=True, text=True, check=True, close_fds=False
    ).stdout
    assert with_socket == without


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "10000000"}, 5.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "77"}, 5.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "78"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "x"}, None),
    ],
)
def test_pings_are_due_twice_as_often_as_systemd_asks(
    environment: dict[str, str], expected: float | None
) -> None:
    assert watchdog_interval(environment, pid=77) == expected
