"""Card data on a real PBX: a recording that is muted, and a span that the agent marks, are both seen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ccd.adapters.ami.wanted import WANTED
from ccd.events import RecordingStarted, RecordingStopped
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from tests.following.playback import Player, read_messages
from tests.pbx.asterisk import Asterisk
from tests.pbx.capture import Recorder
from tests.pbx.layout import SUPPORT
from tests.pbx.phones import Phones
from tests.pbx.scenes_calls import recording_paused
from tests.pbx.sipua import Call
from tests.pbx.stage import Stage, then
from tests.pbx.stage_extras import channel_of

pytestmark = pytest.mark.pbx


async def test_a_mute_by_ami_and_a_mark_by_code_are_seen_with_begin_and_end(
    asterisk: Asterisk, tmp_path: Path
) -> None:
    said = tmp_path / "said.ami"
    async with Phones(asterisk, *SUPPORT) as phones:
        stage = Stage(asterisk, phones)
        async with Recorder(asterisk, said):
            await recording_paused(stage)
    told = _told(said)
    (recording,) = {one.recording for one in told if isinstance(one, RecordingStarted)}
    paused = [one for one in told if isinstance(one, RecordingPaused)]
    ended = [one for one in told if isinstance(one, RecordingUnpaused)]
    assert [one.how for one in paused] == [one.how for one in ended] == ["muted", "marked"]
    assert {one.recording for one in (*paused, *ended)} == {recording}
    assert [one.began for one in ended] == [one.at for one in paused]
    assert all(0.5 < (one.at - one.began).total_seconds() < 5 for one in ended)


async def test_a_pause_that_nobody_ends_goes_on_to_the_end_of_the_call(
    asterisk: Asterisk, tmp_path: Path
) -> None:
    """One party is muted, the agent marks, and both hang up."""
    said, muted = tmp_path / "said.ami", asyncio.Event()

    async def talk(call: Call) -> None:
        await muted.wait()
        await call.dtmf("*5")
        await asyncio.sleep(1)
        await call.hangup()

    async with Phones(asterisk, *SUPPORT) as phones:
        stage = Stage(asterisk, phones)
        async with Recorder(asterisk, said):
            stage.team(SUPPORT, then(0.3, talk))
            caller = await stage.caller("800")
            await caller.wait_answered()
            await asyncio.sleep(1.5)
            channel = channel_of(stage, "PJSIP/trunk-")
            await stage.action("MixMonitorMute", Channel=channel, Direction="read", State="1")
            muted.set()
            await caller.wait_ended()
    told = _told(said)
    kinds = [type(one) for one in told]
    assert kinds.count(RecordingPaused) == kinds.count(RecordingUnpaused) == 2
    assert kinds[-1] is RecordingStopped
    stopped = told[-1]
    assert {one.at for one in told if isinstance(one, RecordingUnpaused)} == {stopped.at}


def _told(said: Path) -> list[RecordingStarted | RecordingStopped | RecordingPaused | RecordingUnpaused]:
    """What ccd makes of the events it asks for."""
    player = Player()
    player.link()
    player.sync()
    kinds = (RecordingStarted, RecordingStopped, RecordingPaused, RecordingUnpaused)
    facts = player.feed(message for message in read_messages(said) if message.name in WANTED)
    return [fact for fact in facts if isinstance(fact, kinds)]
