"""What lies on disk against what the store says: a look every few minutes, and a deeper one each night.

Each finding is a fact when it is new, and ends as one; people are told once. A folder that is away (not
mounted) is one finding, and then nothing is said of the files in it. What somebody wants to hear and does not
get is a finding at once (``not_given``): it is not to be scored until the next look.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ccd.config_retention import RetentionSettings
from ccd.config_section import Mode
from ccd.effects import Notify, Reconcile
from ccd.events import retention as facts
from ccd.events.quality import RecordingNotGiven, RecordingsFound
from ccd.retention.holding import changed, measure
from ccd.retention.making import NAME, Items, World, fact, local_day, page
from ccd.retention.state import name_of_file

__all__ = ["due", "found", "not_given", "reconcile"]

GIVEN_UP = timedelta(hours=12)
"""A look that has not answered for so long is asked for again."""
ORPHAN_AFTER = timedelta(hours=1)
Found = RecordingsFound | RecordingNotGiven


def due(world: World, settings: RetentionSettings, at: datetime) -> Items:
    """The looks whose time has come."""
    if settings.mode is Mode.OFF:
        return
    zone = ZoneInfo(world.settings.daemon.timezone)
    night = at.astimezone(zone).strftime("%H:%M") >= settings.nightly_at
    for pbx in world.settings.pbx:
        last = world.retention.reconciled.get((pbx, True))
        if night and (last is None or local_day(world, last.at) < local_day(world, at)):
            yield from reconcile(world, settings, at, pbx, deep=True)
        looked = world.retention.quick.get(pbx)
        if looked is None or at - looked >= timedelta(minutes=settings.reconcile_minutes):
            yield from reconcile(world, settings, at, pbx, deep=False)


def reconcile(world: World, settings: RetentionSettings, at: datetime, pbx: str, *, deep: bool) -> Items:
    since = world.retention.asking.get((pbx, deep))
    if since is not None and at - since < GIVEN_UP:
        return
    world.retention.asking[pbx, deep] = at
    turns = settings.rehash_days
    yield Reconcile(
        key=f"{NAME}|reconcile|{pbx}|{'deep' if deep else 'new'}",
        because=f"{NAME}: what lies on disk is held against the store",
        pbx=pbx,
        older_than=at - timedelta(minutes=settings.older_minutes),
        orphans_before=at - ORPHAN_AFTER,
        hashes=settings.hashes if deep else 0,
        since=None if deep else at - timedelta(hours=settings.recent_hours),
        turn=local_day(world, at).toordinal() % turns,
        turns=turns,
    )


def found(world: World, settings: RetentionSettings, event: RecordingsFound) -> Items:
    world.retention.asking.pop((event.pbx, event.deep), None)
    before = set(world.retention.amiss)
    if event.away:
        yield from _away(world, event)
    else:
        world.retention.disk[event.pbx] = event
        yield from _end_all(world, event, "away", set())
        yield from _unreadable(world, event)
        yield from _gone(world, event)
        for recording, sha256 in event.changed:
            yield from changed(world, event.at, event.pbx, recording, sha256, 0)
        yield from _found_again(world, event)
        if event.deep:
            yield from _orphans(world, event)
    new = _new(world, before)
    if event.deep or new:  # else a row every few minutes says nothing
        yield _reconciled(event)
    if not event.deep:
        world.retention.quick[event.pbx] = event.at
    if new:
        yield from _tell(world, event, new)


def not_given(world: World, event: RecordingNotGiven) -> Items:
    """One recording, as it was asked for. Of a folder that is away nothing is said here either."""
    before = set(world.retention.amiss)
    away = any((pbx, what) == (event.pbx, "away") for pbx, what, _ in before)
    if event.what == "changed":
        yield from changed(world, event.at, event.pbx, event.recording, event.sha256, event.size)
    elif not away:
        yield from _missing(world, event, event.recording)
    new = _new(world, before)
    if new:
        yield from _tell(world, event, new)


def _new(world: World, before: set[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [key for key in world.retention.amiss if key not in before]


def _reconciled(event: RecordingsFound) -> facts.Reconciled:
    return fact(
        facts.Reconciled,
        event.at,
        f"{event.pbx}|{event.at.isoformat()}|{'deep' if event.deep else 'new'}",
        "looked through",
        pbx=event.pbx,
        looked=event.looked,
        missing=len(event.gone),
        changed=len(event.changed),
        orphans=event.orphans_all,
        orphan_bytes=event.orphan_bytes,
        deep=event.deep,
        hashed=event.hashed,
        unhashed=event.unhashed,
        used=event.used,
        added=event.added,
    )


def _tell(world: World, event: Found, new: list[tuple[str, str, str]]) -> Items:
    counts: dict[str, int] = {}
    for _, what, _ in new:
        counts[what] = counts.get(what, 0) + 1
    values = {
        "pbx": event.pbx,
        "found": ", ".join(f"{what} {count}" for what, count in sorted(counts.items())),
        "first": new[0][2],
    }
    yield from page(world, event.at, "retention_amiss", event.pbx, values)
    text = f"recordings of {event.pbx}: {values['found']}; the first: {values['first']}"
    yield Notify(f"retention_amiss|{event.pbx}|{event.at.isoformat()}", f"{NAME}: findings", "admin", text)


def _amiss(event: Found, what: str, path: str, because: str, **fields: object) -> Items:
    name = fields.get("recording") or path
    yield fact(
        facts.RecordingAmiss,
        event.at,
        f"{what}|{event.pbx}|{name}|{event.at.isoformat()}",
        because,
        pbx=event.pbx,
        what=what,
        path=path,
        **{"size": 0, **fields},
    )


def _end(event: RecordingsFound, what: str, name: str, one: facts.RecordingAmiss, why: str) -> Items:
    yield fact(
        facts.AmissEnded,
        event.at,
        f"{what}|{event.pbx}|{name}|{event.at.isoformat()}",
        "no longer so",
        pbx=event.pbx,
        recording=one.recording,
        path=one.path,
        why=why,
        what=what,
    )


def _end_all(world: World, event: RecordingsFound, what: str, still: set[str], why: str = "found") -> Items:
    """End the findings of this kind that are not so any more."""
    for (pbx, kind, name), one in list(world.retention.amiss.items()):
        if (pbx, kind) == (event.pbx, what) and name not in still:
            yield from _end(event, what, name, one, why)


def _away(world: World, event: RecordingsFound) -> Items:
    if (event.pbx, "away", event.away) not in world.retention.amiss:
        yield from _amiss(event, "away", event.away, "the folder is not there, or not mounted")


def _unreadable(world: World, event: RecordingsFound) -> Items:
    for path in event.unreadable:
        if (event.pbx, "unreadable", path) not in world.retention.amiss:
            yield from _amiss(event, "unreadable", path, "ccd may not read it")
    if event.deep:
        yield from _end_all(world, event, "unreadable", set(event.unreadable))


def _gone(world: World, event: RecordingsFound) -> Items:
    for recording in event.gone:
        yield from _missing(world, event, recording)


def _missing(world: World, event: Found, recording: str) -> Items:
    """Unless it was deleted by rule, or is known to be."""
    state, place = world.retention, (event.pbx, recording)
    if place in state.deleting or place in state.gone or (event.pbx, "missing", recording) in state.amiss:
        return
    path = name_of_file(recording) or recording
    yield from _amiss(event, "missing", path, "its file is not there", recording=recording)


def _found_again(world: World, event: RecordingsFound) -> Items:
    for recording in event.found:
        for what in ("missing", "changed"):
            one = world.retention.amiss.get((event.pbx, what, recording))
            if one is not None:
                yield from _end(event, what, recording, one, "found")
        if recording in event.calls:
            path = name_of_file(recording) or recording
            yield measure(event.pbx, event.calls[recording], recording, path)


def _orphans(world: World, event: RecordingsFound) -> Items:
    for path, size, written in event.orphans:
        if (event.pbx, "orphan", path) not in world.retention.amiss:
            yield from _amiss(event, "orphan", path, "no recording names it", size=size, written=written)
    if len(event.orphans) == event.orphans_all:  # else those not named are not known to be gone
        yield from _end_all(world, event, "orphan", {path for path, _, _ in event.orphans}, "removed")
