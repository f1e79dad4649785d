"""Phone calls for incidents: where they may go, by construction; and what the PBX knows is asked first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ccd import effects
from ccd.adapters.rings import Rings, UnfitError, originate
from ccd.effects import (
    CallPoliceUnattended,
    Effect,
    ReadMark,
    ReadSource,
    Ring,
    RingForPolice,
    RingForPoliceDrill,
    RingToTell,
)
from ccd.events import Event, PoliceMark, RingResult, SourceRead
from tests.adapters.ami.fake_pbx import FakePbx, complete, item, response
from tests.adapters.ami.following import following, until

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INCIDENT = "threat-20261122-004154-8d2f01aa"
KEY = f"{INCIDENT}-r0-1-1"

CONTEXTS: dict[type[Any], str] = {
    RingToTell: "ccd-tell",
    RingForPolice: "ccd-decide",
    RingForPoliceDrill: "ccd-decide-drill",
    CallPoliceUnattended: "ccd-unattended",
}
PLAIN: dict[str, Any] = {
    "key": KEY,
    "because": "incidents: test",
    "pbx": "north",
    "incident": INCIDENT,
    "person": "31",
    "where": "PJSIP/1010",
    "ring_s": 20.0,
    "language": "zh",
    "ladder": "threat",
    "seat": "A01",
    "caller_number": "13800138000",
    "drill": False,
}


def made(kind: type[Any], **changed: Any) -> Any:
    names = {field.name for field in msgspec.structs.fields(kind)}
    return kind(**{name: value for name, value in {**PLAIN, **changed}.items() if name in names})


def ring(**changed: Any) -> RingToTell:
    effect = made(RingToTell, **changed)
    assert isinstance(effect, RingToTell)
    return effect


# --- where they may go --------------------------------------------------------------------------------------


def ways_to_a_phone(kind: type[Effect] = Effect) -> Iterator[type[Effect]]:
    """Every class of effect that asks for a phone call."""
    for below in kind.__subclasses__():
        yield from ways_to_a_phone(below)
        if issubclass(below, Ring) or below is CallPoliceUnattended:
            yield below


def test_every_effect_that_rings_has_its_context_in_one_table_and_no_field_for_it() -> None:
    classes = set(ways_to_a_phone()) - {Ring}
    assert classes == set(CONTEXTS)
    known = set(PLAIN) | {"may_stand_down", "confirm"}
    for kind in classes:
        assert {field.name for field in msgspec.structs.fields(kind)} <= known
        assert dict(originate(made(kind)))["Context"] == CONTEXTS[kind]
    others = [kind for kind in vars(effects).values() if isinstance(kind, type) and issubclass(kind, Effect)]
    named = {field.name for kind in others for field in msgspec.structs.fields(kind)}
    assert not named & {"context", "exten", "extension", "application", "channel_id", "data", "priority"}


HOSTILE = [
    "ccd-police",
    "call@ccd-police",
    "Local/call@ccd-police/n",
    "Local/call@ccd-police",
    "PJSIP/110@trunk",
    "PJSIP/trunk/sip:110@police",
    "SIP/trunk/110",
    "DAHDI/g0/110",
    "PJSIP/1010&Local/call@ccd-police",
    "PJSIP/1010\r\nContext: ccd-police",
    "PJSIP/1010\nContext: ccd-police",
    "PJSIP/${DB(x/y)}",
    "outside:110",
    "outside:119@ccd-police",
    "outside:1380013@ccd-police",
    "outside:call",
    "outside:１３８００１３８０００",
    "outside:13800138000&Local/call@ccd-police",
    "x,CCD_DRILL=0",
    "1|2",
    "${EXTEN}",
    "failed",
    "call",
    "s",
    "",
    "\x00",
    "张三",
    "x" * 5000,
]
TEXTS = [
    "key",
    "incident",
    "person",
    "where",
    "language",
    "ladder",
    "seat",
    "caller_number",
    "pbx",
    "because",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("kind", list(CONTEXTS))
def test_no_value_of_any_field_leads_anywhere_else(kind: type[Any], field: str, value: str) -> None:
    effect = made(kind, **{field: value})
    try:
        fields = originate(effect)
    except UnfitError:
        return
    sent = dict(fields)
    once = [name for name, _ in fields if name != "Variable"]
    assert len(once) == len(set(once))
    assert sent["Context"] == CONTEXTS[kind]
    assert sent["Exten"] == sent["ChannelId"] == effect.key
    assert sent["Priority"] == "1"
    assert "Application" not in sent
    assert sent["Channel"] in ("PJSIP/1010", "Local/call@ccd-unattended/n")
    assert (sent["Channel"] == "PJSIP/1010") == issubclass(kind, Ring)
    for name, text in fields:
        assert "ccd-police" not in text or (name, text[:9]) == ("Variable", "CCD_SEAT=")  # to be spelt out
        assert not set(text) & set("\r\n\0,|$&;")


@pytest.mark.parametrize("kind", [*CONTEXTS, Ring])
def test_nothing_that_is_a_drill_reaches_where_the_police_are_called(kind: type[Any]) -> None:
    try:
        sent = originate(made(kind, drill=True))
    except UnfitError:
        assert kind in (Ring, RingForPolice)
        return
    if kind is CallPoliceUnattended:  # it has no such field: there is no drill of it
        assert "drill" not in {field.name for field in msgspec.structs.fields(CallPoliceUnattended)}
        return
    assert dict(sent)["Context"] not in ("ccd-decide", "ccd-unattended")
    assert ("Variable", "CCD_DRILL=1") in sent


def test_a_drills_own_ring_is_a_drill_whatever_its_field_says() -> None:
    sent = originate(made(RingForPoliceDrill, drill=False, may_stand_down=True, confirm=True))
    assert dict(sent)["Context"] == "ccd-decide-drill"
    assert ("Variable", "CCD_DRILL=1") in sent


def test_a_class_that_is_not_in_the_table_goes_nowhere() -> None:
    class RingElsewhere(RingForPolice, frozen=True):
        pass

    with pytest.raises(UnfitError):
        originate(made(RingElsewhere))


@pytest.mark.parametrize(
    ("where", "channel"),
    [
        ("PJSIP/1010", "PJSIP/1010"),
        ("SIP/lead-2", "SIP/lead-2"),
        ("outside:13800138000", "Local/13800138000@ccd-outside/n"),
        ("outside:+8613800138000", "Local/8613800138000@ccd-outside/n"),
    ],
)
def test_a_phone_is_rung_as_the_dialplan_expects_it(where: str, channel: str) -> None:
    changed = {"may_stand_down": True, "confirm": False, "seat": "A 01;张", "caller_number": "+86 138"}
    sent = originate(made(RingForPolice, where=where, ring_s=15.5, **changed))
    outside = int(where.startswith("outside:"))
    assert sent == (
        ("Action", "Originate"),
        ("Channel", channel),
        ("Context", "ccd-decide"),
        ("Exten", KEY),
        ("Priority", "1"),
        ("Timeout", "15500"),
        ("CallerID", "ccd <CCD>"),
        ("Async", "true"),
        ("ChannelId", KEY),
        ("Variable", f"CCD_KEY={KEY}"),
        ("Variable", f"CCD_INCIDENT={INCIDENT}"),
        ("Variable", "CCD_LADDER=threat"),
        ("Variable", "CCD_SEAT=A01"),
        ("Variable", "CCD_CALLER=86138"),
        ("Variable", "CCD_LANGUAGE=zh"),
        ("Variable", "CCD_DRILL=0"),
        ("Variable", "CCD_MAY_STAND_DOWN=1"),
        ("Variable", "CCD_CONFIRM=0"),
        ("Variable", f"CCD_OUTSIDE={outside}"),
    )


# --- placed, once -------------------------------------------------------------------------------------------


class Switch(FakePbx):
    """Answers as Asterisk 22.10.1 and 16.28.0 did."""

    def __init__(self) -> None:
        super().__init__()
        self.database: dict[tuple[str, str], str] = {}
        self.alive: dict[str, str] = {}
        self.variables: dict[tuple[str, str], str] = {}
        self.answers["DBGet"] = self._get
        self.answers["DBDel"] = self._delete
        self.answers["Getvar"] = self._variable
        self.answers["Originate"] = lambda asked: response(asked, "Message: Originate successfully queued")

    def _get(self, asked: dict[str, str]) -> bytes:
        family, key = asked["Family"], asked["Key"]
        if (family, key) not in self.database:
            return response(asked, "Message: Database entry not found", kind="Error")
        named = f"Family: {family}", f"Key: {key}", f"Val: {self.database[family, key]}"
        return (
            response(asked, "EventList: start", "Message: Result will follow")
            + item(asked, "DBGetResponse", *named)
            + complete(asked, "DBGetComplete")
        )

    def _delete(self, asked: dict[str, str]) -> bytes:
        del self.database[asked["Family"], asked["Key"]]
        return response(asked, "Message: Key deleted successfully")

    def _variable(self, asked: dict[str, str]) -> bytes:
        channel, name = asked["Channel"], asked["Variable"]
        if name == "CHANNEL(state)" and channel in self.alive:
            value = self.alive[channel]
        elif (channel, name) in self.variables:
            value = self.variables[channel, name]
        elif any(channel == known for known, _ in self.variables):
            value = ""
        else:
            return response(asked, "Message: No such channel", kind="Error")
        return response(asked, f"Variable: {name}", f"Value: {value}")


@asynccontextmanager
async def ringing() -> AsyncIterator[tuple[Switch, Rings, list[Event]]]:
    told: list[Event] = []
    pbx = Switch()
    async with pbx, following(pbx, action_timeout_s=0.5) as (session, _):
        rings = Rings(lambda name: session if name == "north" else None, told.append, lambda: NOW)
        yield pbx, rings, told
        await rings.close()


async def done(rings: Rings) -> None:
    await until(lambda: not rings._jobs)


async def test_a_ring_is_placed_and_nothing_is_told_before_the_dialplan_tells() -> None:
    async with ringing() as (pbx, rings, told):
        rings.perform(ring())
        rings.perform(ring())
        await done(rings)
        assert pbx.times("Originate") == 1
        assert pbx.received.count(b"Variable: CCD_") == 10
        assert told == []


@pytest.mark.parametrize("noted", ["acknowledged||1795307800", "stood_down|1|1795307800", "hung_up||1"])
async def test_what_the_dialplan_has_noted_is_told_instead_of_ringing_again(noted: str) -> None:
    async with ringing() as (pbx, rings, told):
        pbx.database["ccd-ring", KEY] = noted
        rings.perform(ring())
        await done(rings)
        result, reason, _ = noted.split("|")
        assert told == [RingResult(NOW, "north", KEY, result, reason)]
        assert pbx.times("Originate") == 0
        assert pbx.database == {("ccd-ring", KEY): noted}, "it is for the policy to let go of it"


async def test_a_ring_that_lives_goes_on() -> None:
    async with ringing() as (pbx, rings, told):
        pbx.alive[KEY] = "Ringing"
        rings.perform(ring())
        await done(rings)
        assert pbx.times("Originate") == 0
        assert told == []


async def test_one_that_was_never_sent_has_failed_so_that_the_policy_decides() -> None:
    async with ringing() as (pbx, rings, told):
        await pbx.stop()
        rings.perform(ring())
        rings.perform(ring(key=f"{KEY}-x", pbx="south"))
        rings.perform(made(CallPoliceUnattended, key=f"{INCIDENT}-u1"))
        await done(rings)
        assert {(event.key, event.result) for event in told if isinstance(event, RingResult)} == {
            (KEY, "failed"),
            (f"{KEY}-x", "failed"),
            (f"{INCIDENT}-u1", "failed"),
        }


@pytest.mark.parametrize("how", ["silence", "cut"])
async def test_one_whose_answer_was_lost_is_not_sent_again_nor_told_as_failed(how: str) -> None:
    async with ringing() as (pbx, rings, told):

        def lose(asked: dict[str, str]) -> None:
            if how == "cut":
                pbx.reset()

        pbx.answers["Originate"] = lose
        rings.perform(ring())
        await done(rings)
        await asyncio.sleep(0.1)
        assert pbx.times("Originate") == 1
        assert told == []


async def test_a_ring_that_the_pbx_refuses_has_failed() -> None:
    async with ringing() as (pbx, rings, told):
        pbx.answers["Originate"] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        rings.perform(ring())
        await done(rings)
        assert told == [RingResult(NOW, "north", KEY, "failed", "refused")]


async def test_a_right_to_look_that_is_missing_is_no_reason_not_to_ring() -> None:
    async with ringing() as (pbx, rings, told):
        for action in ("DBGet", "Getvar"):
            pbx.answers[action] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        rings.perform(ring())
        await done(rings)
        assert pbx.times("Originate") == 1
        assert told == []


async def test_what_must_not_be_rung_has_failed_and_reaches_no_pbx() -> None:
    async with ringing() as (pbx, rings, told):
        rings.perform(made(RingForPolice, drill=True))
        await done(rings)
        assert told == [RingResult(NOW, "north", KEY, "failed", "unfit")]
        assert pbx.times("Originate") == pbx.times("DBGet") == 0


async def test_closing_drops_what_is_under_way() -> None:
    async with ringing() as (pbx, rings, told):
        pbx.answers["DBGet"] = lambda asked: None
        rings.perform(ring())
        await until(lambda: pbx.times("DBGet") == 1)
        await rings.close()
        assert told == []


# --- what the PBX knows -------------------------------------------------------------------------------------

Setup = Callable[[Switch], None]


def noted(family: str, key: str, value: str) -> Setup:
    return lambda pbx: pbx.database.__setitem__((family, key), value)


@pytest.mark.parametrize(
    ("setup", "result", "left"),
    [
        (noted("ccd-ring", KEY, "cannot|2|1"), ("cannot", "2"), {("ccd-ring", KEY): "cannot|2|1"}),
        (lambda pbx: None, ("none", ""), {}),
        (lambda pbx: pbx.alive.__setitem__(KEY, "Up"), ("answered", ""), {}),
        (lambda pbx: pbx.alive.__setitem__(KEY, "Ringing"), None, {}),
        (noted("ccd-ring", KEY, "nonsense"), ("none", ""), {("ccd-ring", KEY): "nonsense"}),
    ],
)
async def test_the_mark_of_a_ring_is_read_back_and_stays(
    setup: Setup, result: tuple[str, str] | None, left: dict[tuple[str, str], str]
) -> None:
    async with ringing() as (pbx, rings, told):
        setup(pbx)
        rings.perform(ReadMark(f"{KEY}-mark", "because", "north", INCIDENT, KEY))
        await done(rings)
        assert told == ([RingResult(NOW, "north", KEY, *result)] if result else [])
        assert pbx.database == left


@pytest.mark.parametrize(
    ("value", "state", "by"),
    [
        (f"dialling|{KEY}|1795307800", "dialling", KEY),
        (f"answered|{KEY}|1795307800", "answered", KEY),
        (f"failed|{KEY}|1795307800", "failed", KEY),
        ("answered||1795307800", "answered", ""),
        ("barred", "barred", ""),
        (None, "none", ""),
    ],
)
async def test_the_mark_of_the_police_is_read_back_and_stays(value: str | None, state: str, by: str) -> None:
    async with ringing() as (pbx, rings, told):
        if value is not None:
            pbx.database["ccd-police", INCIDENT] = value
        rings.perform(ReadMark(f"{INCIDENT}-police-mark", "because", "north", INCIDENT))
        await done(rings)
        assert told == [PoliceMark(NOW, "north", INCIDENT, state, by, live=False)]
        assert pbx.times("DBDel") == 0


async def test_a_mark_of_the_police_that_is_none_of_ours_tells_nothing() -> None:
    async with ringing() as (pbx, rings, told):
        pbx.database["ccd-police", INCIDENT] = "perhaps|v1|1795307800"
        rings.perform(ReadMark(f"{INCIDENT}-police-mark", "because", "north", INCIDENT))
        await done(rings)
        assert told == []


async def test_where_the_callers_sip_comes_from_is_told_as_far_as_it_is_known() -> None:
    async with ringing() as (pbx, rings, told):
        channel = "PJSIP/trunk-00000000"
        pbx.variables[channel, "CHANNEL(pjsip,remote_addr)"] = "198.51.100.7:5060"
        pbx.variables[channel, "CHANNEL(pjsip,call-id)"] = "ddaf3c8d@198.51.100.7"
        rings.perform(ReadSource("s1", "because", "north", INCIDENT, channel))
        pbx.variables["DAHDI/1-1", "CCD_CUSTOMER"] = "张三, 合同 17"
        rings.perform(ReadSource("s2", "because", "north", INCIDENT, "DAHDI/1-1"))
        rings.perform(ReadSource("s3", "because", "north", INCIDENT, "PJSIP/gone-00000001"))
        await done(rings)
        source = "198.51.100.7:5060, Call-ID ddaf3c8d@198.51.100.7"
        assert sorted(told, key=lambda read: read.customer) == [
            SourceRead(NOW, INCIDENT, source),
            SourceRead(NOW, INCIDENT, "", "张三, 合同 17"),
        ]
