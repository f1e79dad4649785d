"""``recording``: what is recorded, what is past its time, what is held, and what is amiss on disk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli import pulling
from ccd.cli import recordings_stored as stored
from ccd.cli.acting import act
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in, day_of
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.events.quality import Lying
    from ccd.retention.state import Hold

__all__ = ["add_to"]

_recording = typer.Typer(
    help="Recordings: listed, held for law, kept and deleted by rule, looked for on disk.",
    no_args_is_help=True,
)

Row = dict[str, Any]
_Name = Annotated[str, typer.Argument(metavar="RECORDING", help="Its name, as `ccd recording list` has it.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Pbx = Annotated[
    str, typer.Option("--pbx", metavar="NAME", help="Which PBX; needed where there are several.")
]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]
_SHOWN = 50
_STATES = {
    "final": "recording_state_final",
    "empty": "recording_state_empty",
    "missing": "recording_state_missing",
    "unreadable": "recording_state_unreadable",
    "outside": "recording_state_outside",
    "deleting": "recording_state_deleting",
    "deleted": "recording_state_deleted",
    "": "recording_state_unmeasured",
}
_AMISS = {
    "missing": "recording_amiss_missing",
    "changed": "recording_amiss_changed",
    "orphan": "recording_amiss_orphan",
    "empty": "recording_amiss_empty",
    "uncopied": "recording_amiss_uncopied",
    "away": "recording_amiss_away",
    "unreadable": "recording_amiss_unreadable",
}

_WHY = {
    "asked": "recording_why_asked",
    "complaint": "recording_why_complaint",
    "dispute": "recording_why_dispute",
    "threat": "recording_why_threat",
}


@command
def list_(
    session: Session,
    day: Annotated[str | None, typer.Argument(metavar="[DAY]", help="2026-01-31. Default: today.")] = None,
    pbx: _Pbx = "",
    state: Annotated[
        str, typer.Option("--state", help="Only: final, empty, missing, unreadable, outside, deleted.")
    ] = "",
    amiss: Annotated[bool, typer.Option("--amiss", help="Instead: all findings that stand.")] = False,
    json_: _Json = False,
) -> None:
    """The recordings that began on a day; with --amiss what is not as it was left."""
    if amiss:
        _list_amiss(session, json_)
        return
    held = stored.standing(session)
    rows = stored.recorded(session, day_of(session, day), pbx, state)
    told = [{**row, "held": held.held(row["pbx"], row["recording"])} for row in rows]
    if json_:
        as_json(session, {"recordings": told})
        return
    if not told:
        session.say("recording_none")
    for row in told:
        began = clock_in(session, row["started"]) if row["started"] else "-"
        mark = session.words("recording_is_held") if row["held"] else ""
        size = f"{row['size'] or 0:,}"
        state_ = session.words("recording_goes_on" if row["stopped"] is None else _STATES[row["state"] or ""])
        print(f"{began}  {fit(state_, 10)} {fit(size, 12, right=True)}  {row['recording']} {mark}".rstrip())


def _list_amiss(session: Session, json_: bool) -> None:
    found = sorted(stored.standing(session).amiss.items())
    if json_:
        rows = [{"pbx": pbx, "what": what, "name": name} for (pbx, what, name), _ in found]
        as_json(session, {"findings": rows})
        return
    if not found:
        session.say("recording_nothing_amiss")
    for (pbx, what, name), one in found:
        word = session.words(_AMISS[what])
        print(f"{fit(pbx, 10)} {fit(word, 12)} {clock_in(session, one.at)}  {name}")


@command
def show(session: Session, recording: _Name, json_: _Json = False) -> None:
    """One recording: its file, its class, until when it is kept, and what holds it."""
    from ccd.retention.classes import ends

    found, state = stored.shown(session, recording), stored.standing(session)
    if not found:
        raise CommandError(Exit.FOUND, session.words("recording_unknown", recording=recording))
    settings = session.settings.policies.retention
    told = []
    for one in found:
        name, until = ends(settings, one)
        holds = [_hold(held) for held in state.holds_of(one.pbx, one.recording)]
        told.append({**_plain(one), "class": name, "until": until, "holds": holds})
    if json_:
        as_json(session, {"recordings": told})
        return
    for row in told:
        ends_at = clock_in(session, row["until"]) if row["until"] else session.words("recording_for_good")
        print(
            session.words("recording_of", recording=row["recording"], pbx=row["pbx"], call=row["call"] or "-")
        )
        stands = session.words(_STATES[row["state"] or ""])
        print("  " + session.words("recording_file", state=stands, size=f"{row['size']:,}"))
        print(f"  SHA-256 {row['sha256'] or '-'}")
        print("  " + session.words("recording_class", name=row["class"], until=ends_at))
        for held in row["holds"]:
            why = session.words(_WHY[held["why"]])
            print("  " + session.words("recording_hold", hold=held["hold"], why=why, reason=held["reason"]))


def _plain(one: Lying) -> Row:
    """Numbers of callers are shown by the API, to those who may see them."""
    import msgspec

    row: Row = msgspec.to_builtins(one)
    del row["numbers"]
    return row


def _hold(held: Hold) -> Row:
    copied = held.copied
    return {
        "hold": held.id,
        "pbx": held.pbx,
        "recording": held.recording,
        "why": held.why,
        "reason": held.reason,
        "since": held.since,
        "copy": copied.path if copied else "",
        "proven": bool(copied and copied.original),
    }


@command
def holds(session: Session, json_: _Json = False) -> None:
    """All legal holds that stand, and whether their copies are proven."""
    told = [_hold(held) for _, held in sorted(stored.standing(session).holds.items())]
    if json_:
        as_json(session, {"holds": told})
        return
    if not told:
        session.say("recording_no_holds")
    for row in told:
        copied = (
            "recording_proven"
            if row["proven"]
            else "recording_copied"
            if row["copy"]
            else "recording_uncopied"
        )
        since = clock_in(session, row["since"])
        why = fit(session.words(_WHY[row["why"]]), 10)
        print(f"{row['hold']}  {since}  {why} {row['recording']}  {session.words(copied)}")
        print(f"    {row['reason']}")


@command
def hold(
    session: Session,
    recording: Annotated[str, typer.Argument(metavar="[RECORDING]", help="Its name; or give --call.")] = "",
    *,
    reason: _Reason,
    by: _By,
    call: Annotated[str, typer.Option("--call", metavar="CALL", help="All recordings of this call.")] = "",
    pbx: _Pbx = "",
    json_: _Json = False,
) -> None:
    """Put a legal hold on: nothing deletes it, and a copy is made at once."""
    values = {"recording": recording, "call": call, "pbx": pbx, "reason": reason}
    act(session, "retention", "hold", json_, actor=by, values=values)


@command
def release(
    session: Session,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="As `ccd recording holds` has it.")],
    *,
    reason: _Reason,
    by: _By,
    json_: _Json = False,
) -> None:
    """End a legal hold; only managers may."""
    act(session, "retention", "release", json_, actor=by, values={"hold": hold, "reason": reason})


@command
def explain(
    session: Session, recording: _Name, *, reason: _Reason, by: _By, pbx: _Pbx = "", json_: _Json = False
) -> None:
    """Say why a file was changed: it may be as it is now."""
    values = {"recording": recording, "pbx": pbx, "reason": reason}
    act(session, "retention", "explain", json_, actor=by, values=values)


@command
def retention(
    session: Session,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look now; nothing is deleted, in any mode.")
    ] = False,
    json_: _Json = False,
) -> None:
    """What is past its time, by class; without --dry-run what the latest daily look found."""
    if not dry_run:
        _latest_look(session, json_)
        return
    found, spared = stored.over(session, datetime.now(UTC))
    sums: dict[str, list[int]] = {}
    for name, one in found:
        count = sums.setdefault(name, [0, 0])
        count[0] += 1
        count[1] += one.size
    if json_:
        rows = [
            {"class": name, "pbx": one.pbx, "recording": one.recording, "size": one.size}
            for name, one in found
        ]
        as_json(session, {"over": sums, "spared": spared, "recordings": rows})
        return
    for name, one in found[:_SHOWN]:
        print(f"{fit(name, 12)} {fit(f'{one.size:,}', 14, right=True)}  {one.pbx}  {one.recording}")
    if len(found) > _SHOWN:
        session.say("recording_and_more", count=len(found) - _SHOWN)
    _print_sums(session, sums, spared)


def _latest_look(session: Session, json_: bool) -> None:
    looked = stored.standing(session).looked
    if looked is None:
        session.say("recording_not_looked")
        return
    sums = {name: list(figures) for name, figures in looked.over.items()}
    if json_:
        told = {"day": looked.day, "over": sums, "spared": looked.spared, "deleted": looked.deleted}
        as_json(session, told)
        return
    print(session.words("recording_looked", day=looked.day, count=looked.looked, deleted=looked.deleted))
    _print_sums(session, sums, looked.spared)


def _print_sums(session: Session, sums: dict[str, list[int]], spared: dict[str, int]) -> None:
    if not sums:
        session.say("recording_nothing_over")
    for name, (count, size) in sorted(sums.items()):
        print(session.words("recording_over", name=name, count=count, bytes=f"{size:,}"))
    for why, count in sorted(spared.items()):
        print(session.words("recording_spared", why=why, count=count))


@command
def reconcile(session: Session, by: _By, pbx: _Pbx = "", json_: _Json = False) -> None:
    """Look through the recording folder now, and not only at night."""
    act(session, "retention", "reconcile", json_, actor=by, values={"pbx": pbx})


@command
def orphans(
    session: Session,
    adopt: Annotated[str, typer.Option("--adopt", metavar="PATH", help="Make it a recording.")] = "",
    remove: Annotated[str, typer.Option("--remove", metavar="PATH", help="Delete the file.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")] = "",
    pbx: _Pbx = "",
    json_: _Json = False,
) -> None:
    """Files in the folder that no recording names; adopted or removed one by one."""
    if adopt or remove:
        if bool(adopt) == bool(remove) or not by:
            raise CommandError(Exit.USAGE, session.words("recording_one_orphan"))
        what = "adopt" if adopt else "remove"
        act(session, "retention", what, json_, actor=by, values={"path": adopt or remove, "pbx": pbx})
        return
    found = [one for (_, what, _), one in sorted(stored.standing(session).amiss.items()) if what == "orphan"]
    if json_:
        as_json(session, {"orphans": [{"pbx": one.pbx, "path": one.path, "size": one.size} for one in found]})
        return
    if not found:
        session.say("recording_no_orphans")
    for one in found:
        print(f"{fit(one.pbx, 10)} {fit(f'{one.size:,}', 14, right=True)}  {one.path}")


def add_to(app: typer.Typer) -> None:
    for function in (show, holds, hold, release, explain, retention, reconcile, orphans):
        _recording.command()(function)
    _recording.command(name="list")(list_)
    pulling.add_to_recordings(_recording)
    app.add_typer(_recording, name="recording")
