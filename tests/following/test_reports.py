"""What the dialplan tells of emergencies: raw AMI in, inputs of the policy out; malformed, it is nothing."""

from __future__ import annotations

import pytest

from ccd.effects import CollectMissed, Effect, ReadMark, SendAction
from ccd.events import Event, PoliceMark, ReportAsked, RingResult
from ccd.message import Message
from tests.following.playback import PBX, Player

INPUTS = (ReportAsked, RingResult, PoliceMark)
RING = "threat-20261122-004154-8d2f01aa-r0-1-1"


def user_event(name: str, *lines: str, uniqueid: str = "1795307795.17") -> Message:
    """As Asterisk 22 writes one from a channel: its own headers first."""
    head = ["Event: UserEvent", "Privilege: user,all", "Timestamp: 1795307795.549940"]
    head += ["Channel: PJSIP/1001-0000000a", "CallerIDNum: 13800138000", "CallerIDName: 李雷"]
    head += [f"Uniqueid: {uniqueid}", "Linkedid: 1795307795.16"] if uniqueid else []
    return Message("UserEvent", "\r\n".join([*head, f"UserEvent: {name}", *lines]))


def originated(**changed: str) -> Message:
    headers = {
        "Event": "OriginateResponse",
        "Privilege": "call,all",
        "ActionID": "ccd-0123456789abcdef",
        "Response": "Failure",
        "Channel": "PJSIP/1003",
        "Context": "ccd-tell",
        "Exten": RING,
        "Reason": "3",
        "Uniqueid": RING,
        "CallerIDNum": "CCD",
        "CallerIDName": "ccd",
    }
    return Message.of(**{**headers, **changed})


def dial_end(status: str, key: str = RING) -> Message:
    return Message.of(Event="DialEnd", DestUniqueid=key, DestLinkedid=key, DialStatus=status)


def told(*messages: Message) -> tuple[list[Event], list[Effect]]:
    player = Player()
    player.link()
    player.sync()
    player.facts.clear()
    player.effects.clear()
    player.feed(messages)
    effects = [e for e in player.effects if isinstance(e, CollectMissed | ReadMark | SendAction)]
    return player.of(*INPUTS), effects


def test_a_report_names_its_leg_and_is_asked_for_as_noted_as_well() -> None:
    (asked,), effects = told(
        user_event("CcdReport", "Ladder: threat", "Request: 1795307795.17-1795307800", "Uniqueid: 9.9")
    )
    assert isinstance(asked, ReportAsked)
    assert (asked.request, asked.ladder, asked.how) == (f"{PBX}-1795307795.17-1795307800", "threat", "phone")
    assert (asked.pbx, asked.uniqueid, asked.told_alone) == (PBX, "1795307795.17", False)
    assert [type(effect) for effect in effects] == [CollectMissed]


def test_a_lead_dialled_without_us_has_the_note_read() -> None:
    inputs, effects = told(user_event("CcdAlone", "Agent: 1795307795.17"))
    assert inputs == []
    assert [type(effect) for effect in effects] == [CollectMissed]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("acknowledged", ""),
        ("cannot", "2"),
        ("stood_down", "1"),
        ("confirmed", "1"),
        ("hung_up", ""),
    ],
)
def test_a_result_of_a_ring_is_told_and_its_note_in_astdb_stays_until_it_is_kept(
    result: str, reason: str
) -> None:
    (ring,), effects = told(user_event("CcdRing", f"Key: {RING}", f"Result: {result}", f"Reason: {reason}"))
    assert isinstance(ring, RingResult)
    assert (ring.pbx, ring.key, ring.result, ring.reason) == (PBX, RING, result, reason)
    assert effects == []


def test_an_answer_alone_has_no_note_to_go() -> None:
    (ring,), effects = told(user_event("CcdRing", f"Key: {RING}", "Result: answered"))
    assert isinstance(ring, RingResult)
    assert ring.result == "answered"
    assert effects == []


@pytest.mark.parametrize("state", ["dialling", "answered", "failed"])
def test_how_far_the_police_call_has_come_is_told(state: str) -> None:
    (mark,), _ = told(user_event("CcdPolice", "Incident: threat-1", f"State: {state}", f"Key: {RING}"))
    assert isinstance(mark, PoliceMark)
    assert (mark.pbx, mark.incident, mark.state, mark.by, mark.live) == (PBX, "threat-1", state, RING, True)


def test_a_police_call_counts_also_where_its_ring_is_not_named() -> None:
    (mark,), _ = told(user_event("CcdPolice", "Incident: threat-1", "State: dialling", "Key: ${KEY}"))
    assert isinstance(mark, PoliceMark)
    assert mark.by == ""


def test_police_who_were_called_already_have_their_mark_read() -> None:
    inputs, effects = told(user_event("CcdPolice", "Incident: threat-1", "State: already", f"Key: {RING}"))
    assert inputs == []
    (read,) = effects
    assert isinstance(read, ReadMark)
    assert (read.pbx, read.incident, read.ring) == (PBX, "threat-1", "")


@pytest.mark.parametrize(
    ("before", "changed", "result"),
    [
        ([], {"Reason": "3"}, "no_answer"),
        ([], {"Reason": "5"}, "busy"),
        ([], {"Reason": "8"}, "failed"),
        ([], {"Reason": "0"}, "failed"),
        ([], {"Reason": ""}, "failed"),
        ([dial_end("BUSY")], {"Reason": "0"}, "busy"),
        ([dial_end("BUSY", "another-1")], {"Reason": "0"}, "failed"),
        ([dial_end("CANCEL")], {"Reason": "0"}, "failed"),
        ([], {"Context": "ccd-decide"}, "no_answer"),
        ([], {"Context": "ccd-decide-drill"}, "no_answer"),
        ([], {"Context": "ccd-unattended"}, "no_answer"),
    ],
)
def test_a_phone_that_did_not_answer_is_told_with_what_the_pbx_knows(
    before: list[Message], changed: dict[str, str], result: str
) -> None:
    (ring,), _ = told(*before, originated(**changed))
    assert isinstance(ring, RingResult)
    assert (ring.key, ring.result) == (RING, result)


def test_who_was_busy_once_is_not_for_ever() -> None:
    inputs, _ = told(dial_end("BUSY"), originated(Reason="0"), originated(Reason="0"))
    assert [ring.result for ring in inputs if isinstance(ring, RingResult)] == ["busy", "failed"]


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "message",
    [
        user_event("CcdReport"),
        user_event("CcdReport", "Ladder: threat"),
        user_event("CcdReport", "Ladder: threat", "Request: 1.1-2", uniqueid=""),
        user_event("CcdReport", "Ladder: ", "Request: 1.1-2"),
        user_event("CcdReport", "Ladder: Threat!", "Request: 1.1-2"),
        user_event("CcdReport", f"Ladder: {LONG}", "Request: 1.1-2"),
        user_event("CcdReport", "Ladder: threat", f"Request: {LONG}"),
        user_event("CcdReport", "Ladder: threat", "Request: 1.1 2"),
        user_event("CcdReport", "Ladder: threat", "Request: 1.1-2", uniqueid="1.1;x|y"),
        user_event("ccdreport", "Ladder: threat", "Request: 1.1-2"),
        user_event("CcdRing", "Result: acknowledged"),
        user_event("CcdRing", f"Key: {RING}"),
        user_event("CcdRing", f"Key: {RING}", "Result: exploded"),
        user_event("CcdRing", f"Key: {RING}", "Result: no_answer"),
        user_event("CcdRing", "Key: Threat_1", "Result: acknowledged"),
        user_event("CcdRing", f"Key: {LONG}", "Result: acknowledged"),
        user_event("CcdRing", f"Key: {RING}", "Result: stood_down", f"Reason: {LONG}"),
        user_event("CcdRing", f"Key: {RING}", "Result: stood_down", "Reason: 1|2"),
        user_event("CcdPolice", "State: dialling"),
        user_event("CcdPolice", "Incident: threat-1"),
        user_event("CcdPolice", "Incident: threat-1", "State: none"),
        user_event("CcdPolice", "Incident: threat-1", "State: coming"),
        user_event("CcdPolice", "Incident: ../threat", "State: dialling"),
        user_event("CcdPolice", f"Incident: {LONG}", "State: dialling"),
        user_event("CcdElse", "Ladder: threat", "Request: 1.1-2"),
        originated(Response="Success", Reason="4"),
        originated(Response=""),
        originated(Context="inbound"),
        originated(Context="ccd-police"),
        originated(Exten="FAILED!"),
        originated(Exten=""),
        originated(Exten=LONG),
    ],
)
def test_what_is_malformed_changes_nothing(message: Message) -> None:
    assert told(message) == ([], [])


def test_a_user_event_cannot_pose_as_the_answer_to_an_originate() -> None:
    forged = user_event("Any", "Event: OriginateResponse", "Response: Failure", "Context: ccd-tell")
    assert told(Message(forged.name, f"{forged.text}\r\nExten: {RING}\r\nReason: 3")) == ([], [])


def test_a_thousand_phones_busy_elsewhere_are_not_all_remembered() -> None:
    player = Player()
    player.link()
    player.feed([dial_end("BUSY", f"other-{number}") for number in range(1000)])
    assert len(player.world.pbxs[PBX].busy_rings) <= 256
