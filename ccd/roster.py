"""People and seats: who is who, and which seat is which device. Pure; ccd/roster_csv.py reads the file.

A seat is a place with one phone (``interface``) on one PBX, shared by the people of several shifts. A person
whose ``pbx`` is empty, and their seat, belong to every PBX; what names a PBX goes before what names none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ccd.events import Person
from ccd.roster_cells import Role
from ccd.roster_csv import FIELDS, RosterError, dump, parse

if TYPE_CHECKING:
    from ccd.config import SpanSettings

__all__ = ["FIELDS", "Role", "Roster", "RosterError", "dump", "parse", "span_warnings", "team_warnings"]

_AGENTS = (Role.AGENT, Role.SENIOR_AGENT)
_LEADS = (Role.TEAM_LEAD, Role.DUTY_LEAD)


class Roster:
    """The roster, indexed. Every look-up is one or two dictionary reads: it is on the path of each event."""

    __slots__ = ("_at_seat", "_by_code", "_endpoints", "_interfaces", "_seats", "_teams", "people", "teams")

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people = tuple(people)
        self.teams = tuple(dict.fromkeys(person.team for person in self.people if person.team))
        """In the order of the file."""
        self._by_code = {person.code: person for person in self.people}
        self._seats: dict[tuple[str, str], str] = {}
        self._interfaces: dict[tuple[str, str], str] = {}
        self._teams: dict[tuple[str, str], str] = {}
        self._at_seat: dict[tuple[str, str], list[Person]] = {}
        self._endpoints: dict[tuple[str, str], set[str]] = {}
        for person in self.people:
            if person.seat:
                self._place(person)

    def _place(self, person: Person) -> None:
        pbx, seat, interface = person.pbx, person.seat, person.interface
        self._seats[pbx, interface] = seat
        self._interfaces[pbx, seat] = interface
        self._at_seat.setdefault((pbx, seat), []).append(person)
        self._endpoints.setdefault((pbx, interface.partition("/")[2]), set()).add(seat)
        if person.team:
            self._teams.setdefault((pbx, interface), person.team)

    def by_code(self, code: str) -> Person | None:
        return self._by_code.get(code)

    def seat_of(self, pbx: str, interface: str) -> str | None:
        return self._seats.get((pbx, interface)) or self._seats.get(("", interface))

    def interface_of(self, pbx: str, seat: str) -> str | None:
        return self._interfaces.get((pbx, seat)) or self._interfaces.get(("", seat))

    def interfaces(self, pbx: str) -> tuple[str, ...]:
        """Every device of this PBX that somebody is listed at, in the order of the file."""
        return tuple(interface for owner, interface in self._seats if owner in ("", pbx))

    def team_of_interface(self, pbx: str, interface: str) -> str:
        """The team of the first person listed there who has one; "" for an interface nobody sits at."""
        return self._teams.get((pbx, interface)) or self._teams.get(("", interface), "")

    def people_at_seat(self, pbx: str, seat: str) -> tuple[Person, ...]:
        """Whose seat it is by the roster, over all shifts; who sits there now is presence."""
        named = self._at_seat.get((pbx, seat), []) if pbx else []
        return (*named, *self._at_seat.get(("", seat), []))

    def seat_of_endpoint(self, pbx: str, name: str) -> str | None:
        """The seat of ``Tech/name`` where only the name is known; None where two technologies share it."""
        seats = self._endpoints.get((pbx, name)) or self._endpoints.get(("", name)) or set()
        return next(iter(seats)) if len(seats) == 1 else None


def span_warnings(people: Iterable[Person], span: SpanSettings) -> tuple[str, ...]:
    """Where the roster breaks the span of control (manual.md, "People and seats"), with the figures."""
    everybody = tuple(people)
    roles = Counter(person.role for person in everybody)
    found = list(team_warnings(everybody, span))
    leads = sum(roles[role] for role in _LEADS)
    for role, limit in (
        (Role.QA_ANALYST, span.leads_per_qa_analyst),
        (Role.TRAINER, span.leads_per_trainer),
    ):
        if leads > limit * roles[role]:
            post = role.replace("_", " ")
            if roles[role]:
                found.append(f"{leads} lead(s) for {roles[role]} {post}(s): at most {limit} leads each")
            else:
                found.append(f"{leads} lead(s) and no {post}: one for every {limit} leads")
    return tuple(found)


def team_warnings(people: Iterable[Person], span: SpanSettings) -> tuple[str, ...]:
    """Where a team of these people has too many or too few agents for its leads."""
    teams: dict[str, Counter[str]] = {}
    for person in people:
        if person.team:
            teams.setdefault(person.team, Counter())[person.role] += 1
    return tuple(text for team, posts in teams.items() for text in _team_warnings(team, posts, span))


def _team_warnings(team: str, posts: Counter[str], span: SpanSettings) -> list[str]:
    """A senior agent counts among the agents: they take calls, and lead only while the lead is away."""
    agents, telesales = sum(posts[role] for role in _AGENTS), posts[Role.TELESALES]
    leads = sum(posts[role] for role in _LEADS)
    if not leads:
        return [f"team {team}: {agents + telesales} agents and no lead"] if agents + telesales else []
    found = []
    fewest, most = span.agents_per_lead_min, span.agents_per_lead_max
    if agents and not fewest * leads <= agents <= most * leads:
        found.append(f"team {team}: {agents} agents for {leads} lead(s): {fewest} to {most} agents each")
    if telesales > span.telesales_per_lead * leads:
        limit = span.telesales_per_lead
        found.append(f"team {team}: {telesales} telesales agents for {leads} lead(s): at most {limit} each")
    return found
