"""What happens in a call centre, one scene at a time, each named by what it shows. Played by ``capture``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from tests.pbx import scenes_calls, scenes_members, scenes_queues, scenes_rare_calls, scenes_rare_members
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
    scenes_calls.recording_paused,
    scenes_calls.hostile_caller,
    scenes_members.reload,
    scenes_rare_calls.ringall_one_answers,
    scenes_rare_calls.ringall_given_up,
    scenes_rare_calls.picked_up,
    scenes_rare_calls.two_phones_dialled,
    scenes_rare_calls.forwarded,
    scenes_rare_calls.dials_while_ringing,
    scenes_rare_calls.two_calls_on_one_phone,
    scenes_rare_calls.blonde_transfer,
    scenes_rare_calls.transfer_into_the_wait,
    scenes_rare_calls.both_redirected,
    scenes_rare_calls.caller_redirected,
    scenes_rare_calls.park_timed_out,
    scenes_rare_members.queue_in_a_queue,
    scenes_rare_members.plain_local_member,
    scenes_rare_members.plain_local_caller,
    scenes_rare_members.watched_by_a_hint,
    scenes_rare_members.one_phone_twice_in_a_queue,
    scenes_rare_members.moved_to_another_seat,
    scenes_rare_members.paused_in_one_of_two,
    scenes_rare_members.paused_and_removed_meanwhile,
    scenes_rare_members.whispered_to,
    scenes_rare_members.taped_twice,
    scenes_rare_members.outbound_congestion,
    scenes_rare_members.hostile_names,
    scenes_members.pbx_restart,
    scenes_members.pbx_killed,
)

SCENARIOS: dict[str, Scene] = {scene.__name__: scene for scene in _SCENES} | {
    "busy": scenes_members.busy_hour
}
