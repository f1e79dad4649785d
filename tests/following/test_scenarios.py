"""Recorded AMI in, facts out: scenes that a real Asterisk 22 and 16 played, told as stories.

Where Asterisk 16 tells of two channels in another order, its own story stands beside the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccd.events import AgentState, CallEnded, RecordingStarted, RecordingStopped
from tests.following.playback import PBX, RECORDINGS, Player, read_messages
from tests.following.rare_stories import RARE, RARE_ON_16
from tests.following.trace import states, story

STORIES: dict[str, list[str]] = {
    "abandoned_nobody_there": [
        "13800138000 joins vip",
        "leaves vip: abandoned",
        "queue call ends: abandoned",
    ],
    "abandoned_while_ringing": [
        "13800138000 joins support",
        "support rings 张三",
        "leaves support: abandoned",
        "queue call ends: abandoned",
    ],
    "answered_agent_hangup": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
    ],
    "answered_caller_hangup": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "support call of 张三 ended by caller",
        "queue call ends: answered",
    ],
    "attended_transfer": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "recording",
        "PJSIP/1001 resumes",
        "two calls are one",
        "PJSIP/1001 transfers attended to 1006",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "attended_transfer_code": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "recording",
        "PJSIP/1001 resumes",
        "PJSIP/1001 transfers attended to 1006",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "attended_transfer_queue": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "1001 joins sales",
        "sales rings 赵六",
        "recording",
        "sales connects 赵六",
        "PJSIP/1001 resumes",
        "two calls are one",
        "sales call of 赵六 ended by caller",
        "PJSIP/1001 transfers attended to 1011",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "blind_transfer_agent": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 transfers blind to 1006",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "blind_transfer_code": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "PJSIP/1001 resumes",
        "PJSIP/1001 transfers blind to 1006",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "blind_transfer_queue": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 transfers blind to 801",
        "support call of 张三 ended by transfer",
        "13800138000 joins sales",
        "sales rings 赵六",
        "sales connects 赵六",
        "sales call of 赵六 ended by agent",
        "queue call ends: answered",
    ],
    "busy_then_other": [
        "13800138000 joins support",
        "support rings 张三",
        "张三 does not answer",
        "support rings 李四",
        "recording",
        "support connects 李四",
        "support call of 李四 ended by agent",
        "queue call ends: answered",
    ],
    "conference": [
        "in conference floor",
        "two calls are one",
        "in conference floor",
        "two calls are one",
        "in conference floor",
        "other call ends: answered",
    ],
    "direct_call": ["recording", "direct call ends: answered"],
    "direct_voicemail": ["recording", "voicemail SUCCESS", "direct call ends: voicemail"],
    "exit_with_key": [
        "13800138000 joins support",
        "support rings 张三",
        "leaves support: key",
        "queue call ends: key",
    ],
    "hold_resume": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "PJSIP/1001 resumes",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
    ],
    "hostile_caller": [
        "+8613800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
    ],
    "internal_call": ["recording", "internal call ends: answered"],
    "join_empty": ["other call ends: not_admitted"],
    "leave_empty": [
        "王五 joins queue night",
        "13800138000 joins night",
        "night rings 王五",
        "王五 pauses in night: break",
        "王五 does not answer",
        "leaves night: empty",
        "queue call ends: empty",
    ],
    "local_member_call": [
        "13800138000 joins sales",
        "sales rings 赵六",
        "recording",
        "sales connects 赵六",
        "sales call of 赵六 ended by agent",
        "queue call ends: answered",
    ],
    "members_come_and_go": [
        "Agent 1020 joins queue vip",
        "other call ends: no_party",
        "Agent 1020 leaves queue vip",
        "other call ends: no_party",
        "Agent 1020 joins queue vip",
        "other call ends: no_party",
        "赵云 joins queue vip",
        "赵云 pauses in vip: ",
        "13800138000 joins vip",
        "vip rings Agent 1020",
        "recording",
        "vip connects Agent 1020",
        "vip call of Agent 1020 ended by agent",
        "queue call ends: answered",
        "赵云 leaves queue vip",
    ],
    "originated_call": ["recording", "outbound call ends: answered"],
    "outbound_busy": ["recording", "outbound call ends: busy"],
    "outbound_call": ["recording", "outbound call ends: answered"],
    "outbound_no_answer": ["recording", "outbound call ends: abandoned"],
    "park_abandoned": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 transfers blind to 700",
        "support call of 张三 ended by transfer",
        "in parking 701",
        "queue call ends: answered",
    ],
    "park_retrieve": [
        "recording",
        "PJSIP/1006 transfers blind to 700",
        "in parking 701",
        "two calls are one",
        "direct call ends: answered",
    ],
    "pause_reasons": [
        "张三 pauses in support: meal",
        "other call ends: no_party",
        "张三 pauses in support: training",
        "other call ends: no_party",
        "张三 is back in support",
        "other call ends: no_party",
        "赵六 pauses in sales: break",
        "other call ends: no_party",
        "李四 pauses in support: meeting",
        "李四 is back in support",
        "李四 pauses in support: ",
        "李四 is back in support",
    ],
    "pause_while_talking": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "张三 pauses in support: meal",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
        "张三 is back in support",
    ],
    "phone_unplugged": [
        "周仓 joins queue vip",
        "13800138000 joins vip",
        "vip rings 周仓",
        "recording",
        "vip connects 周仓",
        "vip call of 周仓 ended by agent",
        "queue call ends: answered",
    ],
    "recording_paused": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "recording muted",
        "recording muted no more",
        "recording marked",
        "recording marked no more",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
    ],
    "recording_toggled": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "recording",
        "support call of 张三 ended by agent",
        "queue call ends: answered",
    ],
    "reload": [],
    "ring_no_answer_then_other": [
        "13800138000 joins support",
        "support rings 张三",
        "张三 does not answer",
        "support rings 李四",
        "recording",
        "support connects 李四",
        "support call of 李四 ended by agent",
        "queue call ends: answered",
    ],
    "timeout_second_queue": [
        "13800138000 joins support",
        "support rings 张三",
        "张三 does not answer",
        "leaves support: timeout",
        "13800138000 joins sales",
        "sales rings 赵六",
        "recording",
        "sales connects 赵六",
        "sales call of 赵六 ended by agent",
        "queue call ends: answered",
    ],
    "timeout_then_on": [
        "13800138000 joins support",
        "support rings 张三",
        "张三 does not answer",
        "leaves support: timeout",
        "queue call ends: timeout",
    ],
    "timeout_voicemail": [
        "13800138000 joins support",
        "support rings 张三",
        "张三 does not answer",
        "leaves support: timeout",
        "voicemail SUCCESS",
        "queue call ends: voicemail",
    ],
    "two_callers_one_agent": [
        "王五 joins queue vip",
        "13800138000 joins vip",
        "13900139000 joins vip",
        "vip rings 王五",
        "recording",
        "vip connects 王五",
        "vip call of 王五 ended by agent",
        "queue call ends: answered",
        "vip rings 王五",
        "recording",
        "vip connects 王五",
        "vip call of 王五 ended by agent",
        "queue call ends: answered",
    ],
}

ON_16: dict[str, list[str]] = {
    "attended_transfer_queue": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "PJSIP/1001 holds",
        "1001 joins sales",
        "sales rings 赵六",
        "recording",
        "sales connects 赵六",
        "PJSIP/1001 resumes",
        "two calls are one",
        "PJSIP/1001 transfers attended to 1011",
        "sales call of 赵六 ended by caller",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "park_abandoned": [
        "13800138000 joins support",
        "support rings 张三",
        "recording",
        "support connects 张三",
        "in parking 701",
        "PJSIP/1001 transfers blind to 700",
        "support call of 张三 ended by transfer",
        "queue call ends: answered",
    ],
    "two_callers_one_agent": [
        "王五 joins queue vip",
        "13800138000 joins vip",
        "vip rings 王五",
        "13900139000 joins vip",
        "recording",
        "vip connects 王五",
        "vip call of 王五 ended by agent",
        "queue call ends: answered",
        "vip rings 王五",
        "recording",
        "vip connects 王五",
        "vip call of 王五 ended by agent",
        "queue call ends: answered",
    ],
}


STORIES |= RARE
ON_16 |= RARE_ON_16


def play(version: str, scene: str) -> Player:
    messages = read_messages(RECORDINGS / version / f"{scene}.ami")
    first = next(m.get("Timestamp") for m in messages if m.get("Timestamp"))
    player = Player(at=datetime.fromtimestamp(float(first), UTC) - timedelta(seconds=1))
    player.link()
    player.feed(messages[:1])
    player.sync()
    player.feed(messages[1:])
    player.wait(30)
    return player


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("scene", STORIES)
def test_a_scene_is_told_as_it_happened(version: str, scene: str) -> None:
    expected = ON_16.get(scene, STORIES[scene]) if version == "16" else STORIES[scene]
    assert story(play(version, scene).facts) == expected


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("scene", STORIES)
def test_nothing_is_left_when_everybody_has_hung_up(version: str, scene: str) -> None:
    player = play(version, scene)
    pbx = player.world.pbxs[PBX]
    left = (
        pbx.channels,
        pbx.calls,
        pbx.visits,
        pbx.agent_visits,
        pbx.call_by_link,
        pbx.bridges,
        pbx.recordings,
    )
    assert not any(left)
    assert len(player.of(RecordingStarted)) == len(player.of(RecordingStopped))
    assert all(
        agent.state in (AgentState.READY, AgentState.PAUSED, AgentState.LOGGED_OFF, AgentState.UNAVAILABLE)
        for agent in pbx.agents.values()
    )


def test_every_recorded_scene_has_its_story() -> None:
    scenes = {path.stem for path in RECORDINGS.glob("*/*.ami") if not path.stem.startswith("pbx_")}
    assert scenes == set(STORIES)


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize(
    ("scene", "interface", "shown"),
    [
        ("answered_agent_hangup", "PJSIP/1001", ["ready", "ringing", "talking", "ready"]),
        ("hold_resume", "PJSIP/1001", ["ready", "ringing", "talking", "hold", "talking", "ready"]),
        ("ring_no_answer_then_other", "PJSIP/1001", ["ready", "ringing", "ready"]),
        ("local_member_call", "PJSIP/1011", ["ready", "ringing", "talking", "ready"]),
        ("pause_reasons", "PJSIP/1002", ["ready", "paused:meeting", "ready", "paused", "ready"]),
        ("phone_unplugged", "PJSIP/1039", ["ready", "unavailable", "ready", "ringing", "talking", "ready"]),
        ("ringall_one_answers", "PJSIP/1006", ["ready", "ringing", "ready"]),
        ("picked_up", "PJSIP/1020", ["ready", "ringing", "ready"]),
        ("dials_while_ringing", "PJSIP/1020", ["ready", "ringing", "talking", "ringing", "ready"]),
        (
            "two_calls_on_one_phone",
            "PJSIP/1020",
            ["ready", "ringing", "talking", "hold", "talking", "hold", "talking", "ready"],
        ),
        # Who listens in is on the phone, and in no call of the other's.
        ("whispered_to", "PJSIP/1006", ["ready", "talking", "talking:listening", "ready"]),
        (
            "one_phone_twice_in_a_queue",
            "PJSIP/1020",
            ["ready", "ringing", "talking", "ready", "ringing", "talking", "ready"],
        ),
        ("paused_in_one_of_two", "PJSIP/1020", ["ready", "paused:b", "ready", "paused:c"]),
        # Who pauses during a call is shown as talking until it is over.
        ("pause_while_talking", "PJSIP/1001", ["ready", "ringing", "talking", "paused:meal", "ready"]),
    ],
)
def test_an_agent_is_shown_as_what_he_does(
    version: str, scene: str, interface: str, shown: list[str]
) -> None:
    found = states(play(version, scene).facts, interface)
    assert [state for state in found if state not in ("unknown", "logged_off")] == shown


@pytest.mark.parametrize("version", ["22", "16"])
def test_wait_talk_and_hold_are_what_queue_log_says(version: str) -> None:
    ended = play(version, "hold_resume").of(CallEnded)
    lines = Path(RECORDINGS / version / "hold_resume.queue_log").read_text("utf-8").splitlines()
    wait_s, talk_s = next(line.split("|")[5:7] for line in lines if "|COMPLETE" in line)
    assert len(ended) == 1
    call = ended[0]
    assert isinstance(call, CallEnded)
    assert call.wait_s == pytest.approx(int(wait_s), abs=1)
    assert call.talk_s == pytest.approx(int(talk_s), abs=1)
    assert 0 < call.hold_s < call.talk_s
