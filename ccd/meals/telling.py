"""What meals give: facts with their keys, pages, answers, deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, CancelDeadline, Effect, Page, SetDeadline
from ccd.events import Event, PauseAsked, ShiftAct
from ccd.events.meals import MealFact
from ccd.meals.floor import World, place_of
from ccd.shifts.people import name_of

__all__ = ["NAME", "Items", "accepted", "cancel", "deadline", "fact", "page", "refused", "tells"]

NAME = "meals"
Items = Iterator[Event | Effect]
Fact = TypeVar("Fact", bound=MealFact)
Asked = PauseAsked | ShiftAct


def fact(kind: type[Fact], at: datetime, person: str, because: str, *, key: str = "", **fields: Any) -> Fact:
    """``key`` where a moment and a person do not name the fact."""
    what = kind.__name__.removeprefix("Meal").lower()
    made = f"{NAME}|{what}|{key or f'{person}|{at.isoformat()}'}"
    return kind(at=at, key=made, person=person, because=f"{NAME}: {because}", **fields)


def tells(settings: MealsSettings) -> bool:
    return settings.mode in (Mode.NOTIFY, Mode.ENFORCE)


def page(
    world: World,
    at: datetime,
    people: tuple[str, ...],
    rule: str,
    person: str,
    values: Mapping[str, str] | None = None,
    *,
    ring: bool = False,
) -> Items:
    """Tell these people of ``person``, where the mode tells anybody at all."""
    if not people or not tells(world.settings.policies.meals):
        return
    pbx, seat = place_of(world, person)
    told = {"name": name_of(world, person), "seat": seat, **(values or {})}
    yield Page(
        key=f"{rule}|{person}|{at.isoformat()}",
        because=f"{NAME}: {rule} of {person or seat}",
        people=people,
        rule=rule,
        values=told,
        ring=ring,
        pbx=pbx,
        seat=seat,
    )


def accepted(
    event: Asked,
    because: str,
    *,
    rule: str = "",
    values: Mapping[str, str] | None = None,
    result: Mapping[str, str] | None = None,
) -> AnswerAsked:
    return AnswerAsked(
        key=event.request,
        because=f"{NAME}: {because}",
        accepted=True,
        rule=rule,
        values=dict(values or {}),
        result=dict(result or {}),
    )


def refused(
    event: Asked, rule: str, values: Mapping[str, str], because: str, *, prompt: str = ""
) -> AnswerAsked:
    return AnswerAsked(
        key=event.request,
        because=f"{NAME}: {because}",
        accepted=False,
        rule=rule,
        values=dict(values),
        prompt=prompt,
    )


def deadline(what: str, person: str, at: datetime, due: datetime, because: str) -> SetDeadline:
    """``what``: meal | turn | grant."""
    after_s = max((due - at).total_seconds(), 0.0)
    return SetDeadline(key=f"{NAME}|{what}|{person}", because=f"{NAME}: {because}", after_s=after_s)


def cancel(what: str, person: str) -> CancelDeadline:
    return CancelDeadline(key=f"{NAME}|{what}|{person}", because=f"{NAME}: {what} of {person} is over")
