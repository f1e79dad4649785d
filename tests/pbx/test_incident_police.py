"""Before and at the call to the police: who may stop it, that it is made once, and never in a drill.

The police are two SIP phones (tests/pbx/etc/ccd-police.conf); what has come to them is counted there.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import POLICE, SECOND_TRUNK, Desk, at_desk, mark, presses, taken
from tests.pbx.phones import Phones, answers, busy, no_answer
from tests.pbx.sipua import Behaviour

pytestmark = pytest.mark.pbx


async def test_who_stands_down_gives_a_reason_and_no_one_else_is_rung(mute_asterisk: Asterisk) -> None:
    stood_down = {"1001": ("9", "1"), "1002": ("9", "7", "4"), "1003": ("5", "9", "2")}
    async with at_desk(mute_asterisk, *stood_down) as (desk, phones):
        keys = {}
        for extension, pressed in stood_down.items():
            phones[extension].behaviour = presses(*pressed)
            keys[extension] = desk.ring("ccd-decide", f"PJSIP/{extension}")
        await desk.over()
        for extension, pressed in stood_down.items():
            assert desk.results(keys[extension]) == [("answered", ""), ("stood_down", pressed[-1])]
            assert mark(mute_asterisk, "ccd-ring", keys[extension])[:2] == ["stood_down", pressed[-1]]
        assert desk.events("CcdPolice") == []
        assert taken(phones, POLICE) == taken(phones, SECOND_TRUNK) == 0


async def test_nobody_is_joined_to_the_police_who_hung_up_is_a_machine_or_had_to_say_yes(
    mute_asterisk: Asterisk,
) -> None:
    """Nor is an Originate that nobody answered, though it goes on in the dialplan with all its variables."""
    rings: dict[str, tuple[Behaviour, dict[str, str]]] = {
        "1001": (presses(hangs_up=True), {}),
        "1002": (answers(), {"outside": "1"}),
        "1003": (answers(), {"confirm": "1"}),
        "1004": (busy, {}),
        "1005": (no_answer, {}),
    }
    async with at_desk(mute_asterisk, *rings) as (desk, phones):
        keys = {}
        for extension, (behaviour, variables) in rings.items():
            phones[extension].behaviour = behaviour
            keys[extension] = desk.ring("ccd-decide", f"PJSIP/{extension}", **variables)
        desk.ring("ccd-decide", "PJSIP/1001-not-here")
        await desk.over()
        for extension in ("1001", "1002", "1003"):
            assert desk.results(keys[extension]) == [("answered", ""), ("hung_up", "")]
        assert desk.results(keys["1004"]) == desk.results(keys["1005"]) == []
        assert desk.events("CcdPolice") == []
        assert taken(phones, POLICE) == taken(phones, SECOND_TRUNK) == 0


@pytest.mark.parametrize(
    ("pressed", "variables", "results"),
    [
        ((), {}, ["answered", "hung_up"]),
        (("#", "5", "9", "1"), {"may_stand_down": "0"}, ["answered", "hung_up"]),
        (("1",), {"confirm": "1"}, ["answered", "confirmed"]),
        (("1",), {"outside": "1"}, ["answered", "hung_up"]),
    ],
    ids=["nothing", "keys that mean nothing", "confirmed", "a human outside"],
)
async def test_otherwise_the_police_are_dialled_and_joined(
    mute_asterisk: Asterisk, pressed: tuple[str, ...], variables: dict[str, str], results: list[str]
) -> None:
    async with at_desk(mute_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = presses(*pressed)
        marks: list[list[str]] = []

        async def police(call: object) -> None:
            marks.append(await asyncio.to_thread(mark, mute_asterisk, "ccd-police", "inc-a"))
            await answers(after=0)(phones[POLICE].calls[-1])

        phones[POLICE].behaviour = police
        key = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-a", **variables)
        await desk.until(lambda: ("answered", key) in desk.police("inc-a"), timeout=12)
        assert [state for state, *_ in marks] == ["dialling"], "the mark stands before the Dial"
        assert mark(mute_asterisk, "ccd-police", "inc-a")[:2] == ["answered", key]
        await both_hear(phones)
        await phones[POLICE].calls[0].hangup()
        await desk.over()
        assert desk.police("inc-a") == [("dialling", key), ("answered", key)]
        assert [result for result, _ in desk.results(key)] == results
        assert taken(phones, POLICE) == 1


async def both_hear(phones: Phones) -> None:
    """The one who decided and the police are in one call."""
    one, other = phones["1001"].calls[0], phones[POLICE].calls[0]
    heard = phones.listen(one), phones.listen(other)
    async with asyncio.timeout(5):
        while not all(sum(frame.loud for frame in frames) > 20 for frames in heard):
            await asyncio.sleep(0.05)


async def test_a_second_call_for_the_incident_is_not_made(mute_asterisk: Asterisk) -> None:
    """Neither after the first, nor in the same moment, nor once ccd has barred it."""
    seats = [str(seat) for seat in range(1001, 1006)]
    async with at_desk(mute_asterisk, *seats) as (desk, phones):
        for seat in seats:
            phones[seat].behaviour = answers()
        phones[POLICE].behaviour = answers(talk=0.5)
        keys = [desk.ring("ccd-decide", f"PJSIP/{seat}", incident="inc-b") for seat in seats[:-1]]
        await desk.over()
        later = desk.ring("ccd-decide", f"PJSIP/{seats[-1]}", incident="inc-b")
        mute_asterisk.rx("database put ccd-police inc-c barred")
        barred = desk.ring("ccd-decide", f"PJSIP/{seats[0]}", incident="inc-c")
        await desk.over()
        states = desk.police("inc-b")
        assert sorted(state for state, _ in states) == ["already"] * 4 + ["answered", "dialling"]
        winner = next(key for state, key in states if state == "dialling")
        assert {key for state, key in states if state == "already"} == {*keys, later} - {winner}
        assert mark(mute_asterisk, "ccd-police", "inc-b")[:2] == ["answered", winner]
        assert desk.police("inc-c") == [("already", barred)]
        assert taken(phones, POLICE) == 1
        assert taken(phones, SECOND_TRUNK) == 0


async def test_the_second_trunk_is_taken_and_a_failure_may_be_tried_again(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = answers()
        phones[POLICE].behaviour = phones[SECOND_TRUNK].behaviour = busy
        first = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-d")
        await desk.over()
        assert desk.police("inc-d") == [("dialling", first), ("failed", first)]
        assert mark(mute_asterisk, "ccd-police", "inc-d")[:2] == ["failed", first]
        phones[SECOND_TRUNK].behaviour = answers(talk=0.3)
        second = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-d")
        await desk.over()
        assert desk.police("inc-d")[2:] == [("dialling", second), ("answered", second)]
        assert mark(mute_asterisk, "ccd-police", "inc-d")[:2] == ["answered", second]
        assert taken(phones, POLICE) == taken(phones, SECOND_TRUNK) == 2


async def test_who_hangs_up_while_the_police_ring_has_not_called_them(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = answers()
        phones[POLICE].behaviour = no_answer
        key = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-e")
        await desk.until(lambda: phones[POLICE].calls)
        await phones["1001"].calls[0].hangup()
        await desk.over()
        assert desk.police("inc-e") == [("dialling", key), ("failed", key)]
        assert mark(mute_asterisk, "ccd-police", "inc-e")[:2] == ["failed", key]
        assert desk.results(key)[-1] == ("hung_up", "")
        assert desk.told.index(desk.events("CcdPolice")[-1]) < desk.told.index(desk.events("CcdRing")[-1])


async def test_a_site_without_its_own_file_is_told_that_the_call_failed(mute_asterisk: Asterisk) -> None:
    mute_asterisk.rx("dialplan remove context ccd-police")
    try:
        async with at_desk(mute_asterisk, "1001") as (desk, phones):
            phones["1001"].behaviour = answers()
            key = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-f")
            await desk.over()
            assert desk.police("inc-f") == [("dialling", key), ("failed", key)]
    finally:
        mute_asterisk.rx("dialplan reload")


async def test_a_drill_ends_at_the_stand_in(mute_asterisk: Asterisk) -> None:
    """Also where somebody else's mistake sends it to the real decision."""
    rings = {"1001": "ccd-decide-drill", "1002": "ccd-decide-drill", "1003": "ccd-decide"}
    async with at_desk(mute_asterisk, *rings) as (desk, phones):
        keys = {}
        for extension, context in rings.items():
            phones[extension].behaviour = answers()
            incident = "inc-h" if extension == "1003" else "inc-g"
            keys[extension] = desk.ring(context, f"PJSIP/{extension}", incident=incident, drill="1")
        await desk.over()
        states = desk.police("inc-g")
        assert sorted(state for state, _ in states) == ["already", "answered", "dialling"]
        assert mark(mute_asterisk, "ccd-police", "inc-g")[0] == "answered"
        assert desk.police("inc-h") == []
        assert taken(phones, POLICE) == taken(phones, SECOND_TRUNK) == 0


async def test_unattended_the_facts_are_spoken_to_the_police_themselves(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk) as (desk, phones):
        phones[POLICE].behaviour = busy
        phones[SECOND_TRUNK].behaviour = answers()
        key = unattended(desk, "inc-i")
        await desk.until(lambda: ("answered", key) in desk.police("inc-i"))
        heard = phones.listen(phones[SECOND_TRUNK].calls[0])
        await desk.over()
        assert sum(frame.loud for frame in heard) > 50, "three times a digit and a beep at least"
        assert desk.police("inc-i") == [("dialling", key), ("answered", key)]
        assert desk.results(key) == [("answered", ""), ("hung_up", "")]
        again = unattended(desk, "inc-i")
        await desk.over()
        assert desk.police("inc-i")[2:] == [("already", again)]
        assert taken(phones, POLICE) == taken(phones, SECOND_TRUNK) == 1


async def test_unattended_a_failure_is_told_by_mark_and_by_the_key(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk) as (desk, phones):
        phones[POLICE].behaviour = phones[SECOND_TRUNK].behaviour = busy
        key = unattended(desk, "inc-j")
        await desk.over()
        assert desk.police("inc-j") == [("dialling", key), ("failed", key)]
        assert mark(mute_asterisk, "ccd-police", "inc-j")[:2] == ["failed", key]
        responses = [event for event in desk.told if event["Event"] == "OriginateResponse"]
        assert [(event["Response"], event["Exten"]) for event in responses] == [("Failure", key)]


def unattended(desk: Desk, incident: str) -> str:
    return desk.ring("ccd-unattended", "Local/call@ccd-unattended/n", incident=incident, seat="7")


async def test_the_mark_outlives_a_pbx_that_is_killed_as_the_police_ring(fresh_asterisk: Asterisk) -> None:
    async with at_desk(fresh_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = presses("1")
        phones[POLICE].behaviour = no_answer
        fresh_asterisk.rx(
            "database put other key 1"
        )  # AstDB has just been written, and will not be for a second
        key = desk.ring("ccd-decide", "PJSIP/1001", incident="inc-k", confirm="1")
        await desk.until(lambda: phones[POLICE].calls)
        fresh_asterisk.kill()
    fresh_asterisk.start()
    assert mark(fresh_asterisk, "ccd-police", "inc-k")[:2] == ["dialling", key]
    assert mark(fresh_asterisk, "ccd-ring", key)[0] == "confirmed"
