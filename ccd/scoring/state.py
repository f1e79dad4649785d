"""What is held in memory of scoring, folded from its facts.

An evaluation goes through these states, and no others:

================  ======================  ====================================================================
state             by                      to
================  ======================  ====================================================================
(none)            EvaluationOpened        assigned
assigned          EvaluationAssigned      assigned: on somebody's list, or on nobody's (``analyst`` "")
assigned,claimed  ClaimEnded              assigned: returned, expired, taken away
assigned,claimed  EvaluationClaimed       claimed; by the same analyst again: for longer
claimed           EvaluationScored        scored
scored            EvaluationScored        scored: another edition
scored            EvaluationHeld          held: somebody else scores it without seeing the first score
held              EvaluationReexamined    scored: the first score stands, or the second
scored            EvaluationReleased      released
held              EvaluationReleased      released: the second look was given up
released          EvaluationDisputed      disputed
disputed          DisputeTaken            disputed: in somebody's hands, or no longer
disputed          EvaluationResolved      resolved: upheld or amended
assigned,claimed  EvaluationVoided        void
scored (blind)    EvaluationClosed        (finished, and forgotten: so are released, resolved and void)
================  ======================  ====================================================================

``TRANSITIONS`` is this table. A fact that finds another state changes nothing, nor does one told twice.
ChanceFixed, EvaluationOverdue and CoachingNoted lead nowhere.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ccd.events import ShiftFact
from ccd.events import scoring as facts
from ccd.scoring.evaluation import FOLD, Evaluation, Phase, opened

__all__ = ["TRANSITIONS", "Evaluation", "Phase", "Recent", "ScoringState"]

GIVEN = timedelta(days=2)
"""So long it is known who was given what: longer than any local day."""
RECENT = timedelta(days=30)
"""How far back scores are looked at to tell an odd one."""
MOST_RECENT = 60
"""Of an agent, of an analyst and of a form: the latest."""

_TABLE: tuple[tuple[tuple[Phase, ...], type[facts.EvaluationFact], Phase], ...] = (
    ((Phase.ASSIGNED,), facts.EvaluationAssigned, Phase.ASSIGNED),
    ((Phase.ASSIGNED, Phase.CLAIMED), facts.ClaimEnded, Phase.ASSIGNED),
    ((Phase.ASSIGNED, Phase.CLAIMED), facts.EvaluationClaimed, Phase.CLAIMED),
    ((Phase.CLAIMED, Phase.SCORED), facts.EvaluationScored, Phase.SCORED),
    ((Phase.SCORED,), facts.EvaluationHeld, Phase.HELD),
    ((Phase.HELD,), facts.EvaluationReexamined, Phase.SCORED),
    ((Phase.SCORED, Phase.HELD), facts.EvaluationReleased, Phase.RELEASED),
    ((Phase.RELEASED,), facts.EvaluationDisputed, Phase.DISPUTED),
    ((Phase.DISPUTED,), facts.DisputeTaken, Phase.DISPUTED),
    ((Phase.DISPUTED,), facts.EvaluationResolved, Phase.RESOLVED),
    ((Phase.ASSIGNED, Phase.CLAIMED), facts.EvaluationVoided, Phase.VOID),
)
TRANSITIONS: dict[tuple[Phase, type[facts.EvaluationFact]], Phase] = {
    (phase, kind): to for phases, kind, to in _TABLE for phase in phases
}
_ANYWHERE = (facts.ChanceFixed, facts.EvaluationOverdue, facts.CoachingNoted)


class Recent(NamedTuple):
    at: datetime
    score: float


class ScoringState:
    """``forms``: (name, version) -> the form as JSON. ``plans``: (analyst, day) -> the cap of that day.

    ``given``: evaluation -> (when, to whom) it was assigned latest, of the last two days, finished ones too.
    """

    def __init__(self) -> None:
        self.forms: dict[tuple[str, str], str] = {}
        self.evaluations: dict[str, Evaluation] = {}
        self.plans: dict[tuple[str, date], int] = {}
        self.given: dict[str, tuple[datetime, str]] = {}
        self.recent: dict[tuple[str, str], dict[str, Recent]] = {}
        """(agent | analyst | form, which) -> evaluation -> its released score."""

    # --- what is asked ------------------------------------------------------------------------------------

    def given_to(self, since: datetime) -> dict[str, int]:
        """How many each analyst has been given since then, less those that went to somebody else."""
        found: dict[str, int] = {}
        for at, analyst in self.given.values():
            if at >= since and analyst:
                found[analyst] = found.get(analyst, 0) + 1
        return found

    def scores(self, kind: str, of: str, at: datetime, but: str = "") -> list[float]:
        """Released scores of the last 30 days, the latest 60, without those of ``but``."""
        known = self.recent.get((kind, of), {})
        return [one.score for name, one in known.items() if name != but and one.at >= at - RECENT]

    def pending_blind(self, evaluation: str) -> Evaluation | None:
        """The second look at this evaluation, while it is under way."""
        one = self.evaluations.get(evaluation)
        return self.evaluations.get(one.blind) if one is not None and one.blind else None

    # --- what has happened --------------------------------------------------------------------------------

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        if isinstance(fact, facts.FormPublished):
            self.forms[fact.form, fact.version] = fact.text
        elif isinstance(fact, facts.AnalystPlanned):
            if fact.day is not None:
                self.plans[fact.person, fact.day] = fact.cap
        elif isinstance(fact, facts.EvaluationFact):
            self._remember(fact)
            self._fold(fact)

    def _fold(self, fact: facts.EvaluationFact) -> None:
        one = self.evaluations.get(fact.evaluation)
        if one is None:
            if isinstance(fact, facts.EvaluationOpened):
                self.evaluations[fact.evaluation] = opened(fact)
            return
        if fact.n and fact.n <= one.n:
            return
        if isinstance(fact, facts.EvaluationClosed):
            del self.evaluations[one.id]
            return
        to = TRANSITIONS.get((one.phase, type(fact)))
        if to is None and not isinstance(fact, _ANYWHERE):
            return
        one.n = max(one.n, fact.n)
        if (handler := FOLD.get(type(fact))) is not None:
            handler(one, fact)
        one.phase = to or one.phase

    def _remember(self, fact: facts.EvaluationFact) -> None:
        """What is wanted of finished evaluations, too."""
        if isinstance(fact, facts.EvaluationAssigned):
            known = self.given.get(fact.evaluation)
            if known is None or known[0] <= fact.at:
                self.given[fact.evaluation] = (fact.at, fact.analyst)
        elif isinstance(fact, facts.EvaluationVoided):
            self.given.pop(fact.evaluation, None)  # no work came of it
        elif isinstance(fact, facts.EvaluationReleased):
            for kind, of in (("agent", fact.person), ("analyst", fact.analyst), ("form", fact.form)):
                latest = self.recent.setdefault((kind, of), {})
                latest.setdefault(fact.evaluation, Recent(fact.at, fact.score))
                if len(latest) > MOST_RECENT:
                    del latest[next(iter(latest))]
        elif isinstance(fact, facts.EvaluationResolved):
            for latest in self.recent.values():
                if (known_score := latest.get(fact.evaluation)) is not None:
                    latest[fact.evaluation] = Recent(known_score.at, fact.score)

    def forget(self, at: datetime, today: date) -> None:
        """What is long over, so that memory does not grow."""
        self.given = {name: known for name, known in self.given.items() if known[0] >= at - GIVEN}
        self.plans = {known: cap for known, cap in self.plans.items() if known[1] >= today}
        for of, latest in list(self.recent.items()):
            for name in [name for name, one in latest.items() if one.at < at - RECENT]:
                del latest[name]
            if not latest:
                del self.recent[of]
