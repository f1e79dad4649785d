"""What may be asked of this policy: by whom is checked when it is done.

=========  ======================================================================================
hold       a legal hold on a recording, or on all of a call: managers, the QA manager, duty leads
release    a manager ends one hold
explain    the QA manager or a manager: a changed file is as it should be
reconcile  the same: look now through the folder of a PBX
adopt      the same: an orphan becomes a recording of no call, of the default class
remove     the same: an orphan is deleted
=========  ======================================================================================
"""

from __future__ import annotations

from collections.abc import Callable

from ccd.effects import DeleteRecording, LookUpRecordings
from ccd.events import RecordingStarted, RecordingStopped, ShiftAct
from ccd.events import retention as facts
from ccd.quality.people import is_manager, is_qa_manager
from ccd.retention.expiring import DELETE
from ccd.retention.finding import reconcile
from ccd.retention.holding import LOOK
from ccd.retention.making import NAME, Items, World, accepted, fact, refused
from ccd.roster import Role
from ccd.shifts.acts import Act
from ccd.shifts.people import name_of

__all__ = ["ACTS", "perform"]

ACTS: dict[str, Act] = {
    "adopt": Act(needs=("path",), may=("pbx",), person=False),
    "explain": Act(needs=("recording", "reason"), may=("pbx",), person=False),
    "hold": Act(needs=("reason",), may=("recording", "call", "pbx"), person=False),
    "reconcile": Act(may=("pbx",), person=False),
    "release": Act(needs=("hold", "reason"), person=False),
    "remove": Act(needs=("path",), may=("pbx",), person=False),
}


def perform(world: World, event: ShiftAct) -> Items:
    """Answer with exactly one ``AnswerAsked``: at once, or when the store has said what is to be held."""
    if not _may(world, event):
        rule = "retention_release_managers" if event.act == "release" else "retention_may_not"
        yield refused(event, rule, {"name": name_of(world, event.actor), "act": event.act})
        return
    pbx = event.values.get("pbx", "") or next(iter(world.settings.pbx), "")
    if pbx not in world.settings.pbx or (not event.values.get("pbx") and _must_name(world, event)):
        yield refused(event, "retention_which_pbx", {"names": ", ".join(world.settings.pbx)})
        return
    yield from _PERFORM[event.act](world, event, pbx)


def _must_name(world: World, event: ShiftAct) -> bool:
    return len(world.settings.pbx) > 1 and event.act not in ("release", "reconcile")


def _may(world: World, event: ShiftAct) -> bool:
    if is_manager(world, event.actor):
        return True
    if event.act == "release":
        return False
    known = world.roster.by_code(event.actor)
    duty = known is not None and known.role == Role.DUTY_LEAD
    return is_qa_manager(world, event.actor) or (event.act == "hold" and duty)


def _hold(world: World, event: ShiftAct, pbx: str) -> Items:
    call, recording = event.values.get("call", ""), event.values.get("recording", "")
    if bool(call) == bool(recording):
        yield refused(event, "retention_name_one", {})
        return
    key = f"{LOOK}asked|{event.request}"
    world.retention.asked[key] = event
    yield LookUpRecordings(
        key, f"{NAME}: asked for by {event.actor}", pbx=pbx, call=call, recording=recording
    )


def _release(world: World, event: ShiftAct, pbx: str) -> Items:
    held = world.retention.holds.get(event.values["hold"])
    if held is None:
        yield refused(event, "retention_no_hold", {"hold": event.values["hold"]})
        return
    yield fact(
        facts.HoldReleased,
        event.at,
        held.id,
        f"released by {event.actor}: {event.values['reason']}",
        pbx=held.pbx,
        recording=held.recording,
        hold=held.id,
        reason=event.values["reason"],
        actor=event.actor,
        by=event.by,
    )
    values = {"hold": held.id, "recording": held.recording}
    yield accepted(event, "retention_released", values)


def _explain(world: World, event: ShiftAct, pbx: str) -> Items:
    recording = event.values["recording"]
    one = world.retention.amiss.get((pbx, "changed", recording))
    if one is None:
        yield refused(event, "retention_not_changed", {"recording": recording})
        return
    yield fact(
        facts.AmissEnded,
        event.at,
        f"explained|{event.request}",
        f"explained by {event.actor}: {event.values['reason']}",
        pbx=pbx,
        recording=recording,
        path=one.path,
        why="explained",
        what="changed",
        sha256=one.sha256,
        actor=event.actor,
        by=event.by,
    )
    yield accepted(event, "retention_explained", {"recording": recording})


def _reconcile(world: World, event: ShiftAct, pbx: str) -> Items:
    settings = world.settings.policies.retention
    for each in [pbx] if event.values.get("pbx") else world.settings.pbx:
        yield from reconcile(world, settings, event.at, each, deep=True)
    yield accepted(event, "retention_looking", {})


def _orphan(world: World, event: ShiftAct, pbx: str) -> facts.RecordingAmiss | None:
    return world.retention.amiss.get((pbx, "orphan", event.values["path"]))


def _orphan_ended(event: ShiftAct, pbx: str, one: facts.RecordingAmiss, why: str) -> Items:
    yield fact(
        facts.AmissEnded,
        event.at,
        f"{why}|{event.request}",
        f"{why} by {event.actor}",
        pbx=pbx,
        path=one.path,
        why=why,
        what="orphan",
        actor=event.actor,
        by=event.by,
    )


def _adopt(world: World, event: ShiftAct, pbx: str) -> Items:
    """It is measured as every recording that has stopped is."""
    one = _orphan(world, event, pbx)
    if one is None:
        yield refused(event, "retention_no_orphan", {"path": event.values["path"]})
        return
    yield from _orphan_ended(event, pbx, one, "adopted")
    written, recording = one.written or one.at, f"adopted:{one.path}"
    yield RecordingStarted(written, pbx, "", "", recording, one.path)
    yield RecordingStopped(written, pbx, "", "", recording, one.path)
    yield accepted(event, "retention_adopted", {"path": one.path}, recording=recording)


def _remove(world: World, event: ShiftAct, pbx: str) -> Items:
    one = _orphan(world, event, pbx)
    if one is None:
        yield refused(event, "retention_no_orphan", {"path": event.values["path"]})
    elif world.retention.held_file(pbx, one.path):
        yield refused(event, "retention_orphan_held", {"path": one.path})
    else:
        yield from _orphan_ended(event, pbx, one, "removed")
        key = f"{DELETE}{pbx}|"
        because = f"{NAME}: an orphan removed by {event.actor}"
        yield DeleteRecording(f"{key}{one.path}", because, pbx, "", one.path, "", one.size)
        yield accepted(event, "retention_removed", {"path": one.path})


_PERFORM: dict[str, Callable[[World, ShiftAct, str], Items]] = {
    "adopt": _adopt,
    "explain": _explain,
    "hold": _hold,
    "reconcile": _reconcile,
    "release": _release,
    "remove": _remove,
}
