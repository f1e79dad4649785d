"""Transfers: who let go of a call, and where it went."""

from __future__ import annotations

from datetime import datetime

from ccd.events import CallTransferred
from ccd.following import joining, visits
from ccd.following.picture import Pbx, known
from ccd.message import Message


def on_blind_transfer(pbx: Pbx, at: datetime, m: Message) -> None:
    if m.get("Result", "Success") == "Success":
        _transferred(pbx, at, m.get("TransfererUniqueid"), "blind", m.get("Extension"))


def on_attended_transfer(pbx: Pbx, at: datetime, m: Message) -> None:
    if m.get("Result", "Success") == "Success":
        to = m.get("TransferTargetCallerIDNum") or m.get("SecondTransfererConnectedLineNum")
        _transferred(pbx, at, m.get("OrigTransfererUniqueid"), "attended", known(to))
        if m.get("DestType") == "App":
            _takes_over(pbx, at, m.get("TransfereeUniqueid"), m.get("SecondTransfererUniqueid"))


def _transferred(pbx: Pbx, at: datetime, uniqueid: str, how: str, to: str) -> None:
    channel = pbx.channels.get(uniqueid)
    if channel is None:
        return
    visit = pbx.agent_visits.get(uniqueid)
    if visit is not None:
        visit.transferred = True
    pbx.emit(
        CallTransferred(
            at=at,
            pbx=pbx.name,
            call=channel.call.id,
            how=how,
            uniqueid=uniqueid,
            interface=channel.interface,
            to=to,
            queue=visit.queue if visit else "",
        )
    )


def _takes_over(pbx: Pbx, at: datetime, uniqueid: str, second: str) -> None:
    """The transferee goes on in place of the transferer's other leg, which no one had answered yet: a phone
    rings for him now, or he waits in the queue where the transferer waited.
    """
    transferee, leg = pbx.channels.get(uniqueid), pbx.channels.get(second)
    if transferee is None or leg is None:
        return
    if transferee.call is not leg.call:
        joining.merge(pbx, at, transferee.call, leg.call)
    visits.give_place(pbx, at, second, transferee)
