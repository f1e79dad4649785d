"""From nothing to a connection that is logged in, and who is at its other end."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import ssl
from collections.abc import Callable

from ccd.adapters.ami.actions import ActionFailed, ActionTimeout, PendingAction
from ccd.adapters.ami.counts import Cut
from ccd.adapters.ami.protocol import Protocol
from ccd.adapters.ami.wanted import EVENT_CLASSES
from ccd.config import PbxSettings

__all__ = ["Refusal", "booted", "connect", "identify", "login"]


class Refusal(Exception):  # noqa: N818  # it reads as what happened
    """No session came about; ``why`` is the reason for the metric, the text is for people."""

    def __init__(self, why: Cut, text: str) -> None:
        super().__init__(text)
        self.why = why


async def connect(settings: PbxSettings, factory: Callable[[], Protocol]) -> Protocol:
    """A connection whose other end has said that it is an AMI. Raises Refusal.

    Bounded by ``action_timeout_s`` each for the connection and for the first line.
    """
    place = f"{settings.host}:{settings.port}"
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca) if settings.tls else None
    except OSError as error:  # ssl.SSLError is one
        raise Refusal(Cut.TLS, f"tls_ca {settings.tls_ca}: cannot be used: {error}") from None
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(settings.action_timeout_s):
            _, protocol = await loop.create_connection(factory, settings.host, settings.port, ssl=context)
    except TimeoutError:
        raise Refusal(Cut.UNREACHABLE, f"{place}: no answer in {settings.action_timeout_s:g} s") from None
    except ConnectionRefusedError:
        raise Refusal(Cut.REFUSED, f"{place}: nobody listens there; is manager.conf enabled?") from None
    except ssl.SSLError as error:
        raise Refusal(Cut.TLS, f"{place}: {error.reason or error}") from None
    except OSError as error:
        raise Refusal(Cut.UNREACHABLE, f"{place}: {error.strerror or error}") from None
    return protocol


async def login(protocol: Protocol, settings: PbxSettings, secret: str) -> None:
    """Log in by challenge, so that the secret does not cross the wire.

    The secret itself is sent only where there is no challenge and the wire is our own (loopback) or
    encrypted. Raises Refusal (LOGIN_REFUSED), ActionTimeout or NotConnected; ValueError for a user name or
    secret that cannot be sent.
    """
    timeout = settings.action_timeout_s
    await protocol.reached(protocol.greeted, timeout, "first line of an AMI")
    proof = await _proof(protocol, secret, timeout)
    fields = {"Action": "Login", "Username": settings.username, **proof, "Events": EVENT_CLASSES}
    try:
        await protocol.ask(PendingAction(fields), timeout)
    except ActionFailed as error:
        if _stopping(error):
            raise Refusal(Cut.SHUTDOWN, error.message) from None
        raise Refusal(
            Cut.LOGIN_REFUSED,
            f"user {settings.username}: {error.message}; see its section, secret and permit in manager.conf",
        ) from None


async def booted(protocol: Protocol, timeout: float) -> bool:
    """Wait until the PBX says that it has booted: before that it knows no queues, its lists are not whole.

    False when it does not say so within ``timeout`` (s): the user may not read ``system``, or the PBX is
    still booting, in which case the connection will be given up when it has. Raises NotConnected.
    """
    try:
        await protocol.reached(protocol.booted, timeout, "FullyBooted")
    except ActionTimeout:
        protocol.late_boot_is_a_cut = True
        return False
    return True


def _stopping(error: ActionFailed) -> bool:
    """A PBX on its way down refuses every action, logins too; that is no fault of the secret."""
    return "shutting down" in error.message


async def _proof(protocol: Protocol, secret: str, timeout: float) -> dict[str, str]:
    try:
        answer = await protocol.ask(PendingAction({"Action": "Challenge", "AuthType": "MD5"}), timeout)
    except ActionFailed as error:
        if _stopping(error):
            raise Refusal(Cut.SHUTDOWN, error.message) from None
        if not _is_private(protocol):
            raise Refusal(
                Cut.LOGIN_REFUSED,
                f"no challenge ({error.message}), and a secret is not sent in the clear: set tls",
            ) from None
        return {"Secret": secret}
    key = hashlib.md5((answer.get("Challenge") + secret).encode(), usedforsecurity=False)
    return {"AuthType": "MD5", "Key": key.hexdigest()}


async def identify(protocol: Protocol, timeout: float) -> tuple[str, str]:
    """The version of Asterisk, and when it was started, as it writes that (its own local time).

    The latter tells a restart from a cut. "" for what the user may not read.
    """
    version = boot = ""
    try:
        answer = await protocol.ask(PendingAction({"Action": "CoreSettings"}), timeout)
        version = answer.get("AsteriskVersion")
        answer = await protocol.ask(PendingAction({"Action": "CoreStatus"}), timeout)
        boot = f"{answer.get('CoreStartupDate')} {answer.get('CoreStartupTime')}".strip()
    except ActionFailed:
        pass  # both need the same right (reporting or system)
    return version, boot


def _is_private(protocol: Protocol) -> bool:
    """Whether nobody else can read along: TLS, or a peer on this machine."""
    if protocol.transport.get_extra_info("ssl_object") is not None:
        return True
    peer = protocol.transport.get_extra_info("peername")
    try:
        address = ipaddress.ip_address(peer[0].partition("%")[0])
    except (TypeError, IndexError, ValueError):
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
