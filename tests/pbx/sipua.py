"""A small SIP phone on loopback, scripted per call: what the PBX's agents and callers are in these tests.

``Phone`` is a UDP port; each ``Call`` is one dialog of it. No registration (contacts are static), no
authentication, one codec. Digits go as INFO or in the audio, transfers as REFER, hold as a re-INVITE.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, cast

from tests.pbx.media import Media
from tests.pbx.sipcall import Call, CallFailedError
from tests.pbx.sipmessage import SipMessage, tag_of

__all__ = ["Behaviour", "Call", "CallFailedError", "Phone"]

_RESEND_S = (0.5, 1, 2, 4, 4)
_REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    480: "Temporarily Unavailable",
    481: "Call Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}

Behaviour = Callable[[Call], Coroutine[Any, Any, None]]


class Phone(asyncio.DatagramProtocol):
    """``behaviour`` is run for every call that comes in, as a task of its own; without one, it just rings."""

    def __init__(
        self, user: str, port: int, pbx_port: int, media: Media, extra: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.user = user
        self.port = port
        self.pbx_port = pbx_port
        self.media = media
        self.behaviour: Behaviour | None = None
        self.calls: list[Call] = []
        """Every call this phone has had, the newest last."""
        self.failures: list[BaseException] = []
        """What went wrong in behaviours."""
        self._extra = extra
        self._transport: asyncio.DatagramTransport | None = None
        self._dialogs: dict[str, Call] = {}
        self._waiting: dict[tuple[str, str], asyncio.Queue[SipMessage]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))

    async def stop(self) -> None:
        """Unplug: from now on the phone is unreachable. Calls are not hung up."""
        for task in self._tasks:
            task.cancel()
        for call in self.calls:
            self.media.send_to(call, None)
        if self._transport:
            self._transport.close()
            self._transport = None
        await asyncio.sleep(0)

    async def call(self, number: str, *, caller: str = "", name: str = "", timeout: float = 10) -> Call:
        """Dial and return at once when the PBX has taken the call (any provisional answer).

        ``caller`` and ``name``: what the phone says of itself; by default its own number.
        """
        call = Call(self, f"{random.getrandbits(64):x}@127.0.0.1", outgoing=True)
        call.number = number
        call.local = f'"{name}" <sip:{caller or self.user}@127.0.0.1>;tag={random.getrandbits(48):x}'
        call.remote = f"<sip:{number}@127.0.0.1:{self.pbx_port}>"
        call.target = f"sip:{number}@127.0.0.1:{self.pbx_port}"
        self._adopt(call)
        await call.invite(timeout)
        return call

    # --- wire ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def error_received(self, error: Exception) -> None:
        """The PBX is down; what was sent is lost as it would be on a network."""

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        message = SipMessage.parse(data)
        if message.status:
            if waiting := self._waiting.get((message.branch, message.method)):
                waiting.put_nowait(message)
            elif message.status >= 200 and message.method == "INVITE":
                self._again(message)
            return
        known = self._dialogs.get(message.get("Call-ID"))
        if known:
            known.received(message)
        elif message.method == "INVITE":
            self._invited(message)
        elif message.method == "OPTIONS":
            self.reply(message, 200)
        elif message.method != "ACK":
            self.reply(message, 481)

    def send(self, message: SipMessage) -> None:
        if self._transport:
            self._transport.sendto(message.encode(), ("127.0.0.1", self.pbx_port))

    def reply(self, request: SipMessage, status: int, *, tag: str = "", body: str = "") -> SipMessage:
        headers = [("Via", via) for via in request.all("Via")]
        to = request.get("To") + (f";tag={tag}" if tag and not tag_of(request.get("To")) else "")
        headers += [("From", request.get("From")), ("To", to)]
        headers += [("Call-ID", request.get("Call-ID")), ("CSeq", request.get("CSeq"))]
        headers += [
            ("Contact", self.contact),
            ("Allow", "INVITE, ACK, CANCEL, BYE, REFER, INFO, NOTIFY, UPDATE"),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        response = SipMessage(f"SIP/2.0 {status} {_REASONS.get(status, 'Whatever')}", headers, body)
        self.send(response)
        return response

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@127.0.0.1:{self.port}>"

    @property
    def extra(self) -> tuple[tuple[str, str], ...]:
        return self._extra

    async def transact(
        self, request: SipMessage, provisional: Callable[[SipMessage], None] | None = None
    ) -> SipMessage:
        """Send a request, again where nothing comes back, and return the final response."""
        key = (request.branch, request.method)
        inbox: asyncio.Queue[SipMessage] = asyncio.Queue()
        self._waiting[key] = inbox
        heard = False
        try:
            for pause in _RESEND_S:
                self.send(request)
                try:
                    while True:
                        response = await asyncio.wait_for(inbox.get(), None if heard else pause)
                        heard = request.method == "INVITE"
                        if response.status >= 200:
                            return response
                        if provisional:
                            provisional(response)
                except TimeoutError:
                    continue
            raise CallFailedError(f"{self.user}: no answer to {request.start}")
        finally:
            del self._waiting[key]

    def _invited(self, message: SipMessage) -> None:
        call = Call(self, message.get("Call-ID"), outgoing=False)
        call.invited(message)
        self._adopt(call)
        self.reply(message, 100)
        self.run(self.behaviour(call) if self.behaviour else call.ring())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.failures.append(error)

    def _adopt(self, call: Call) -> None:
        self._dialogs[call.id] = call
        self.calls.append(call)

    def _again(self, message: SipMessage) -> None:
        """A final answer that was repeated because our ACK was lost."""
        if call := self._dialogs.get(message.get("Call-ID")):
            call.acknowledge(message)
