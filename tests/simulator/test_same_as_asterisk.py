"""The simulator is held to captures of a real Asterisk: the same scene gives the same events.

Compared are the events that ccd follows, object by object (see ``speech``): their names and order exactly;
with Asterisk 22 also the names and order of their headers; and the values of the headers that ccd reads.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ccd.message import Message
from ccd.simulator import scenarios, snapshots
from ccd.simulator.stage import stage
from ccd.simulator.timeline import Timeline
from tests.simulator.speech import Speech, events_of_file, followed, message

RECORDINGS = Path(__file__).parents[1] / "recordings"

# fmt: off
READ = frozenset((
    "BridgeTechnology", "BridgeUniqueid", "CallerIDName", "CallerIDNum", "Cause", "Channel", "ChannelState",
    "Count", "DestLinkedid", "DestUniqueid", "Device", "DialStatus", "Extension", "HoldTime", "Interface",
    "Linkedid", "MemberName", "Membership", "OrigTransfererUniqueid", "OriginalPosition", "Paused",
    "PausedReason", "Penalty", "Position", "Queue", "Reason", "Result", "RingTime",
    "SecondTransfererConnectedLineNum", "State", "StateInterface", "Status", "TalkTime",
    "TransferTargetCallerIDNum", "TransfererUniqueid", "Uniqueid", "Value", "Variable", "Wrapuptime",
))
# fmt: on
"""The headers ccd reads of events. Exten is read of Newchannel only; elsewhere it depends on which moment the
telling thread caught. InCall depends on whether the device or the queue was quicker."""

OTHERWISE_ON_16 = {
    ("Hangup", "Cause", "0"): "16",  # of a caller who abandons
    ("QueueMemberPause", "PausedReason", "back"): "",  # a reason given for coming back
}
"""The simulator speaks as 22 does; by event, header and 22's value, the value on 16."""

LEFT_OUT = {
    # In tests/pbx the members of sales are dialled through Local channels, which the simulator has not:
    # the caller's stay in that queue is compared, the insides of the Local channels are not.
    "timeout_second_queue": r".*1011.*|LocalBridge",
    "blind_transfer_queue": r".*1011.*|LocalBridge",
    # Codes dialled one upon the other: whether the phone was idle in between is told by chance. The capture
    # also pauses a Local member.
    "pause_reasons": r"(device|status of) PJSIP/1001.*|.*1011.*",
    # The phone is busy for a few milliseconds: whether its device is told so is chance.
    "outbound_busy": r"device .*",
    # The capture also logs in a Local member.
    "members_come_and_go": r".*1021.*",
}


def played(name: str) -> list[Message]:
    pbx = stage(Timeline(1_800_000_000.0))
    told: list[Message] = []
    pbx.wire.listeners.append(lambda privilege, text: told.append(message(text)))
    scenarios.perform(pbx, name)
    return told


@cache
def both(version: str, name: str) -> tuple[Speech, Speech, list[str]]:
    """What Asterisk and the simulator said, and the objects to compare."""
    asterisk = Speech(followed(events_of_file(RECORDINGS / version / f"{name}.ami")))
    simulator = Speech(followed(played(name)))
    left_out = re.compile(LEFT_OUT.get(name, r"(?!)"))
    talking = {of.partition("#")[0] for of in asterisk.by_object if "#" in of}
    objects = [
        of
        for of in dict.fromkeys((*asterisk.by_object, *simulator.by_object))
        # Phones outside the scene are looked after by Asterisk, which tells that they are there.
        if not left_out.fullmatch(of) and not (of.startswith("device") and of[13:] not in talking)
    ]
    return asterisk, simulator, objects


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_every_object_is_told_of_in_the_same_events(name: str, version: str) -> None:
    asterisk, simulator, objects = both(version, name)
    assert len(objects) >= 2
    assert {of: simulator.names(of) for of in objects} == {of: asterisk.names(of) for of in objects}


def read(event: str, header: str) -> bool:
    return header in READ or (event, header) == ("Newchannel", "Exten")


def as_on(version: str, event: str, header: str, value: str, theirs: str) -> str:
    """Our value as that version says it; some of 16's are its own in some cases only."""
    other = OTHERWISE_ON_16.get((event, header, value)) if version == "16" else None
    return theirs if other == theirs else value


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_what_ccd_reads_has_the_same_values(name: str, version: str) -> None:
    asterisk, simulator, objects = both(version, name)
    compared = 0
    for of in objects:
        for theirs, ours in zip(asterisk.by_object[of], simulator.by_object[of], strict=True):
            expected, found = dict(theirs), dict(ours)
            event = expected["Event"]
            shared = {h for h in expected.keys() & found.keys() if read(event, h)}
            said = {h: as_on(version, event, h, found[h], expected[h]) for h in shared}
            assert said == {h: expected[h] for h in shared}, f"{of}: {event}"
            compared += len(shared)
    assert compared > 20


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_events_have_asterisk_22s_headers_in_its_order(name: str) -> None:
    asterisk, simulator, objects = both("22", name)

    def headers(speech: Speech, of: str) -> list[list[str]]:
        return [[header for header, _ in said] for said in speech.by_object[of]]

    for of in objects:
        assert headers(simulator, of) == headers(asterisk, of), of


def captured_items(name: str, event: str) -> list[Message]:
    blocks = (RECORDINGS / "22" / f"{name}.ami").read_bytes().decode().split("\r\n\r\n")
    return [message(block) for block in blocks if block.startswith(f"Event: {event}\r\n")]


@pytest.mark.parametrize("event", ["QueueParams", "QueueMember"])
def test_the_snapshot_has_asterisk_22s_headers_in_its_order(event: str) -> None:
    theirs = captured_items("answered_agent_hangup", event)
    ours = [message(text) for text in snapshots.queue_status(stage(Timeline(0.0)))]
    expected = [name for name, _ in theirs[0].items() if name != "ActionID"]
    found = [[name for name, _ in item.items()] for item in ours if item.name == event]
    assert found
    assert all(names == expected for names in found)
