"""Adding up by person, team and all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ccd.reports.report import Cell, Column, Row, Section
from ccd.roster import Roster

__all__ = ["Tally", "tenths"]

Amounts = dict[str, float]


def tenths(seconds: float) -> int:
    """Of a minute: the unit of time that is added up."""
    return round(seconds / 6)


class Tally:
    """Amounts by person. Those of ``minutes`` and ``days`` are given in tenths; those that only a share is
    made of may have any name.
    """

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self.name = name
        self.origin: dict[str, int] = {}
        self._columns = tuple(columns)
        self._rows: dict[str, Amounts] = {}

    def came_from(self, kind: str, count: int = 1) -> None:
        self.origin[kind] = self.origin.get(kind, 0) + count

    def add(self, person: str, amounts: Mapping[str, float]) -> None:
        row = self._rows.get(person)
        if row is None:
            row = self._rows[person] = {}
        for name, amount in amounts.items():
            if amount:
                row[name] = row.get(name, 0) + amount

    def of(self, person: str) -> Mapping[str, float]:
        return self._rows.get(person, {})

    @property
    def people(self) -> Iterable[str]:
        return self._rows

    def section(self, roster: Roster) -> Section:
        """Teams in the order of the roster, those without one last; their people by code."""
        order = {team: number for number, team in enumerate(roster.teams)}
        teams: dict[str, Amounts] = {}
        total: Amounts = {}
        people = []
        for code in sorted(self._rows):
            amounts = self._rows[code]
            person = roster.by_code(code)
            team = person.team if person else ""
            people.append(Row(code, person.name if person else "", team, self._values(amounts)))
            for sums in (teams.setdefault(team, {}), total):
                for name, amount in amounts.items():
                    sums[name] = sums.get(name, 0) + amount
        people.sort(key=lambda row: (order.get(row.team, len(order)), row.code))
        return Section(
            name=self.name,
            origin=dict(sorted(self.origin.items())),
            columns=self._columns,
            total=self._values(total),
            teams=tuple(
                Row("", "", team, self._values(teams[team]))
                for team in sorted(teams, key=lambda team: order.get(team, len(order)))
            ),
            people=tuple(people),
        )

    def _values(self, amounts: Mapping[str, float]) -> dict[str, Cell]:
        return {column.name: _value(column, amounts) for column in self._columns}


def _value(column: Column, amounts: Mapping[str, float]) -> Cell:
    if column.unit in ("minutes", "days"):
        return amounts.get(column.name, 0) / 10
    if column.adds:
        return int(amounts.get(column.name, 0))
    above, below = (amounts.get(part, 0) for part in column.parts)
    if not below:
        return None
    return round(above / below, 4) if column.unit == "share" else round(above / below / 10, 1)
