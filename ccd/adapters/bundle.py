"""The evidence bundle: one zip with the facts, the papers made of them, and the files that were kept.

The same facts and files give the same bytes: members stand in a fixed order, and their times come from the
facts. ``manifest.json`` names every member with its size and SHA-256; ``SHA256SUMS`` does so for
``sha256sum -c``. What cannot be put in is named in the report and in the manifest. ``bundle_check`` verifies.

Whoever changes a member and both lists alike is found out only by the bundle's own SHA-256: keep
``BundleReport.sha256`` elsewhere (the audit chain).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from ccd.adapters.evidence_files import PART, safe_name
from ccd.events.incidents import EvidenceFailed, EvidenceKept, IncidentFact
from ccd.incidents.paper import Problem, checklist_paper, in_order, problem_text, timeline, timeline_csv
from ccd.incidents.report_page import Exhibit, page

__all__ = ["FORMAT", "MANIFEST", "SUMS", "BundleError", "BundleReport", "write_bundle"]

FORMAT = "ccd-evidence-1"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_CHUNK = 1 << 20
_FIRST_YEAR = datetime(1980, 1, 1, tzinfo=UTC)  # a zip knows no earlier one


class BundleError(Exception):
    """A bundle that could not be written, and why."""


class BundleReport(msgspec.Struct, frozen=True):
    """``problems`` are in the language asked for; an empty list is a whole bundle."""

    path: str
    size: int
    sha256: str
    members: tuple[str, ...]
    problems: tuple[str, ...]


class _File(NamedTuple):
    """A kept file as it was found at packing."""

    path: Path
    member: str
    source: str
    at: datetime
    size: int
    sha256: str


def write_bundle(
    facts: Sequence[IncidentFact],
    evidence_dir: Path,
    out: Path,
    *,
    language: str,
    timezone: str,
    names: Mapping[str, str],
    audit_head: tuple[int, str],
) -> BundleReport:
    """Write ``out``, whole or not at all; a file that is there is never written over.

    ``evidence_dir`` is the folder of all incidents, ``audit_head`` the number and hash of the audit chain's
    last entry. Blocks. Raises BundleError.
    """
    try:
        opened, ordered = in_order(facts)
        files, problems = _gather(ordered, evidence_dir / opened.incident)
        exhibits = [Exhibit(each.member, each.source, each.size, each.sha256) for each in files]
        papers = {
            "facts.json": _json(ordered),
            "checklist.json": _json(checklist_paper(ordered, timezone, names)),
            "timeline.csv": timeline_csv(timeline(ordered, timezone, names)).encode(),
            "timeline.json": _json(timeline(ordered, timezone, names)),
        }
        for each in ("zh", "en"):
            report = page(ordered, each, timezone, names, exhibits, problems, audit_head)
            papers[f"report.{each}.html"] = report.encode()
        about = {
            "format": FORMAT,
            "incident": opened.incident,
            "ladder": opened.ladder,
            "drill": opened.drill,
            "facts": len(ordered),
            "timezone": timezone,
            "language": language,
            "audit": {"seq": audit_head[0], "hash": audit_head[1]},
            "problems": [
                {"code": each.code, "what": each.what, "detail": each.detail}
                | {"zh": problem_text(each, "zh"), "en": problem_text(each, "en")}
                for each in problems
            ],
        }
        with _whole(out) as writing:
            members = _pack(writing, papers, files, about, ordered[-1].at)
        size, digest = _measure(out)
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{out}: {getattr(error, 'strerror', None) or error}") from error
    texts = tuple(problem_text(each, language) for each in problems)
    return BundleReport(str(out), size, digest, members, texts)


def _gather(facts: Sequence[IncidentFact], folder: Path) -> tuple[list[_File], list[Problem]]:
    """Every file that a fact names, and what else lies in the incident's folder; what is wrong with them."""
    files: list[_File] = []
    problems: list[Problem] = []
    kept = {_place(fact.path, folder): fact for fact in facts if isinstance(fact, EvidenceKept)}
    for path, fact in sorted(kept.items(), key=lambda item: item[1].n):
        found = _found(path, folder, fact.source, fact.at)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        files.append(found)
        if found.sha256 != fact.sha256:
            problems.append(Problem("changed", found.member, fact.sha256))
    for path in _lying_there(folder):
        if path not in kept:
            found = _found(path, folder, "", facts[-1].at)
            problems.append(Problem("not_recorded", found.member) if isinstance(found, _File) else found)
            files += [found] if isinstance(found, _File) else []
    return _told_apart(files), problems + _never_kept(facts)


def _place(path: str, folder: Path) -> Path:
    """Where a kept file lies now: the evidence folder may have been moved since."""
    *_, incident, kind, name = ("", "", "", *Path(path).parts)
    return folder / kind / name if incident == folder.name else Path(path)


def _told_apart(files: Sequence[_File]) -> list[_File]:
    """No two members of one name: strangers' names may come out alike once they are harmless."""
    used: set[str] = set()
    found = []
    for file in files:
        member, number = file.member, 2
        while member.casefold() in used:
            member, number = f"{file.member}.{number}", number + 1
        used.add(member.casefold())
        found.append(file._replace(member=member))
    return found


def _never_kept(facts: Sequence[IncidentFact]) -> list[Problem]:
    """Sources of which there is no copy, or none of the whole."""
    failed = {fact.source: fact.error for fact in facts if isinstance(fact, EvidenceFailed)}
    kept: dict[str, bool] = {}
    for fact in facts:
        if isinstance(fact, EvidenceKept):
            kept[fact.source] = kept.get(fact.source, False) or fact.final
    missed = [Problem("not_copied", source, failed[source]) for source in failed if source not in kept]
    return missed + [Problem("not_final", source) for source, final in kept.items() if not final]


def _lying_there(folder: Path) -> list[Path]:
    found = [
        Path(top) / name for top, _, names in os.walk(folder) for name in names if not name.endswith(PART)
    ]
    return sorted(found)


def _found(path: Path, folder: Path, source: str, at: datetime) -> _File | Problem:
    what = source or path.name
    try:
        top, real = Path(os.path.realpath(folder)), Path(os.path.realpath(path))
        if not real.is_relative_to(top) or real == top:
            return Problem("outside", what)
        size, digest = _measure(real)
    except FileNotFoundError:
        return Problem("missing", what)
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        return Problem("unreadable", what, getattr(error, "strerror", None) or str(error))
    member = "/".join(safe_name(part) for part in real.relative_to(top).parts)
    return _File(real, f"evidence/{member}", source, at, size, digest)


def _pack(
    writing: BinaryIO,
    papers: Mapping[str, bytes],
    files: Sequence[_File],
    about: Mapping[str, Any],
    at: datetime,
) -> tuple[str, ...]:
    """Papers first, then the files, then what tells all of them: the manifest, and the sums over it too."""
    rows = [
        _member(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in papers.items()
    ]
    rows += [_member(each.member, each.size, each.sha256, each.source, each.at) for each in files]
    manifest = _json({**about, "members": rows})
    sums = [(row["sha256"], row["name"]) for row in rows] + [(hashlib.sha256(manifest).hexdigest(), MANIFEST)]
    lists = {MANIFEST: manifest, SUMS: "".join(f"{digest}  {name}\n" for digest, name in sums).encode()}
    with zipfile.ZipFile(writing, "w") as bundle:
        for name, content in papers.items():
            bundle.writestr(_info(name, at, zipfile.ZIP_DEFLATED), content)
        for each in files:
            _put(bundle, each)
        for name, content in lists.items():
            bundle.writestr(_info(name, at, zipfile.ZIP_DEFLATED), content)
        return tuple(bundle.namelist())


def _member(
    name: str, size: int, sha256: str, source: str = "", at: datetime | None = None
) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "size": size, "sha256": sha256}
    return row if at is None else {**row, "source": source, "kept_at": at.astimezone(UTC).isoformat()}


def _put(bundle: zipfile.ZipFile, file: _File) -> None:
    """As it is, not compressed: it can be cut out of a damaged zip."""
    info = _info(file.member, file.at, zipfile.ZIP_STORED)
    info.file_size = file.size
    digest = hashlib.sha256()
    with _reading(file.path) as reading, bundle.open(info, "w") as writing:
        while chunk := reading.read(_CHUNK):
            digest.update(chunk)
            writing.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise BundleError(f"{file.path}: it was changed while it was being packed; try again")


def _info(name: str, at: datetime, compression: int) -> zipfile.ZipInfo:
    """Its time is UTC, to the two seconds that a zip knows."""
    moment = max(at.astimezone(UTC), _FIRST_YEAR)
    info = zipfile.ZipInfo(name, (moment.year, moment.month, moment.day, *moment.timetuple()[3:6]))
    info.compress_type = compression
    info.create_system = 3  # Unix, wherever it is made
    info.external_attr = (stat.S_IFREG | 0o640) << 16
    return info


@contextlib.contextmanager
def _whole(out: Path) -> Iterator[BinaryIO]:
    """Write under another name, flush, then take the name if it is free."""
    part = out.with_name(f"{out.name}.{os.getpid()}{PART}")
    try:
        with part.open("xb") as writing:
            part.chmod(0o640)
            yield writing
            writing.flush()
            os.fsync(writing.fileno())
        _take_name(part, out)
    finally:
        part.unlink(missing_ok=True)
    descriptor = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_name(part: Path, out: Path) -> None:
    try:
        os.link(part, out)  # unlike a rename it never replaces what is there
    except PermissionError:  # a file system without links, such as a memory stick's
        if os.path.lexists(out):
            raise
        part.rename(out)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[BufferedReader]:
    """A pipe or a device is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as reading:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(22, "not a regular file", str(path))
        yield reading


def _measure(path: Path) -> tuple[int, str]:
    with _reading(path) as reading:
        digest = hashlib.file_digest(reading, "sha256")
        return reading.tell(), digest.hexdigest()


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
