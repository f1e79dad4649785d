"""An Asterisk 22 and a 16 followed by one daemon: kept apart, and each left alone by what befalls another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ccd.pins import hash_pin
from tests.e2e.daemon import Daemon
from tests.e2e.outside import Outside, until
from tests.e2e.proxy import Proxy
from tests.e2e.site import Ear, Seat, comes_to
from tests.pbx.asterisk import Asterisk
from tests.pbx.fixtures import running
from tests.pbx.phones import Phones, answers
from tests.pbx.ports import free_run
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

ROSTER = """code,name,role,team,seat,interface,pbx
2001,陈志远,agent,一组,A01,PJSIP/1001,new
3001,林晓燕,agent,二组,A01,PJSIP/1001,old
2032,董雅琴,telesales,一组,T32,PJSIP/1032,new
3032,袁梦,telesales,二组,T32,PJSIP/1032,old
"""
PINS = {"2032": "7391", "3032": "4826"}


@dataclass(frozen=True)
class Pair:
    new: Asterisk
    old: Asterisk
    agi_port: int


def named(name: str, agi_port: int) -> Callable[[Asterisk], None]:
    """Have the dialplan say to the daemon at this port which PBX it is."""

    def prepare(pbx: Asterisk) -> None:
        file = pbx.etc_dir / "extensions.conf"
        lines = f"CCD_AGI = agi://127.0.0.1:{agi_port}\nCCD_PBX = {name}"
        text, count = re.subn(r"^CCD_AGI = .*$", lines, file.read_text("utf-8"), flags=re.MULTILINE)
        assert count == 1
        file.write_text(text, "utf-8")

    return prepare


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    agi_port = free_run(1)
    with running("22", named("new", agi_port)) as new, running("16", named("old", agi_port)) as old:
        yield Pair(new, old, agi_port)


def section(name: str, pbx: Asterisk, port: int | None = None) -> str:
    return f"""
[pbx.{name}]
port = {port or pbx.ami_port}
secret = "{pbx.ccd_secret}"
recordings_dir = "{pbx.monitor_dir}"
reconnect_max_s = 0.5
"""


@contextlib.asynccontextmanager
async def following(pair: Pair, folder: Path, sections: str) -> AsyncIterator[Outside]:
    daemon = Daemon(folder / "ccd", f"[agi]\nport = {pair.agi_port}\n{sections}")
    roster = folder / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    async with daemon:
        await asyncio.to_thread(daemon.ccd, "roster", "import", str(roster))
        yield Outside(daemon)


async def agent(outside: Outside, pbx: str, interface: str) -> dict[str, Any]:
    (shown,) = [each for each in (await outside.picture())["pbxs"] if each["name"] == pbx]
    (found,) = [each for each in shown["agents"] if each["interface"] == interface]
    return dict(found)


async def shows(outside: Outside, state: str, *pbxs: str, interface: str = "PJSIP/1001") -> None:
    for pbx in pbxs:

        async def is_so(pbx: str = pbx) -> bool:
            return (await agent(outside, pbx, interface))["state"] == state  # type: ignore[no-any-return]

        await until(f"{interface} of {pbx} is {state}", is_so, 8)


def blind(outside: Outside, pbx: str) -> list[str]:
    rows = outside.rows("SELECT why FROM blind_interval WHERE pbx = ? ORDER BY began", pbx)
    return [row["why"] for row in rows]


# --- apart -------------------------------------------------------------------------------------------------


async def equal_calls(pair: Pair, outside: Outside, new: Phones, old: Phones) -> tuple[str, Call, Call]:
    """Call 1001 on both PBXs so that both calls have the same Uniqueid: that one, and the calls.

    It is the second and a number that grows from the start of the PBX on.
    """

    def known(pbx: str) -> set[str]:
        return {row["call"] for row in outside.rows('SELECT "call" FROM call WHERE pbx = ?', pbx)}

    async def call(phones: Phones, pbx: str, caller: str) -> tuple[str, Call]:
        before = known(pbx)
        placed = await phones.outside.call("1001", caller=caller)
        await comes_to(lambda: len(known(pbx) - before), 1)
        return (known(pbx) - before).pop(), placed

    for _ in range(3):
        await asyncio.sleep(1.1 - time.time() % 1)
        (one, first), (two, second) = await asyncio.gather(call(new, "new", "111"), call(old, "old", "222"))
        if one == two:
            return one, first, second
        await asyncio.gather(first.hangup(), second.hangup())
        await asyncio.gather(asyncio.to_thread(pair.new.restart), asyncio.to_thread(pair.old.restart))
        await outside.in_sync()
    raise AssertionError(f"never equal: {one}, {two}")


async def test_equal_uniqueids_and_extensions_are_kept_apart(pair: Pair, tmp_path: Path) -> None:
    both = section("new", pair.new) + section("old", pair.old)
    async with (
        following(pair, tmp_path, both) as outside,
        Phones(pair.new, "1001") as new,
        Phones(pair.old, "1001") as old,
    ):
        for phones in (new, old):
            phones["1001"].behaviour = answers(after=0)
        uniqueid, first, second = await equal_calls(pair, outside, new, old)
        await shows(outside, "talking", "new", "old")
        await first.hangup()
        await shows(outside, "ready", "new")
        assert (await agent(outside, "old", "PJSIP/1001"))["state"] == "talking"
        await second.hangup()
        await shows(outside, "ready", "old")
        ended = (
            "SELECT pbx, caller_number, outcome FROM call WHERE ended IS NOT NULL AND call = ? ORDER BY pbx"
        )
        await comes_to(
            lambda: [tuple(row.values()) for row in outside.rows(ended, uniqueid)],
            [("new", "111", "answered"), ("old", "222", "answered")],
        )
        legs = outside.rows("SELECT pbx, channel FROM leg WHERE call = ? ORDER BY pbx, started", uniqueid)
        assert [row["channel"].rpartition("-")[0] for row in legs] == ["PJSIP/trunk", "PJSIP/1001"] * 2
        told = await asyncio.gather(agent(outside, "new", "PJSIP/1001"), agent(outside, "old", "PJSIP/1001"))
        assert [(each["name"], each["team"]) for each in told] == [("陈志远", "一组"), ("林晓燕", "二组")]


async def test_a_sign_in_says_which_pbx_it_comes_from(pair: Pair, tmp_path: Path) -> None:
    both = section("new", pair.new) + section("old", pair.old)
    async with following(pair, tmp_path, both) as outside:
        for code, pin in PINS.items():
            assert (await outside.ask("pin_set", code=code, hash=hash_pin(pin, code=code)))["ok"]
        async with (
            Ear(pair.new) as ear_new,
            Ear(pair.old) as ear_old,
            Phones(pair.new, "1032") as new,
            Phones(pair.old, "1032") as old,
        ):
            told = await asyncio.gather(
                Seat(new["1032"], ear_new).sign("*81", "2032", PINS["2032"]),
                Seat(old["1032"], ear_old).sign("*81", "3032", PINS["3032"]),
            )
        assert set(told) == {"agent-loginok"}
        arrived = outside.rows("SELECT pbx, seat, person, how FROM presence_event ORDER BY pbx")
        assert [tuple(row.values()) for row in arrived] == [
            ("new", "T32", "2032", "phone"),
            ("old", "T32", "3032", "phone"),
        ]
        await shows(outside, "ready", "new", "old", interface="PJSIP/1032")


# --- left alone --------------------------------------------------------------------------------------------

UNBROKEN = ["unknown", "ready", "ringing", "talking", "ready"]
"""From the daemon's start on, over a call."""


async def test_a_cut_of_one_is_none_of_the_others_concern(pair: Pair, tmp_path: Path) -> None:
    async with Proxy(pair.new.ami_port) as to_new, Proxy(pair.old.ami_port) as to_old:
        both = section("new", pair.new, to_new.port) + section("old", pair.old, to_old.port)
        async with following(pair, tmp_path, both) as outside, Phones(pair.new, "1001") as new:
            new["1001"].behaviour = answers(after=0)
            call = await new.outside.call("1001")
            await shows(outside, "talking", "new")
            to_old.refusing = True
            to_old.reset()
            await shows(outside, "unknown", "old")
            assert (await agent(outside, "new", "PJSIP/1001"))["state"] == "talking"
            await call.hangup()
            await shows(outside, "ready", "new")
            to_old.refusing = False
            await outside.in_sync()
            await shows(outside, "ready", "old")
            await comes_to(lambda: (len(blind(outside, "new")), len(blind(outside, "old"))), (1, 2))
            assert (to_new.connections, to_old.connections) == (1, 2)
            await comes_to(lambda: [row["state"] for row in intervals(outside, "new")], UNBROKEN)


async def test_one_is_added_and_one_removed_by_sighup_and_the_third_goes_on(
    pair: Pair, tmp_path: Path
) -> None:
    async with Proxy(pair.new.ami_port) as to_new:
        kept = section("new", pair.new, to_new.port)
        with running("22") as third:
            async with (
                following(pair, tmp_path, kept + section("old", pair.old)) as outside,
                Phones(pair.new, "1001") as new,
            ):
                new["1001"].behaviour = answers(after=0)
                call = await new.outside.call("1001")
                await shows(outside, "talking", "new")
                daemon = outside.daemon
                text = daemon.config.read_text("utf-8")
                old, added = section("old", pair.old), section("third", third)
                assert old in text
                daemon.config.write_text(text.replace(old, added), "utf-8")
                os.kill(daemon.pid, signal.SIGHUP)
                await until("third is followed, old is not", lambda: names(outside, "new", "third"), 10)
                await outside.in_sync()
                await shows(outside, "ready", "third")
                assert (await agent(outside, "new", "PJSIP/1001"))["state"] == "talking"
                await call.hangup()
                await shows(outside, "ready", "new")
                await comes_to(lambda: [row["state"] for row in intervals(outside, "new")], UNBROKEN)
                assert blind(outside, "old")[-1] == "stopped"
                assert to_new.connections == 1


async def names(outside: Outside, *expected: str) -> bool:
    return [pbx["name"] for pbx in (await outside.picture())["pbxs"]] == list(expected)


def intervals(outside: Outside, pbx: str) -> list[dict[str, Any]]:
    sql = """SELECT * FROM agent_interval WHERE pbx = ? AND interface = 'PJSIP/1001' AND queue = ''
             ORDER BY begin"""
    return outside.rows(sql, pbx)
