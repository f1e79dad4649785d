"""``export``, ``replay``, ``backup``, ``restore``: what was kept, taken out, played again and put back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.config import Settings
    from ccd.replay import Replay

__all__ = ["add_to", "moment"]

BATCH = 500  # rows turned into text at a time


@command
def export(
    session: Session,
    table: Annotated[str, typer.Argument(metavar="TABLE|queue-log", help="An unknown name lists them all.")],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="From this time on: 2026-01-31, 2026-01-31T08:00, with +08:00 or in daemon.timezone.",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Up to, not including, this time.")
    ] = None,
    pbx: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this PBX.")] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="csv|jsonl|queue_log", help="Default: csv; queue_log for queue-log."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")
    ] = None,
) -> None:
    """Write a table of the store, or a queue_log made of it. Works beside the daemon and without it."""
    from ccd.adapters.store.formats import FORMATS
    from ccd.adapters.store.queries import EXPORTS

    what = table.replace("-", "_")
    if what not in EXPORTS:
        names = ", ".join(name.replace("_", "-") for name in EXPORTS)
        raise CommandError(Exit.USAGE, session.words("no_such_table", name=table, names=names))
    form = form or ("queue_log" if what == "queue_log" else "csv")
    if form not in FORMATS or (form == "queue_log" and what != "queue_log"):
        names = ", ".join(name for name in FORMATS if name != "queue_log" or what == "queue_log")
        raise CommandError(Exit.USAGE, session.words("no_such_format", name=form, names=names))
    between = [moment(session, name, text) for name, text in (("--since", since), ("--until", until))]
    if between[0] is not None and between[1] is not None and between[0] >= between[1]:
        raise CommandError(Exit.USAGE, session.words("no_span", since=since, until=until))
    _require_pbx(session, pbx)
    with _written(output) as out:
        asyncio.run(_export(session.settings, what, between[0], between[1], pbx, form, out))


def _require_pbx(session: Session, name: str | None) -> None:
    """One of the settings, or one that the store has rows of: it may have been taken out of the settings."""
    from ccd.adapters.store.queries import Archive
    from ccd.cli.stored import reading
    from ccd.simulated import NAME

    configured = tuple(session.settings.pbx) or (NAME,)
    if name is None or name in configured:
        return

    async def stored(archive: Archive) -> bool:
        async with contextlib.aclosing(archive.export("agent_interval", pbx=name)) as rows:
            async for _ in rows:
                return True
        return False

    if not reading(session.settings, stored):
        names = ", ".join(configured)
        raise CommandError(Exit.USAGE, session.words("no_such_pbx", name=name, names=names))


async def _export(
    settings: Settings,
    what: str,
    since: datetime | None,
    until: datetime | None,
    pbx: str | None,
    form: str,
    out: IO[bytes],
) -> None:
    from ccd.adapters.store.formats import FORMATS
    from ccd.adapters.store.queries import columns_of, opened

    text = FORMATS[form](columns_of(what))
    rows: list[dict[str, Any]] = []
    async with opened(settings.store, settings.daemon.state_path()) as archive:
        out.write(text.header().encode())
        async for row in archive.export(what, since=since, until=until, pbx=pbx):
            rows.append(row)
            if len(rows) >= BATCH:
                out.write(text.rows(rows).encode())
                rows.clear()
        out.write(text.rows(rows).encode())


def moment(session: Session, name: str, text: str | None) -> datetime | None:
    """A time that was typed; in daemon.timezone where it says no other. Raises CommandError."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(Exit.USAGE, session.words("no_time", name=name, text=text)) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(session.settings.daemon.timezone))


@contextlib.contextmanager
def _written(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is whole, readable by its owner only: it has callers' numbers."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
        part.replace(path)
    except OSError as error:
        raise CommandError(Exit.USAGE, f"{path}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


@command
def replay(
    session: Session,
    journal: Annotated[Path, typer.Argument(metavar="JOURNAL", help="A journal file, or a folder of them.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="OTHER", help="What would have been under these settings?"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Play a journal again: what happened. With --config also: what would have happened."""
    from ccd.config import find_config, load

    other = load(find_config(config)) if config is not None else None
    played = {"recorded": _play(session, journal, None)}
    if other is not None:
        played["other"] = _play(session, journal, other)
    if as_json:
        print(
            json.dumps({name: _told(result) for name, result in played.items()}, ensure_ascii=False, indent=2)
        )
    else:
        _print_replay(session, played)


def _play(session: Session, journal: Path, settings: Settings | None) -> Replay:
    from ccd.adapters.journal import read
    from ccd.replay import replay as play

    try:
        result = play(read(journal), settings=settings)
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise CommandError(Exit.FOUND, session.words("no_journal", path=journal, error=error)) from None
    if not result.inputs:
        raise CommandError(Exit.FOUND, session.words("empty_journal", path=journal))
    return result


def _told(result: Replay) -> dict[str, Any]:
    return {
        "inputs": result.inputs,
        "gaps": result.gaps,
        "errors": result.errors,
        "began": result.began.isoformat() if result.began else None,
        "ended": result.ended.isoformat() if result.ended else None,
        "facts": dict(sorted(result.facts.items())),
        "effects": dict(sorted(result.effects.items())),
        "digest": result.digest,
    }


def _local(at: datetime | None) -> str:
    """In the zone of the one who looks, with its offset; --json has UTC."""
    return "" if at is None else at.astimezone().isoformat(" ", "seconds")


def _print_replay(session: Session, played: dict[str, Replay]) -> None:
    words = session.words
    recorded, *others = played.values()
    began, ended = (_local(at) for at in (recorded.began, recorded.ended))
    print(words("replayed", inputs=recorded.inputs, began=began, ended=ended))
    if recorded.gaps:
        print(words("replay_gaps", count=recorded.gaps))
    if recorded.errors:
        print(words("replay_errors", count=recorded.errors))
    for kind in ("facts", "effects"):
        names = sorted({name for result in played.values() for name in getattr(result, kind)})
        print(f"\n{words(kind)}")
        for name in names:
            counts = [getattr(result, kind)[name] for result in played.values()]
            change = f"{counts[1]:>10}{counts[1] - counts[0]:>+10}" if others else ""
            print(f"  {name:<24}{counts[0]:>10}{change}")
    print()
    for name, result in played.items():
        print(f"{words('digest')} {name:<10} {result.digest}")


@command
def backup(
    session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]
) -> None:
    """Write the whole store to one file. The daemon may go on meanwhile."""
    from ccd.adapters.store.backup import backup as back_up

    manifest = asyncio.run(back_up(session.settings.store, session.state_dir, file))
    session.say("backed_up", path=file, size=manifest.size, revision=manifest.revision)


@command
def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `ccd backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what the store holds.")] = False,
) -> None:
    """Put a backup in the place of the store. The daemon must be stopped."""
    from ccd.adapters.store.backup import restore as put_back

    if not file.is_file():
        key = "restore_no_file" if not file.exists() else "restore_no_backup"
        raise CommandError(Exit.USAGE, session.words(key, path=file))
    manifest = asyncio.run(put_back(session.settings.store, session.state_dir, file, force=force))
    session.say("restored", path=file, created=manifest.created.isoformat(timespec="seconds"))


def add_to(app: typer.Typer) -> None:
    for function in (export, replay, backup, restore):
        app.command()(function)
