"""The control socket, over real sockets: what it answers, whom it lets in, and what it survives."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import grp
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters import control
from ccd.adapters.control import ControlServer, RefusedError
from ccd.adapters.control_client import UnreachableError, call, follow
from ccd.config import ConfigError

Reply = dict[str, Any]


async def echo(request: Reply) -> Reply:
    return {"heard": request}


async def refuse(request: Reply) -> Reply:
    raise RefusedError("seat: nobody sits there")


async def fail(request: Reply) -> Reply:
    raise ZeroDivisionError("the secret is hunter2")


async def large(request: Reply) -> Reply:
    return {"text": "x" * int(request["bytes"])}


async def count(request: Reply) -> AsyncIterator[Reply]:
    for number in range(int(request.get("to", 1_000_000))):
        yield {"number": number}
        await asyncio.sleep(0.001)


COMMANDS = {"echo": echo, "refuse": refuse, "fail": fail, "large": large}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.fixture
async def server(path: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, COMMANDS, streams={"count": count})
    await server.start()
    yield server
    await server.close()


async def raw(path: Path, data: bytes) -> list[Reply]:
    """Everything the server says to these bytes before it closes."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(data)
    writer.write_eof()
    lines = (await asyncio.wait_for(reader.read(), 10)).splitlines()
    writer.close()
    return [json.loads(line) for line in lines]


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_command_gets_the_request_and_answers(server: ControlServer, path: Path) -> None:
    reply = await call(path, {"command": "echo", "name": "张三"})
    assert reply["ok"] is True
    assert reply["heard"]["name"] == "张三"


async def test_who_asked_is_taken_from_the_socket_and_not_from_the_request(
    server: ControlServer, path: Path
) -> None:
    reply = await call(path, {"command": "echo", "by": "somebody else"})
    assert reply["heard"]["by"] == getpass.getuser()


async def test_a_refusal_says_why(server: ControlServer, path: Path) -> None:
    reply = await call(path, {"command": "refuse"})
    assert reply == {"ok": False, "code": "refused", "error": "seat: nobody sits there"}


async def test_a_failing_command_neither_stops_the_server_nor_tells_its_secrets(
    server: ControlServer, path: Path
) -> None:
    reply = await call(path, {"command": "fail"})
    assert reply["code"] == "internal"
    assert "hunter2" not in json.dumps(reply)
    assert (await call(path, {"command": "echo"}))["ok"]


async def test_an_unknown_command_lists_the_known_ones(server: ControlServer, path: Path) -> None:
    reply = await call(path, {"command": "stop"})
    assert reply["code"] == "unknown_command"
    assert "count, echo, fail, large, refuse" in reply["error"]


@pytest.mark.parametrize(
    "line",
    [
        b"status\n",
        b"[]\n",
        b'"echo"\n',
        b"\n",
        b"\xff\xfe{}\n",
        b"{" * 100_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["word", "list", "string", "empty", "not utf-8", "braces", "deep", "http"],
)
async def test_what_is_no_request_is_told_so_and_sent_away(
    server: ControlServer, path: Path, line: bytes
) -> None:
    replies = await raw(path, line)
    assert [reply["code"] for reply in replies] == ["bad_request"]
    assert (await call(path, {"command": "echo"}))["ok"]


@pytest.mark.parametrize("command", [None, 5, ["echo"], {}])
async def test_a_command_that_is_no_text_is_unknown(
    server: ControlServer, path: Path, command: object
) -> None:
    assert (await call(path, {"command": command}))["code"] == "unknown_command"


async def test_requests_may_follow_each_other_on_one_connection(server: ControlServer, path: Path) -> None:
    line = b'{"command":"echo","n":%d}\n'
    replies = await raw(path, line % 1 + line % 2 + b'{"command":"refuse"}\n' + line % 3)
    assert [reply.get("heard", {}).get("n") for reply in replies] == [1, 2, None, 3]


async def test_a_request_may_come_byte_by_byte(server: ControlServer, path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(path))
    for byte in '{"command":"echo","name":"李"}\n'.encode():
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert json.loads(await reader.readline())["heard"]["name"] == "李"
    writer.close()


async def test_a_large_roster_passes(server: ControlServer, path: Path) -> None:
    people = [{"code": str(number), "name": "x" * 200} for number in range(50_000)]
    reply = await call(path, {"command": "echo", "people": people})
    assert len(reply["heard"]["people"]) == 50_000


async def test_a_request_without_end_is_cut(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "REQUEST_LIMIT", 100_000)
    replies = await raw(path, b"x" * 200_000)
    assert [reply["code"] for reply in replies] == ["bad_request"]
    assert "100000" in replies[0]["error"]
    assert server.dropped == 1


async def test_many_large_requests_share_one_limit_and_give_it_back(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "READING_LIMIT", 150_000)
    _, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"x" * 100_000)
    await until(lambda: server._reading == 100_000)
    assert [reply["code"] for reply in await raw(path, b"x" * 100_000)] == ["bad_request"]
    writer.close()
    await until(lambda: server._reading == 0)
    assert (await call(path, {"command": "echo", "text": "x" * 100_000}))["ok"]


async def test_a_silent_client_is_sent_away(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "IDLE_S", 0.05)
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b'{"command"')
    assert await asyncio.wait_for(reader.read(), 10) == b""
    assert server.dropped == 1
    writer.close()


async def test_a_client_that_does_not_read_is_dropped_and_holds_nobody_up(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "TAKE_S", 0.1)
    slow = socket.socket(socket.AF_UNIX)
    slow.connect(str(path))
    slow.sendall(b'{"command":"large","bytes":5000000}\n')
    assert (await call(path, {"command": "echo"}))["ok"]
    await until(lambda: server.dropped == 1)
    assert not server._clients
    slow.close()


async def test_more_clients_than_allowed_are_told_so(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "CLIENTS", 2)
    first = [await asyncio.open_unix_connection(str(path)) for _ in range(2)]
    assert (await call(path, {"command": "echo"}))["code"] == "busy"
    for _, writer in first:
        writer.close()
    await until(lambda: not server._clients)
    assert (await call(path, {"command": "echo"}))["ok"]


async def test_a_stream_goes_on_until_the_client_goes(server: ControlServer, path: Path) -> None:
    async with contextlib.aclosing(follow(path, {"command": "count"})) as replies:
        numbers = []
        async for reply in replies:
            numbers.append(reply["number"])
            if len(numbers) == 5:
                break
    assert numbers == [0, 1, 2, 3, 4]
    await until(lambda: not server._clients)


async def test_a_stream_that_ends_leaves_the_connection_usable(server: ControlServer, path: Path) -> None:
    replies = await raw(path, b'{"command":"count","to":2}\n{"command":"echo"}\n')
    assert [reply.get("number") for reply in replies[:2]] == [0, 1]
    assert "heard" in replies[2]


async def test_closing_ends_the_streams_and_takes_the_socket_away(path: Path) -> None:
    server = ControlServer(path, COMMANDS, streams={"count": count})
    await server.start()
    replies = follow(path, {"command": "count"})
    await anext(replies)
    await asyncio.wait_for(server.close(), 5)
    assert not path.exists()
    with contextlib.suppress(UnreachableError):
        async for _ in replies:
            pass


async def test_only_the_owner_may_connect(server: ControlServer, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_group_may_be_let_in(path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    path.parent.chmod(0o710)
    server = ControlServer(path, COMMANDS, group=group)
    await server.start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert path.stat().st_gid == os.getgid()
    await server.close()


async def test_a_group_that_cannot_come_as_far_as_the_socket_is_told_how(path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    path.parent.chmod(0o700)
    with pytest.raises(ConfigError, match=rf"daemon\.control_group: .* is closed to {group}; chgrp {group}"):
        await ControlServer(path, COMMANDS, group=group).start()
    assert not path.exists()


async def test_a_group_that_does_not_exist_is_named_with_its_key(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"daemon\.control_group: there is no group 'no-such-group'"):
        await ControlServer(path, COMMANDS, group="no-such-group").start()


async def test_what_a_killed_daemon_left_is_replaced(path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    server = ControlServer(path, COMMANDS)
    await server.start()
    assert (await call(path, {"command": "echo"}))["ok"]
    await server.close()


async def test_a_second_daemon_does_not_steal_the_socket(server: ControlServer, path: Path) -> None:
    with pytest.raises(ConfigError, match=r"another ccd is running here.*daemon\.state_dir"):
        await ControlServer(path, COMMANDS).start()
    assert (await call(path, {"command": "echo"}))["ok"]


async def test_a_file_in_the_way_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(ConfigError, match="is in the way and no socket"):
        await ControlServer(path, COMMANDS).start()
    assert path.read_text() == "precious"


async def test_closing_leaves_a_socket_that_is_no_longer_ours(path: Path) -> None:
    server = ControlServer(path, COMMANDS)
    await server.start()
    path.unlink()
    path.write_text("of somebody else")
    await server.close()
    assert path.read_text() == "of somebody else"


async def test_a_state_folder_with_too_long_a_path_is_named_with_the_mend(tmp_path: Path) -> None:
    deep = tmp_path / ("状态" * 20)
    deep.mkdir()
    path = deep / "control.sock"
    with pytest.raises(ConfigError, match=r"at most 107: give daemon\.state_dir a shorter path"):
        await ControlServer(path, COMMANDS).start()
    with pytest.raises(UnreachableError, match="at most 107") as unreachable:
        await call(path, {"command": "echo"})
    assert unreachable.value.why == "path"


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No such file or directory.*daemon\.state_dir"):
        await ControlServer(tmp_path / "none" / "control.sock", COMMANDS).start()


async def test_a_daemon_that_is_down_is_told_from_one_that_is_silent(path: Path) -> None:
    with pytest.raises(UnreachableError) as down:
        await call(path, {"command": "echo"})
    assert down.value.why == "down"
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(path))
    silent.listen()
    with pytest.raises(UnreachableError, match=r"within 0\.05 s") as unanswered:
        await call(path, {"command": "echo"}, timeout_s=0.05)
    assert unanswered.value.why == "silent"
    silent.close()


async def test_an_answer_that_is_no_json_is_no_answer(path: Path) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"<html>\n")
        writer.close()

    server = await asyncio.start_unix_server(nonsense, str(path))
    with pytest.raises(UnreachableError) as unanswered:
        await call(path, {"command": "echo"})
    assert unanswered.value.why == "silent"
    server.close()
