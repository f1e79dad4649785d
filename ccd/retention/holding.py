"""The legal hold: nothing deletes what is held, and a copy of it lies in the evidence folder.

A hold is put on by a person, and by itself: on the recordings of the call of an emergency (no drill), of a
caller who is marked for a complaint, of an evaluation that is disputed. Which recordings these are is asked
of the store (``LookUpRecordings``); what is recorded later of the same call or caller is held as it stops.

It is copied at once, and again when it stands still. The hash that counts is taken after post-processing
(``RecordingMeasured``): a copy that has it is proven (``HoldCopied.original``), any other is made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ccd.effects import CopyHeld, LookUpRecordings, MeasureRecording
from ccd.events import CopyKept, RecordingMeasured, RecordingStopped, ShiftAct
from ccd.events import retention as facts
from ccd.events.quality import Lying, RecordingsLooked
from ccd.events.sampling import CallerMarked
from ccd.events.scoring import EvaluationDisputed
from ccd.retention.making import NAME, Incident, Items, World, accepted, fact, page, refused, short
from ccd.retention.state import Hold, name_of_file

__all__ = [
    "COPY",
    "LOOK",
    "automatic",
    "copied",
    "disputed",
    "hold",
    "looked",
    "marked",
    "measured",
    "of_incident",
    "stopped",
    "unproven",
]

LOOK = f"{NAME}|look|"
COPY = f"{NAME}|copy|"
THERE = ("final", "empty", "", "missing", "unreadable")
"""States in which there is, or may yet be, a file; not those of one that was deleted."""


def hold(
    world: World, at: datetime, one: Lying, why: str, cause: str, reason: str, actor: str = "", by: str = ""
) -> Items:
    """Put a hold on one recording, and have it copied; the same cause again changes nothing."""
    name = f"hold-{short(one.pbx, one.recording, why, cause)}"
    state = world.retention
    if name in state.holds or name in state.released:
        return
    yield fact(
        facts.RecordingHeld,
        at,
        name,
        f"held: {why}",
        pbx=one.pbx,
        recording=one.recording,
        hold=name,
        call=one.call,
        why=why,
        reason=reason,
        actor=actor,
        by=by,
    )
    state.holds[name].original = one.sha256 if one.state == "final" else ""
    yield _copy(state.holds[name])


def _copy(held: Hold) -> CopyHeld:
    """Under another key once it is measured: a watch of before, still under way, would take its place."""
    return CopyHeld(
        key=f"{COPY}{held.id}|{held.original[:16]}",
        because=f"{NAME}: a legal hold copies at once",
        pbx=held.pbx,
        hold=held.id,
        recording=held.recording,
        path=name_of_file(held.recording) or held.recording,
    )


def _look(why: str, cause: str, **asked: object) -> LookUpRecordings:
    return LookUpRecordings(f"{LOOK}{why}|{cause}", f"{NAME}: what is to be held ({why})", **asked)  # type: ignore[arg-type]


# --- what puts a hold on by itself ------------------------------------------------------------------------


def of_incident(incident: Incident) -> Items:
    """The recordings of the call that was reported; those that stop later come by ``stopped``."""
    if not incident.drill and incident.facts.call:
        yield _look("threat", incident.id, pbx=incident.facts.pbx, call=incident.facts.call)


def marked(world: World, event: CallerMarked) -> Items:
    if event.until is not None and event.until > event.at:
        back = timedelta(days=world.settings.policies.retention.complaint_days)
        yield _look("complaint", event.number, number=event.number, since=event.at - back)


def disputed(world: World, event: EvaluationDisputed) -> Items:
    one = world.retention.evaluations.get(event.evaluation)
    if one is not None:
        yield _look("dispute", event.evaluation, pbx=one.pbx, recording=one.recording)
    else:
        yield _look("dispute", event.evaluation, evaluation=event.evaluation)


def stopped(world: World, event: RecordingStopped) -> Items:
    one = Lying(event.pbx, event.recording, event.call, event.path, event.at, event.at, "")
    pbx = world.pbxs.get(event.pbx)
    call = pbx.calls.get(event.call) if pbx else None
    yield from automatic(world, event.at, one, (call.caller_number,) if call else ())


def automatic(world: World, at: datetime, one: Lying, numbers: Iterable[str]) -> Items:
    """What is to be held by what is known in memory: also of calls that were not over at the time."""
    for incident in world.incidents.values():
        its = incident.facts
        if not incident.drill and its.call and (its.pbx, its.call) == (one.pbx, one.call):
            yield from hold(world, at, one, "threat", incident.id, f"{incident.ladder} {incident.id}")
    for number in numbers:
        known = world.retention.marked.get(number)
        if number and known is not None and known[0] > at:
            yield from hold(world, at, one, "complaint", number, known[1])


# --- what the store says of it ----------------------------------------------------------------------------


def looked(world: World, event: RecordingsLooked) -> Items:
    why, _, cause = event.key.removeprefix(LOOK).partition("|")
    asked = world.retention.asked.pop(event.key, None)
    if asked is not None:
        yield from _held_as_asked(world, asked, event)
        return
    for one in event.found:
        if why == "copy":
            yield from _prove_again(world, one, cause)
        elif why in ("threat", "complaint", "dispute") and one.state in THERE:
            yield from hold(world, event.at, one, why, cause, _reason(world, why, cause))


def _reason(world: World, why: str, cause: str) -> str:
    if why == "complaint":
        return world.retention.marked.get(cause, (None, ""))[1]
    incident = world.incidents.get(cause)
    return f"{incident.ladder} {cause}" if incident else f"{why} {cause}"


def _held_as_asked(world: World, asked: ShiftAct, event: RecordingsLooked) -> Items:
    values = {**asked.values, "count": "0"}
    there = [one for one in event.found if one.state in THERE]
    if not there:
        rule = "retention_gone" if event.found else "retention_unknown"
        yield refused(asked, rule, values)
        return
    before = set(world.retention.holds)
    for one in there:
        reason = asked.values["reason"]
        yield from hold(world, event.at, one, "asked", asked.request, reason, asked.actor, asked.by)
    made = sorted(set(world.retention.holds) - before)
    yield accepted(asked, "retention_held", {**values, "count": str(len(made))}, holds=" ".join(made))


# --- copies -----------------------------------------------------------------------------------------------


def unproven(world: World) -> Items:
    """At the start: holds without a copy that is proven. Their recordings are looked up, then copied."""
    for held in world.retention.holds.values():
        if held.copied is None or not held.copied.original:
            yield _look("copy", held.id, pbx=held.pbx, recording=held.recording)


def _prove_again(world: World, one: Lying, name: str) -> Items:
    held = world.retention.holds.get(name)
    if held is None or one.recording != held.recording:
        return
    held.original = one.sha256 if one.state == "final" else ""
    yield _copy(held)


def copied(world: World, event: CopyKept) -> Items:
    """What came of ``CopyHeld``: the evidence folder's own report."""
    held = world.retention.holds.get(event.key.removeprefix(COPY).partition("|")[0])
    if held is None:
        return
    if event.error:
        if event.final and held.copied is None:
            yield from _not_copied(world, held, event)
        return
    proven = held.original if event.sha256 == held.original else ""
    yield from _has(held, event.at, event.path, event.sha256, event.size, proven)
    key = (held.pbx, "uncopied", held.recording)
    if key in world.retention.amiss:
        yield fact(
            facts.AmissEnded,
            event.at,
            f"{held.id}|{event.at.isoformat()}",
            "it is copied",
            pbx=held.pbx,
            recording=held.recording,
            path=name_of_file(held.recording),
            why="found",
            what="uncopied",
        )
    if event.final and held.original and not proven:
        yield from changed(world, event.at, held.pbx, held.recording, event.sha256, event.size)


def _has(held: Hold, at: datetime, path: str, sha256: str, size: int, original: str) -> Items:
    before = held.copied
    if before is not None and (before.path, before.sha256, before.original) == (path, sha256, original):
        return
    if before is not None and before.original and not original:
        return  # the proven copy stands; that the file is another now is a finding
    yield fact(
        facts.HoldCopied,
        at,
        f"{held.id}|{sha256[:16]}|{original[:16]}",
        "the copy is that of the file as it was measured" if original else "copied, not measured yet",
        pbx=held.pbx,
        recording=held.recording,
        hold=held.id,
        path=path,
        sha256=sha256,
        original=original,
        size=size,
    )


def _not_copied(world: World, held: Hold, event: CopyKept) -> Items:
    if (held.pbx, "uncopied", held.recording) in world.retention.amiss:
        return
    path = name_of_file(held.recording) or held.recording
    yield fact(
        facts.RecordingAmiss,
        event.at,
        f"uncopied|{held.id}|{event.at.isoformat()}",
        f"no copy of what is held: {event.error[:200]}",
        pbx=held.pbx,
        recording=held.recording,
        what="uncopied",
        path=path,
        size=0,
    )
    yield from page(world, event.at, "retention_uncopied", held.id, {"recording": held.recording})


def measured(world: World, event: RecordingMeasured) -> Items:
    """Post-processing is over: a copy with this hash is proven, any other is made again."""
    if event.state != "final":
        return
    for held in world.retention.holds_of(event.pbx, event.recording):
        held.original = held.original or event.sha256
        had = held.copied
        if had is not None and had.sha256 == event.sha256:
            yield from _has(held, event.at, had.path, had.sha256, had.size, event.sha256)
        else:
            yield _copy(held)


def changed(world: World, at: datetime, pbx: str, recording: str, sha256: str, size: int) -> Items:
    """Its file is not the one that was measured. Told once for each content it has."""
    state = world.retention
    known = state.amiss.get((pbx, "changed", recording))
    if (known is not None and known.sha256 == sha256) or state.explained.get((pbx, recording)) == sha256:
        return
    yield fact(
        facts.RecordingAmiss,
        at,
        f"changed|{pbx}|{recording}|{sha256[:16]}",
        "its file is another than the one that was measured",
        pbx=pbx,
        recording=recording,
        what="changed",
        path=name_of_file(recording) or recording,
        size=size,
        sha256=sha256,
    )
    if state.held(pbx, recording):
        yield from page(world, at, "retention_held_changed", recording, {"recording": recording, "pbx": pbx})


def measure(pbx: str, call: str, recording: str, path: str) -> MeasureRecording:
    because = f"{NAME}: its file is there, and was not measured"
    return MeasureRecording(f"recording|{pbx}|{recording}", because, pbx, call, recording, path)
