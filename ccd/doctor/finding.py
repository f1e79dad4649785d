"""What the doctor says: one finding per judgement, and how they are printed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

__all__ = ["Finding", "Status", "as_json", "as_text", "worst"]


class Status(StrEnum):
    """``unknown``: it could not be seen from here; ``mend`` then says how to look for yourself."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """``check`` is a stable name; ``mend`` the line to write (or the command to run), ``file`` where to."""

    check: str
    status: Status
    text: str
    mend: str = ""
    file: str = ""


_ORDER = (Status.OK, Status.UNKNOWN, Status.WARN, Status.FAIL)
_MARKS = {Status.OK: "ok     ", Status.WARN: "WARN   ", Status.FAIL: "FAIL   ", Status.UNKNOWN: "unknown"}


def worst(findings: Iterable[Finding]) -> Status:
    """The gravest status: fail, then warn, then unknown, then ok."""
    return max((finding.status for finding in findings), key=_ORDER.index, default=Status.OK)


def as_json(name: str, findings: Sequence[Finding]) -> str:
    """One object: ``pbx``, ``status`` (the gravest) and ``findings`` in the order of the examination."""
    told = {"pbx": name, "status": worst(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_text(name: str, findings: Sequence[Finding]) -> str:
    """For a terminal: a line per finding, with file and mend below those that need one."""
    lines = [f"PBX {name}"]
    for finding in findings:
        lines.append(f"  {_MARKS[finding.status]}  {finding.check:<18} {_plain(finding.text)}")
        if finding.status is Status.OK:
            continue
        if finding.file:
            lines.append(f"{'':30}in {_plain(finding.file)}:")
        lines += [f"{'':30}  {_plain(line)}" for line in finding.mend.splitlines()]
    counts = {status: sum(finding.status is status for finding in findings) for status in reversed(_ORDER)}
    lines.append("  " + ", ".join(f"{count} {status}" for status, count in counts.items() if count))
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Names come from the PBX: no control character of theirs reaches the terminal."""
    return "".join("�" if unicodedata.category(letter) in ("Cc", "Cf") else letter for letter in text)
