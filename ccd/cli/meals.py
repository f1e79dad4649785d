"""``meal``: how meals stand, going to one, what leads do about them, and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.acting import act, tell
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in, day_of
from ccd.cli.session import Session, command

if TYPE_CHECKING:
    from ccd.events.meals import MealEnded, MealFact

__all__ = ["add_to"]

_meal = typer.Typer(help="Meals: who eats, who waits, and what came of it.", no_args_is_help=True)

Row = dict[str, Any]
_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def board(session: Session, json_: _Json = False) -> None:
    """Per team: how many may be at a meal and why, who is, who waits, and whose turn it is."""
    told = session.ask("shift_board", policy="meals")["board"]
    if json_:
        as_json(session, told)
        return
    if not told["teams"]:
        session.say("meal_no_team")
    for team in told["teams"]:
        _print_team(session, team)


def _print_team(session: Session, team: Row) -> None:
    words, name = session.words, team["team"] or "-"
    taken, limit, present = team["taken"], team["limit"], team["present"]
    print(words("meal_team", team=name, taken=taken, limit=limit, present=present))
    print("  " + team["because"])
    for one in team["windows"]:
        begin, end = _clock(session, one["opens"]), _clock(session, one["closes"])
        print("  " + words("meal_window", window=one["window"], begin=begin, end=end))
        for slot in one["groups"]:
            begin, end = _clock(session, slot["opens"]), _clock(session, slot["closes"])
            print("    " + words("meal_group", group=slot["group"], begin=begin, end=end))
    for one in team["eating"]:
        begin, end = _clock(session, one["began"]), _clock(session, one["ends"])
        over = words("meal_over", minutes=one["over_s"] // 60) if one["over_s"] else ""
        asked = "" if one["asked"] else words("meal_not_asked")
        _row(one, words("meal_eating", begin=begin, end=end), over, asked)
    for one in team["on_calls"]:
        _row(one, words("meal_on_call"))
    for one in team["let"]:
        _row(one, words("meal_let", until=_clock(session, one["until"])))
    for one in team["turns"]:
        held = words("meal_on_call") if one["held_since"] else ""
        _row(one, words("meal_turn", until=_clock(session, one["until"])), held)
    for one in team["waiting"]:
        since = _clock(session, one["since"])
        _row(one, words("meal_waiting", position=one["position"], since=since))
    for one in team["not_eaten"]:
        _row(one, words("meal_not_eaten", window=one["window"], end=_clock(session, one["closes"])))


def _row(one: Row, *told: str) -> None:
    print(f"  {fit(one['person'], 9)} {fit(one['name'], 13)} {'  '.join(filter(None, told))}".rstrip())


def _clock(session: Session, text: str) -> str:
    at = datetime.fromisoformat(text)
    return clock_in(session, at, at)


@command
def ask(session: Session, person: _Person, json_: _Json = False) -> None:
    """Send somebody to their meal, if the rules let them, and pause their phone; else they wait."""
    reply = session.ask_once(
        "pause_ask",
        person=person,
        reason=session.settings.policies.meals.reason,
        language=session.words.language,
    )
    tell(session, reply, json_)


@command
def cancel(
    session: Session,
    person: _Person,
    by: Annotated[str, typer.Option("--by", metavar="CODE", help="A lead, for somebody else.")] = "",
    json_: _Json = False,
) -> None:
    """Give up a place on the waiting list, a turn or a grant."""
    _act(session, "cancel", person, by, {}, json_)


@command
def grant(session: Session, person: _Person, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Let somebody go beyond window, cap and turn; a lead does."""
    _act(session, "grant", person, by, {"reason": reason}, json_)


@command
def extend(
    session: Session,
    person: _Person,
    minutes: Annotated[int, typer.Argument(metavar="MINUTES", help="So many more.")],
    by: _By,
    reason: _Reason,
    json_: _Json = False,
) -> None:
    """Give a meal under way more time; a lead does."""
    _act(session, "extend", person, by, {"minutes": str(minutes), "reason": reason}, json_)


@command
def excuse(session: Session, person: _Person, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Take back what somebody's latest meal that was late counts against them; a lead does."""
    _act(session, "excuse", person, by, {"reason": reason}, json_)


def _act(session: Session, what: str, person: str, by: str, values: dict[str, str], json_: bool) -> None:
    act(session, "meals", what, json_, person=person, actor=by, values=values)


@command
def log(
    session: Session,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Of shifts; default: today.")] = None,
    person: Annotated[str, typer.Option(metavar="CODE", help="Of this person only.")] = "",
    json_: _Json = False,
) -> None:
    """Every meal of a day and what was refused, from the store, with totals."""
    from ccd.cli.stored import facts_of_day
    from ccd.events.meals import MealFact

    asked = day_of(session, day)
    facts, names = facts_of_day(session.settings, MealFact, asked, person)
    told = _ledger(facts, names)
    if json_:
        as_json(session, {"day": asked, **told})
        return
    _print_ledger(session, asked, told)


def _ledger(facts: list[MealFact], names: dict[str, str]) -> Row:
    """``meals``: each that is over; ``open``: under way; ``refused``; ``totals`` of all of them."""
    from ccd.events.meals import MealBegan, MealEnded, MealExcused, MealRefused

    excused = {(one.person, one.began): one for one in facts if isinstance(one, MealExcused)}
    ended = [one for one in facts if isinstance(one, MealEnded)]
    over = {(one.person, one.began) for one in ended}
    meals = [_meal_row(one, names, excused.get((one.person, one.began))) for one in ended]
    counting = [row for row in meals if not row["excused"]]
    refused = [one for one in facts if isinstance(one, MealRefused)]
    return {
        "meals": meals,
        "open": [
            {"person": one.person, "name": names.get(one.person, ""), "window": one.window, "began": one.at}
            for one in facts
            if isinstance(one, MealBegan) and (one.person, one.at) not in over
        ],
        "refused": [
            {
                "person": one.person,
                "name": names.get(one.person, ""),
                "at": one.at,
                "rule": one.rule,
                "enforced": one.enforced,
            }
            for one in refused
        ],
        "totals": {
            "meals": len(meals),
            "seconds": sum(row["seconds"] for row in meals),
            "over_s": sum(row["over_s"] for row in counting),
            "late": sum(row["level"] == "late" for row in counting),
            "violation": sum(row["level"] == "violation" for row in counting),
            "unknown": sum(row["level"] == "unknown" for row in meals),
            "excused": len(meals) - len(counting),
            "not_asked": sum(not row["asked"] for row in meals),
            "refused": sum(one.enforced for one in refused),
        },
    }


def _meal_row(one: MealEnded, names: dict[str, str], excused: Any) -> Row:
    return {
        "person": one.person,
        "name": names.get(one.person, ""),
        "window": one.window,
        "began": one.began,
        "ended": one.at,
        "seconds": one.seconds,
        "allowed_s": one.allowed_s,
        "over_s": one.over_s,
        "level": one.level,
        "asked": one.asked,
        "moved_s": one.moved_s,
        "extended_s": one.extended_s,
        "blind_s": one.blind_s,
        "excused": excused.reason if excused else "",
    }


def _print_ledger(session: Session, day: date, told: Row) -> None:
    words = session.words
    print(words("meal_log", day=day))
    levels = {
        "ok": words("meal_level_ok"),
        "late": words("meal_level_late"),
        "violation": words("meal_level_violation"),
        "unknown": words("meal_level_unknown"),
    }
    for one in told["meals"]:
        begin, end = (clock_in(session, one[key], one["began"]) for key in ("began", "ended"))
        over = words("meal_over", minutes=int(one["over_s"]) // 60) if one["over_s"] else ""
        asked = "" if one["asked"] else words("meal_not_asked")
        excused = words("meal_excused", reason=one["excused"]) if one["excused"] else ""
        _row(one, f"{begin} - {end}", one["window"] or "-", levels[one["level"]], over, asked, excused)
    for one in told["open"]:
        _row(one, words("meal_open", begin=clock_in(session, one["began"], one["began"])))
    for one in told["refused"]:
        at, rule = clock_in(session, one["at"], one["at"]), one["rule"]
        enforced = one["enforced"]
        _row(one, words("meal_refused" if enforced else "meal_would_be_refused", time=at, rule=rule))
    totals = {**told["totals"], "minutes": round(told["totals"]["seconds"] / 60)}
    print(words("meal_totals", **totals))
    print(words("meal_totals_against", **totals))


def add_to(app: typer.Typer) -> None:
    for function in (board, ask, cancel, grant, extend, excuse, log):
        _meal.command()(function)
    app.add_typer(_meal, name="meal")
