"""What happens in a call centre, one scene at a time, each named by what it shows. Played by ``capture``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from tests.pbx import scenes_calls, scenes_members, scenes_queues
from tests.pbx.stage import PHONES, Stage

__all__ = ["LARGE", "PHONES", "SCENARIOS", "Stage"]

LARGE = {"busy"}
"""Kept compressed."""

Scene = Callable[[Stage], Coroutine[Any, Any, None]]

_SCENES: tuple[Any, ...] = (
    scenes_queues.answered_agent_hangup,
    scenes_queues.answered_caller_hangup,
    scenes_queues.abandoned_while_ringing,
    scenes_queues.abandoned_nobody_there,
    scenes_queues.timeout_second_queue,
    scenes_queues.timeout_then_on,
    scenes_queues.timeout_voicemail,
    scenes_queues.ring_no_answer_then_other,
    scenes_queues.busy_then_other,
    scenes_queues.two_callers_one_agent,
    scenes_queues.local_member_call,
    scenes_queues.exit_with_key,
    scenes_queues.leave_empty,
    scenes_queues.join_empty,
    scenes_queues.hold_resume,
    scenes_queues.blind_transfer_agent,
    scenes_queues.blind_transfer_queue,
    scenes_queues.blind_transfer_code,
    scenes_queues.attended_transfer,
    scenes_queues.attended_transfer_queue,
    scenes_queues.attended_transfer_code,
    scenes_members.pause_reasons,
    scenes_members.members_come_and_go,
    scenes_members.pause_while_talking,
    scenes_members.phone_unplugged,
    scenes_calls.direct_call,
    scenes_calls.direct_voicemail,
    scenes_calls.outbound_call,
    scenes_calls.outbound_busy,
    scenes_calls.outbound_no_answer,
    scenes_calls.internal_call,
    scenes_calls.originated_call,
    scenes_calls.conference,
    scenes_calls.park_retrieve,
    scenes_calls.park_abandoned,
    scenes_calls.recording_toggled,
    scenes_calls.hostile_caller,
    scenes_members.reload,
    scenes_members.pbx_restart,
    scenes_members.pbx_killed,
)

SCENARIOS: dict[str, Scene] = {scene.__name__: scene for scene in _SCENES} | {
    "busy": scenes_members.busy_hour
}
