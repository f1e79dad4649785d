"""What is to be done, imperative, frozen.

``key`` makes repeating harmless; ``because`` says which rule asked, with its figures.

Adapters perform effects and answer with ``EffectDone`` or ``EffectFailed`` under the same key.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from ccd.events import PlanDay


class Effect(msgspec.Struct, frozen=True, tag=True):
    key: str
    because: str


class SetDeadline(Effect, frozen=True):
    """Come back as ``DeadlineDue(key)`` after so many seconds. Setting the same key again moves it.

    ``durable`` deadlines are rows and survive a restart; the others belong to the picture of the PBX, which
    is rebuilt from its snapshots together with them.
    """

    after_s: float
    durable: bool = True


class CancelDeadline(Effect, frozen=True):
    pass


class SendAction(Effect, frozen=True):
    """One AMI action, sent once: it is never repeated by itself.

    ``feeds``: it answers with a list, whose items come in with the event stream.
    """

    pbx: str
    fields: tuple[tuple[str, str], ...]
    feeds: bool = False


class AnswerSignIn(Effect, frozen=True):
    """The reply to a ``SignInAsked`` (its ``request`` is our ``key``). ``prompt`` is what the phone plays.

    ``rule`` and ``values``: where it was another policy's rule, its words (``ccd.rules``).
    """

    accepted: bool
    prompt: str
    rule: str = ""
    values: dict[str, str] = msgspec.field(default_factory=dict)


class MeasureRecording(Effect, frozen=True):
    """Find the file of a recording that has stopped, wait until it is quiet, take its size and SHA-256."""

    pbx: str
    call: str
    recording: str
    path: str


class CollectMissed(Effect, frozen=True):
    """Read the sign-ins that the dialplan of this PBX noted while we could not answer."""

    pbx: str


class Notify(Effect, frozen=True):
    """Tell somebody. ``audience`` is a role of the manual, or ``admin``."""

    audience: str
    text: str


# --- incidents --------------------------------------------------------------------------------------------


class AnswerAct(Effect, frozen=True):
    """The reply to a ``ReportAsked`` or ``IncidentAct`` (its ``request`` is our ``key``).

    ``incident`` is the one opened or found; ``why`` a refusal, in words for a person.
    """

    accepted: bool
    incident: str = ""
    why: str = ""
    saved: str = "store"
    """Where its record is: ``store``, ``spool``, or ``memory`` (NOT SAVED)."""


class Ring(Effect, frozen=True):
    """Ring somebody's phone for an incident. What it plays, and what the keys do, stands in our dialplan.

    ``where``: an interface of the roster (``PJSIP/1001``), or ``outside:NUMBER``. ``key`` is the channel's id
    too: [a-z0-9-] only. No subclass can name a context: the adapter knows one for each class.
    """

    pbx: str
    incident: str
    person: str
    where: str
    ring_s: float
    language: str  # zh | en
    ladder: str
    seat: str
    caller_number: str
    drill: bool


class RingToTell(Ring, frozen=True):
    """Announcement; 1 acknowledges, 2 cannot come."""


class RingForPolice(Ring, frozen=True):
    """Facts; 9 stands down where ``may_stand_down``; otherwise on to the police: after ten seconds, or, with
    ``confirm``, only at 1.
    """

    may_stand_down: bool = False
    confirm: bool = False


class RingForPoliceDrill(Ring, frozen=True):
    """The same, and where the police would be dialled there is a stand-in. Never reaches ``ccd-police``."""

    may_stand_down: bool = False
    confirm: bool = False


class CallPoliceUnattended(Effect, frozen=True):
    """Explicit opt-in only: dial the police and speak the facts, with nobody on the line."""

    pbx: str
    incident: str
    language: str
    ladder: str
    seat: str
    caller_number: str


class Tell(Effect, frozen=True):
    """Tell one person (or system) by e-mail, webhook, MQTT or at the console; at least once under this key.

    ``fields`` are the facts as names and values, for machines; ``subject`` and ``text`` for people, made in
    ``language``. ``address`` is an e-mail address, or "" where the means has one of its own.
    """

    means: str
    incident: str
    person: str
    address: str
    subject: str
    text: str
    drill: bool
    fields: tuple[tuple[str, str], ...] = ()


class ShowAlert(Effect, frozen=True):
    """Lamps and sirens (a retained MQTT message): on while the incident is not closed."""

    incident: str
    ladder: str
    severity: str
    active: bool
    drill: bool
    text: str
    since: datetime | None = None
    """When the incident was opened; None: when it was first shown."""


class KeepCopy(Effect, frozen=True):
    """Copy a recording into the evidence folder at once, and again when it is final."""

    pbx: str
    incident: str
    path: str


class ReadSource(Effect, frozen=True):
    """Ask the PBX where the SIP of this channel comes from."""

    pbx: str
    incident: str
    channel: str


class ReadMark(Effect, frozen=True):
    """Read back from AstDB what the dialplan noted under a ring's key, or of the police for an incident.

    The answer is a ``RingResult`` or a ``PoliceMark`` (not live); ``none`` where nothing is noted.
    """

    pbx: str
    incident: str
    ring: str = ""
    """Empty: the mark of the police."""


# --- shifts -----------------------------------------------------------------------------------------------


class AnswerAsked(Effect, frozen=True):
    """The reply to a ``PauseAsked`` or ``ShiftAct`` (its ``request`` is our ``key``).

    ``rule`` and ``values`` say in words (``ccd.rules``) what was refused or done; ``prompt`` is what a phone
    plays; ``result`` is for machines.
    """

    accepted: bool
    rule: str = ""
    values: dict[str, str] = msgspec.field(default_factory=dict)
    prompt: str = ""
    result: dict[str, str] = msgspec.field(default_factory=dict)


class Page(Effect, frozen=True):
    """Tell these people (codes of the roster): by e-mail and MQTT, and with ``ring`` at their phone.

    ``rule`` and ``values`` as in ``AnswerAsked``, put into the words of each one's language. ``pbx`` and
    ``seat``: where it is about, said on the phone too.
    """

    people: tuple[str, ...]
    rule: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    ring: bool = False
    pbx: str = ""
    seat: str = ""


class ReadRecord(Effect, frozen=True):
    """Read what the store holds of these people from ``since`` to ``until``; ``RecordRead`` is the answer.

    ``places``: (pbx, seat) besides those they stayed at.
    """

    people: tuple[str, ...]
    since: datetime
    until: datetime
    places: tuple[tuple[str, str], ...] = ()


class ChangePlan(Effect, frozen=True):
    """Put these days into the plan, as ``PlanChanged`` has them; ``told`` is for the audit chain."""

    days: tuple[PlanDay, ...]
    by: str
    told: dict[str, str] = msgspec.field(default_factory=dict)


# --- quality ----------------------------------------------------------------------------------------------


class ReadSeed(Effect, frozen=True):
    """Make the seed of this local day out of the secret that only ccd has; ``SeedRead`` is the answer."""

    day: date


class ReadConversations(Effect, frozen=True):
    """Read the conversations that ended between these moments and are not in the population yet; the answer
    is a ``ConversationsRead``. ``waited``: those that ended before it are given whether settled or not.
    """

    since: datetime
    until: datetime
    waited: datetime
    called_back_s: float
    """A caller who had given up so long before is called back."""


class ReadPopulation(Effect, frozen=True):
    """``PopulationRead`` is the answer."""

    day: date


class LookUpUnit(Effect, frozen=True):
    """Read one conversation, by its name or by that of an evaluation of it; ``UnitLooked`` is the answer.

    ``day`` is the local one on which it ended: of one that was never picked it must be known.
    """

    unit: str = ""
    evaluation: str = ""
    day: date | None = None


class ReadQuality(Effect, frozen=True):
    """Read what a month's assessment is made of, of these people; ``QualityRead`` is the answer."""

    month: str
    people: tuple[str, ...]


class Reconcile(Effect, frozen=True):
    """Hold a PBX's recording folder against the store; ``RecordingsFound`` is the answer.

    ``older_than``: recordings later than this are left alone; ``orphans_before``: files that no recording
    names, too. ``hashes``: so many files may be read whole to compare their SHA-256.
    """

    pbx: str
    older_than: datetime
    orphans_before: datetime
    hashes: int
    since: datetime | None = None
    """Only recordings that began later; the folder itself is not looked through."""
    turn: int = 0
    turns: int = 1
    """Files whose turn it is are read whole: each has one of ``turns``, by its name."""


class ReadExpired(Effect, frozen=True):
    """Read recordings whose files are there, and which began before ``before``: a page of them, the oldest
    first, from ``cursor`` on ("": the first page). ``deleting``: instead those whose deletion was told, and
    not that it is done. The answer is a ``RecordingsExpired``.
    """

    before: datetime
    limit: int
    cursor: str = ""
    deleting: bool = False


class LookUpRecordings(Effect, frozen=True):
    """Read the recordings of a call (with those it was joined with), or one by its name, of an evaluation,
    or of a caller's ``number`` since then. The answer is a ``RecordingsLooked``.
    """

    pbx: str = ""
    call: str = ""
    recording: str = ""
    evaluation: str = ""
    number: str = ""
    since: datetime | None = None


class DeleteRecording(Effect, frozen=True):
    """Delete the file of a recording whose time is over, if it is still the one that was measured.

    ``RecordingDeleted`` is told by the policy before; ``EffectDone`` or ``EffectFailed`` come back.
    """

    pbx: str
    recording: str
    path: str
    sha256: str
    size: int = -1
    """Of an orphan, which was never measured: its ``recording`` is "", and this must be its size still."""


class CopyHeld(Effect, frozen=True):
    """Copy a recording into the evidence folder at once, and again when it is final (a legal hold)."""

    pbx: str
    hold: str
    recording: str
    path: str


class ListenTo(Effect, frozen=True):
    """Ring the listener's phone, and put it onto this channel by ChanSpy. ``key`` is the channel's id too:
    [a-z0-9-] only. What came of it is a ``ListeningTold``.

    ``channel`` is its Uniqueid. ``modes``: what the listener may turn to by keys. ``tone``: the agent hears
    a beep.
    """

    pbx: str
    listening: str
    channel: str
    phone: str
    how: str  # listen | whisper | barge
    language: str  # zh | en
    modes: tuple[str, ...] = ("listen",)
    ring_s: float = 20.0
    longest_s: float = 3600.0
    tone: bool = False


class TurnListening(Effect, frozen=True):
    """From now on ``how``, and by keys no more than ``modes``. That it is so, the PBX tells."""

    pbx: str
    listening: str
    how: str
    modes: tuple[str, ...]


class EndListening(Effect, frozen=True):
    """Hang up the listener's leg; the call it listens to is not touched."""

    pbx: str
    listening: str
