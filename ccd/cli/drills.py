"""``drill``: the whole chain, marked as a drill to everybody, with a stand-in for the police."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ccd.cli.cells import clock
from ccd.cli.incidents import PIPE_WIDTH, Json
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]

GRACE_S = 360.0
"""Beyond the clock: the daemon itself ends a drill that reaches nobody 300 s after it."""
RETRIES = 15
"""A second apart, while the daemon is away: it may be restarting."""

_drill = typer.Typer(help="Drills of the threat protocol.", no_args_is_help=True)


@command
def threat(
    session: Session,
    fast: Annotated[bool, typer.Option("--fast", help="Shorten every deadline (drill.fast_factor).")] = False,
    seat: Annotated[str, typer.Option("--seat", help="The seat that plays the one called.")] = "",
    pbx: Annotated[str, typer.Option("--pbx", metavar="NAME", help="Needed where there are several.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it to its verdict.")] = True,
    as_json: Json = False,
) -> Exit:
    """Run the threat protocol as a drill. Exit code 0: passed, 1: failed, 2: it could not be run."""
    try:
        return _run(session, "threat", fast, seat, pbx, wait, as_json)
    except CommandError as error:
        if error.code is Exit.FOUND:  # it ran
            raise
        raise CommandError(Exit.USAGE, session.words("drill_no_run", text=error)) from None


def _run(session: Session, ladder: str, fast: bool, seat: str, pbx: str, wait: bool, as_json: bool) -> Exit:
    from ccd.cli.drill_view import drill_lines, rung_times

    reply = session.ask_once("incident_report", ladder=ladder, drill=True, fast=fast, seat=seat, pbx=pbx)
    name = reply["incident"]
    if not as_json:
        session.say("drill_begun", incident=name)
        sys.stdout.flush()
    if not wait:
        if as_json:
            print(json.dumps({"incident": name, "verdict": None}))
        return Exit.OK
    reply = asyncio.run(_follow(session, name, quiet=as_json or session.quiet))
    verdict = reply["incident"]["verdict"]
    if as_json:
        told = {"incident": name, "verdict": verdict, "rungs": rung_times(reply)}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for text in drill_lines(reply, session.words):
            print(text)
    return Exit.OK if verdict and verdict["passed"] else Exit.FOUND


async def _follow(session: Session, name: str, *, quiet: bool) -> dict[str, Any]:
    """Until there is a verdict. Raises CommandError where none comes, or the daemon stays away."""
    from ccd.cli.progress import Progress

    progress = Progress(session.words, PIPE_WIDTH)
    began, until, reply = time.monotonic(), float("inf"), {}
    async with contextlib.aclosing(_replies(session, name)) as replies:
        async for reply in replies:
            if not quiet:
                for text in progress.take(reply):
                    print(text, flush=True)
            if reply["incident"]["verdict"] is not None:
                return reply
            clock_s = (reply["incident"]["clock"] or {}).get("within_s", 0.0)
            until = min(until, began + clock_s + GRACE_S)
            if not reply["incident"]["open"] or time.monotonic() > until:
                break
    waited = clock(time.monotonic() - began)
    raise CommandError(Exit.FOUND, session.words("drill_not_judged", time=waited, incident=name))


async def _replies(session: Session, name: str) -> AsyncGenerator[dict[str, Any]]:
    """What the daemon sends, also across a restart of it: a drill goes on after one. Raises CommandError."""
    from ccd.adapters.control_client import UnreachableError, follow

    lost = 0
    while True:
        try:
            async with contextlib.aclosing(
                follow(session.socket, {"command": "incident_watch", "incident": name}, timeout_s=10.0)
            ) as replies:
                async for reply in replies:
                    if not reply.get("ok"):
                        text = session.words("daemon_says", text=reply.get("error", ""))
                        raise CommandError(Exit.REFUSED, text)
                    lost = 0
                    yield reply
        except UnreachableError as error:
            if lost > RETRIES:
                raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
        lost += 1
        await asyncio.sleep(1.0)


@command
def list_(session: Session, as_json: Json = False) -> Exit:
    """The last drills, their verdicts and ages. Exit code 1 where the last one is too old, or failed."""
    from ccd.cli.incident_stored import stored

    found = [each.incident for each in stored(session.settings) if each.incident.drill]
    every = session.settings.policies.incidents.drill.every_days
    now, zone = datetime.now(UTC), session.settings.daemon.timezone
    judged = [incident for incident in found if incident.verdict is not None]
    age = (now - judged[0].opened).days if judged else None
    due = bool(every) and (age is None or age > every)
    if as_json:
        rows = [
            {
                "incident": each.id,
                "ladder": each.ladder,
                "opened": each.opened.isoformat(timespec="milliseconds"),
                "fast": each.fast,
                "open": each.open,
                "passed": each.verdict.passed if each.verdict else None,
                "failures": list(each.verdict.failures) if each.verdict else [],
            }
            for each in found
        ]
        print(json.dumps({"drills": rows, "age_days": age, "due": due}, ensure_ascii=False))
    elif not found:
        session.say("drill_none")
    else:
        _print(session, found, now, zone)
        if due:
            session.warn(session.words("drill_too_old", days="-" if age is None else age, every=every))
    passed = bool(judged) and judged[0].verdict is not None and judged[0].verdict.passed
    return Exit.FOUND if due or (bool(judged) and not passed) else Exit.OK


def _print(session: Session, found: list[Any], now: datetime, zone: str) -> None:
    from ccd.cli.drill_view import failed
    from ccd.cli.incident_brief import local, table

    words = session.words
    cells = [words("drill_list_columns").split("|")]
    for each in found:
        verdict = words("drill_open" if each.open else "drill_unjudged")
        if each.verdict is not None:
            verdict = words("drill_passed" if each.verdict.passed else "drill_failed")
            verdict += "".join(f"; {failed(code, words)}" for code in each.verdict.failures)
        age = words("days", count=(now - each.opened).days)
        cells.append([local(each.opened.isoformat(), zone)[:19], each.id, age, verdict])
    for text in table(cells):
        print(text)


def add_to(app: typer.Typer) -> None:
    _drill.command()(threat)
    _drill.command("list")(list_)
    app.add_typer(_drill, name="drill")
