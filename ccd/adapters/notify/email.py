"""E-mail: one connection for each message, since there are few and servers close idle ones.

A message is recognised by its Message-ID, made of the key: what was delivered twice is shown once by most
mail programs. All of an incident's messages refer to one thread.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPRecipientsRefused

from ccd.adapters.notify.credentials import email_password
from ccd.adapters.notify.lane import Attempt, FailedError, UndeliverableError
from ccd.adapters.notify.message import SUBJECT, TEXT, cut, mailbox, one_line, plain
from ccd.adapters.notify.names import Names
from ccd.config import ConfigError, EmailSettings, Settings
from ccd.effects import Tell

__all__ = ["Email", "compose"]

_SEVEN_BITS = SMTP_POLICY.clone(cte_type="7bit")
"""Servers without 8BITMIME take it too."""
GOODBYE_S = 1.0
_CONNECTIONS = 4
"""At one time; mail servers turn away a client that opens many."""


class Email:
    def __init__(self, settings: Callable[[], Settings], now: Callable[[], datetime], names: Names) -> None:
        self._settings = settings
        self._now = now
        self._names = names
        self._slots = asyncio.Semaphore(_CONNECTIONS)

    def begin(self, effect: Tell) -> Attempt:
        at = self._now()
        return lambda: self._attempt(effect, at)

    async def _attempt(self, effect: Tell, at: datetime) -> None:
        """Raises FailedError or UndeliverableError."""
        sender, recipient = self._ends(self._settings().notify.email, effect)
        await self.deliver(compose(effect, sender, recipient, at), sender, recipient.addr_spec)

    async def deliver(
        self, message: EmailMessage, sender: Address, recipient: str, timeout_s: float = 0.0
    ) -> None:
        """Bring a message to one address, whatever its headers say; ``timeout_s`` where more than that of
        the settings. Raises FailedError or UndeliverableError.
        """
        settings = self._settings()
        email = settings.notify.email
        limit = max(email.timeout_s, timeout_s)
        try:
            password = email_password(settings)
            async with self._slots:
                await self._send(email, password, message, sender, recipient, limit)
        except TimeoutError:
            raise FailedError(f"{email.host}:{email.port} did not take it within {limit:g} s") from None
        except (SMTPRecipientsRefused, SMTPRecipientRefused) as error:
            refusals = _refusals(error)
            said = f"{recipient}: {refusals[0].code} {refusals[0].message}"
            if all(refusal.code >= 500 for refusal in refusals):
                raise UndeliverableError(f"refused: {said}") from None
            raise FailedError(f"refused for now: {said}") from None
        except (SMTPException, OSError, ConfigError, ValueError) as error:
            raise FailedError(f"{email.host}:{email.port}: {type(error).__name__}: {error}") from None

    def _ends(self, email: EmailSettings, effect: Tell) -> tuple[Address, Address]:
        if not email.host:
            raise UndeliverableError("not configured: set [notify.email] host")
        sender = mailbox(email.sender)
        if sender is None:
            raise UndeliverableError("not configured: set [notify.email] sender to an e-mail address")
        if not effect.address:
            raise UndeliverableError("nobody's address: give this person an e-mail address in the roster")
        recipient = mailbox(effect.address)
        if recipient is None:
            raise UndeliverableError(
                f"not an e-mail address: {one_line(effect.address, 100)}; correct it in the roster"
            )
        return sender, recipient

    async def _send(
        self,
        email: EmailSettings,
        password: str,
        message: EmailMessage,
        sender: Address,
        recipient: str,
        limit_s: float,
    ) -> None:
        """``limit_s`` is for all of it; the library's ``send`` would say goodbye even when cut off."""
        client: SMTP | None = None
        try:
            async with asyncio.timeout(limit_s):
                await self._names.look_up(email.host)
                context = None
                if email.tls != "none":
                    context = await asyncio.to_thread(ssl.create_default_context)
                client = SMTP(
                    hostname=email.host,
                    port=email.port,
                    local_hostname=sender.domain,  # given, or the DNS would be asked for it
                    timeout=limit_s,
                    use_tls=email.tls == "tls",
                    start_tls=email.tls == "starttls",
                    tls_context=context,
                    username=email.username or None,
                    password=password or None,
                )
                await client.connect()
                await client.send_message(message, sender=sender.addr_spec, recipients=[recipient])
            with suppress(SMTPException, OSError):  # it is theirs now, whatever becomes of the goodbye
                await client.quit(timeout=GOODBYE_S)
        finally:
            if client is not None:
                client.close()


def compose(effect: Tell, sender: Address, recipient: Address, at: datetime) -> EmailMessage:
    """The same effect gives the same message, to the byte; one without an incident is in no thread."""
    message = EmailMessage(policy=_SEVEN_BITS)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = one_line(effect.subject, SUBJECT)
    message["Date"] = at
    message["Message-ID"] = f"<{effect.key}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if effect.incident:
        message["References"] = f"<incident-{effect.incident}@{sender.domain}>"
        message["Importance"] = "high"
        message["X-CCD-Incident"] = effect.incident
        message["X-CCD-Drill"] = "yes" if effect.drill else "no"
    message.set_content(cut(plain(effect.text), TEXT))
    return message


def _refusals(error: SMTPRecipientsRefused | SMTPRecipientRefused) -> list[SMTPRecipientRefused]:
    return error.recipients if isinstance(error, SMTPRecipientsRefused) else [error]
