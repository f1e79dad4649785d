"""A drill's verdict, and when each rung did what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccd.cli.incident_brief import table
from ccd.cli.words import Words
from ccd.incidents.words import visible, word

__all__ = ["drill_lines", "failed", "rung_times"]

REACHED = ("answered", "acknowledged", "cannot", "delivered")
_POLICE = (
    "PoliceWarned",
    "PoliceDue",
    "VoiceSought",
    "PoliceDialling",
    "PoliceAnswered",
    "Arrived",
    "StoodDown",
)


def rung_times(reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    """When each rung began, was told, reached and acknowledged: seconds from the report; None: never."""
    rows = list(reply.get("timeline") or ())
    keys: dict[str, int] = {}
    means: dict[str, str] = {}
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        rung, after_s = row.get("rung"), row["after_s"]
        match row["type"]:
            case "RungBegan":
                found[rung] = {
                    "rung": rung,
                    "role": row["role"],
                    "began_s": after_s,
                    "told_s": None,
                    "reached_s": None,
                    "reached_by": "",
                    "acknowledged_s": None,
                }
            case "PersonTold" if rung in found:
                keys[row["key"]] = rung
                means[row["key"]] = row["means"]
                _first(found[rung], "told_s", after_s)
            case "TellingEnded" if row["key"] in keys and row["result"] in REACHED:
                reached = found[keys[row["key"]]]
                if reached["reached_s"] is None:
                    reached["reached_s"], reached["reached_by"] = after_s, means[row["key"]]
            case "Acknowledged" if rung in found:
                _first(found[rung], "acknowledged_s", after_s)
    return [found[rung] for rung in sorted(found)]


def _first(times: dict[str, Any], key: str, after_s: float) -> None:
    if times[key] is None:
        times[key] = after_s


def drill_lines(reply: Mapping[str, Any], words: Words) -> Iterator[str]:
    """The verdict, the times of every rung, and those of the clock."""
    verdict = reply["incident"]["verdict"] or {"passed": False, "failures": ()}
    yield ""
    yield words("drill_passed" if verdict["passed"] else "drill_failed")
    cells = [words("drill_columns").split("|")]
    for rung in rung_times(reply):
        times = [_seconds(rung[key]) for key in ("began_s", "told_s", "reached_s", "acknowledged_s")]
        if rung["reached_by"]:
            times[2] += f" ({word('means', rung['reached_by'], words.language)})"
        role = word("role", rung["role"], words.language)
        cells.append([f"{rung['rung'] + 1} {role}", *times])
    yield from (f"  {text}" for text in table(cells))
    reached: dict[str, float] = {}
    for row in reply.get("timeline") or ():
        if row["type"] in _POLICE and row.get("how") != "clock":  # the drill's own end is nobody's act
            reached.setdefault(row["type"], row["after_s"])
    for kind, after_s in reached.items():
        yield f"  {words(f'drill_{kind}')}  {after_s:.1f} s"
    for failure in verdict["failures"]:
        yield f"  {words('drill_failure', text=failed(failure, words))}"


def _seconds(after_s: float | None) -> str:
    return "-" if after_s is None else f"{after_s:.1f} s"


def failed(code: str, words: Words) -> str:
    """What did not work, in words: ``rung-0-not-told``, ``email-failed``, ``police-not-reached``."""
    head, _, rest = code.partition("-")
    number, _, what = rest.partition("-")
    if head == "rung" and number.isdecimal():
        key = f"drill_rung_{what.replace('-', '_')}"
        return words(key, rung=int(number) + 1) if words.has(key) else visible(code)
    if rest == "failed":
        return words("drill_means_failed", means=word("means", head, words.language))
    key = f"drill_{code.replace('-', '_')}"
    return words(key) if words.has(key) else visible(code)
