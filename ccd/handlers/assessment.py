"""Assessment: the month out of 100, retraining, grades (manual.md, "Quality"; docs/assessment.md).

================  ===========================================================================================
ShiftsRestored    begins to look, once a minute
DeadlineDue       that look: which month is due or may have changed; which retake is overdue
QualityRead       the month of each person is made; retraining, trainings and grades follow from it
PlanChanged       whoever planned a course that now lies in somebody's shift is told
ShiftAct          what people decide, plan, examine and import (``ccd.assessment.acts``)
================  ===========================================================================================

Modes: ``observe`` makes the months and tells nobody; ``notify`` and ``enforce`` tell; ``off`` makes none, and
what people plan and note is kept all the same. Who may not decide is refused in any mode, as is what can not
be. Nothing here is done to anybody: retraining and what comes after it are proposed, and a manager decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ccd import events as e
from ccd.assessment import closing, examining, noting, planning, retraining
from ccd.assessment.floor import Items, World
from ccd.config_assessment import AssessmentSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Effect
from ccd.events.quality import QualityRead
from ccd.shifts.acts import Refused
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "assessment"

ACTS: Mapping[str, Callable[[World, e.ShiftAct], Items]] = {
    "cancel": planning.cancel,
    "complaint": noting.complaint,
    "decide": retraining.decide,
    "exam": examining.exam,
    "held": examining.held,
    "import": noting.import_,
    "plan": planning.plan,
}


def decide(event: e.Event, world: World, settings: AssessmentSettings) -> Iterator[e.Event | Effect]:
    """One input, or a fact of another policy."""
    yield from _DECIDE[type(event)](event, world, settings)


def _restored(event: e.ShiftsRestored, world: World, settings: AssessmentSettings) -> Items:
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _due(event: e.DeadlineDue, world: World, settings: AssessmentSettings) -> Items:
    if not is_sweep(NAME, event):
        return
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    world.assessment.forget(event.at)
    if settings.mode is not Mode.OFF:
        yield from closing.look(world, event.at)
        yield from examining.overdue(world, event.at)


def _read(event: QualityRead, world: World, settings: AssessmentSettings) -> Items:
    if event.key.startswith(closing.READS) and settings.mode is not Mode.OFF:
        yield from closing.closed(world, event)


def _plan_changed(event: e.PlanChanged, world: World, settings: AssessmentSettings) -> Items:
    if settings.mode is not Mode.OFF:
        yield from planning.collided(world, event.at, event.version)


def _act(event: e.ShiftAct, world: World, settings: AssessmentSettings) -> Items:
    if event.policy != NAME:
        return
    try:
        yield from ACTS[event.act](world, event)
    except Refused as refused:
        yield AnswerAsked(
            event.request,
            f"assessment: {refused.rule} {refused.values}",
            accepted=False,
            rule=refused.rule,
            values=refused.values,
        )


_DECIDE: Mapping[type[e.Event], Callable[[Any, World, AssessmentSettings], Items]] = {
    e.DeadlineDue: _due,
    e.PlanChanged: _plan_changed,
    QualityRead: _read,
    e.ShiftAct: _act,
    e.ShiftsRestored: _restored,
}
CONSUMES: tuple[type[e.Event], ...] = tuple(_DECIDE)
