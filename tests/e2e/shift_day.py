"""A day of two shifts, minutes long, on a real PBX: ten seats, twenty people, and what each of them does.

The clock is the real one; the settings make the shifts short. Everybody acts at the second that ``STORY``
says, counted from the start of the first shift, with the codes of the dialplan at the phone of the seat.
SIPp, a SIP stack of its own, brings the callers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ccd.events import ShiftFact
from ccd.events.shift_facts import ShiftFacts
from ccd.pins import hash_pin
from tests.e2e.daemon import Daemon, for_asterisk
from tests.e2e.outside import Outside, until
from tests.e2e.proxy import Proxy
from tests.e2e.site import Ear, Seats
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones, answers

__all__ = [
    "EXTENSIONS",
    "LEAD",
    "MANAGER",
    "MINUTES",
    "ShiftDay",
    "early",
    "late",
    "midday",
    "opened",
    "prepare",
]

MINUTES = 3
"""Of each of the two shifts."""
EXTENSIONS = ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1020", "1021")
LEAD, LEADS_SEAT, LEADS_PHONE = "3001", "L", "1022"
HEAD, MANAGER = "3101", "4001"
PIN = "60842"
Story = tuple[tuple[float, Callable[["ShiftDay"], Coroutine[Any, Any, None]]], ...]

QUEUE = "\n[floor](ccd)\nstrategy = rrmemory\ntimeout = 4\nretry = 1\n" + "".join(
    f"member = PJSIP/{extension}\n" for extension in EXTENSIONS
)
NUMBER = "exten => 840,1,Goto(queues,floor,1)\n"


def midday() -> str:
    """A time zone in which it is about noon: the day must not end in the midst of it."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def early(number: int) -> str:
    """The code of whoever has seat ``number`` (1 to 10) in the first shift."""
    return str(2100 + number)


def late(number: int) -> str:
    """And in the second."""
    return str(2200 + number)


def prepare(pbx: Asterisk) -> None:
    """A queue of these seats only; the phones are told nothing by AMI of what is pressed."""
    for name, behind, text in (
        ("manager.conf", "[general]\n", "disabledevents = DTMFBegin,DTMFEnd\n"),
        ("extensions.conf", "[inbound]\n", NUMBER),
    ):
        file = pbx.etc_dir / name
        before = file.read_text("utf-8")
        assert behind in before
        file.write_text(before.replace(behind, behind + text, 1), "utf-8")
    queues = pbx.etc_dir / "queues.conf"
    others = queues.read_text("utf-8")
    queues.write_text(others.replace("@SUPPORT@", "") + QUEUE, "utf-8")


def roster() -> str:
    rows = ["code,name,role,team,seat,interface,language"]
    for shift, person in ((1, early), (2, late)):
        rows += [
            f"{person(number)},员工{shift}-{number},agent,一组,{number},PJSIP/{EXTENSIONS[number - 1]},zh_CN"
            for number in range(1, 11)
        ]
    rows += [
        f"{LEAD},王丽娜,team_lead,一组,{LEADS_SEAT},PJSIP/{LEADS_PHONE},zh_CN",
        f"{HEAD},陈部长,department_head,,,,zh_CN",
        f"{MANAGER},李经理,operations_manager,,,,zh_CN",
    ]
    return "\n".join(rows)


class ShiftDay:
    """``start`` is when the first shift begins, aware UTC; ``day`` its local date."""

    def __init__(
        self, pbx: Asterisk, daemon: Daemon, proxy: Proxy, start: datetime, seats: Seats, zone: str
    ) -> None:
        self.pbx = pbx
        self.daemon = daemon
        self.proxy = proxy
        self.outside = Outside(daemon)
        self.start = start
        self.seats = seats
        self.day = f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
        self.heard: dict[str, str] = {}
        """What the phones said, by the name a story gives it."""

    async def play(self, story: Story) -> None:
        """Each act at its second; what goes wrong in one is raised at the end of all."""
        await asyncio.gather(*(self._at(second, act) for second, act in story))

    async def _at(self, second: float, act: Callable[[ShiftDay], Coroutine[Any, Any, None]]) -> None:
        wait = (self.start - datetime.now(UTC)).total_seconds() + second
        assert wait > 0, f"too late for second {second}: the machine is too slow for this story"
        await asyncio.sleep(wait)
        await act(self)

    # --- what people do -----------------------------------------------------------------------------------

    async def signs(self, code: str, person: str, seat: int) -> str:
        """*81, *82, *80 … at the phone of a seat; what it says."""
        return await self.seats[EXTENSIONS[seat - 1]].sign(code, person)

    async def dials(self, code: str, seat: int) -> str:
        return await self.seats[EXTENSIONS[seat - 1]].code(code)

    async def act(
        self, policy: str, act: str, person: str = "", actor: str = "", **values: str
    ) -> dict[str, Any]:
        return await self.outside.ask(
            "shift_act", policy=policy, act=act, person=person, actor=actor, values=values, language="en"
        )

    # --- what is on record --------------------------------------------------------------------------------

    def facts(self, kind: type[Any], **fields: Any) -> list[Any]:
        """Of this kind, with these values, in order."""
        rows = self.outside.rows(
            'SELECT "data" FROM "shift_event" WHERE "event" = ? ORDER BY "at", "id"', kind.__name__
        )
        found: list[ShiftFact] = [msgspec.json.decode(row["data"], type=ShiftFacts) for row in rows]
        return [one for one in found if all(getattr(one, name) == value for name, value in fields.items())]

    def second_of(self, at: datetime) -> float:
        """Seconds since the start of the first shift."""
        return (at - self.start).total_seconds()

    async def comes(self, kind: type[Any], timeout: float = 30, **fields: Any) -> Any:
        """The latest fact of this kind with these values, once there is one."""

        async def there() -> bool:
            return bool(self.facts(kind, **fields))

        await until(f"{kind.__name__} {fields}", there, timeout)
        return self.facts(kind, **fields)[-1]


@contextlib.asynccontextmanager
async def opened(
    pbx: Asterisk, folder: Path, settings: Callable[[datetime], str], lead_s: float = 45.0
) -> AsyncIterator[ShiftDay]:
    """Everything up and planned, ``lead_s`` or more before the first shift begins."""
    start = (datetime.now(UTC) + timedelta(seconds=lead_s + 60)).replace(second=0, microsecond=0)
    async with Proxy(pbx.ami_port) as proxy:
        zone = midday()
        more = settings(start.astimezone(ZoneInfo(zone)))
        daemon = for_asterisk(pbx, folder, ami_port=proxy.port, more=more)
        daemon.environment["CCD_DAEMON__TIMEZONE"] = zone
        async with daemon, Ear(pbx) as ear, Phones(pbx, *EXTENSIONS, LEADS_PHONE) as phones:
            day = ShiftDay(pbx, daemon, proxy, start, Seats(phones, ear), zone)
            (folder / "roster.csv").write_text(roster(), "utf-8")
            await asyncio.to_thread(daemon.ccd, "roster", "import", str(folder / "roster.csv"))
            (folder / "plan.csv").write_text(_plan(day.day), "utf-8")
            await asyncio.to_thread(daemon.ccd, "shifts", "import", str(folder / "plan.csv"))
            for code in (LEAD, MANAGER):
                reply = await day.outside.ask("pin_set", code=code, hash=hash_pin(PIN, code=code))
                assert reply["ok"], reply
            reply = await day.outside.ask("sign_in", kind="arrive", code=LEAD, seat=LEADS_SEAT, pbx="main")
            assert reply["ok"], reply
            for phone in phones:
                phone.behaviour = answers(after=0.2)
            yield day


def _plan(day: str) -> str:
    rows = ["person,date,shift,seat"]
    for number in range(1, 11):
        rows += [f"{early(number)},{day},early,{number}", f"{late(number)},{day},late,{number}"]
    return "\n".join(rows)
