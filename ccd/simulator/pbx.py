"""The PBX: people dial, phones ring, the dialplan runs. Every effect is told on ``wire``.

What people do is a method (``call_in``, ``dial``, ``answer``, ``hang_up``, ``hold``, ``blind`` …); what the
PBX does by itself (ring time-outs, queue time-outs, the next line of dialplan) follows on the timeline.
Whoever plays the people is told by ``hands``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from ccd.simulator.dialling import Dialling
from ccd.simulator.dialplan import Dialplan
from ccd.simulator.emergencies import Emergencies
from ccd.simulator.parts import PHONES, RING, TRUNK, UP, Attempt, Channel
from ccd.simulator.queueing import Queues
from ccd.simulator.switch import Switch
from ccd.simulator.talks import NotNowError, Talks
from ccd.simulator.timeline import Timeline
from ccd.simulator.wire import Wire, clean

__all__ = ["Hands", "NotNowError", "Pbx", "Recorder"]


class Hands(Protocol):
    """The people. They may act at once or later on the timeline."""

    def rings(self, attempt: Attempt) -> None: ...

    def talks(self, first: Channel, second: Channel) -> None: ...

    def gone(self, channel: Channel) -> None: ...


class Recorder(Protocol):
    """Keeps the files of MixMonitor."""

    def begin(self, path: str) -> None: ...

    def finish(self, path: str) -> None: ...


class Pbx:
    """``phones`` are interfaces with the names they show; ``PJSIP/trunk`` leads outside."""

    def __init__(
        self,
        timeline: Timeline,
        phones: Mapping[str, str],
        dialplan: Dialplan,
        *,
        first_id: int = 0,
        recordings: str = "/var/spool/asterisk/monitor",
    ) -> None:
        self.timeline = timeline
        self.phones = phones
        self.dialplan = dialplan
        self.wire = Wire(timeline)
        self.switch = Switch(timeline, self.wire, first_id)
        self.queues = Queues(self.switch, self)
        self.members = self.queues.members
        self.dialling = Dialling(self.switch, phones, self)
        self.talks = Talks(self.switch, self.queues)
        self.emergencies = Emergencies(self)
        self.hands: Hands | None = None
        self.recorder: Recorder | None = None
        self.boot = timeline.now
        """Epoch seconds of the PBX's start."""
        self.database: dict[tuple[str, str], str] = {}
        """AstDB."""
        self.busy: set[str] = set()
        """Phones that say busy at once instead of ringing."""
        self.refuses: Callable[[Attempt], bool] = lambda attempt: attempt.dest.interface in self.busy
        self._recordings = recordings
        self.switch.gone.append(self._gone)
        for interface in (*phones, TRUNK):
            self.switch.device_states[interface] = "NOT_INUSE"

    # --- what people do

    def call_in(self, number: str, name: str, exten: str) -> Channel:
        """Somebody outside calls."""
        return self._incoming(TRUNK, number, name, "inbound", exten)

    def dial(self, interface: str, exten: str) -> Channel:
        return self._incoming(interface, _number(interface), self.phones[interface], PHONES, exten)

    def answer(self, channel: Channel) -> None:
        """The ringing phone is picked up. Raises NotNowError where it does not ring."""
        attempt = channel.attempt
        if attempt is None or attempt.dest is not channel or not channel.alive:
            raise NotNowError(f"{channel.name} does not ring")
        if attempt.entry is not None:
            self.queues.connect(attempt)
        else:
            self.dialling.connect(attempt)

    def hang_up(self, channel: Channel, *, busy: bool = False) -> None:
        """The party of this channel hangs up: a ringing phone rejects, a caller abandons, a talk ends."""
        attempt = channel.attempt
        if not channel.alive:
            raise NotNowError(f"{channel.name} is gone")
        if channel.bridge is not None:
            self.talks.part(channel)
        elif attempt is not None and attempt.dest is channel:
            if attempt.entry is not None:
                self.queues.rejected(attempt)
            else:
                self.dialling.reject(attempt, busy)
        elif channel.entry is not None:
            entry = channel.entry
            self.switch.hangup_request(channel)
            self.queues.abandon(entry)
            self._finish(channel, 0)
            self.queues.silence(entry)
        elif attempt is not None:
            self.switch.hangup_request(channel, 127)
            self.dialling.cancel(attempt)
            self._finish(channel, 127)
        else:
            self.switch.hangup_request(channel, 16)
            self._finish(channel, 16)
        self.switch.settle()

    def hold(self, channel: Channel) -> None:
        self.talks.hold(channel)

    def unhold(self, channel: Channel) -> None:
        self.talks.unhold(channel)

    def blind(self, channel: Channel, exten: str) -> None:
        """Blind transfer of the other side. Raises NotNowError without one, or without such an extension."""
        if self.dialplan.steps(PHONES, exten) is None:
            raise NotNowError(f"there is no extension {exten}")
        peer = self.talks.blind(channel, PHONES, exten)
        self._execute(peer, PHONES, exten)

    def attended(self, first: Channel, second: Channel) -> None:
        """One phone's two calls become one between the other two."""
        peer, target = self.talks.attended(first, second)
        if self.hands is not None:
            self.hands.talks(target, peer)

    def originate(
        self,
        interface: str,
        context: str,
        exten: str,
        number: str = "",
        name: str = "",
        ended: Callable[[Channel, int], None] = lambda channel, reason: None,
        *,
        uniqueid: str = "",
        variables: Mapping[str, str] | None = None,
        ring_s: float = 30.0,
    ) -> None:
        """AMI Originate to a phone, which goes on at the extension once it has answered."""
        self.dialling.originate(
            interface,
            number,
            name,
            lambda channel: self._execute(channel, context, exten),
            ended,
            uniqueid=uniqueid,
            variables=variables,
            ring_s=ring_s,
        )

    # --- the dialplan

    def _incoming(self, interface: str, number: str, name: str, context: str, exten: str) -> Channel:
        channel = self.switch.create(interface, RING, number=number, name=name, context=context, exten=exten)
        self._execute(channel, context, exten)
        return channel

    def _execute(self, channel: Channel, context: str, exten: str) -> None:
        channel.context, channel.exten, channel.priority = context, exten, 0
        channel.program = self.dialplan.steps(context, exten) or []
        self.proceed(channel)

    def proceed(self, channel: Channel) -> None:
        """Run the dialplan until an application takes its time. At its end the channel is hung up."""
        channel.wait = None
        while channel.alive and channel.program is not None:
            if not channel.program:
                self._finish(channel, channel.cause)
                break
            application, data = channel.program.pop(0)
            channel.priority += 1
            self.switch.executes(channel, application, data)
            if not self._run(channel, application, data):
                break
        self.switch.settle()

    def _run(self, channel: Channel, application: str, data: str) -> bool:
        """One line. True where the next may follow at once."""
        match application:
            case "Answer":
                self.switch.set_state(channel, UP)
                self.switch.settle()
            case "MixMonitor":
                self.record(channel, data)
            case "Wait" | "Playback":
                seconds = float(data) if application == "Wait" else 1.0
                channel.wait = self.timeline.after(seconds, partial(self.proceed, channel))
                return False
            case "Queue":
                name, _, _, _, timeout = (data + ",,,,").split(",")[:5]
                self.queues.join(channel, self.members.queues[name], float(timeout or 0))
                return False
            case "Dial":
                return self.dialling.dial(channel, data)
            case "Emergency":
                self.emergencies.answered(channel, data)
                return False
            case "Goto" | "Gosub":
                context, exten, _ = data.split(",")
                if application == "Gosub":
                    back = (channel.context, channel.exten, channel.priority, channel.program or [])
                    channel.returns.append(back)
                self._execute(channel, context, exten)
                return False
            case "Return":
                channel.context, channel.exten, channel.priority, channel.program = channel.returns.pop()
            case "Set":
                if data.startswith("CALLERID(num)="):
                    self.switch.caller_id(channel, data.partition("=")[2], channel.caller_name)
            case "Hangup":
                self._finish(channel, channel.cause)
                return False
            case _:
                self._member(channel, application, data)
        return True

    def _member(self, channel: Channel, application: str, data: str) -> None:
        """The applications by which a phone logs in, pauses and so on for itself."""
        match application:
            case "PauseQueueMember" | "UnpauseQueueMember":
                reason = (data + ",,,").split(",")[3]
                self.members.pause(channel.interface, application == "PauseQueueMember", reason)
            case "AddQueueMember":
                self.members.add(data, channel.interface, channel.caller_name)
            case "RemoveQueueMember":
                self.members.remove(data, channel.interface)

    def _finish(self, channel: Channel, cause: int) -> None:
        if channel.program is not None:
            self.switch.soft_hangup(channel)
        self.switch.destroy(channel, cause)
        self.switch.settle()

    # --- what follows from both

    def phone(self, interface: str, parent: Channel) -> Channel:
        return self.dialling.phone(interface, parent)

    def rings(self, attempt: Attempt) -> None:
        if self.hands is not None:
            self.hands.rings(attempt)

    def talk(self, first: Channel, second: Channel) -> None:
        self.switch.join(first, second)
        self.switch.settle()
        if self.hands is not None:
            self.hands.talks(first, second)

    def record(self, channel: Channel, name: str = "") -> None:
        """MixMonitor on this channel, until it is gone."""
        path = f"{self._recordings}/{clean(name).split(',')[0] or channel.uniqueid + '.wav'}"
        channel.recordings.append(path)
        self.switch.variable(channel, "MIXMONITOR_FILENAME", path)
        self.wire.channel("MixMonitorStart", channel)
        if self.recorder is not None:
            self.recorder.begin(path)

    def stop_recording(self, channel: Channel) -> None:
        """StopMixMonitor: the newest recording of this channel ends before the call does."""
        path = channel.recordings.pop()
        self.wire.channel("MixMonitorStop", channel)
        if self.recorder is not None:
            self.recorder.finish(path)

    def _gone(self, channel: Channel) -> None:
        if self.recorder is not None:
            for path in channel.recordings:
                self.recorder.finish(path)
        if self.hands is not None:
            self.hands.gone(channel)

    def restart(self) -> None:
        """``core restart now``: every channel is gone without a word, a new boot, members as they were."""
        for channel in tuple(self.switch.channels.values()):
            channel.alive = False
            for due in channel.timers():
                due.cancel()
            self._gone(channel)
        self.switch.forget()
        self.queues.restart()
        self.boot = self.timeline.now


def _number(interface: str) -> str:
    return interface.partition("/")[2]
