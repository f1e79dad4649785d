"""``incident evidence``, ``incident bundle``, ``incident verify``, ``audit``: what can be shown later."""

from __future__ import annotations

import base64
import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.incidents import Json, incidents
from ccd.cli.session import Exit, Session, command

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive

__all__ = ["add_to"]

SENT_LIMIT = 16 * 1024 * 1024
"""Up to this a file's content is sent; larger ones the daemon must be able to read where they are."""

_audit = typer.Typer(help="The chain of who did what, and whether anybody changed it.", no_args_is_help=True)


@command
def evidence(
    session: Session,
    incident: Annotated[str, typer.Argument(metavar="ID")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A letter, a fax, an e-mail, a picture.")],
    name: Annotated[str, typer.Option("--name", help="What it is called there. Default: its own name.")] = "",
    as_json: Json = False,
) -> None:
    """Add a file to the evidence of an incident: it is copied, and its SHA-256 goes on record."""
    from ccd.incidents.words import size, visible

    whole = file.absolute()
    given: dict[str, Any] = {"incident": incident, "path": str(whole), "name": name or file.name}
    if whole.stat().st_size <= SENT_LIMIT:
        given["data"] = base64.b64encode(whole.read_bytes()).decode()
    session.do_without_settings()
    reply = session.ask("incident_evidence", **given)
    if as_json:
        told = {key: reply[key] for key in ("incident", "name", "size", "sha256")}
        print(json.dumps(told, ensure_ascii=False))
        return
    session.say(
        "evidence_added",
        incident=reply["incident"],
        name=visible(reply["name"]),
        size=size(reply["size"]),
        sha256=reply["sha256"],
    )


@command
def bundle(
    session: Session,
    incident: Annotated[
        str, typer.Argument(metavar="[ID]", help="Default: the only one that is open, else the latest.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file. Default: ID.zip.")
    ] = None,
    as_json: Json = False,
) -> Exit:
    """Put all there is of an incident into one zip: facts, timeline, checklist, files, a report to read.

    Works with and without the daemon; that it was made goes on record. Exit code 1 where a file that
    should be in it is missing.
    """
    from ccd.cli.bundling import make

    report = make(session, incident, output)
    if as_json:
        told = {"path": report.path, "size": report.size, "sha256": report.sha256}
        print(json.dumps({**told, "problems": report.problems}, ensure_ascii=False))
        return Exit.FOUND if report.problems else Exit.OK
    from ccd.incidents.words import size

    session.say("bundle_made", path=report.path, size=size(report.size), sha256=report.sha256)
    for text in report.problems:
        session.warn(session.words("warning", text=text))
    return Exit.FOUND if report.problems else Exit.OK


@command
def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What `ccd incident bundle` wrote.")],
    as_json: Json = False,
) -> Exit:
    """Whether a bundle is as it was made. Exit code 1 where anything in it was changed."""
    from ccd.adapters.bundle_check import verify_bundle
    from ccd.cli.bundling import sha256_of
    from ccd.incidents.words import visible

    digest = sha256_of(file)
    findings = verify_bundle(file)
    if as_json:
        found = [{"code": each.code, "member": each.member, "text": each.text} for each in findings]
        print(json.dumps({"good": not findings, "sha256": digest, "findings": found}, ensure_ascii=False))
    elif not findings:
        session.say("bundle_good", path=file, sha256=digest)
    else:
        for each in findings:
            print(visible(each.text))
    return Exit.FOUND if findings else Exit.OK


@command
def audit_verify(session: Session, as_json: Json = False) -> Exit:
    """Go through the whole chain. Exit code 1 where anything was changed, taken out, cut off or put in."""
    from ccd.adapters.store.queries import Archive
    from ccd.cli.stored import reading

    report = reading(session.settings, Archive.verify_audit)
    if as_json:
        told = {
            "intact": report.intact,
            "entries": report.entries,
            "first": _iso(report.first),
            "last": _iso(report.last),
            "last_seq": report.last_seq,
            "last_hash": report.last_hash,
            "head_noted": report.head is not None,
            "findings": [
                {"what": each.what, "seq": each.seq, "until": each.until} for each in report.findings
            ],
        }
        print(json.dumps(told, ensure_ascii=False))
        return Exit.OK if report.intact else Exit.FOUND
    words = session.words
    for each in report.findings:
        span = str(each.seq) if each.seq == each.until else f"{each.seq}-{each.until}"
        print(words("audit_finding", span=span, text=words(f"audit_{each.what}")))
    if not report.intact:
        print(words("audit_not_intact", count=len(report.findings), entries=report.entries))
        return Exit.FOUND
    session.say("audit_intact", entries=report.entries, seq=report.last_seq, hash=report.last_hash)
    if report.head is None and report.entries:
        session.warn(words("warning", text=words("audit_no_head")))
    return Exit.OK


@command
def audit_list(
    session: Session,
    subject: Annotated[
        str, typer.Argument(metavar="[ID]", help="Only what was done with this incident.")
    ] = "",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this time on, as for `ccd export`.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Up to, not including, this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object on each line.")] = False,
) -> None:
    """Who did what to which thing, the oldest first."""
    from ccd.cli.incident_brief import local
    from ccd.cli.stored import reading
    from ccd.cli.storing import moment
    from ccd.incidents.words import visible

    zone = session.settings.daemon.timezone
    begin, end = (moment(session, name, text) for name, text in (("--since", since), ("--until", until)))

    async def work(archive: Archive) -> None:
        async with contextlib.aclosing(archive.export("audit", since=begin, until=end)) as rows:
            async for row in rows:
                if subject and row["subject"] != subject:
                    continue
                at = row["at"].isoformat(timespec="milliseconds")
                if as_json:
                    print(json.dumps({**row, "at": at}, ensure_ascii=False))
                    continue
                who, act, what = (visible(row[key]) or "-" for key in ("who", "act", "subject"))
                print(f"{row['seq']:>6}  {local(at, zone)}  {who:<12} {act:<20} {what}")

    reading(session.settings, work)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


def add_to(app: typer.Typer) -> None:
    for function in (evidence, bundle, verify):
        incidents.command()(function)
    _audit.command("verify")(audit_verify)
    _audit.command("list")(audit_list)
    app.add_typer(_audit, name="audit")
