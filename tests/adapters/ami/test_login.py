"""Logging in: the secret stays here, a refusal is told once and retried slowly, TLS is checked."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from ccd.adapters.ami import login
from tests.adapters.ami.fake_pbx import SECRET, FakePbx, event, response
from tests.adapters.ami.following import following, until


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_ca(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def test_the_secret_does_not_cross_the_wire() -> None:
    async with FakePbx() as pbx, following(pbx):
        assert SECRET.encode() not in pbx.received
        assert pbx.times("Login") == 1


async def test_without_a_challenge_the_secret_is_sent_on_loopback() -> None:
    async with FakePbx() as pbx:
        del pbx.answers["Challenge"]
        async with following(pbx):
            assert pbx.asked[1]["Secret"] == SECRET


async def test_without_a_challenge_the_secret_is_not_sent_over_a_wire(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(login, "_is_private", lambda protocol: False)
    async with FakePbx() as pbx:
        del pbx.answers["Challenge"]
        async with following(pbx, synced=False) as (session, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "login_refused"
            assert "set tls" in session.last_error
        assert SECRET.encode() not in pbx.received


@pytest.mark.parametrize("refused", ["Challenge", "Login"])
async def test_a_pbx_on_its_way_down_is_no_refused_login(refused: str) -> None:
    """Asterisk 22, seen at ``core restart now``: waiting half a minute would be half a minute blind."""
    async with FakePbx() as pbx:
        pbx.answers[refused] = lambda ask: response(ask, "Message: Asterisk is shutting down", kind="Error")
        async with following(pbx, synced=False) as (_, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "shutdown"
            await until(lambda: pbx.times(refused) > 1)


class Wire:
    """A protocol as ``_is_private`` sees one."""

    def __init__(self, **extra: Any) -> None:
        self.transport = self
        self.get_extra_info = extra.get


@pytest.mark.parametrize(
    ("extra", "private"),
    [
        ({"peername": ("127.0.0.1", 5038)}, True),
        ({"peername": ("127.9.9.9", 5038)}, True),
        ({"peername": ("::1", 5038, 0, 0)}, True),
        ({"peername": ("::ffff:127.0.0.1", 5038, 0, 0)}, True),
        ({"peername": ("192.168.1.2", 5038)}, False),
        ({"peername": ("fe80::1%eth0", 5038, 0, 2)}, False),
        ({"peername": ("::ffff:10.0.0.1", 5038, 0, 0)}, False),
        ({"peername": ("192.168.1.2", 5038), "ssl_object": object()}, True),
        ({"peername": None}, False),
        ({"peername": ""}, False),
    ],
)
def test_only_loopback_and_tls_are_private(extra: dict[str, Any], private: bool) -> None:
    assert login._is_private(Wire(**extra)) is private  # type: ignore[arg-type]


async def test_a_refused_login_is_told_with_its_reason_and_retried_slowly() -> None:
    async with FakePbx() as pbx, following(pbx, secret="wrong", synced=False) as (session, told):
        await until(lambda: len(told.waits) >= 5)
        assert [why for _, _, why in told.lost] == ["login_refused"]
        assert "user ccd: Authentication failed" in session.last_error
        assert min(told.waits) >= 30.0
        assert not session.connected
        assert session.cuts_by_reason["login_refused"] >= 5
        assert {asked["Action"] for asked in pbx.asked} == {"Challenge", "Login"}


async def test_a_login_that_becomes_possible_is_taken() -> None:
    async with FakePbx() as pbx:
        allowed = pbx.answers["Login"]
        pbx.answers["Login"] = lambda asked: response(asked, "Message: Authentication failed", kind="Error")
        async with following(pbx, synced=False) as (session, told):
            await until(lambda: told.lost)
            pbx.answers["Login"] = allowed
            await until(lambda: session.synced)
            assert session.last_error == ""
            assert [kind for kind, _ in told.log if kind != "message"] == ["lost", "linked", "synced"]


async def test_a_login_without_answer_is_bounded() -> None:
    async with FakePbx() as pbx:
        pbx.answers["Login"] = lambda asked: None
        async with following(pbx, synced=False, action_timeout_s=0.1) as (session, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "unanswered"
            assert "Login" in session.last_error


async def test_a_user_name_that_cannot_be_sent_is_a_refused_login() -> None:
    async with (
        FakePbx() as pbx,
        following(pbx, synced=False, username="ccd\r\nAction: Command") as (session, told),
    ):
        await until(lambda: told.lost)
        assert told.lost[0][2] == "login_refused"
        assert "field Username" in session.last_error
        assert pbx.times("Login") == 0


@pytest.fixture
def server_side(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_tls_with_the_site_s_own_certificate_works(server_side: ssl.SSLContext, tls_ca: Path) -> None:
    async with (
        FakePbx(tls=server_side) as pbx,
        following(pbx, tls=True, tls_ca=tls_ca, coalesce_s=0.02) as (session, told),
    ):
        assert (await session.action({"Action": "Ping"})).get("Ping") == "Pong"
        for n in range(40):  # dense enough to be gathered
            pbx.send(event("Hangup", f"Cause: {n}"))
            await asyncio.sleep(0.002)
        await until(lambda: told.names.count("Hangup") == 40)
        assert told.lost == []


@pytest.mark.parametrize("ca", [None, "missing.pem", "text.pem"])
async def test_a_pbx_that_cannot_prove_itself_is_refused(
    ca: str | None, tmp_path: Path, server_side: ssl.SSLContext
) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    named = None if ca is None else tmp_path / ca
    async with (
        FakePbx(tls=server_side) as pbx,
        following(pbx, synced=False, tls=True, tls_ca=named) as (
            session,
            told,
        ),
    ):
        await until(lambda: told.lost)
        assert told.lost[0][2] == "tls"
        assert session.last_error
        assert pbx.asked == []


async def test_a_plain_port_asked_for_tls_is_told_apart(tls_ca: Path) -> None:
    async with FakePbx() as pbx, following(pbx, synced=False, tls=True, tls_ca=tls_ca) as (_, told):
        await until(lambda: told.lost)
        assert told.lost[0][2] in ("tls", "unreachable")


async def test_a_tls_port_asked_in_plain_text_is_bounded(server_side: ssl.SSLContext) -> None:
    async with FakePbx(tls=server_side) as pbx:
        async with following(pbx, synced=False, action_timeout_s=0.2) as (_, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "unanswered"
        await asyncio.sleep(0)
