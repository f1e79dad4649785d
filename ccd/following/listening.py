"""Live listening as the PBX tells it: who spies on whom by ChanSpy, and how.

The dialplan (``ccd-listen``) says how before each ChanSpy(); that it is so, and on which channel, says
ChanSpyStart. A phone that spies is on the phone, and talks to nobody: its state has the reason ``listening``.
In a snapshot the application and its options tell the same.
"""

from __future__ import annotations

import re
from datetime import datetime

from ccd.events.quality import ListeningTold
from ccd.following.agents import refresh
from ccd.following.picture import Channel, Pbx
from ccd.message import Message

__all__ = ["CONTEXT", "on_originate", "on_spy_start", "on_user_event", "taken_in"]

CONTEXT = "ccd-listen"
_ID = re.compile(r"[a-z0-9-]{1,79}")
_HOWS = {"4": "listen", "5": "whisper", "6": "barge"}
_OVER = frozenset(("over", "left", "longest"))
_OPTIONS = re.compile(r"(?P<channel>[A-Za-z0-9_.-]{1,150}),[a-zA-Z]*u[a-zA-Z]*")
_FAILED = {"3": "no_answer", "5": "busy"}


def on_user_event(pbx: Pbx, at: datetime, m: Message) -> None:
    """``CcdListen``. Told by the leg itself: whoever else names its key is not believed."""
    key, what = m.get("Key"), m.get("What")
    channel = pbx.channels.get(key)
    if channel is None or m.get("Uniqueid") != key or not _ID.fullmatch(key):
        return
    if what == "on" and (how := _HOWS.get(m.get("How"))) is not None:
        _listens(pbx, at, channel, how, "UserEvent")
        pbx.emit(ListeningTold(at=at, pbx=pbx.name, listening=key, what="answered"))
    elif what in _OVER:
        pbx.emit(ListeningTold(at=at, pbx=pbx.name, listening=key, what=what))


def on_spy_start(pbx: Pbx, at: datetime, m: Message) -> None:
    """Of a listening that we asked for; any other leg that spies is only not taken for one that talks."""
    key = m.get("SpyerUniqueid")
    channel = pbx.channels.get(key)
    if channel is None or channel.local:
        return
    how = channel.listens or "listen"
    _listens(pbx, at, channel, how, "ChanSpyStart")
    _on(pbx, at, key, how, m.get("SpyeeUniqueid"), seen=True)


def taken_in(pbx: Pbx, at: datetime, channel: Channel, m: Message) -> None:
    """A channel as a snapshot shows it."""
    if m.get("Application") != "ChanSpy" or channel.local:
        return
    data = m.get("ApplicationData")
    options = data.rpartition(",")[2]
    how = "whisper" if "w" in options else "barge" if "B" in options else "listen"
    _listens(pbx, at, channel, how, "snapshot")
    if (found := _OPTIONS.fullmatch(data)) is not None:
        _on(pbx, at, channel.uniqueid, how, found["channel"], seen=False)


def on_originate(pbx: Pbx, at: datetime, m: Message) -> None:
    """The ring of a listener's phone that came to nothing; of one that was answered the dialplan tells."""
    key = m.get("Exten")
    was_busy = key in pbx.busy_rings
    pbx.busy_rings.pop(key, None)
    if m.get("Response") == "Failure" and _ID.fullmatch(key):
        what = "busy" if was_busy else _FAILED.get(m.get("Reason"), "failed")
        pbx.emit(ListeningTold(at=at, pbx=pbx.name, listening=key, what=what))


def _listens(pbx: Pbx, at: datetime, channel: Channel, how: str, cause: str) -> None:
    channel.listens = how
    if (agent := pbx.agents.get(channel.interface)) is not None:
        refresh(pbx, at, agent, cause)


def _on(pbx: Pbx, at: datetime, key: str, how: str, spied: str, *, seen: bool) -> None:
    if _ID.fullmatch(key):
        told = ListeningTold(
            at=at, pbx=pbx.name, listening=key, what="on", detail=how, channel=spied, seen=seen
        )
        pbx.emit(told)
