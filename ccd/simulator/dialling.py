"""One phone, or somebody outside, rung for a caller: the Dial application and AMI Originate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from ccd.simulator.parts import DOWN, PHONES, RINGING, TRUNK, UNKNOWN, UP, Attempt, Channel
from ccd.simulator.switch import Switch

__all__ = ["Dialling"]


class Floor(Protocol):
    """What dialling needs of the rest of the PBX."""

    refuses: Callable[[Attempt], bool]

    def rings(self, attempt: Attempt) -> None: ...

    def talk(self, first: Channel, second: Channel) -> None: ...

    def proceed(self, channel: Channel) -> None: ...


class Dialling:
    def __init__(self, switch: Switch, phones: Mapping[str, str], floor: Floor) -> None:
        self._switch = switch
        self._phones = phones
        self._floor = floor

    def phone(self, interface: str, parent: Channel | None, uniqueid: str = "") -> Channel:
        """A new channel to a phone, not ringing yet."""
        return self._switch.create(
            interface,
            DOWN,
            number=interface.partition("/")[2],
            name=self._phones.get(interface, ""),
            context=PHONES,
            parent=parent,
            uniqueid=uniqueid,
        )

    def dial(self, channel: Channel, data: str) -> bool:
        """Dial(data). True where it is over at once, because there is no such phone."""
        target, seconds, *_ = (data + ",,").split(",")
        outside = target.endswith("@trunk")
        if not outside and target not in self._phones:
            self._switch.variable(channel, "DIALSTATUS", "CHANUNAVAIL")
            return True
        self._switch.variable(channel, "DIALSTATUS", "")
        if outside:
            dest = self._outside(channel)
        else:
            dest = self.phone(target, channel)
            dest.exten = channel.exten
            self._switch.connected_line(dest, channel)
        channel.attempt = Attempt(channel, dest, self._switch.timeline.now)
        self._ring(channel.attempt, target.removeprefix("PJSIP/"), float(seconds or 0))
        return False

    def _outside(self, channel: Channel) -> Channel:
        dest = self._switch.create(TRUNK, DOWN, context="inbound", parent=channel)
        dest.exten = channel.exten
        dest.connected_number, dest.connected_name = channel.number, channel.caller_name
        name = "" if channel.connected_name == UNKNOWN else channel.connected_name
        self._switch.caller_id(dest, channel.exten, name)
        self._switch.wire.channel("NewConnectedLine", dest)
        return dest

    def originate(
        self,
        interface: str,
        number: str,
        name: str,
        answered: Callable[[Channel], None],
        ended: Callable[[Channel, int], None],
        *,
        uniqueid: str = "",
        variables: Mapping[str, str] | None = None,
        ring_s: float = 30.0,
    ) -> None:
        """Ring a phone for nobody. ``ended`` hears Asterisk's reason: 4 answered, 5 busy, 3 not answered."""
        channel = self.phone(interface, None, uniqueid)
        channel.variables.update(variables or {})
        if number:
            self._switch.caller_id(channel, number, name)
            self._switch.connected_line(channel, channel)

        def connected() -> None:
            ended(channel, 4)
            answered(channel)

        attempt = Attempt(None, channel, self._switch.timeline.now)
        attempt.answered = connected
        attempt.failed = lambda status: ended(channel, 5 if status == "BUSY" else 3)
        self._ring(attempt, interface.partition("/")[2], ring_s)

    def _ring(self, attempt: Attempt, dialled: str, seconds: float) -> None:
        switch, caller, dest = self._switch, attempt.caller, attempt.dest
        dest.attempt = attempt
        switch.wire.pair("DialBegin", caller, dest, DialString=dialled)
        if caller is not None:
            switch.connected_line(caller, dest)
        if self._floor.refuses(attempt):
            self.reject(attempt, busy=True)
            return
        switch.set_state(dest, RINGING)
        switch.wire.pair("DialState", caller, dest, DialStatus="RINGING")
        if seconds:
            attempt.timeout = switch.timeline.after(
                seconds, partial(self._unanswered, attempt, "NOANSWER", 0)
            )
        switch.settle()
        self._floor.rings(attempt)

    def connect(self, attempt: Attempt) -> None:
        """The rung party has answered."""
        switch, caller, dest = self._switch, attempt.caller, attempt.dest
        if attempt.timeout is not None:
            attempt.timeout.cancel()
        dest.attempt = None
        switch.set_state(dest, UP)
        if caller is None:
            switch.wire.pair("DialEnd", None, dest, DialStatus="ANSWER")
            switch.settle()
            if attempt.answered is not None:
                attempt.answered()
            return
        caller.attempt = None
        switch.variable(caller, "DIALSTATUS", "ANSWER")
        dest.exten = ""
        switch.wire.pair("DialEnd", caller, dest, DialStatus="ANSWER")
        switch.set_state(caller, UP)
        switch.executes(dest, "AppDial", "(Outgoing Line)")
        switch.settle()
        self._floor.talk(dest, caller)

    def reject(self, attempt: Attempt, busy: bool) -> None:
        cause = 17 if busy else 21
        self._switch.hangup_request(attempt.dest, cause)
        self._unanswered(attempt, "BUSY" if busy else "NOANSWER", cause)

    def cancel(self, attempt: Attempt) -> None:
        """The caller has gone."""
        self._end(attempt, "CANCEL", 127)

    def _unanswered(self, attempt: Attempt, status: str, cause: int) -> None:
        self._end(attempt, status, cause)
        if attempt.failed is not None:
            attempt.failed(status)
        if attempt.caller is not None:
            self._floor.proceed(attempt.caller)

    def _end(self, attempt: Attempt, status: str, cause: int) -> None:
        if attempt.timeout is not None:
            attempt.timeout.cancel()
        attempt.dest.attempt = None
        self._switch.wire.pair("DialEnd", attempt.caller, attempt.dest, DialStatus=status)
        if attempt.caller is not None:
            attempt.caller.attempt = None
            attempt.caller.cause = cause
            self._switch.variable(attempt.caller, "DIALSTATUS", status)
        self._switch.destroy(attempt.dest, cause)
        self._switch.settle()
