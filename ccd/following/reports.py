"""Emergencies as the dialplan reports them, and what became of the phone calls it was asked to place.

Whoever may write UserEvents or originate calls by AMI can forge these, so nothing here does more than tell
the policy: which legs may report, and which keys anything is awaited for, it judges itself. What is malformed
changes nothing. A caller can forge none of it: a UserEvent's channel stands before what the dialplan adds.

Why an Originate failed (measured on Asterisk 16.28 and 22.10): 3 it rang unanswered, also a phone that is
unplugged; 5 busy and 8 congestion, only by way of a Local channel; 0 all else, also a PJSIP phone that is
busy, of which a DialEnd mostly tells before. 0 is also the answer where the channel's id is in use.
"""

from __future__ import annotations

import re
from datetime import datetime

from ccd.effects import CollectMissed, ReadMark
from ccd.events import PoliceMark, ReportAsked, RingResult
from ccd.following.picture import Pbx
from ccd.message import Message

__all__ = ["CONTEXTS", "RESULTS", "on_dial_end", "on_originate", "on_user_event"]

CONTEXTS = frozenset(("ccd-tell", "ccd-decide", "ccd-decide-drill", "ccd-unattended"))
"""The extension in one of these is the key of the ring that was asked for."""
RESULTS = frozenset(("answered", "acknowledged", "cannot", "stood_down", "confirmed", "hung_up"))
"""What the dialplan tells of a ring that was answered."""
REMEMBERED_BUSY = 256

_ID = re.compile(r"[a-z0-9-]{1,128}")
_LADDER = re.compile(r"[a-z][a-z0-9_]{0,31}")
_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,200}")
_REASON = re.compile(r"[0-9a-z_-]{0,32}")
_FAILED = {"3": "no_answer", "5": "busy"}
_POLICE = frozenset(("dialling", "answered", "failed"))


def on_user_event(pbx: Pbx, at: datetime, m: Message) -> None:
    """Any of ``CcdReport``, ``CcdAlone``, ``CcdRing`` and ``CcdPolice``; others are none of ours."""
    handler = _USER_EVENTS.get(m.get("UserEvent"))
    if handler is not None:
        handler(pbx, at, m)


def _on_report(pbx: Pbx, at: datetime, m: Message) -> None:
    """The dialplan has noted it as well, in case nobody heard: the note goes once the report is answered."""
    ladder, request, uniqueid = m.get("Ladder"), m.get("Request"), m.get("Uniqueid")
    if not (_LADDER.fullmatch(ladder) and _REQUEST.fullmatch(request) and _REQUEST.fullmatch(uniqueid)):
        return
    pbx.emit(
        ReportAsked(
            at=at,
            request=f"{pbx.name}-{request}",
            ladder=ladder,
            how="phone",
            pbx=pbx.name,
            uniqueid=uniqueid,
        )
    )
    _collect(pbx, "the dialplan has noted a report")


def _on_alone(pbx: Pbx, at: datetime, m: Message) -> None:
    _collect(pbx, "the dialplan has dialled a lead by itself, since nobody took a report")


def _collect(pbx: Pbx, because: str) -> None:
    pbx.emit(CollectMissed(key=f"missed|{pbx.name}", because=because, pbx=pbx.name))


def _on_ring(pbx: Pbx, at: datetime, m: Message) -> None:
    """The dialplan notes every result but ``answered`` in AstDB before it tells it: the policy has it taken
    away when what came of it is kept.
    """
    key, result, reason = m.get("Key"), m.get("Result"), m.get("Reason")
    if not (_ID.fullmatch(key) and result in RESULTS and _REASON.fullmatch(reason)):
        return
    pbx.emit(RingResult(at=at, pbx=pbx.name, key=key, result=result, reason=reason))


def _on_police(pbx: Pbx, at: datetime, m: Message) -> None:
    """``already``: the dialplan has found a mark and not dialled; which one it is, is asked for."""
    incident, state, by = m.get("Incident"), m.get("State"), m.get("Key")
    if not _ID.fullmatch(incident):
        return
    if state in _POLICE:
        by = by if _ID.fullmatch(by) else ""
        pbx.emit(PoliceMark(at=at, pbx=pbx.name, incident=incident, state=state, by=by))
    elif state == "already":
        because = "the dialplan has found the police called already"
        key = f"{incident}-police-mark"
        pbx.emit(ReadMark(key=key, because=because, pbx=pbx.name, incident=incident))


def on_dial_end(pbx: Pbx, at: datetime, m: Message) -> None:
    """Remember who was busy: OriginateResponse does not say it. Only channels with an id we chose."""
    if m.get("DialStatus") != "BUSY":
        return
    key = m.get("DestUniqueid")
    if _ID.fullmatch(key):
        pbx.busy_rings[key] = None
        if len(pbx.busy_rings) > REMEMBERED_BUSY:
            pbx.busy_rings.popitem(last=False)


def on_originate(pbx: Pbx, at: datetime, m: Message) -> None:
    """A ring that came to nothing. Of one that was answered the dialplan tells."""
    key = m.get("Exten")
    if m.get("Context") not in CONTEXTS or not _ID.fullmatch(key):
        return
    was_busy = key in pbx.busy_rings
    pbx.busy_rings.pop(key, None)
    if m.get("Response") != "Failure":
        return
    result = "busy" if was_busy else _FAILED.get(m.get("Reason"), "failed")
    pbx.emit(RingResult(at=at, pbx=pbx.name, key=key, result=result))


_USER_EVENTS = {
    "CcdAlone": _on_alone,
    "CcdPolice": _on_police,
    "CcdReport": _on_report,
    "CcdRing": _on_ring,
}
