"""Signing in and out at a real phone: by code and PIN, refused with a reason, and never held up by ccd."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.outside import until
from tests.e2e.site import PINS, Seat, Site, site_fixture  # noqa: F401
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

WELCOME, GOODBYE = "agent-loginok", "agent-loggedoff&vm-goodbye"
WRONG_PIN = "vm-incorrect"
UNKNOWN_CODE = "privacy-incorrect"
UNKNOWN_SEAT = "feature-not-avail-line"
NOT_HERE = "sorry&vm-incorrect"
MISSED = "beeperr&vm-msgsaved&vm-goodbye"


async def test_a_telesales_agents_day_is_made_of_sign_ins_and_calls(site: Site) -> None:
    interface = "PJSIP/1032"
    async with site.seats("1032") as seats:
        seat = seats["1032"]
        await site.shows(interface, "logged_off")
        assert await seat.sign("*81", "2032", PINS["2032"]) == WELCOME
        agent = await site.agent(interface)
        assert (agent["state"], agent["name"], agent["team"]) == ("ready", "董雅琴", "电销组")
        assert [person["code"] for person in agent["people"]] == ["2032"]
        call = await seat.dial("913800138000")
        await call.wait_answered()
        await site.shows(interface, "talking")
        await call.hangup()
        await site.shows(interface, "ready")
        assert await seat.sign("*82", "2032", PINS["2032"]) == GOODBYE
        await site.shows(interface, "logged_off")
    assert site.presence("T32") == [("2032", "arrived", "phone"), ("2032", "left", "phone")]
    shown = [(row["state"], row["cause"], row["by_whom"]) for row in site.intervals(interface)]
    assert shown == [
        ("logged_off", "roster", ""),
        ("ready", "PersonArrived", "2032"),
        ("talking", "Newchannel", ""),
        ("ready", "Hangup", ""),
        ("logged_off", "PersonLeft", "2032"),
    ]


@pytest.mark.parametrize(
    ("extension", "code", "person", "pin", "told", "why"),
    [
        pytest.param("1034", "*81", "2034", "9999", WRONG_PIN, "wrong_pin", id="a wrong PIN"),
        pytest.param("1034", "*81", "2034", "", WRONG_PIN, "no_pin", id="none"),
        pytest.param("1034", "*81", "2035", "1357", WRONG_PIN, "wrong_pin", id="a person who has none"),
        pytest.param("1034", "*81", "7777", "1357", UNKNOWN_CODE, "unknown_code", id="a code of nobody"),
        pytest.param("1034", "*82", "2034", PINS["2034"], NOT_HERE, "not_here", id="who is not here"),
        pytest.param("1036", "*81", "2034", PINS["2034"], UNKNOWN_SEAT, "unknown_seat", id="no seat"),
    ],
)
async def test_what_is_refused_is_said_at_the_phone_and_kept(
    site: Site, extension: str, code: str, person: str, pin: str, told: str, why: str
) -> None:
    place = "T34" if extension == "1034" else f"PJSIP/{extension}"
    known, present = len(site.refusals(place)), site.presence(place)
    async with site.seats(extension) as seats:
        assert await seats[extension].sign(code, person, pin) == told
    assert site.refusals(place)[known:] == [(person, why)]
    assert site.presence(place) == present
    assert person not in await site.people("PJSIP/1034")


async def test_wrong_pins_in_a_row_lock_the_code_and_the_phone_does_not_tell(site: Site) -> None:
    async with site.seats("1031") as seats:
        told = [await seats["1031"].sign("*81", "2031", pin) for pin in ("1", "22", "333", PINS["2031"])]
    assert told == [WRONG_PIN] * 4
    assert [why for _, why in site.refusals("T31")] == ["wrong_pin"] * 3 + ["locked"]
    assert site.presence("T31") == []


async def test_two_people_are_at_a_seat_during_the_handover_and_after_a_restart(site: Site) -> None:
    async with site.seats("1032") as seats:
        for person in ("2032", "2033"):
            assert await seats["1032"].sign("*81", person, PINS[person]) == WELCOME
        before = await site.agent("PJSIP/1032")
        assert [person["code"] for person in before["people"]] == ["2032", "2033"]
        await asyncio.to_thread(site.restart)
        after = await site.agent("PJSIP/1032")
        assert (after["state"], after["people"]) == ("ready", before["people"])
        assert await seats["1032"].sign("*82", "2032", PINS["2032"]) == GOODBYE
        assert await site.people("PJSIP/1032") == ["2033"]
        assert (await site.agent("PJSIP/1032"))["state"] == "ready"
        assert await seats["1032"].sign("*82", "2033", PINS["2033"]) == GOODBYE
        assert (await site.agent("PJSIP/1032"))["state"] == "logged_off"


# --- while ccd cannot answer -------------------------------------------------------------------------------


def marks(site: Site) -> list[list[str]]:
    """Kind, seat, code and second of each sign-in that the dialplan has noted; nothing else may be left."""
    lines = site.pbx.rx("database show ccd-missed").splitlines()
    left = dict(line.removeprefix("/ccd-missed/").split(":", 1) for line in lines if "ccd-missed/" in line)
    values = {key.strip(): value.strip() for key, value in left.items()}
    count = int(values.pop("count", "0"))
    assert sorted(values) == [str(number + 1) for number in range(count)]
    return [values[str(number + 1)].split("|") for number in range(count)]


async def let_go(seat: Seat, number: str, within_s: float) -> datetime:
    """Dial and wait for the PBX to end the call, after the spoken notice. When it was dialled."""
    began, at = time.monotonic(), datetime.now(UTC)
    call: Call = await seat.dial(number)
    assert await seat.told() == MISSED
    await call.wait_ended(10)
    assert time.monotonic() - began < within_s
    return at


async def recorded(site: Site, seat: str, events: list[tuple[str, str, str]]) -> None:
    """Wait until these, and no others, are kept of the seat, and the notes are gone."""

    async def all_there() -> bool:
        return site.presence(seat) == events and not marks(site)

    await until(f"{events}, and no notes", all_there, 10)


async def test_with_ccd_stuck_or_down_the_person_may_go_and_it_is_recorded_later_once(site: Site) -> None:
    known = site.presence("T34")
    async with site.seats("1034") as seats:
        os.kill(site.daemon.pid, signal.SIGSTOP)
        try:
            arrived = await let_go(seats["1034"], "*812034", within_s=10)
            ((*noted, second),) = marks(site)
        finally:
            os.kill(site.daemon.pid, signal.SIGCONT)
        assert noted == ["arrive", "1034", "2034"]
        assert abs(int(second) - arrived.timestamp()) <= 3
        known.append(("2034", "arrived", "missed"))
        await recorded(site, "T34", known)
        assert site.rows("presence_event", seat="T34")[-1]["at"] == int(second) * 1_000_000
        assert await site.people("PJSIP/1034") == ["2034"]

        await asyncio.to_thread(site.daemon.stop)
        left = await let_go(seats["1034"], "*822034", within_s=8)
        ((*noted, second),) = marks(site)
        assert noted == ["leave", "1034", "2034"]
        assert abs(int(second) - left.timestamp()) <= 2
        await asyncio.to_thread(site.daemon.start)
        known.append(("2034", "left", "missed"))
        await recorded(site, "T34", known)
        assert site.rows("presence_event", seat="T34")[-1]["at"] == int(second) * 1_000_000
        assert (await site.agent("PJSIP/1034"))["state"] == "logged_off"


# --- the PIN -----------------------------------------------------------------------------------------------


def contents(path: Path) -> bytes:
    """Of a file; a compressed journal, which may still be written, as far as it goes."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data)
    return data


async def test_a_pin_is_found_nowhere(site: Site) -> None:
    """Neither a right one nor a wrong one: in no event, no log or record of the PBX, and nothing of ccd's."""
    wrong = "58136920"
    async with site.seats("1030") as seats:
        assert await seats["1030"].sign("*81", "2030", PINS["2030"]) == WELCOME
        assert await seats["1030"].sign("*82", "2030", wrong) == WRONG_PIN
        assert await seats["1030"].sign("*82", "2030", PINS["2030"], by_audio=True) == GOODBYE
        await until("the journal has it all", lambda: has(site, "journal-*", b'"kind":"leave"', times=2), 5)
        await until("so has the CDR", lambda: has(site, "cdr-csv/Master.csv", b'"PJSIP/1030-', times=3), 5)
    heard = seats.ear.events
    assert {"Newexten", "AGIExecEnd", "VarSet"} <= {event.get("Event") for event in heard}
    assert [event for event in heard if "Digit" in event] == [], "README.md says how"
    kept = {path: contents(path) for path in files(site)}
    for name in ("full", "ccd.sqlite", "ccd.log"):
        assert [data for path, data in kept.items() if path.name == name and data], name
    for pin in (PINS["2030"], wrong):
        assert [path for path, data in kept.items() if pin.encode() in data] == []
        assert [event for event in heard if pin in str(event)] == []


def files(site: Site) -> list[Path]:
    """All that the PBX and ccd have written."""
    folders = (site.pbx.folder, site.daemon.folder)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


async def has(site: Site, name: str, text: bytes, times: int) -> bool:
    return sum(contents(path).count(text) for path in files(site) if path.match(name)) >= times
