"""Events doubled, and reordered within what Asterisk can do, end in the same picture and the same story.

Asterisk keeps the order of what concerns one channel; between channels, and between channels and device
states, it promises none.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd.events import (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    CallEnded,
    CallerJoined,
    CallerLeft,
    CallMerged,
    CallTransferred,
    Event,
    LegEnded,
    MemberPaused,
    MemberUnpaused,
    RecordingStopped,
    RingNoAnswer,
)
from ccd.message import Message
from tests.following.playback import PBX, RECORDINGS, Player, read_messages

SCENARIOS = sorted(
    path.relative_to(RECORDINGS)
    for path in RECORDINGS.glob("*/*.ami")
    if not path.stem.startswith("pbx_")  # there the session is lost on the way: test_resync
)
STORY = (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    CallEnded,
    CallTransferred,
    CallerJoined,
    CallerLeft,
    LegEnded,
    MemberPaused,
    MemberUnpaused,
    RecordingStopped,
    RingNoAnswer,
)
TELLING = ("call", "uniqueid", "queue", "interface", "outcome", "reason", "kind", "how", "to", "member")


def _objects(message: Message) -> set[str]:
    """What an event concerns: channels, or the member of a queue."""
    found = {value for name, value in message.items() if name.endswith("Uniqueid") and "Bridge" not in name}
    if not found:
        found = {message.get("Queue") + "|" + message.get("Interface")}
    return found


def _story(facts: list[Event]) -> Counter[tuple[object, ...]]:
    """What happened, each fact under the call it belongs to in the end."""
    merged = {fact.call: fact.into for fact in facts if isinstance(fact, CallMerged)}

    def told(fact: Event, name: str) -> object:
        value = getattr(fact, name, None)
        while name == "call" and value in merged:
            value = merged[value]
        return value

    return Counter(
        (type(fact).__name__, *(told(fact, name) for name in TELLING))
        for fact in facts
        if isinstance(fact, STORY)
    )


def _play(messages: list[Message], start: datetime) -> tuple[Counter[tuple[object, ...]], object]:
    player = Player(at=start)
    player.link()
    player.sync()
    for message in messages:
        player.at += timedelta(milliseconds=1)
        player._took(player.engine.message(PBX, player.tick(), message))
    player.wait(60)
    pbx = player.world.pbxs[PBX]
    picture = {
        "agents": {a.device: (a.state, a.reason, sorted(a.members)) for a in pbx.agents.values()},
        "left": (
            pbx.channels,
            pbx.calls,
            pbx.visits,
            pbx.agent_visits,
            pbx.call_by_link,
            pbx.recordings,
            pbx.bridges,
        ),
    }
    return _story(player.facts), picture


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_doubled_and_reordered_events_end_in_the_same_picture(scenario: Path, data: st.DataObject) -> None:
    messages = read_messages(RECORDINGS / scenario)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    expected = _play(messages, start)

    random = data.draw(st.randoms(use_true_random=False))
    shaken = list(messages)
    for _ in range(len(shaken)):
        place = random.randrange(len(shaken) - 1)
        first, second = shaken[place], shaken[place + 1]
        if not _objects(first) & _objects(second) and "List" not in first.name + second.name:
            shaken[place], shaken[place + 1] = second, first
    for _ in range(random.randrange(10)):
        place = random.randrange(len(shaken))
        shaken.insert(min(place + random.randrange(1, 6), len(shaken)), shaken[place])
    story, picture = _play(shaken, start)
    assert (story - expected[0], expected[0] - story) == (Counter(), Counter())
    assert picture == expected[1]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_completion_that_is_told_twice_is_one(scenario: Path) -> None:
    messages = read_messages(RECORDINGS / scenario)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    twice = [each for one in messages for each in ((one, one) if one.name == "AgentComplete" else (one,))]
    assert _play(twice, start) == _play(messages, start)
