"""Hundreds of calls of every kind at once: every beginning has its end, and nothing stays in memory."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ccd.following.follow import HANDLERS
from ccd.message import Message
from tests.following.playback import PBX, Player, captures, read_messages

ROUNDS = 120
AT_ONCE = 5
LISTS = {"CoreShowChannel", "Reload"}  # the snapshot of each scene's beginning is of an empty PBX
RIGHTS = {"all": set[str](), "without dialplan": {"VarSet"}}


def scenes(without: set[str]) -> list[list[Message]]:
    paths = [p for version in ("22", "16") for p in captures(version) if not p.stem.startswith("pbx_")]
    names = HANDLERS.keys() - LISTS - without
    return [[m for m in read_messages(path) if m.name in names] for path in paths]


def again(scene: list[Message], number: int) -> Iterator[Message]:
    """The same scene with channels and bridges of its own, as on a PBX that has a systemname."""
    for m in scene:
        text = re.sub(r"\b(\d{10}\.\d+)\b", rf"host-a{number}-\g<1>", m.text)
        yield Message(m.name, text.replace("BridgeUniqueid: ", f"BridgeUniqueid: {number}-"))


@pytest.mark.parametrize("rights", RIGHTS)
def test_every_beginning_has_its_end_and_nothing_is_left(rights: str) -> None:
    dice = random.Random(20)
    kinds = scenes(RIGHTS[rights])
    player = Player()
    player.link()
    player.sync()
    for number in range(ROUNDS):
        playing = [list(again(dice.choice(kinds), number * AT_ONCE + one)) for one in range(AT_ONCE)]
        turns = [one for one, scene in enumerate(playing) for _ in scene]
        dice.shuffle(turns)
        left = [iter(scene) for scene in playing]
        for one in turns:
            player.at += timedelta(milliseconds=1)
            player._took(player.engine.message(PBX, player.at, next(left[one])))
        player.wait(5)
    pbx = player.world.pbxs[PBX]
    held = (pbx.channels, pbx.calls, pbx.call_by_link, pbx.bridges)
    assert not any((*held, pbx.visits, pbx.agent_visits, pbx.recordings))
    assert not [queue.name for queue in pbx.queues.values() if queue.visits]
    assert not [agent.device for agent in pbx.agents.values() if agent.channels]
    told = Counter(type(fact).__name__ for fact in player.facts)
    assert told["CallStarted"] == told["CallEnded"] + told["CallMerged"] > ROUNDS * AT_ONCE / 2
    assert told["LegStarted"] == told["LegEnded"]
    assert told["CallerJoined"] == told["CallerLeft"]
    assert told["AgentConnected"] == told["AgentCompleted"]
    assert told["RecordingStarted"] == told["RecordingStopped"]
    assert told["CallHeld"] == told["CallResumed"]
