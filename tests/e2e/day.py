"""A random but seeded day in a call centre, played on a real PBX with phones that behave like people.

``Day(pbx, phones, seed, calls).play()``: callers who wait, give up or time out into another queue; agents who
answer, do not, are busy, hold, transfer blind or attended; pauses with reasons and changed reasons, members
who log in and out; direct, outbound and internal calls. ``faults`` are awaited at their share of the day.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from tests.pbx.ami import AmiError
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones
from tests.pbx.sipua import Behaviour, Call, CallFailedError

__all__ = ["EXTENSIONS", "Day"]

SUPPORT = ("1001", "1002", "1003", "1004", "1005")
SALES = ("1011", "1012", "1013", "1014", "1015")
VIP = ("1006", "1007", "1008")
DIRECT = ("1020", "1021", "1022", "1023", "1024")
TELESALES = ("1030", "1031", "1032", "1033")
QUEUED = {*SUPPORT, *SALES, *VIP}
EXTENSIONS = (*SUPPORT, *SALES, *VIP, *DIRECT, *TELESALES)
REASONS = ("午餐", "training", "restroom", "Back-office; forms")

Fault = Callable[[], Awaitable[None]]


class Day:
    def __init__(self, pbx: Asterisk, phones: Phones, *, seed: int, calls: int, per_second: float) -> None:
        self.pbx = pbx
        self.phones = phones
        self.random = random.Random(seed)
        self.calls = calls
        self.per_second = per_second
        self.placed = 0
        self._running: set[asyncio.Task[None]] = set()
        # Chance alone must not leave a kind out: the first queue calls answered go these ways.
        self._musts: list[Behaviour] = [self._then_transfers_attended, self._then_transfers_blind] * 5

    async def play(self, faults: dict[float, Fault] | None = None) -> None:
        """All calls have ended when this returns. ``faults``: share of the calls -> what then happens."""
        for phone in self.phones:
            phone.behaviour = self._agent
        self.phones.outside.behaviour = self._stranger
        pending = dict(sorted((faults or {}).items()))
        pauser = asyncio.create_task(self._supervise())
        for number in range(self.calls):
            for share in [share for share in pending if share * self.calls <= number]:
                await pending.pop(share)()
            self._run(self._one_call(number))
            await asyncio.sleep(self.random.expovariate(self.per_second))
        if self._running:
            await asyncio.wait(self._running, timeout=60)
        pauser.cancel()
        await asyncio.gather(pauser, *self._running, return_exceptions=True)

    def _run(self, work: Awaitable[None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _one_call(self, number: int) -> None:
        dice = self.random.random()
        with contextlib.suppress(CallFailedError, TimeoutError, OSError):
            if dice < 0.70:
                await self._queue_call(number)
            elif dice < 0.82:
                await self._talk(self.phones.outside.call(self.random.choice(DIRECT), caller=_number(number)))
            elif dice < 0.92:
                who = self.phones[self.random.choice(TELESALES)]
                await self._talk(who.call(f"9{_number(number)}"))
            else:
                who = self.phones[self.random.choice(TELESALES)]
                await self._talk(who.call(self.random.choice(DIRECT)))

    async def _queue_call(self, number: int) -> None:
        queue = self.random.choices(("800", "801", "802", "810", "820"), (35, 25, 10, 20, 10))[0]
        patience = self.random.uniform(0.3, 2) if self.random.random() < 0.2 else self.random.uniform(4, 14)
        call = await self.phones.outside.call(queue, caller=_number(number), name=f"客户{number}")
        self.placed += 1
        try:
            await call.wait_ended(patience)
        except TimeoutError:
            await call.hangup()

    async def _talk(self, dialling: Awaitable[Call]) -> None:
        call = await dialling
        self.placed += 1
        try:
            await call.wait_answered(self.random.uniform(1, 8))
            await call.wait_ended(self.random.uniform(0.5, 4))
        except TimeoutError:
            pass
        await call.hangup()

    async def _stranger(self, call: Call) -> None:
        """Somebody outside who is called."""
        await self._somebody(call, self._then_talks)

    async def _agent(self, call: Call) -> None:
        await self._somebody(call, self._then_what)

    async def _then_what(self, call: Call) -> None:
        """What an agent does with a call that is answered."""
        if self._musts and call.phone.user in QUEUED:
            await self._musts.pop()(call)
            return
        dice = self.random.random()
        then: Behaviour = self._then_talks
        if dice < 0.12:
            then = self._then_holds
        elif dice < 0.18:
            then = self._then_transfers_blind
        elif dice < 0.24:
            then = self._then_transfers_attended
        await then(call)

    async def _somebody(self, call: Call, then: Behaviour) -> None:
        dice = self.random.random()
        if dice < 0.08:
            await call.reject(486)
            return
        await call.ring()
        if dice < 0.18:
            return
        await asyncio.sleep(self.random.uniform(0.1, 1.0))
        if call.ended.is_set():
            return
        await call.answer()
        with contextlib.suppress(CallFailedError, TimeoutError):
            await then(call)

    async def _then_talks(self, call: Call) -> None:
        await self._pass(call, self.random.uniform(0.5, 4))
        if self.random.random() < 0.6:
            await call.hangup()

    async def _then_holds(self, call: Call) -> None:
        await self._pass(call, self.random.uniform(0.3, 1))
        if not call.ended.is_set():
            await call.hold()
            await self._pass(call, self.random.uniform(0.3, 2))
        if not call.ended.is_set():
            await call.resume()
        await self._then_talks(call)

    async def _then_transfers_blind(self, call: Call) -> None:
        await self._pass(call, self.random.uniform(0.5, 2))
        if not call.ended.is_set():
            await call.transfer(self.random.choice((*DIRECT, "801")))

    async def _then_transfers_attended(self, call: Call) -> None:
        await self._pass(call, self.random.uniform(0.5, 1.5))
        if call.ended.is_set():
            return
        await call.hold()
        second = await call.phone.call(self.random.choice(DIRECT))
        try:
            await second.wait_answered(3)
            await asyncio.sleep(self.random.uniform(0.3, 1))
            await call.transfer_to(second)
            await self._pass(call, 5)
        finally:
            await second.hangup()
            await call.hangup()

    async def _pass(self, call: Call, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await call.wait_ended(seconds)

    async def _supervise(self) -> None:
        """Pauses, reasons, logins and logouts, as long as the day lasts."""
        while True:
            await asyncio.sleep(self.random.uniform(0.2, 1.0))
            action, headers = self._errand()
            with contextlib.suppress(AmiError, OSError):
                await asyncio.to_thread(self._do, action, headers)

    def _errand(self) -> tuple[str, dict[str, str]]:
        dice = self.random.random()
        if dice < 0.3:
            member = self.random.choice(VIP)
            headers = {"Queue": "vip", "Interface": f"PJSIP/{member}"}
            if self.random.random() < 0.4:
                return "QueueRemove", headers
            return "QueueAdd", headers | {"MemberName": f"贵宾 {member}"}
        queue, interface = self.random.choice(
            [("support", f"PJSIP/{e}") for e in SUPPORT] + [("sales", f"Local/{e}@agents/n") for e in SALES]
        )
        headers = {"Queue": queue, "Interface": interface}
        if dice < 0.55:
            return "QueuePause", headers | {"Paused": "true", "Reason": self.random.choice(REASONS)}
        return "QueuePause", headers | {"Paused": "false"}

    def _do(self, action: str, headers: dict[str, str]) -> None:
        with self.pbx.admin() as admin:
            admin.action(action, headers)


def _number(number: int) -> str:
    return f"139{number:08d}"
