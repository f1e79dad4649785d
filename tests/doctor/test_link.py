"""Whatever answers at the AMI port, the examination ends with a finding, and in time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from ccd.config import PbxSettings
from ccd.doctor import Finding, Status, examine
from ccd.doctor.link import Link, LinkError, RefusedError

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BANNER = b"Asterisk Call Manager/11.0.0\r\n"


@asynccontextmanager
async def serving(peer: Peer, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await peer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def settings(port: int, tmp_path: Path, timeout: float = 0.3) -> PbxSettings:
    return PbxSettings(
        port=port,
        action_timeout_s=timeout,
        resync_timeout_s=2 * timeout,
        config_dir=tmp_path,
        recordings_dir=tmp_path,
        username="ccd",
    )


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def other_program(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await reader.read()


async def deaf_after_banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(BANNER)
    await reader.read()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(BANNER)
    await reader.readuntil(b"\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def dies_in_a_list(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Lets in, then closes in the middle of the queues."""
    writer.write(BANNER)
    while True:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        mine = asked.partition("ActionID: ")[2].partition("\r\n")[0]
        writer.write(f"Response: Success\r\nActionID: {mine}\r\nTimestamp: 1.5\r\n\r\n".encode())
        if "Action: QueueStatus" in asked:
            writer.write(f"Event: QueueParams\r\nActionID: {mine}\r\nQueue: sales\r\n\r\n".encode())
            return


@pytest.mark.parametrize(
    ("peer", "check", "words"),
    [
        (silent, "reachable", "no answer in 0.3 s"),
        (closing, "reachable", "says nothing an Asterisk would say"),
        (other_program, "reachable", "is no Asterisk"),
        (deaf_after_banner, "session", "no answer in 0.3 s"),
        (endless, "session", "more than 1 MiB"),
        (dies_in_a_list, "session", "closed the session"),
    ],
)
async def test_a_peer_that_misbehaves_is_a_finding(
    peer: Peer, check: str, words: str, tmp_path: Path
) -> None:
    async with serving(peer) as port, asyncio.timeout(20):
        found = await examine("main", settings(port, tmp_path), "secret")
    (told,) = [finding for finding in found if finding.check == check]
    assert told.status is Status.FAIL
    assert words in told.text


async def test_a_closed_port_is_a_finding(tmp_path: Path) -> None:
    async with serving(silent) as port:
        pass
    found: list[Finding] = await examine("main", settings(port, tmp_path), "secret")
    assert found[0].check == "reachable"
    assert "connection refused" in found[0].text


@pytest.mark.parametrize(
    ("authority", "reached", "words"),
    [
        ("ours", Status.OK, "Asterisk Call Manager"),
        (None, Status.FAIL, "certificate verify failed"),
        ("/nowhere/ca.pem", Status.FAIL, "tls_ca: /nowhere/ca.pem: No such file"),
    ],
)
async def test_tls_is_used_and_its_faults_are_named(
    authority: str | None, reached: Status, words: str, tmp_path: Path
) -> None:
    ours = trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("127.0.0.1").configure_cert(tls)
    named = tmp_path / "ca.pem" if authority == "ours" else authority and Path(authority)
    async with serving(deaf_after_banner, tls) as port:
        given = settings(port, tmp_path).model_copy(update={"tls": True, "tls_ca": named})
        found = await examine("main", given, "secret")
    assert (found[0].check, found[0].status) == ("reachable", reached)
    assert words in found[0].text


async def test_a_pbx_that_speaks_no_tls_is_named(tmp_path: Path) -> None:
    async with serving(deaf_after_banner) as port:
        given = settings(port, tmp_path).model_copy(update={"tls": True})
        found = await examine("main", given, "secret")
    assert (found[0].check, found[0].status) == ("reachable", Status.FAIL)
    assert "SSL" in found[0].text or "no answer" in found[0].text


async def test_the_secret_never_crosses_the_wire(tmp_path: Path) -> None:
    heard = bytearray()

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        while data := await reader.read(65536):
            heard.extend(data)
            mine = data.decode().rpartition("ActionID: ")[2].partition("\r\n")[0]
            writer.write(f"Response: Success\r\nActionID: {mine}\r\nChallenge: 12345\r\n\r\n".encode())

    async with serving(listening) as port:
        await examine("main", settings(port, tmp_path), "correct-horse")
    assert b"Action: Login" in heard
    assert b"correct-horse" not in heard


async def test_a_value_cannot_smuggle_a_second_action_in(tmp_path: Path) -> None:
    async with serving(deaf_after_banner) as port:
        link = Link(0.3, 0.6)
        await link.open(settings(port, tmp_path))
        with pytest.raises(LinkError, match="line break"):
            await link.action("Getvar", Variable="x\r\nAction: Command")
        await link.close()


async def test_an_error_response_is_told_with_its_message(tmp_path: Path) -> None:
    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"Response: Error\r\nActionID: ccd-doctor-1\r\nMessage: Permission denied\r\n\r\n")

    async with serving(refusing) as port:
        link = Link(0.3, 0.6)
        await link.open(settings(port, tmp_path))
        with pytest.raises(RefusedError, match="Permission denied"):
            await link.action("CoreStatus")
        await link.close()
