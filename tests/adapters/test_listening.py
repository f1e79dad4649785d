"""The listener's phone: where a ring may go, by construction; and what is told where none came about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ccd.adapters.listening import Listeners, originate, turning
from ccd.effects import EndListening, ListenTo, TurnListening
from ccd.events import Event
from ccd.events.quality import ListeningTold
from tests.adapters.ami.fake_pbx import FakePbx, response
from tests.adapters.ami.following import following, until

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NAME = "listen-1" + "0" * 20
RING = ListenTo(
    NAME, "test", "north", NAME, "1795332165.1", "PJSIP/1020", "listen", "zh", ("listen", "barge")
)
HOSTILE = [
    "PJSIP/110@trunk",
    "Local/listen@phones/n",
    "outside:13800138000",
    "PJSIP/1010&PJSIP/1011",
    "PJSIP/1010\r\nContext: phones",
    "${SHELL(id)}",
    "1,CCD_KEYS=456",
    "a|b",
    "failed",
    "s",
    "",
    "\0",
    "张三",
    "x" * 5000,
]


def changed(**fields: Any) -> ListenTo:
    return msgspec.structs.replace(RING, **fields)


def test_a_ring_is_what_the_dialplan_expects() -> None:
    assert originate(changed(tone=True, longest_s=90.4, ring_s=12.5)) == (
        ("Action", "Originate"),
        ("Channel", "PJSIP/1020"),
        ("Context", "ccd-listen"),
        ("Exten", NAME),
        ("Priority", "1"),
        ("Timeout", "12500"),
        ("CallerID", "ccd <CCD>"),
        ("Async", "true"),
        ("ChannelId", NAME),
        ("Variable", "CCD_SPIED=1795332165.1"),
        ("Variable", "CCD_HOW=4"),
        ("Variable", "CCD_KEYS=46"),
        ("Variable", "CCD_LONGEST=90"),
        ("Variable", "CCD_TONE=1"),
        ("Variable", "CCD_LANGUAGE=zh"),
    )


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["listening", "channel", "phone", "how", "language", "modes"])
def test_no_value_of_any_field_leads_anywhere_else(field: str, value: str) -> None:
    try:
        fields = originate(changed(**{field: (value,) if field == "modes" else value}))
    except ValueError:
        return
    sent = dict(fields)
    assert (sent["Context"], sent["Exten"], sent["Channel"]) == ("ccd-listen", NAME, "PJSIP/1020")
    for _, text in fields:
        assert not set(text) & set("\r\n\0,|$&;")


@pytest.mark.parametrize("value", HOSTILE)
def test_turning_names_its_own_leg_and_no_other(value: str) -> None:
    with pytest.raises(ValueError, match="turned to"):
        turning(TurnListening("k", "test", "north", value, "listen", ("listen",)))
    with pytest.raises(ValueError, match="turned to"):
        turning(TurnListening("k", "test", "north", NAME, value, ("listen",)))
    sent = dict(turning(TurnListening("k", "test", "north", NAME, "listen", (value,))))
    assert sent["Channel"] == f"Local/{NAME}+4+4@ccd-listen-turn/n"


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[FakePbx, Listeners, list[Event]]]:
    told: list[Event] = []
    pbx = FakePbx()
    pbx.answers["Originate"] = lambda asked: response(asked, "Message: Originate successfully queued")
    pbx.answers["Hangup"] = lambda asked: response(asked, "Message: Channel Hungup")
    async with pbx, following(pbx, action_timeout_s=0.5) as (session, _):
        listeners = Listeners(lambda name: session if name == "north" else None, told.append, lambda: NOW)
        yield pbx, listeners, told
        await listeners.close()


async def done(listeners: Listeners) -> None:
    await until(lambda: not listeners._jobs)


async def test_ringing_turning_and_ending_are_one_action_each() -> None:
    async with listening() as (pbx, listeners, told):
        listeners.listen(RING)
        await done(listeners)
        listeners.turn(TurnListening("k", "test", "north", NAME, "whisper", ("listen", "whisper")))
        await done(listeners)
        listeners.end(EndListening("k", "test", "north", NAME))
        await done(listeners)
        assert (pbx.times("Originate"), pbx.times("Hangup")) == (2, 1)
        assert b"Channel: Local/%b+5+45@ccd-listen-turn/n" % NAME.encode() in pbx.received
        assert told == [], "what comes of it the PBX tells"


@pytest.mark.parametrize("why", ["unfit", "no_session", "refused"])
async def test_what_was_not_rung_has_failed(why: str) -> None:
    async with listening() as (pbx, listeners, told):
        effect = changed(phone="1020") if why == "unfit" else RING
        if why == "no_session":
            effect = changed(pbx="south")
        pbx.answers["Originate"] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        listeners.listen(effect)
        await done(listeners)
        (failed,) = told
        assert isinstance(failed, ListeningTold)
        assert (failed.listening, failed.what) == (NAME, "failed")
        assert failed.detail.startswith(why)


async def test_one_whose_answer_was_lost_may_ring_and_is_not_told_as_failed() -> None:
    async with listening() as (pbx, listeners, told):
        pbx.answers["Originate"] = lambda asked: b""
        listeners.listen(RING)
        await done(listeners)
        assert told == []


async def test_only_a_listeners_own_leg_is_ever_hung_up() -> None:
    async with listening() as (pbx, listeners, _):
        for value in (*HOSTILE, "PJSIP/1001-00000001", "/^PJSIP/", "1795332165.1"):
            with pytest.raises(ValueError, match="no listening's id"):
                listeners.end(EndListening("k", "test", "north", value))
        assert pbx.times("Hangup") == 0
