"""A site: a real PBX with a roster, a daemon beside it, and an ear that hears all that AMI tells.

The fixture ``site`` is one for each version and test module (import ``site_fixture`` beside the tests). The
tests share it, so each leaves its people signed out.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ccd.pins import hash_pin
from tests.e2e.daemon import Daemon, for_asterisk
from tests.e2e.outside import Outside, until
from tests.pbx.ami import AmiError, Headers
from tests.pbx.asterisk import Asterisk
from tests.pbx.fixtures import running
from tests.pbx.phones import Phones, answers
from tests.pbx.sipua import Call, Phone

__all__ = ["PINS", "Ear", "Seat", "Site", "comes_to", "site_fixture"]

ROSTER = """code,name,role,team,seat,interface
2001,陈志远,agent,客服一组,A01,PJSIP/1001
2002,林晓燕,agent,客服一组,A01,PJSIP/1001
2003,王丽娜,agent,客服一组,A03,PJSIP/1003
2006,黄婷婷,agent,客服一组,A06,PJSIP/1006
2011,马俊杰,agent,客服二组,B11,PJSIP/1011
2030,萧然,telesales,电销组,T30,PJSIP/1030
2031,田晓东,telesales,电销组,T31,PJSIP/1031
2032,董雅琴,telesales,电销组,T32,PJSIP/1032
2033,袁梦,telesales,电销组,T32,PJSIP/1032
2034,潘志刚,telesales,电销组,T34,PJSIP/1034
2035,于佳,telesales,电销组,T35,PJSIP/1035
"""
PINS = {
    "2001": "6082",
    "2003": "590318",
    "2006": "7391",
    "2030": "73914628",
    "2031": "18405",
    "2032": "90417263",
    "2033": "4821",
    "2034": "3816",
}
"""Code -> PIN. 2035 has none."""
SETTINGS = """
[journal]
enabled = true
[policies.presence]
pin_tries = 3
[policies.recordings]
quiet_s = 0.4
give_up_s = 2
"""
# Tell no session which keys are pressed, as config/asterisk/README.md advises.
NO_KEYS = "disabledevents = DTMFBegin,DTMFEnd\n"
MORE_QUEUES = """
[wav49](ccd)
monitor-format = wav49
member = PJSIP/1020
[gsm](ccd)
monitor-format = gsm
member = PJSIP/1021
"""
MORE_NUMBERS = """
exten => 820,1,Goto(queues,wav49,1)
exten => 821,1,Goto(queues,gsm,1)
; recordings that lie, by name or by a link, outside the folder
exten => 830,1,MixMonitor(/var/spool/asterisk/tmp/outside.wav)
 same => n,Goto(recorded,1)
exten => 831,1,MixMonitor(/var/spool/asterisk/monitor/../tmp/above.wav)
 same => n,Goto(recorded,1)
exten => 832,1,MixMonitor(elsewhere/linked.wav)
 same => n,Goto(recorded,1)
; one that is replaced when it is over
exten => 833,1,Set(SPOOL=/var/spool/asterisk)
 same => n,MixMonitor(replaced.wav,,sleep 0.2 && cp ${SPOOL}/tmp/better.wav ${SPOOL}/monitor/replaced.wav)
 same => n,Goto(recorded,1)
exten => recorded,1,Answer()
 same => n,Wait(0.3)
 same => n,Hangup()
"""


class Site:
    def __init__(self, pbx: Asterisk, daemon: Daemon) -> None:
        self.pbx = pbx
        self.daemon = daemon
        self.outside = Outside(daemon)

    async def set_pins(self) -> None:
        """One as an administrator does it, the others as that command does."""
        first, *others = PINS
        self.daemon.ccd("pin", "set", first, "--stdin", input=f"{PINS[first]}\n")
        for code in others:
            reply = await self.outside.ask("pin_set", code=code, hash=hash_pin(PINS[code], code=code))
            assert reply["ok"], reply

    async def at_console(self, kind: str, code: str, seat: str) -> None:
        """``ccd arrive`` and ``ccd leave``."""
        reply = await self.outside.ask("sign_in", kind=kind, code=code, seat=seat, pbx="main")
        assert reply["ok"], reply

    def restart(self) -> None:
        self.daemon.stop()
        self.daemon.start()

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """Of the store, in the order in which they came to be; times are microseconds since the epoch."""
        condition = " AND ".join(f'"{column}" = ?' for column in where) or "1"
        order = {"agent_interval": "begin", "recording": "started"}.get(table, "at")
        sql = f'SELECT * FROM "{table}" WHERE {condition} ORDER BY "{order}"'
        return self.outside.rows(sql, *where.values())

    def presence(self, seat: str) -> list[tuple[str, str, str]]:
        """(person, event, how) of all that happened at a seat."""
        return [(row["person"], row["event"], row["how"]) for row in self.rows("presence_event", seat=seat)]

    def refusals(self, seat: str) -> list[tuple[str, str]]:
        return [(row["code"], row["why"]) for row in self.rows("sign_in_refusal", seat=seat)]

    def intervals(self, interface: str, queue: str = "") -> list[dict[str, Any]]:
        """Of an agent, or of its membership of one queue, since it was last out of sight."""
        found = self.rows("agent_interval", interface=interface, queue=queue)
        blind = max((index for index, row in enumerate(found) if row["state"] == "unknown"), default=-1)
        return found[blind + 1 :]

    async def agent(self, interface: str) -> dict[str, Any]:
        """As ``ccd status`` shows it."""
        picture = await self.outside.picture()
        agents: list[dict[str, Any]] = picture["pbxs"][0]["agents"]
        return next(agent for agent in agents if agent["interface"] == interface)

    async def people(self, interface: str) -> list[str]:
        return [person["code"] for person in (await self.agent(interface))["people"]]

    async def shows(self, interface: str, state: str, reason: str = "") -> None:
        """Wait until the agent is shown as this."""

        async def is_so() -> bool:
            agent = await self.agent(interface)
            return (agent["state"], agent["reason"]) == (state, reason)

        await until(f"{interface} is {state} {reason}", is_so, 8)

    @contextlib.asynccontextmanager
    async def seats(self, *extensions: str) -> AsyncIterator[Seats]:
        """Phones at these extensions. Who is called outside answers."""
        async with Ear(self.pbx) as ear, Phones(self.pbx, *extensions) as phones:
            phones.outside.behaviour = answers()
            yield Seats(phones, ear)


async def comes_to(seen: Callable[[], object], expected: object, timeout: float = 8) -> None:
    """Wait until it is as expected: facts are written within a tenth of a second."""
    end = time.monotonic() + timeout
    while seen() != expected and time.monotonic() < end:
        await asyncio.sleep(0.02)
    assert seen() == expected


class Ear:
    """All that an AMI session with every class of events is told."""

    def __init__(self, pbx: Asterisk) -> None:
        self._pbx = pbx
        self.events: list[Headers] = []
        self._more = asyncio.Event()
        self._stopped = threading.Event()

    async def until(self, wanted: Callable[[Headers], bool], since: int = 0, timeout: float = 8) -> int:
        """The index behind the first event from ``since`` on that matches."""
        async with asyncio.timeout(timeout):
            while True:
                self._more.clear()
                for index in range(since, len(self.events)):
                    if wanted(self.events[index]):
                        return index + 1
                since = len(self.events)
                await self._more.wait()

    async def __aenter__(self) -> Ear:
        self._session = await asyncio.to_thread(self._pbx.admin, "on")
        loop = asyncio.get_running_loop()
        self._listening = loop.run_in_executor(None, self._listen, loop)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopped.set()
        await self._listening
        self._session.close()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(AmiError):
                event = self._session.wait_for(lambda _: True, timeout=0.1)
                loop.call_soon_threadsafe(self._hear, event)

    def _hear(self, event: Headers) -> None:
        self.events.append(event)
        self._more.set()


class Seats:
    def __init__(self, phones: Phones, ear: Ear) -> None:
        self.phones = phones
        self.ear = ear
        self._seats = {phone.user: Seat(phone, ear) for phone in phones}

    def __getitem__(self, extension: str) -> Seat:
        return self._seats[extension]


class Seat:
    """A phone, and the person who dials codes at it and listens to what is said."""

    def __init__(self, phone: Phone, ear: Ear) -> None:
        self.phone = phone
        self.ear = ear
        self._since = 0

    async def dial(self, number: str) -> Call:
        self._since = len(self.ear.events)
        return await self.phone.call(number)

    async def sign(self, code: str, person: str, pin: str | None = None, *, by_audio: bool = False) -> str:
        """Dial a code, wait to be asked for the person's own and for the PIN; what the phone then says.

        Without a ``pin`` nothing asks for one. Hangs up on what it says.
        """
        call = await self.dial(code)
        keys = call.press if by_audio else partial(call.dtmf, gap=0)
        await self._until(_asks_for_code)
        await keys(f"{person}#")
        if pin is not None:
            await self._until(_asks_for_pin)
            await keys(f"{pin}#")
        return await self.hear_and_hang_up(call)

    async def code(self, number: str) -> str:
        """Dial a code that asks nothing; what the phone says. Hangs up on it."""
        return await self.hear_and_hang_up(await self.dial(number))

    async def hear_and_hang_up(self, call: Call) -> str:
        told = await self.told()
        await call.hangup()
        return told

    async def told(self) -> str:
        """The sound that the dialplan plays next."""
        return (await self._until(_speaks))["AppData"]

    async def _until(self, wanted: Callable[[Headers], bool]) -> Headers:
        mine = f"PJSIP/{self.phone.user}-"
        self._since = await self.ear.until(
            lambda event: event.get("Channel", "").startswith(mine) and wanted(event), self._since
        )
        return self.ear.events[self._since - 1]


def _asks_for_code(event: Headers) -> bool:
    return event.get("Event") == "Newexten" and "?Read(CCD_CODE," in event.get("AppData", "")


def _asks_for_pin(event: Headers) -> bool:
    return event.get("Event") == "AGIExecStart" and event.get("Command", "").startswith("GET DATA")


def _speaks(event: Headers) -> bool:
    return event.get("Event") == "Newexten" and event.get("Application") == "Playback"


def _prepare(pbx: Asterisk) -> None:
    _put(pbx.etc_dir / "manager.conf", "[general]\n", NO_KEYS)
    _put(pbx.etc_dir / "extensions.conf", "[inbound]\n", MORE_NUMBERS)
    with (pbx.etc_dir / "queues.conf").open("a") as queues:
        queues.write(MORE_QUEUES)


def _put(file: Path, behind: str, text: str) -> None:
    before = file.read_text("utf-8")
    assert behind in before
    file.write_text(before.replace(behind, behind + text, 1), "utf-8")


@contextlib.contextmanager
def _site(version: str, folder: Path) -> Iterator[Site]:
    folder.mkdir(parents=True, exist_ok=True)
    roster = folder / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    with running(version, _prepare) as pbx:
        daemon = for_asterisk(pbx, folder, more=SETTINGS)
        try:
            daemon.start()
            daemon.ccd("roster", "import", str(roster))
            site = Site(pbx, daemon)
            asyncio.run(site.set_pins())
            yield site
        finally:
            if daemon.runs:
                daemon.stop(signal.SIGKILL)


@pytest.fixture(name="site", scope="module", params=["22", "16"])
def site_fixture(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with _site(request.param, tmp_path_factory.mktemp(f"site{request.param}")) as site:
        yield site
