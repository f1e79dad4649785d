"""One call of a test phone: a SIP dialog and what a script does with it."""

from __future__ import annotations

import asyncio
import random
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.pbx.sipmessage import SipMessage, describe, media_address, tag_of, uri_of

if TYPE_CHECKING:
    from tests.pbx.sipua import Phone

__all__ = ["Call", "CallFailedError"]


class CallFailedError(Exception):
    """The other side refused, or was gone."""


class Call:
    """One dialog. ``answered`` and ``ended`` are events to wait for; ``status`` is what ended it early."""

    def __init__(self, phone: Phone, id: str, *, outgoing: bool) -> None:  # noqa: A002
        self.phone = phone
        self.id = id
        self.outgoing = outgoing
        self.number = ""
        """What was dialled; for a call that comes in, the user part it was sent to."""
        self.caller = ""
        """The From header of a call that comes in."""
        self.ringing = asyncio.Event()
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        self.status = 0
        self.local = self.remote = self.target = ""
        self.referred: asyncio.Queue[int] = asyncio.Queue()
        """Results of transfers, as the PBX's NOTIFY tells them: 100, then 200 or an error."""
        self._sequence = 0
        self._version = 0
        self._invite: SipMessage | None = None
        self._answer: SipMessage | None = None

    # --- what a script does -------------------------------------------------------------------------------

    async def ring(self) -> None:
        """Say that it rings."""
        self._reply_to_invite(180)

    async def answer(self) -> None:
        """Take the call. Does nothing where the caller has given up meanwhile."""
        if not self.ended.is_set():
            self._reply_to_invite(200, describe(self.phone.media.port, self._next_version(), "sendrecv"))
            self._talk()

    async def reject(self, status: int = 486) -> None:
        """Refuse: 486 busy here, 480 not available, 603 declined."""
        if not self.ended.is_set():
            self._reply_to_invite(status)
            self._over(status)

    async def hangup(self) -> None:
        """End it, whatever its state."""
        if self.ended.is_set():
            return
        if self.answered.is_set():
            self._over(0)
            await self._ask("BYE")
        elif self.outgoing:
            assert self._invite is not None
            self.status = 487
            cancel = SipMessage(f"CANCEL {self.target} SIP/2.0", [*self._invite.headers[:5]])
            cancel.headers.append(("CSeq", f"{self._invite.sequence} CANCEL"))
            await self.phone.transact(cancel)
        else:
            await self.reject(603)

    async def hold(self) -> None:
        await self._reinvite("sendonly")
        self.phone.media.send_to(self, None)

    async def resume(self) -> None:
        self._talk(await self._reinvite("sendrecv"))

    async def dtmf(self, digits: str, gap: float = 0.15) -> None:
        """Send digits by INFO, ``gap`` seconds apart."""
        for digit in digits:
            body = f"Signal={digit}\r\nDuration=100\r\n"
            await self._ask("INFO", (("Content-Type", "application/dtmf-relay"),), body)
            await asyncio.sleep(gap)

    async def press(self, digits: str) -> None:
        """Send digits in the audio stream (RFC 4733)."""
        await self.phone.media.press(self, digits)

    async def transfer(self, number: str) -> int:
        """Blind transfer by REFER. Returns the PBX's verdict (200: the other party is on its way there)."""
        return await self._refer(f"<sip:{number}@127.0.0.1:{self.phone.pbx_port}>")

    async def transfer_to(self, other: Call) -> int:
        """Attended transfer: join the far ends of this call and ``other`` by REFER with Replaces."""
        replaces = f"{other.id};to-tag={tag_of(other.remote)};from-tag={tag_of(other.local)}"
        return await self._refer(f"<{uri_of(other.remote)}?Replaces={quote(replaces, safe='')}>")

    async def wait_answered(self, timeout: float = 10) -> None:
        """Raises CallFailedError where it ends unanswered, TimeoutError where nothing happens."""
        answered = asyncio.ensure_future(self.answered.wait())
        ended = asyncio.ensure_future(self.ended.wait())
        try:
            done, _ = await asyncio.wait({answered, ended}, timeout=timeout, return_when="FIRST_COMPLETED")
        finally:
            answered.cancel()
            ended.cancel()
        if not done:
            raise TimeoutError(f"{self.phone.user}: {self.number} did not answer within {timeout} s")
        if not self.answered.is_set():
            raise CallFailedError(f"{self.phone.user}: {self.number} ended with {self.status}")

    async def wait_ended(self, timeout: float = 30) -> None:
        await asyncio.wait_for(self.ended.wait(), timeout)

    # --- the dialog ---------------------------------------------------------------------------------------

    async def invite(self, timeout: float) -> None:
        """Used by ``Phone.call``."""
        description = describe(self.phone.media.port, self._next_version(), "sendrecv")
        headers = (*self.phone.extra, ("Content-Type", "application/sdp"))
        self._invite = self._request("INVITE", headers, description)
        taken = asyncio.Event()
        self.phone.run(self._follow_invite(self._invite, taken))
        await asyncio.wait_for(taken.wait(), timeout)

    def invited(self, message: SipMessage) -> None:
        """Used by ``Phone`` for a call that comes in."""
        self._invite = message
        self.number = re.sub(r"^sips?:|@.*", "", message.start.split()[1])
        self.caller = self.remote = message.get("From")
        self.local = f"{message.get('To')};tag={random.getrandbits(48):x}"
        self.target = uri_of(message.get("Contact"))

    def received(self, message: SipMessage) -> None:
        """A request within this dialog."""
        method = message.method
        if method == "INVITE" and self._invite and message.branch == self._invite.branch:
            if self._answer:
                self.phone.send(self._answer)
        elif method in {"INVITE", "UPDATE"}:
            wants = "recvonly" if "a=sendonly" in message.body else "sendrecv"
            body = describe(self.phone.media.port, self._next_version(), wants)
            self.phone.reply(message, 200, body=body if method == "INVITE" or message.body else "")
        elif method == "CANCEL":
            self.phone.reply(message, 200)
            if not self.answered.is_set() and not self.ended.is_set():
                self._reply_to_invite(487)
                self._over(487)
        elif method == "BYE":
            self.phone.reply(message, 200)
            self._over(0)
        elif method == "NOTIFY":
            self.phone.reply(message, 200)
            if found := re.match(r"SIP/2.0 (\d+)", message.body):
                self.referred.put_nowait(int(found[1]))
        elif method != "ACK":
            self.phone.reply(message, 200)

    def acknowledge(self, response: SipMessage) -> None:
        self.remote = response.get("To")
        headers = self._headers("ACK", response.sequence)
        if response.status >= 300 and self._invite:
            headers[0] = ("Via", self._invite.get("Via"))
        self.phone.send(SipMessage(f"ACK {self.target} SIP/2.0", headers))

    async def _follow_invite(self, request: SipMessage, taken: asyncio.Event) -> None:
        def provisional(response: SipMessage) -> None:
            taken.set()
            if response.status >= 180:
                self.ringing.set()
                self.remote = response.get("To")  # with its tag a call that rings can be transferred, too

        try:
            response = await self.phone.transact(request, provisional)
        except CallFailedError:
            self._over(408)
            return
        if response.status < 300 and response.get("Contact"):
            self.target = uri_of(response.get("Contact"))
        self.acknowledge(response)
        taken.set()
        if response.status >= 300:
            self._over(response.status)
            return
        given_up = self.status == 487
        self._talk(response)
        if given_up:
            await self.hangup()

    async def _reinvite(self, direction: str) -> SipMessage:
        description = describe(self.phone.media.port, self._next_version(), direction)
        headers = (("Content-Type", "application/sdp"),)
        request = self._request("INVITE", headers, description)
        response = await self.phone.transact(request)
        self.acknowledge(response)
        if response.status >= 300:
            raise CallFailedError(f"{self.phone.user}: {direction} was answered with {response.status}")
        return response

    async def _refer(self, to: str) -> int:
        referred_by = f"<sip:{self.phone.user}@127.0.0.1>"
        status = (await self._ask("REFER", (("Refer-To", to), ("Referred-By", referred_by)))).status
        while status < 200 or status == 202:
            status = await asyncio.wait_for(self.referred.get(), 10)
        return status

    async def _ask(
        self, method: str, headers: tuple[tuple[str, str], ...] = (), body: str = ""
    ) -> SipMessage:
        return await self.phone.transact(self._request(method, headers, body))

    def _request(self, method: str, headers: tuple[tuple[str, str], ...] = (), body: str = "") -> SipMessage:
        self._sequence += 1
        return SipMessage(
            f"{method} {self.target} SIP/2.0", [*self._headers(method, self._sequence), *headers], body
        )

    def _headers(self, method: str, sequence: int) -> list[tuple[str, str]]:
        branch = f"z9hG4bK{random.getrandbits(64):x}"
        return [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.phone.port};rport;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.id),
            ("CSeq", f"{sequence} {method}"),
            ("Contact", self.phone.contact),
        ]

    def _reply_to_invite(self, status: int, body: str = "") -> None:
        assert self._invite is not None
        self._answer = self.phone.reply(self._invite, status, tag=tag_of(self.local), body=body)

    def _talk(self, response: SipMessage | None = None) -> None:
        source = response or self._invite
        assert source is not None
        self.answered.set()
        self.phone.media.send_to(self, media_address(source.body))

    def _over(self, status: int) -> None:
        self.status = self.status or status
        self.phone.media.send_to(self, None)
        self.ended.set()

    def _next_version(self) -> int:
        self._version += 1
        return self._version
