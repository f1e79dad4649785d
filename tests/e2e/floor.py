"""A floor with a threat call on it: a real PBX with a queue, a daemon, people signed in, the police's phones.

``with floor("22", folder, settings) as site`` once for a test module; each test then opens a scene on it
(``async with site.scene("1001", signed_in=[LEAD]) as scene``), which leaves no incident open, nobody
signed in and no call up.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ccd.events.incidents import IncidentFacts
from ccd.incidents.view import timeline
from tests.e2e.daemon import Daemon, for_asterisk
from tests.e2e.outside import until
from tests.e2e.site import Ear, Seats, Site
from tests.pbx.asterisk import Asterisk
from tests.pbx.fixtures import running
from tests.pbx.incidents import POLICE, SECOND_TRUNK
from tests.pbx.media import Frame
from tests.pbx.phones import Phones, answers, no_answer
from tests.pbx.sipua import Behaviour, Call, Phone

__all__ = [
    "AGENT",
    "CALLER",
    "EN_LEAD",
    "HEADER",
    "LEAD",
    "MANAGER",
    "MANAGERS_PHONE",
    "PIN",
    "POLICE",
    "SEATS",
    "SECOND_TRUNK",
    "Floor",
    "Floors",
    "Scene",
    "each_call",
    "floor",
    "following",
    "heard_both_ways",
    "mute",
    "outside_line",
    "prepare",
    "presses",
]

AGENT, LEAD, EN_LEAD, MANAGER = "2001", "3001", "3002", "4001"
SEATS = {"2001": "1", "2002": "2", "3001": "L", "3002": "K"}
"""Of one letter or digit, for these are read out, too."""
PIN = "5908"
"""Of the manager."""
MANAGERS_PHONE = "13900004001"
CALLER = "7"
"""Short, for it is read out digit by digit."""

HEADER = "code,name,role,team,seat,interface,language,phone,email"
PEOPLE = (
    "2001,陈志远,agent,客服一组,1,PJSIP/1001,zh_CN,,",
    "2002,林晓燕,agent,客服一组,2,PJSIP/1002,en,,",
    "3001,王丽娜,duty_lead,客服一组,L,PJSIP/1020,zh_CN,,lead@example.org",
    "3002,Ann Ho,duty_lead,,K,PJSIP/1021,en,,ann@example.org",
    f"4001,Bo Li,operations_manager,,M,PJSIP/1022,en,{MANAGERS_PHONE},bo@example.org",
)
QUEUE = """
[threats](ccd)
member = PJSIP/1001
"""
# Keeps a caller whose agent has reported and hangs up, as config/asterisk/README.md has it.
NUMBER = """
exten => 815,1,Answer()
 same => n,Queue(threats,cb(ccd-agent-leg^s^1))
 same => n,Gosub(ccd-keep,s,1)
 same => n,Hangup()
"""
Row = dict[str, Any]


class Floor(Site):
    """What people do about an incident at the console, and what is on record of it."""

    async def show(self, incident: str = "") -> Row:
        return await self.outside.ask("incident_show", incident=incident)

    def timeline(self, incident: str) -> list[Row]:
        """As the store has it: to ask for it would be kept in the audit chain each time."""
        rows = self.outside.rows(
            'SELECT "data" FROM "incident_event" WHERE "incident" = ? ORDER BY "n"', incident
        )
        return timeline(msgspec.json.decode(row["data"], type=IncidentFacts) for row in rows)

    async def act(self, act: str, person: str, value: str = "", incident: str = "") -> Row:
        reply = await self.outside.ask(
            "incident_act", act=act, person=person, value=value, incident=incident, id=f"{time.time_ns()}"
        )
        assert reply["ok"], reply
        return reply

    async def report(self, ladder: str = "threat", seat: str = "1", **more: Any) -> str:
        """From the console; the id of the incident."""
        reply = await self.outside.ask(
            "incident_report", ladder=ladder, seat=seat, id=f"{time.time_ns()}", **more
        )
        assert reply["ok"], reply
        return str(reply["incident"])

    async def only(self, within_s: float = 3.0) -> Row:
        """The one incident that is open, once there is one."""
        found: list[Row] = []

        async def there_is() -> bool:
            found[:] = [(await self.show())] if (await self.open_ones()) else []
            return bool(found)

        await until("an incident is open", there_is, within_s)
        return dict(found[0]["incident"])

    async def phase(self, incident: str) -> str:
        """As the daemon knows it, whatever the store does."""
        reply = await self.outside.ask("incident_list", all=True)
        return str(next(each["phase"] for each in reply["incidents"] if each["id"] == incident))

    async def open_ones(self) -> list[str]:
        reply = await self.outside.ask("incident_list")
        return [each["id"] for each in reply["incidents"]]

    async def fact(self, incident: str, kind: str, within_s: float = 12.0, /, **fields: Any) -> Row:
        """The first fact of that type with these fields, once it is on record."""
        found: list[Row] = []

        async def there_is() -> bool:
            found[:] = [
                fact
                for fact in self.timeline(incident)
                if fact["type"] == kind and all(fact[name] == value for name, value in fields.items())
            ]
            return bool(found)

        try:
            await until(f"{kind} {fields}", there_is, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; on record: {told(self.timeline(incident))}") from None
        return found[0]

    @contextlib.asynccontextmanager
    async def scene(self, *extensions: str, signed_in: Iterable[str]) -> AsyncIterator[Scene]:
        """Phones at these extensions, and the police's; ``signed_in``: who is at their seat."""
        people = {code: SEATS[code] for code in signed_in}
        for code, seat in people.items():
            await self.at_console("arrive", code, seat)
        async with Ear(self.pbx) as ear, Phones(self.pbx, *extensions, POLICE, SECOND_TRUNK) as phones:
            phones[POLICE].behaviour = answers(after=0)
            phones.outside.behaviour = no_answer
            try:
                yield Scene(self, phones, Seats(phones, ear))
            finally:
                if self.daemon.runs:
                    await self._tidy(people)
                await asyncio.to_thread(self.pbx.rx, "channel request hangup all")
        await asyncio.to_thread(self._forget)

    async def _tidy(self, people: Mapping[str, str]) -> None:
        for incident in await self.open_ones():
            if await self.phase(incident) in ("live", "police"):
                await self.act("stand_down", LEAD, "the test is over", incident)
            await self.act("close", LEAD, "tested", incident)
        for code, seat in people.items():
            await self.outside.ask("sign_in", kind="leave", code=code, seat=seat, pbx="main")

    def _forget(self) -> None:
        end = time.monotonic() + 10
        while "0 active channels" not in self.pbx.rx("core show channels") and time.monotonic() < end:
            time.sleep(0.1)
        for family in ("missed", "ring", "police", "taken", "alone"):
            self.pbx.rx(f"database deltree ccd-{family}")


@dataclass
class Scene:
    """``at`` holds the people who dial codes and listen to what is said."""

    floor: Floor
    phones: Phones
    at: Seats

    def rings(self, extension: str) -> int:
        """How many calls have come to that phone: what an outsider can count."""
        return len(self.phones[extension].calls)

    def outside_rings(self, number: str) -> int:
        return sum(call.number == number for call in self.phones.outside.calls if not call.outgoing)

    @property
    def police_rings(self) -> tuple[int, int]:
        return self.rings(POLICE), self.rings(SECOND_TRUNK)

    async def rung(self, extension: str, times: int = 1, within_s: float = 8.0) -> Call:
        async def so_often() -> bool:
            return self.rings(extension) >= times

        await until(f"{extension} rings, call {times}", so_often, within_s)
        return self.phones[extension].calls[times - 1]

    async def threat(self) -> tuple[Call, Call]:
        """A caller from outside who talks with the agent at 1001: both their calls."""
        self.phones["1001"].behaviour = answers(after=0)
        known = self.rings("1001")
        caller = await self.phones.outside.call("815", caller=CALLER, name="李雷")
        agent = await self.rung("1001", known + 1)
        await agent.wait_answered()
        await self.floor.shows("PJSIP/1001", "talking")
        return caller, agent

    async def reported(self) -> str:
        """A threat call that the agent reports by the feature code; the incident."""
        _, agent = await self.threat()
        await agent.press("*9")
        return str((await self.floor.only())["id"])


def presses(*keys: str, after: float = 0.6) -> Behaviour:
    """Answer, press each of these a moment after the other, and stay."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await call.answer()
        for key in keys:
            await asyncio.sleep(after)
            if call.ended.is_set():
                return
            await call.press(key)

    return behaviour


def each_call(phone: Phone, *behaviours: Behaviour) -> Behaviour:
    """For the first call the first, and so on; the last one for all that come after."""

    async def behaviour(call: Call) -> None:
        coming = [each for each in phone.calls if not each.outgoing]
        await behaviours[min(coming.index(call), len(behaviours) - 1)](call)

    return behaviour


def outside_line(**numbers: Behaviour) -> Behaviour:
    """Beyond the trunk: ``n`` and the number; whoever is not named does not answer."""

    async def behaviour(call: Call) -> None:
        await numbers.get(f"n{call.number}", no_answer)(call)

    return behaviour


async def heard_both_ways(phones: Phones, one: Call, other: Call, frames: int = 20) -> None:
    """They are in one call: each hears the other."""
    heard: tuple[list[Frame], list[Frame]] = phones.listen(one), phones.listen(other)
    before = [len(each) for each in heard]

    async def enough() -> bool:
        loud = [sum(frame.loud for frame in each[start:]) for each, start in zip(heard, before, strict=True)]
        return min(loud) > frames

    await until("they hear one another", enough, 5)


def told(timeline: list[Row]) -> list[str]:
    """The facts in short, for a message."""
    names = ("person", "means", "kind", "result", "why", "key")
    return [
        " ".join([f"{fact['after_s']:.1f}", fact["type"], *(str(fact[n]) for n in names if fact.get(n))])
        for fact in timeline
    ]


def _put(file: Path, behind: str, text: str) -> None:
    before = file.read_text("utf-8")
    assert behind in before
    file.write_text(before.replace(behind, behind + text, 1), "utf-8")


def prepare(pbx: Asterisk) -> None:
    _put(pbx.etc_dir / "extensions.conf", "[inbound]\n", NUMBER)
    with (pbx.etc_dir / "queues.conf").open("a") as queues:
        queues.write(QUEUE)


def mute(pbx: Asterisk) -> None:
    """Our prompts were forgotten there: what is said takes less time."""
    pbx.sounds = pbx.folder / "no-sounds"
    pbx.sounds.mkdir(mode=0o755)


@contextlib.contextmanager
def floor(
    version: str,
    folder: Path,
    settings: str,
    *,
    people: tuple[str, ...] = PEOPLE,
    ami_port: int | None = None,
    environment: Mapping[str, str] | None = None,
    also: Callable[[Asterisk], None] = lambda pbx: None,
) -> Iterator[Floor]:
    """A PBX of that version, and a daemon that knows these people."""

    def ready(pbx: Asterisk) -> None:
        prepare(pbx)
        also(pbx)

    with running(version, ready) as pbx:
        daemon = for_asterisk(pbx, folder, ami_port=ami_port, more=settings)
        daemon.environment.update(environment or {})
        with following(daemon, people):
            yield Floor(pbx, daemon)


class Floors:
    """One for each version that is asked for, all alike: ``floors["22"]``."""

    def __init__(self, folder: Path, settings: str, **options: Any) -> None:
        self._folder = folder
        self._settings = settings
        self._options = options
        self._made: dict[str, Floor] = {}
        self._stack = contextlib.ExitStack()

    def __getitem__(self, version: str) -> Floor:
        if version not in self._made:
            made = floor(version, self._folder / version, self._settings, **self._options)
            self._made[version] = self._stack.enter_context(made)
        return self._made[version]

    def __enter__(self) -> Floors:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


@contextlib.contextmanager
def following(daemon: Daemon, people: tuple[str, ...] = PEOPLE, *, header: str = HEADER) -> Iterator[None]:
    """The daemon runs, has its roster, and the manager a PIN."""
    roster = daemon.folder / "roster.csv"
    roster.write_text("\n".join((header, *people, "")), "utf-8")
    try:
        daemon.start()
        daemon.ccd("roster", "import", str(roster))
        daemon.ccd("pin", "set", MANAGER, "--stdin", input=f"{PIN}\n")
        yield
    finally:
        if daemon.runs:
            daemon.stop(signal.SIGKILL)
