"""Queue members: who is in which queue, paused or not, free or not; told as app_queue tells it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ccd.simulator.parts import NOT_INUSE, Member, Queue
from ccd.simulator.switch import Switch
from ccd.simulator.wire import clean

__all__ = ["Members"]


class Members:
    """``serve`` is called with a queue soon after one of its members may have become free."""

    def __init__(self, switch: Switch, serve: Callable[[Queue], None]) -> None:
        self.queues: dict[str, Queue] = {}
        self._switch = switch
        self._serve = serve
        self._of_interface: dict[str, list[Member]] = {}
        switch.device_changed = self.device_changed

    def create(self, queue: Queue) -> Queue:
        self.queues[queue.name] = queue
        self._switch.device_states[f"Queue:{queue.name}_avail"] = "INUSE"
        return queue

    def add(
        self,
        queue_name: str,
        interface: str,
        name: str,
        *,
        penalty: int = 0,
        paused: bool = False,
        reason: str = "",
        dynamic: bool = True,
    ) -> str:
        """Returns what AMI answers where it cannot be done, else an empty text."""
        queue = self.queues.get(queue_name)
        if queue is None:
            return "Unable to add interface to queue: No such queue"
        if interface in queue.members:
            return "Unable to add interface: Already there"
        now = int(self._switch.timeline.now)
        member = Member(queue, interface, clean(name) or interface, dynamic, penalty, paused, clean(reason))
        member.login_time = now
        member.wrapup_s = queue.member_wrapup_s
        member.last_pause = now if paused else 0
        member.status = self._switch.device_status(interface)
        queue.members[interface] = member
        self._of_interface.setdefault(interface, []).append(member)
        self._pause_device(member)
        self._switch.wire.member("QueueMemberAdded", member)
        self._freed(queue)
        return ""

    def remove(self, queue_name: str, interface: str) -> str:
        queue = self.queues.get(queue_name)
        if queue is None:
            return "Unable to remove interface from queue: No such queue"
        member = queue.members.get(interface)
        if member is None:
            return "Unable to remove interface: Not there"
        if not member.dynamic:
            return "Member not dynamic"
        del queue.members[interface]
        self._of_interface[interface].remove(member)
        self._switch.wire.member("QueueMemberRemoved", member)
        self._available_device(queue)
        return ""

    def pause(self, interface: str, paused: bool, reason: str = "", queue_name: str = "") -> str:
        """In one queue, or with an empty ``queue_name`` in all of the member's."""
        members = [m for m in self.of(interface) if queue_name in ("", m.queue.name)]
        if not members:
            return "Interface not found"
        for member in members:
            member.paused, member.reason = paused, clean(reason)
            if paused:
                member.last_pause = int(self._switch.timeline.now)
            self._pause_device(member)
            self._available_device(member.queue)
            self._switch.wire.member("QueueMemberPause", member)
            if not paused:
                self._freed(member.queue)
        return ""

    def of(self, interface: str) -> list[Member]:
        return self._of_interface.get(interface, [])

    def available(self, member: Member) -> bool:
        return member.status == NOT_INUSE and not member.paused and not self._wrapping_up(member)

    def device_changed(self, interface: str, status: int) -> None:
        for member in self.of(interface):
            if member.status == status:
                continue
            member.status = status
            self._switch.wire.member("QueueMemberStatus", member)
            self._available_device(member.queue)
            if status == NOT_INUSE:
                self._freed(member.queue)
                if self._wrapping_up(member):
                    rest = member.last_call + _wrapup_s(member) - self._switch.timeline.now
                    self._switch.timeline.after(rest, partial(self._serve, member.queue))

    def _wrapping_up(self, member: Member) -> bool:
        return bool(member.last_call) and self._switch.timeline.now < member.last_call + _wrapup_s(member)

    def _pause_device(self, member: Member) -> None:
        device = f"Queue:{member.queue.name}_pause_{member.interface}"
        self._switch.device(device, "INUSE" if member.paused else "NOT_INUSE")

    def _available_device(self, queue: Queue) -> None:
        free = any(self.available(member) for member in queue.members.values())
        self._switch.device(f"Queue:{queue.name}_avail", "NOT_INUSE" if free else "INUSE")

    def _freed(self, queue: Queue) -> None:
        """A member may be free: the callers, who look again every ``retry_s``, will see it soon."""
        self._available_device(queue)
        if queue.callers:
            self._switch.timeline.after(queue.retry_s / 2, partial(self._serve, queue))

    def restart(self, queue: Queue) -> None:
        """As after a restart with persistentmembers=yes: members and their pauses stay, the rest is new."""
        self._switch.device_states[f"Queue:{queue.name}_avail"] = "INUSE"
        for member in queue.members.values():
            member.calls_taken = member.last_call = member.last_pause = 0
            member.in_call, member.status = False, NOT_INUSE
            member.login_time = int(self._switch.timeline.now)
            self._pause_device(member)
        self._available_device(queue)


def _wrapup_s(member: Member) -> int:
    return member.wrapup_s or member.queue.wrapup_s
