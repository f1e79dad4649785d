"""Verify an evidence bundle: a changed, missing or added member is found. The bundle is not trusted."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import msgspec

from ccd.adapters.bundle import FORMAT, MANIFEST, SUMS

__all__ = ["Finding", "verify_bundle"]

_CHUNK = 1 << 20
_LIST_LIMIT = 64 * 1024 * 1024  # bytes of a list that is read whole


class Finding(msgspec.Struct, frozen=True):
    """``code``: unreadable, not_a_bundle, changed, missing, added, twice, unsafe, lists_differ, gap."""

    code: str
    member: str
    text: str


class _Listed(msgspec.Struct):
    name: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct):
    format: str
    facts: int
    members: list[_Listed]


class _Numbered(msgspec.Struct):
    n: int


class _NotABundleError(Exception):
    pass


def verify_bundle(path: Path) -> list[Finding]:
    """What is wrong with it; nothing is an empty list. Blocks, and reads every byte; raises nothing."""
    try:
        with zipfile.ZipFile(path) as bundle:
            return _verify(bundle)
    except _NotABundleError as error:
        return [Finding("not_a_bundle", "", f"{path}: {error}")]
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError) as error:
        return [Finding("unreadable", "", f"{path}: {getattr(error, 'strerror', None) or error}")]


def _verify(bundle: zipfile.ZipFile) -> list[Finding]:
    names = Counter(bundle.namelist())
    findings = [
        Finding("twice", name, f"{name!r} stands in it {count} times")
        for name, count in names.items()
        if count > 1
    ]
    findings += [Finding("unsafe", name, f"{name!r} is no name of ours") for name in names if _unsafe(name)]
    if bundle.comment:
        findings.append(Finding("added", "", "a comment was added to the zip"))
    manifest, sums = _manifest(bundle, names), _sums(bundle, names)
    listed = {member.name: member for member in manifest.members}
    findings += _lists(bundle, manifest, sums, listed)
    for name in names:
        if name not in listed and name not in (MANIFEST, SUMS):
            findings.append(Finding("added", name, f"{name!r} is not in {MANIFEST}"))
    for name, member in listed.items():
        if name not in names:
            findings.append(Finding("missing", name, f"{name!r} is gone"))
        elif wrong := _differs(bundle, member):
            findings.append(Finding("changed", name, wrong))
    return findings + _gaps(bundle, names, manifest)


def _lists(
    bundle: zipfile.ZipFile, manifest: _Manifest, sums: dict[str, str], listed: dict[str, _Listed]
) -> list[Finding]:
    expected = {name: member.sha256 for name, member in listed.items()}
    expected[MANIFEST] = hashlib.sha256(_read(bundle, MANIFEST)).hexdigest()
    findings = [
        Finding("lists_differ", name, f"{name!r}: {SUMS} and {MANIFEST} differ")
        for name in sorted(expected.keys() | sums.keys())
        if expected.get(name) != sums.get(name)
    ]
    if len(listed) != len(manifest.members):
        findings.append(Finding("twice", MANIFEST, f"{MANIFEST} names a member twice"))
    return findings


def _differs(bundle: zipfile.ZipFile, member: _Listed) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with bundle.open(member.name) as reading:
            while chunk := reading.read(_CHUNK):
                size += len(chunk)
                if size > member.size:  # whatever a bomb unpacks to, it is not unpacked
                    return f"{member.name!r} is larger than the {member.size:,} bytes it had"
                digest.update(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        return f"{member.name!r} cannot be read: {error}"
    if size != member.size:
        return f"{member.name!r} has {size:,} bytes instead of {member.size:,}"
    return "" if digest.hexdigest() == member.sha256 else f"{member.name!r} has another SHA-256"


def _gaps(bundle: zipfile.ZipFile, names: Counter[str], manifest: _Manifest) -> list[Finding]:
    """Facts are numbered from 1; one that was taken out leaves a gap."""
    if "facts.json" not in names:
        return []
    try:
        facts = msgspec.json.decode(_read(bundle, "facts.json"), type=list[_Numbered])
    except (msgspec.MsgspecError, zipfile.BadZipFile, zlib.error, EOFError, _NotABundleError) as error:
        return [Finding("gap", "facts.json", f"facts.json: {error}")]
    if [fact.n for fact in facts] == list(range(1, manifest.facts + 1)):
        return []
    return [Finding("gap", "facts.json", f"facts.json does not hold facts 1 to {manifest.facts} in order")]


def _manifest(bundle: zipfile.ZipFile, names: Counter[str]) -> _Manifest:
    if MANIFEST not in names:
        raise _NotABundleError(f"there is no {MANIFEST} in it")
    try:
        manifest = msgspec.json.decode(_read(bundle, MANIFEST), type=_Manifest)
    except msgspec.MsgspecError as error:
        raise _NotABundleError(f"{MANIFEST}: {error}") from None
    if manifest.format != FORMAT:
        raise _NotABundleError(f"its format is {manifest.format[:40]!r}; this version knows {FORMAT}")
    return manifest


def _sums(bundle: zipfile.ZipFile, names: Counter[str]) -> dict[str, str]:
    if SUMS not in names:
        return {}
    lines = _read(bundle, SUMS).decode("utf-8", "replace").splitlines()
    return {match[2]: match[1] for each in lines if (match := re.fullmatch(r"([0-9a-f]{64})  (.+)", each))}


def _read(bundle: zipfile.ZipFile, name: str) -> bytes:
    with bundle.open(name) as reading:
        content = reading.read(_LIST_LIMIT + 1)
    if len(content) > _LIST_LIMIT:
        raise _NotABundleError(f"{name} is larger than {_LIST_LIMIT:,} bytes")
    return content


def _unsafe(name: str) -> bool:
    """A name that would be unpacked somewhere else."""
    parts = name.split("/")
    return (
        not name.isprintable()
        or "\\" in name
        or ":" in name
        or any(part in ("", ".", "..") for part in parts)
    )
