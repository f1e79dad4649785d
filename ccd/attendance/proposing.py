"""What a month gives grounds for is proposed to whoever decides, and withdrawn where the grounds are gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.attendance.floor import Items, World, rules_of
from ccd.attendance.ledger import Proposal, Wanted, wanted
from ccd.config_section import Mode
from ccd.effects import Page
from ccd.events.attendance import AbsenceProposed, DismissalReviewProposed, ProposalWithdrawn
from ccd.shifts.people import leads_to_tell

__all__ = ["managers", "proposals", "told"]


def proposals(world: World, at: datetime, person: str, month: str) -> Items:
    ledger = world.attendance.ledger(person, month)
    asked = {one.name: one for one in wanted(ledger, rules_of(world))}
    for name, one in asked.items():
        before = ledger.proposal(name)
        if before is None or before.state == "withdrawn":
            yield from _propose(world, at, person, month, one, before.made.nth + 1 if before else 1)
    for proposal in ledger.proposals:
        if proposal.state == "open" and proposal.made.proposal not in asked:
            yield _withdraw(at, proposal)


def _propose(world: World, at: datetime, person: str, month: str, one: Wanted, nth: int) -> Items:
    common: dict[str, Any] = {
        "at": at,
        "key": f"attendance|proposed|{one.name}|{nth}",
        "person": person,
        "day": one.day,
        "month": month,
        "proposal": one.name,
        "nth": nth,
        "cause": one.cause,
        "because": f"attendance: {one.cause}: {'; '.join(one.grounds)}",
    }
    if one.kind == "absence":
        yield AbsenceProposed(**common, occurrences=one.grounds)
    else:
        yield DismissalReviewProposed(**common, grounds=one.grounds)
    rules = rules_of(world)
    by = rules.decide_absence if one.kind == "absence" else rules.decide_review
    known = world.roster.by_code(person)
    people = managers(world) if by == "manager" else leads_to_tell(world, known.team if known else "")
    values = {"person": person, "name": known.name if known else "", "proposal": one.name}
    values["grounds"] = "; ".join(one.grounds)
    rule = "attendance_absence_proposed" if one.kind == "absence" else "attendance_review_proposed"
    yield from told(world, f"{common['key']}|page", people, person, rule, values)


def _withdraw(at: datetime, proposal: Proposal) -> ProposalWithdrawn:
    made = proposal.made
    return ProposalWithdrawn(
        at=at,
        key=f"attendance|withdrawn|{made.proposal}|{made.nth}",
        person=made.person,
        day=made.day,
        month=made.month,
        proposal=made.proposal,
        nth=made.nth,
        because="attendance: what it rested on is there no more",
    )


def managers(world: World) -> tuple[str, ...]:
    roles = world.settings.shifts.manager_roles
    return tuple(one.code for one in world.roster.people if one.role in roles)


def told(
    world: World,
    key: str,
    people: tuple[str, ...],
    person: str,
    rule: str,
    values: dict[str, str],
    **where: Any,
) -> Items:
    """Whoever is to be told of somebody, but for that person; nobody where the mode tells nobody."""
    others = tuple(code for code in people if code != person) or tuple(
        code for code in managers(world) if code != person
    )
    if others and rules_of(world).mode in (Mode.NOTIFY, Mode.ENFORCE):
        because = f"attendance: {rule}: " + ", ".join(f"{name} {value}" for name, value in values.items())
        yield Page(key, because, others, rule, values, **where)
