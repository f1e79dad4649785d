"""A small centre: people, seats and shifts, for the tests of this room."""

from __future__ import annotations

from datetime import date, time

from ccd.events import Person, PlanDay
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Assignment, Plan, encode_day
from ccd.shifts.plan_csv import Known
from ccd.shifts.shift import Shift, Shifts

TODAY = date(2026, 3, 2)
SHANGHAI = "Asia/Shanghai"

SHIFTS = Shifts(
    (
        Shift("day", time(8), 480, SHANGHAI, label="早班"),
        Shift("late", time(16), 480, SHANGHAI, label="中班"),
        Shift("night", time(22), 600, SHANGHAI),
        Shift("long", time(7), 720, SHANGHAI),
        Shift("office", time(9), 480, SHANGHAI, weekdays=(1, 2, 3, 4, 5), workdays_only=True),
        Shift("spring", time(2, 30), 480, "America/New_York"),
        Shift("leapt", time(2, 10), 20, "America/New_York"),
    )
)


def person(
    code: str, name: str, seat: str = "", *, pbx: str = "", role: str = "agent", team: str = "甲"
) -> Person:
    return Person(
        code=code,
        name=name,
        role=role,
        team=team,
        seat=seat,
        interface=f"PJSIP/{seat}" if seat else "",
        pbx=pbx,
    )


ROSTER = Roster(
    (
        person("2001", "张三", "A1"),
        person("2002", "李四", "A1"),
        person("2003", "王五", "A2"),
        person("2004", "=sum(A1)", "A3"),
        person("3001", "赵六", "N1", pbx="north"),
        person("3002", "孙七", "T1", pbx="north"),
        person("3003", "周八", "T1", pbx="south"),
        person("6001", "吴九", role="duty_lead", team=""),
        person("6002", "郑十", "A9", role="team_lead"),
    )
)
KNOWN = Known(SHIFTS, ROSTER, Calendar("CN"), TODAY)


def plan_of(*assignments: Assignment) -> Plan:
    days: dict[date, dict[str, list[tuple[str, str, str, str]]]] = {}
    for one in assignments:
        days.setdefault(one.day, {}).setdefault(one.person, []).append(
            (one.shift, one.seat, one.pbx, one.meal_group)
        )
    return Plan(
        SHIFTS, [PlanDay(day, encode_day(people), whole=True) for day, people in sorted(days.items())]
    )
