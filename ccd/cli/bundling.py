"""Making an evidence bundle from the store, with the daemon or without it; each one goes on record."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from ccd.adapters.bundle import BundleError, BundleReport, write_bundle
from ccd.adapters.clock import utc_now
from ccd.adapters.evidence import evidence_dir
from ccd.adapters.store import Store
from ccd.adapters.store.audit import HEAD_FILE, read_head
from ccd.adapters.store.entries import Audited
from ccd.cli.incident_stored import Stored, stored
from ccd.cli.session import CommandError, Exit, Session

__all__ = ["as_owner_of", "make", "sha256_of"]


def make(session: Session, name: str, output: Path | None) -> BundleReport:
    """Raises CommandError, StoreError. Where it cannot be put on record there is no bundle either."""
    found = _which(session, name)
    incident = found.incident.id
    try:
        report = write_bundle(
            found.facts,
            evidence_dir(session.settings),
            output or Path(f"{incident}.zip"),
            language=session.words.language,
            timezone=session.settings.daemon.timezone,
            names=found.names,
            audit_head=_head(session.state_dir / HEAD_FILE),
        )
    except BundleError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    try:
        _put_on_record(session, incident, report)
    except BaseException:
        Path(report.path).unlink(missing_ok=True)
        raise
    return report


def _which(session: Session, name: str) -> Stored:
    """The one of that id; without one the only one that is open, else the latest."""
    found = stored(session.settings, name)
    still = [each for each in found if each.incident.open]
    if name or not still:
        chosen = found[:1]
    elif len(still) == 1:
        chosen = still
    else:
        ids = "\n".join(each.incident.id for each in still)
        raise CommandError(Exit.USAGE, session.words("incident_several", ids=ids))
    if not chosen:
        key = "incident_unknown" if name else "incident_none_ever"
        raise CommandError(Exit.FOUND, session.words(key, incident=name))
    return chosen[0]


def _head(file: Path) -> tuple[int, str]:
    """Number and hash of the latest entry of the audit chain; 0 and "" where they are not known."""
    try:
        head = read_head(file)
    except (OSError, ValueError):
        return 0, ""
    return (head.seq, head.hash) if head else (0, "")


def _put_on_record(session: Session, incident: str, report: BundleReport) -> None:
    """By the daemon, which has the store; where none runs, by ourselves."""
    file = str(Path(report.path).absolute())
    try:
        session.ask("incident_audit", incident=incident, file=file, sha256=report.sha256)
    except CommandError as error:
        if error.code is not Exit.UNREACHABLE:
            raise
        asyncio.run(_directly(session, incident, file, report.sha256))


async def _directly(session: Session, incident: str, file: str, sha256: str) -> None:
    import msgspec

    user = pwd.getpwuid(os.getuid()).pw_name
    data = msgspec.json.encode({"file": file, "sha256": sha256}).decode()
    with as_owner_of(session.state_dir):
        store = await Store.open(session.settings.store, session.state_dir)
        try:
            await store.commit([Audited(utc_now(), user, "bundle", incident, data)])
        finally:
            await store.close()


@contextlib.contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Root leaves no file behind that the daemon could not open later."""
    owner = folder.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    os.setgroups([owner.st_gid])
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def sha256_of(file: Path) -> str:
    """Raises OSError."""
    with file.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()
