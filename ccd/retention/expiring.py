"""The daily look over what is past its time, page by page; where it is enforced, its files are deleted.

A deletion is a fact before it is done, and stands open until ``DeletionEnded``: a daemon that is killed in
between asks for it again at its start. The next page is read when the last of this one is done.

=============  ===============================================================================
spared, since
held           a legal hold lies on it, or on another recording in the same file
complaint      its caller is marked (it is held from now on)
threat         it is of an emergency's call (it is held from now on)
evaluation     an evaluation of it is not finished, or may be disputed still
sample         it is of a sample younger than ``sampled_days``
=============  ===============================================================================
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ccd.config_retention import RetentionSettings
from ccd.config_section import Mode
from ccd.effects import DeleteRecording, ReadExpired
from ccd.events import EffectDone, EffectFailed
from ccd.events import retention as facts
from ccd.events.quality import Lying, RecordingsExpired
from ccd.retention.classes import ends, shortest
from ccd.retention.holding import automatic, changed
from ccd.retention.making import NAME, Items, World, fact, local_day, page
from ccd.retention.state import RetentionState, Run, name_of_file

__all__ = ["DELETE", "READ", "done", "expired", "left_over", "look", "stays"]

READ = f"{NAME}|expired|"
DELETE = f"{NAME}|delete|"
LOOKED_AT_ONCE = 1000
"""Where nothing is deleted."""
LEFT = "left"
"""Of ``READ``: deletions that were told before a restart."""


def look(world: World, settings: RetentionSettings, at: datetime) -> Items:
    """Begin the look of today once its time has come, unless it is over or under way."""
    state, today = world.retention, local_day(world, at)
    clock = at.astimezone(ZoneInfo(world.settings.daemon.timezone)).strftime("%H:%M")
    over = state.looked is not None and state.looked.day == today
    if settings.mode is Mode.OFF or over or clock < settings.at:
        return
    if state.run is not None and state.run.day == today:
        return
    state.run = Run(today)
    if not shortest(settings):
        yield from _end(world, settings, at, state.run)
    else:
        yield _read(settings, at, state.run)


def _read(settings: RetentionSettings, at: datetime, run: Run) -> ReadExpired:
    return ReadExpired(
        key=f"{READ}{run.day}|{run.page}",
        because=f"{NAME}: what began more than {shortest(settings)} days ago",
        before=at - timedelta(days=shortest(settings)),
        limit=settings.batch if settings.mode is Mode.ENFORCE else LOOKED_AT_ONCE,
        cursor=run.cursor,
    )


def left_over(at: datetime, cursor: str = "", number: int = 0) -> ReadExpired:
    """Deletions that were told, and not that they are done."""
    because = f"{NAME}: deletions that were under way when ccd ended"
    return ReadExpired(f"{READ}{LEFT}|{number}", because, at, 100, cursor, deleting=True)


def expired(world: World, settings: RetentionSettings, event: RecordingsExpired) -> Items:
    which, _, number = event.key.removeprefix(READ).partition("|")
    if which == LEFT:
        for one in event.found:
            yield from _take_up(world, settings, event.at, one)
        if event.cursor:
            yield left_over(event.at, event.cursor, int(number) + 1)
        return
    run = world.retention.run
    if run is None or (which, number) != (str(run.day), str(run.page)):
        return  # the answer to a question of before
    run.page, run.cursor = run.page + 1, event.cursor
    for one in event.found:
        yield from _judge(world, settings, event.at, one, run)
    if not world.retention.deleting:
        yield from _next(world, settings, event.at, run)


def _next(world: World, settings: RetentionSettings, at: datetime, run: Run) -> Items:
    if run.cursor:
        yield _read(settings, at, run)
    else:
        yield from _end(world, settings, at, run)


def _judge(world: World, settings: RetentionSettings, at: datetime, one: Lying, run: Run) -> Items:
    run.looked += 1
    name, until = ends(settings, one)
    if until is None or until > at or one.state not in ("final", "empty"):
        return
    yield from automatic(world, at, one, one.numbers)
    why = stays(world.retention, settings, one, run.day)
    if why:
        run.spared[why] = run.spared.get(why, 0) + 1
        return
    count, size = run.over.get(name, (0, 0))
    run.over[name] = (count + 1, size + one.size)
    if settings.mode is Mode.ENFORCE:
        run.deleted += 1
        yield from _delete(at, one, name)


def stays(state: RetentionState, settings: RetentionSettings, one: Lying, today: date) -> str:
    """Why it stays though its time is over; "" where nothing keeps it."""
    if holds := state.holds_of(one.pbx, one.recording):
        return next((held.why for held in holds if held.why in ("complaint", "threat")), "held")
    if state.held(one.pbx, one.recording) or state.held_file(one.pbx, one.path):
        return "held"
    if one.open or state.in_evaluation(one.recording):
        return "evaluation"
    days = timedelta(days=settings.sampled_days)
    if one.recording in state.picked or (one.sampled and date.fromisoformat(one.sampled) + days > today):
        return "sample"
    return ""


def _delete(at: datetime, one: Lying, class_: str) -> Items:
    because = f"past its time: class {class_}"
    yield fact(
        facts.RecordingDeleted,
        at,
        f"{one.pbx}|{one.recording}|{one.sha256[:16]}",
        because,
        pbx=one.pbx,
        recording=one.recording,
        call=one.call,
        class_=class_,
        size=one.size,
        sha256=one.sha256,
    )
    yield DeleteRecording(
        key=f"{DELETE}{one.pbx}|{one.recording}",
        because=f"{NAME}: {because}",
        pbx=one.pbx,
        recording=one.recording,
        path=one.path or name_of_file(one.recording),
        sha256=one.sha256,
    )


def _take_up(world: World, settings: RetentionSettings, at: datetime, one: Lying) -> Items:
    """What forbids it now forbids it also where it was told before."""
    if (one.pbx, one.recording) in world.retention.deleting:
        return
    yield from automatic(world, at, one, one.numbers)
    why = stays(world.retention, settings, one, local_day(world, at))
    if why or settings.mode is not Mode.ENFORCE:
        error = why or f"mode {settings.mode.value}"
        yield _ended(at, one.pbx, one.recording, "held", error)
    else:
        yield from _delete(at, one, ends(settings, one)[0])


def _ended(at: datetime, pbx: str, recording: str, outcome: str, error: str = "") -> facts.DeletionEnded:
    return fact(
        facts.DeletionEnded,
        at,
        f"{pbx}|{recording}|{at.isoformat()}",
        error or "its file is gone",
        pbx=pbx,
        recording=recording,
        outcome=outcome,
        error=error,
    )


def done(world: World, settings: RetentionSettings, event: EffectDone | EffectFailed) -> Items:
    """A deletion is done, or was not to be: it is judged again tomorrow."""
    pbx, _, recording = event.key.removeprefix(DELETE).partition("|")
    state = world.retention
    if not recording or (pbx, recording) not in state.deleting:
        return
    if isinstance(event, EffectFailed):
        what, _, sha256 = event.error.partition(" ")
        if what == "changed" and sha256:
            yield from changed(world, event.at, pbx, recording, sha256, 0)
        outcome = "held" if event.error == "held" else "failed"
        yield _ended(event.at, pbx, recording, outcome, event.error[:300])
    else:
        yield _ended(event.at, pbx, recording, "gone")
    if state.run is not None and state.run.page and not state.deleting:
        yield from _next(world, settings, event.at, state.run)


def _end(world: World, settings: RetentionSettings, at: datetime, run: Run) -> Items:
    world.retention.run = None
    enforced = settings.mode is Mode.ENFORCE
    yield fact(
        facts.ExpiryLooked,
        at,
        run.day.isoformat(),
        f"{run.looked} looked at" + ("" if enforced else "; nothing is deleted in this mode"),
        day=run.day,
        looked=run.looked,
        over=run.over,
        spared=run.spared,
        deleted=run.deleted,
        enforced=enforced,
    )
    count = sum(number for number, _ in run.over.values())
    if settings.mode is Mode.NOTIFY and count:
        size = sum(each for _, each in run.over.values())
        values = {"count": str(count), "bytes": f"{size:,}"}
        yield from page(world, at, "retention_over", run.day.isoformat(), values)
