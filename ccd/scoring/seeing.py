"""What somebody may see of an evaluation. The console, the API and the command line show nothing else.

===================  =========================================================================================
who                  sees
===================  =========================================================================================
its agent            once it is released: whether it passed; with ``quality.agents_hear`` all but who scored
                     it, and how it was drawn. Never a second look
its analyst          all; of a second look that they make, before it is made, not what it looks at again
other analysts       nothing
leads of the team    how it stands; once it is released, all. Never a second look
QA manager, manager  all
===================  =========================================================================================

While a score is held for a second look only the analyst who gave it sees it: who looks at it again might be
any of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ccd.quality.people import leads
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import Looking, decides
from ccd.shifts.people import team_of

__all__ = ["Sight", "row_of", "seen_by", "sight"]

Row = dict[str, Any]

OUT = (Phase.RELEASED, Phase.DISPUTED, Phase.RESOLVED)
_VERDICT = ("evaluation", "person", "day", "state", "passed", "until")
_STANDING = (*_VERDICT[:-2], "team", "queue", "sample", "analyst", "form", "opened", "due")
_OF_THE_DRAW = ("analyst", "stratum", "chance", "reason", "sample", "of", "outcome")
_OF_THE_SCORE = ("score", "passed", "answers", "outcome", "edition", "comment", "sections", "failed")


class Sight(StrEnum):
    NOTHING = "nothing"
    VERDICT = "verdict"  # passed or not
    OWN = "own"  # all that concerns its agent
    STANDING = "standing"  # how it stands, without the score
    UNSCORED = "unscored"  # all but the score
    ALL = "all"


def sight(world: Looking, row: Mapping[str, Any], actor: str) -> Sight:
    """``row`` as the store has it (table ``evaluation``); ``actor`` a code of the roster, "" is nobody."""
    if not actor or world.roster.by_code(actor) is None:
        return Sight.NOTHING
    blind, out = row["sample"] == "blind", row["state"] in OUT
    if actor == row["person"]:
        if blind or not out:
            return Sight.NOTHING
        return Sight.OWN if world.settings.quality.agents_hear else Sight.VERDICT
    if actor == row["analyst"]:
        begun = row["state"] in (Phase.ASSIGNED, Phase.CLAIMED)
        return Sight.UNSCORED if blind and begun else Sight.ALL
    if decides(world, actor):
        return Sight.UNSCORED if row["state"] == Phase.HELD else Sight.ALL
    if leads(world, actor, team_of(world, row["person"]) or row["team"] or "") and not blind:
        return Sight.ALL if out else Sight.STANDING
    return Sight.NOTHING


def seen_by(world: Looking, row: Mapping[str, Any], actor: str) -> Row:
    """The columns of the row that this person may see; empty: not even that there is such an evaluation."""
    what = sight(world, row, actor)
    if what is Sight.ALL:
        return dict(row)
    if what is Sight.VERDICT:
        return {name: row[name] for name in _VERDICT if name in row}
    if what is Sight.STANDING:
        return {name: row[name] for name in _STANDING if name in row}
    if what is Sight.OWN:
        return {name: value for name, value in row.items() if name not in _OF_THE_DRAW}
    if what is Sight.UNSCORED:
        hidden = (*_OF_THE_SCORE, "of", "reason")
        return {name: value for name, value in row.items() if name not in hidden}
    return {}


def row_of(one: Evaluation) -> Row:
    """As the store has it, of what is in memory; what was answered stays there only until the release."""
    return {
        "evaluation": one.id,
        "unit": one.unit,
        "pbx": one.pbx,
        "call": one.call,
        "recording": one.recording,
        "person": one.person,
        "team": one.team,
        "queue": one.queue,
        "stratum": one.stratum,
        "day": one.day.isoformat() if one.day else "",
        "sample": one.sample,
        "reason": one.reason,
        "of": one.of,
        "analyst": one.analyst,
        "form": one.form,
        "version": one.version,
        "state": one.phase.value,
        "answers": one.answers,
        "outcome": one.outcome,
        "opened": one.opened,
        "due": one.resolve_due or one.due,
        "until": one.dispute_until or one.until,
        "scored": one.scored,
        "released": one.released,
        "score": one.score if one.edition else None,
        "passed": one.passed if one.edition else None,
        "chance": one.chance,
        "talk_s": one.talk_s,
        "offset_s": one.offset_s,
        "edition": one.edition,
    }
