"""How meals stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ccd.config_meals import MealsSettings
from ccd.meals.cap import cap_of
from ccd.meals.counting import over_s, passes_at
from ccd.meals.floor import World, diner_of, groups_of
from ccd.meals.waiting import queue_of
from ccd.meals.windows import Window, open_windows, slot_of
from ccd.shifts.people import team_of

__all__ = ["board"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``teams``: each with its cap and the figures, who is at a meal, who waits, whose turn it is, and, while
    a window is soon over, who has not eaten in it.
    """
    settings = world.settings.policies.meals
    return {
        "at": at,
        "mode": settings.mode.value,
        "teams": [_team(world, settings, team, at) for team in _teams(world)],
    }


def _teams(world: World) -> tuple[str, ...]:
    """Those of whom somebody is here or at a meal, in the order of the roster."""
    here = {team_of(world, person) for people in world.presence.values() for person in people}
    here |= {team_of(world, person) for person in world.meals.meals}
    order = {team: number for number, team in enumerate(world.roster.teams)}
    return tuple(sorted(here, key=lambda team: order.get(team, len(order))))


def _team(world: World, settings: MealsSettings, team: str, at: datetime) -> Row:
    cap, state = cap_of(world, settings, team, at), world.meals
    windows = open_windows(settings, team, world.settings.daemon.timezone, at)
    return {
        "team": team,
        "present": cap.present,
        "limit": cap.limit,
        "taken": len(cap.taken),
        "because": cap.because,
        "eating": [_eating(world, settings, one, at) for one in state.meals if team_of(world, one) == team],
        "on_calls": [_named(world, one) for one in state.held if team_of(world, one) == team],
        "let": [
            _named(world, one) | {"until": grant.until, "by_rule": grant.by_rule}
            for one, grant in state.grants.items()
            if team_of(world, one) == team
        ],
        "turns": [
            _named(world, one) | {"until": turn.until, "held_since": turn.held_since}
            for one, turn in state.turns.items()
            if team_of(world, one) == team
        ],
        "waiting": [
            _named(world, one) | {"position": number, "since": state.waiting[one].since}
            for number, one in enumerate(queue_of(world, settings, team, at), start=1)
        ],
        "windows": [_window(world, settings, team, one) for one in windows],
        "not_eaten": [row for one in windows for row in _not_eaten(world, settings, team, one, at)],
    }


def _named(world: World, person: str) -> Row:
    known = world.roster.by_code(person)
    return {"person": person, "name": known.name if known else ""}


def _eating(world: World, settings: MealsSettings, person: str, at: datetime) -> Row:
    meal = world.meals.meals[person]
    return _named(world, person) | {
        "window": meal.window,
        "began": meal.began,
        "ends": passes_at(meal.bounds, meal.blind, timedelta()),
        "over_s": over_s(meal.bounds, meal.blind, at),
        "level": meal.level,
        "asked": meal.asked,
        "moved_s": meal.moved_s,
        "extended_s": meal.extra_s,
        "seat": meal.seat,
    }


def _window(world: World, settings: MealsSettings, team: str, window: Window) -> Row:
    groups = groups_of(world, team, window.opens, window.closes) if settings.rotation != "off" else ()
    slots = {group: slot_of(window, group, groups) for group in groups}
    return {
        "window": window.name,
        "opens": window.opens,
        "closes": window.closes,
        "groups": [
            {"group": group, "opens": opens, "closes": closes}
            for group, (opens, closes) in sorted(slots.items(), key=lambda one: one[1])
        ],
    }


def _not_eaten(world: World, settings: MealsSettings, team: str, window: Window, at: datetime) -> list[Row]:
    """Who is here and has not been to a meal in a window that is soon over."""
    if window.closes - at > timedelta(minutes=settings.closing_minutes):
        return []
    people = dict.fromkeys(person for people in world.presence.values() for person in people)
    return [
        _named(world, person) | {"window": window.name, "closes": window.closes}
        for person in people
        if team_of(world, person) == team
        and not world.meals.eaten(person, window.name, window.opens)
        and diner_of(world, person, at).planned
    ]
