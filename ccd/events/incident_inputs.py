"""Inputs about incidents: what people, phones, messages and files tell the policy. Its facts: ``incidents``.

``how`` and ``person`` are as there.
"""

from __future__ import annotations

from datetime import datetime

from ccd.events.values import Event


class ReportAsked(Event, frozen=True):
    """Somebody reports an emergency. The same ``request`` again is the same report.

    From a phone ``uniqueid`` names the reporting leg. From elsewhere ``seat`` or ``call`` may name a call.
    ``ladder`` is a name in ``[policies.incidents.ladders]``.
    """

    request: str
    ladder: str
    how: str
    pbx: str = ""
    uniqueid: str = ""
    seat: str = ""
    call: str = ""
    by: str = ""  # who reports, where it is not the agent on the phone
    note: str = ""
    drill: bool = False
    fast: bool = False  # a drill whose deadlines are shortened (``drill.fast_factor``)
    told_alone: bool = False  # the dialplan has dialled the cached duty lead by itself
    happened: datetime | None = None  # when, where that was before ``at``: ccd was away


class IncidentAct(Event, frozen=True):
    """Somebody does something about an incident, at the console or by CLI.

    ``act`` is one of ``ccd.incidents.acts.ACTS``: acknowledge, cannot, arrive, stand_down, police,
    police_called, detail, note, close. ``person`` is whose act it is (a code of the roster); ``by``
    vouches for it. ``value``: the reason, the answer to ``question``, the outcome, the text.
    """

    request: str
    incident: str
    act: str
    how: str
    person: str = ""
    by: str = ""
    question: str = ""
    value: str = ""


class RingResult(Event, frozen=True):
    """What became of a phone call that ``RingToTell`` or ``RingForPolice`` asked for (``key`` is theirs).

    ``result``: ``answered``, ``acknowledged`` (1), ``cannot`` (2), ``stood_down`` (9, ``reason`` is a digit),
    ``confirmed`` (1 in mode confirm), ``hung_up``, ``busy``, ``no_answer``, ``failed``; ``none``: a
    ``ReadMark`` asked for it, and the dialplan has noted nothing under that key.
    """

    pbx: str
    key: str
    result: str
    reason: str = ""


class PoliceMark(Event, frozen=True):
    """How far the dialplan has come with the police: live, or read back from AstDB.

    ``state``: ``dialling`` (the mark stands before the Dial), ``answered``, ``failed`` (no trunk took it),
    ``none`` (read back: there is no mark), ``barred`` (read back: nobody is to be dialled).
    """

    pbx: str
    incident: str
    state: str
    by: str = ""  # the key of the ring whose taker was bridged
    live: bool = True


class TellingResult(Event, frozen=True):
    """An e-mail, webhook or MQTT message of a ``Tell`` was delivered, or given up."""

    key: str
    ok: bool
    error: str = ""


class CopyKept(Event, frozen=True):
    """A file was copied into the evidence folder for the legal hold. ``final`` once it stands still."""

    key: str
    incident: str
    source: str
    path: str
    size: int
    sha256: str
    final: bool
    error: str = ""
    by: str = ""  # who gave it, where a person did


class SourceRead(Event, frozen=True):
    """Where the caller's SIP comes from, as the PBX knows it (asked right after the report); and what the
    site's dialplan says of the customer, in the channel variable CCD_CUSTOMER of the caller's leg.
    """

    incident: str
    source: str
    customer: str = ""


class Kept(Event, frozen=True):
    """Where the facts of an incident went: ``store``, ``spool``, or ``memory`` (NOT SAVED)."""

    incidents: tuple[str, ...]
    where: str


class IncidentsRestored(Event, frozen=True):
    """What the store and the spool held of incidents that are not closed, or not for long: each fact as JSON,
    those of one incident in order.
    """

    facts: tuple[str, ...]
