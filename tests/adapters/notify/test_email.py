"""E-mail, to a real SMTP server."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.adapters.notify.desk import Desk, a_tell, until
from tests.adapters.notify.mosquitto import free_port


class MailServer:
    """Keeps what it is given; answers a recipient as ``replies`` says, one reply after the other."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.hellos: list[str] = []
        self.replies: list[str] = []
        self.tried = 0
        self._server: asyncio.Server | None = None

    async def start(self, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        factory = partial(SMTP, self, enable_SMTPUTF8=False, loop=loop, **options)
        self._server = await loop.create_server(factory, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.hellos.append(hostname)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried += 1
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        return "250 taken"


def mail_settings(port: int, **changes: Any) -> dict[str, Any]:
    words = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "ccd@example.org", **changes}
    return {"notify": {"email": words}}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    server.stop()


async def test_a_message_arrives_whole_in_both_languages(desk: Desk, server: MailServer) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    result = await desk.result()
    assert (result.ok, result.error) == (True, "")
    (message,) = server.messages
    assert server.envelopes == [("ccd@example.org", ["lead@example.org"])]
    assert message["Subject"] == "要挟电话 A-12"
    assert message["To"] == "lead@example.org"
    assert message["X-CCD-Incident"] == "inc-1"
    assert message["X-CCD-Drill"] == "no"
    assert message["Message-ID"] == "<inc-1-tell-1@example.org>"
    assert message.get_content().splitlines() == ["座席 A-12 接到要挟电话。", "Threat call at seat A-12."]


async def test_a_repeated_delivery_is_recognised_by_its_message_id(desk: Desk, server: MailServer) -> None:
    desk.configure(**mail_settings(server.port))
    for _ in range(2):  # as after a crash between delivery and the record of it
        desk.inputs.clear()
        desk.notifiers.tell(a_tell("email"))
        await desk.result()
    assert [message["Message-ID"] for message in server.messages] == ["<inc-1-tell-1@example.org>"] * 2


async def test_the_same_message_asked_for_twice_at_once_is_sent_once(desk: Desk, server: MailServer) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    desk.notifiers.tell(a_tell("email"))
    await desk.result()
    await until(lambda: not desk.notifiers.under_way)
    assert len(server.messages) == len(desk.inputs) == 1


@pytest.mark.parametrize(
    "subject",
    [
        "seat\r\nBcc: thief@example.net\r\n\r\nbody",
        "seat\nX-CCD-Incident: other",
        "a\x00b\x0bc\u2028Bcc: d@example.net",
        "\r\n.\r\nMAIL FROM:<x@example.net>",
        "half \ud800 character",
    ],
)
async def test_a_hostile_subject_adds_no_header(desk: Desk, server: MailServer, subject: str) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email", subject=subject, text=f"{subject}\r\n.\r\nQUIT\r\n"))
    assert (await desk.result()).ok
    (message,) = server.messages
    assert message["Bcc"] is None
    assert message.get_all("X-CCD-Incident") == ["inc-1"]
    assert server.envelopes == [("ccd@example.org", ["lead@example.org"])]
    assert "QUIT" in message.get_content()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "nobody's address"),
        ("lead", "not an e-mail address"),
        ("a@example.org, b@example.org", "not an e-mail address"),
        ("a@example.org\r\nBcc: b@example.org", "not an e-mail address"),
        ("Lead <a@example.org>", "not an e-mail address"),
        ("a@example.org\n", "not an e-mail address"),
        ('"a b"@example.org', "not an e-mail address"),
    ],
)
async def test_what_is_no_address_is_refused_at_once(
    desk: Desk, server: MailServer, address: str, said: str
) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email", address=address))
    result = await desk.result()
    assert not result.ok
    assert said in result.error
    assert "\n" not in result.error
    assert not server.hellos


@pytest.mark.parametrize("words", [{"host": ""}, {"sender": ""}])
async def test_what_is_not_configured_is_said_with_the_setting(desk: Desk, words: dict[str, str]) -> None:
    desk.configure(**mail_settings(25, **words))
    desk.notifiers.tell(a_tell("email"))
    result = await desk.result()
    assert not result.ok
    assert result.error.startswith(f"not configured: set [notify.email] {next(iter(words))}")


async def test_a_megabyte_is_cut_and_says_so(desk: Desk, server: MailServer) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email", subject="x" * 1_000_000, text="长" * 1_000_000))
    assert (await desk.result()).ok
    (message,) = server.messages
    assert len(message["Subject"]) <= 200
    assert message.get_content().rstrip().endswith("[1000000 characters, cut]")
    assert len(message.get_content()) < 21_000


async def test_it_is_tried_until_the_server_is_there(desk: Desk) -> None:
    server = MailServer()
    server.port = free_port()
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    await until(lambda: desk.notifiers.retries >= 3)
    assert not desk.inputs
    await server.start()
    result = await desk.result()
    server.stop()
    assert result.ok
    assert len(server.messages) == 1


async def test_it_is_given_up_when_the_incident_is_over(desk: Desk) -> None:
    desk.configure(**mail_settings(free_port()))
    desk.notifiers.tell(a_tell("email"))
    await until(lambda: desk.notifiers.retries >= 2)
    desk.closed.add("inc-1")
    result = await desk.result()
    assert not result.ok
    assert "tries)" in result.error
    assert desk.notifiers.given_up == {"email": 1}


async def test_a_recipient_refused_for_good_is_not_tried_again(desk: Desk, server: MailServer) -> None:
    server.replies = ["550 no such mailbox"]
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    result = await desk.result()
    assert not result.ok
    assert "550 no such mailbox" in result.error
    assert server.tried == 1


async def test_a_recipient_refused_for_now_is_tried_again(desk: Desk, server: MailServer) -> None:
    server.replies = ["450 greylisted", "450 greylisted"]
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    assert (await desk.result()).ok
    assert server.tried == 3


async def test_a_silent_server_is_given_up_in_time(desk: Desk, silent_port: int) -> None:
    desk.configure(**mail_settings(silent_port, timeout_s=0.3))
    desk.closed.add("inc-1")
    desk.notifiers.tell(a_tell("email"))
    result = await desk.result(within_s=3)
    assert not result.ok
    assert f"127.0.0.1:{silent_port} did not take it within 0.3 s" in result.error


async def test_our_name_is_not_looked_up_to_greet_the_server(desk: Desk, server: MailServer) -> None:
    desk.configure(**mail_settings(server.port))
    desk.notifiers.tell(a_tell("email"))
    await desk.result()
    assert server.hellos == ["example.org"]


async def test_it_logs_in_over_tls_only_with_a_certificate_that_is_good(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    logins: list[tuple[bytes, bytes]] = []

    def log_in(server: SMTP, session: Session, envelope: Envelope, how: str, who: Any) -> AuthResult:
        assert isinstance(who, LoginPassword)
        logins.append((who.login, who.password))
        return AuthResult(success=who.password == b"open sesame")

    server = MailServer()
    await server.start(tls_context=context, authenticator=log_in, auth_required=True)
    (tmp_path / "password").write_text("open sesame\n")
    desk.configure(
        **mail_settings(server.port, tls="starttls", username="ccd", password_file=str(tmp_path / "password"))
    )
    desk.notifiers.tell(a_tell("email"))
    await until(lambda: desk.notifiers.retries >= 1)  # nobody here knows that authority
    assert not logins
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    result = await desk.result()
    server.stop()
    assert result.ok
    assert logins == [(b"ccd", b"open sesame")]
