"""What the tests of extensions-ccd-incidents.conf do in ccd's place: ring as its effects do, and listen."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.pbx.ami import AmiError, Client, Headers
from tests.pbx.asterisk import Asterisk
from tests.pbx.fixtures import running
from tests.pbx.phones import Phones
from tests.pbx.sipua import Behaviour, Call

__all__ = [
    "POLICE",
    "SECOND_TRUNK",
    "Desk",
    "at_desk",
    "command",
    "mark",
    "mute_asterisk",
    "presses",
    "taken",
]

POLICE, SECOND_TRUNK = "1036", "1037"
"""Whose phones play the police in tests/pbx/etc/ccd-police.conf."""
_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=[pytest.param(v, marks=pytest.mark.pbx) for v in ("22", "16")])
def mute_asterisk(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    """A PBX on which our prompts were forgotten: everything works all the same, and takes less time."""
    with running(request.param, _without_prompts) as pbx:
        yield pbx


def _without_prompts(pbx: Asterisk) -> None:
    pbx.sounds = pbx.folder / "no-sounds"
    pbx.sounds.mkdir(mode=0o755)


class Desk:
    """An AMI session that rings people as ccd does, and all that the dialplan tells."""

    def __init__(self, pbx: Asterisk, session: Client) -> None:
        self.pbx = pbx
        self.told: list[Headers] = []
        """UserEvents, OriginateResponses and Hangups, in order."""
        self._session = session
        self._stopped = threading.Event()

    def ring(self, context: str, where: str, *, exten: str = "", **variables: str) -> str:
        """Ring a phone into ``context``, and return the key. ``seat`` is the variable CCD_SEAT, and so on."""
        key = variables.pop("key", "") or f"ring-{next(_numbers)}"
        given = {
            "key": key,
            "incident": f"inc-{next(_numbers)}",
            "ladder": "threat",
            "language": "en",
            "drill": "0",
            "may_stand_down": "1",
            "confirm": "0",
            "outside": "0",
            **variables,
        }
        headers: dict[str, str | list[str]] = {
            "Channel": where,
            "Context": context,
            "Exten": exten or key,
            "Priority": "1",
            "Async": "true",
            "Timeout": "3000",
            "ChannelId": key,
            "CallerID": '"ccd" <CCD>',
            "Variable": [f"CCD_{name.upper()}={value}" for name, value in given.items()],
        }
        with self.pbx.ccd() as session:
            session.action("Originate", headers)
        return key

    def results(self, key: str) -> list[tuple[str, str]]:
        """Result and reason of each CcdRing of that key."""
        return [(event["Result"], event["Reason"]) for event in self.events("CcdRing") if event["Key"] == key]

    def police(self, incident: str) -> list[tuple[str, str]]:
        """State and key of each CcdPolice of that incident."""
        return [
            (event["State"], event["Key"])
            for event in self.events("CcdPolice")
            if event["Incident"] == incident
        ]

    def events(self, name: str) -> list[Headers]:
        return [event for event in self.told if event.get("UserEvent") == name]

    async def until(self, holds: Callable[[], object], timeout: float = 8) -> None:
        """Wait until ``holds()``; what was told so far stands in the message."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not holds():
                    await asyncio.sleep(0.02)
        assert holds(), f"it did not happen in time; told: {[_short(event) for event in self.told]}"

    async def over(self) -> None:
        """Wait until no channel is left, and none is about to come: whatever may still be told has been."""
        quiet = 0
        async with asyncio.timeout(30):
            while quiet < 4:
                await asyncio.sleep(0.1)
                shown = await asyncio.to_thread(command, self.pbx, "core show channels")
                quiet = quiet + 1 if "0 active channels" in shown else 0

    def _listen(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(AmiError):
                self.told.append(self._session.wait_for(_wanted, timeout=0.1))

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        ear = threading.Thread(target=self._listen)
        ear.start()
        try:
            yield
        finally:
            self._stopped.set()
            ear.join()


@contextlib.asynccontextmanager
async def at_desk(pbx: Asterisk, *extensions: str, member: str = "") -> AsyncIterator[tuple[Desk, Phones]]:
    """A desk and phones, those of the police among them. Nothing of an earlier test is in AstDB.

    ``member``: the extension that is the only member of the queue vip meanwhile.
    """
    for family in ("missed", "ring", "police", "taken", "duty", "alone"):
        command(pbx, f"database deltree ccd-{family}")
    if member:
        command(pbx, f"queue add member PJSIP/{member} to vip")
    try:
        with pbx.admin("user,call") as session:
            desk = Desk(pbx, session)
            async with Phones(pbx, *extensions, POLICE, SECOND_TRUNK) as phones:
                with desk.listening():
                    yield desk, phones
    finally:
        with contextlib.suppress(OSError):  # the test may have killed it
            command(pbx, "channel request hangup all")  # of a test that failed nothing is left to the next
            if member:
                command(pbx, f"queue remove member PJSIP/{member} from vip")


def command(pbx: Asterisk, line: str) -> str:
    """Run one CLI command, sooner than ``Asterisk.rx`` does, and return what it printed."""
    with pbx.admin() as session:
        return session.command(line)


def presses(*keys: str, after: float = 0.6, hangs_up: bool = False) -> Behaviour:
    """Answer, press each of these a moment after the other, and stay, or hang up."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await call.answer()
        for key in keys:
            await asyncio.sleep(after)
            await call.press(key)
        if hangs_up:
            await asyncio.sleep(after)
            await call.hangup()

    return behaviour


def mark(pbx: Asterisk, family: str, key: str) -> list[str]:
    """The parts of a mark in AstDB; none where there is no mark."""
    told = command(pbx, f"database get {family} {key}")
    return told.partition("Value: ")[2].strip().split("|") if "Value: " in told else []


def taken(phones: Phones, extension: str) -> int:
    """How many calls have come to that phone: what an outsider can count."""
    return len(phones[extension].calls)


def _wanted(event: Headers) -> bool:
    return event.get("Event") in ("UserEvent", "OriginateResponse", "Hangup")


def _short(event: Headers) -> str:
    names = ("UserEvent", "Event", "Key", "Exten", "Result", "State", "Reason")
    return " ".join(event[name] for name in names if event.get(name))
