"""A plan as a file: back and forth unchanged; refused as a whole, by line and column."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.config import SpanSettings
from ccd.csv_tables import Faults
from ccd.roster import Roster
from ccd.shifts.check import Change, plan_warnings, read_change, span_warnings_of
from ccd.shifts.plan import Assignment, Plan
from ccd.shifts.plan_csv import PlanError, dump, parse
from tests.shifts.made import KNOWN, ROSTER, SHIFTS, TODAY, person, plan_of

D = "2026-03-02"
DAY = date(2026, 3, 2)
HEAD = "person,date,shift,seat,pbx,meal_group\n"


def read(text: str | bytes, planned: Plan | None = None, replace: tuple[date, date] | None = None) -> Change:
    data = text if isinstance(text, bytes) else text.encode()
    return read_change(data, filename="p.csv", known=KNOWN, planned=planned or plan_of(), replace=replace)


def faults_of(text: str | bytes, planned: Plan | None = None, **more: tuple[date, date]) -> tuple[str, ...]:
    with pytest.raises(PlanError) as refused:
        read(text, planned, **more)
    return refused.value.faults


def planned_by(change: Change, before: Plan | None = None) -> list[Assignment]:
    plan = before or Plan(SHIFTS)
    plan.change(change.days)
    return [one for day in plan.days for one in plan.day(day)]


FORMS = {
    "English": HEAD + f"2001,{D},day,A2,,1\n",
    "no seat: their own": HEAD.replace(",seat", "") + f"2003,{D},day,,1\n",
    "Chinese": f"工号,姓名,日期,班次,机台,用餐组\n2001,张三,{D},早班,A2,1\n",
    "another order and form": "shift;date;person;meal group;seat\r\n 早班 ;2026/3/2;2001;1;A2\r\n\r\n",
    "days in Chinese": "工号\t日期\t班次\t机台\t用餐组\n2001\t2026年3月2日\tDAY\tA2\t1\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_is_read_in_many_forms(text: str, encoding: str) -> None:
    (one,) = planned_by(read(text.encode(encoding)))
    assert (one.day, one.shift, one.seat, one.meal_group) == (DAY, "day", "A2", "1")


# rows after the header; line, column and beginning of the one fault
BAD = {
    "an unknown person": (f"9,{D},day,,,", 2, "person", "nobody in the roster has the code '9'"),
    "an unknown shift": (f"2001,{D},夜班,,,", 2, "shift", "there is no shift '夜班'; there are: day,"),
    "an unknown seat": (f"2001,{D},day,Z9,,", 2, "seat", "the roster has no seat 'Z9'"),
    "a seat of another PBX": (f"2001,{D},day,N1,south,", 2, "seat", "the roster has no seat N1 on"),
    "a seat of two PBXs": (f"2001,{D},day,T1,,", 2, "pbx", "there is a seat T1 on each of north, south"),
    "a day that does not exist": ("2001,2026-02-29,day,,,", 2, "date", "'2026-02-29' does not exist"),
    "no day at all": ("2001,tomorrow,day,,,", 2, "date", "'tomorrow' is no day"),
    "a day of another century": ("2001,2126-03-02,day,,,", 2, "date", "2126-03-02 is too far"),
    "a weekend": ("2001,2026-03-07,office,,,", 2, "date", "office does not run on 2026-03-07 (Sat weekend)"),
    "a shift that is leapt over": ("2001,2026-03-08,leapt,,,", 2, "date", "on 2026-03-08 the clock leaps"),
    "a person in two places": (
        f"2001,{D},day,,,\n2001,{D},long,A2,,", 3, "shift",
        "long of 2026-03-02 overlaps with day of 2026-03-02 of 2001, in line 2",
    ),
    "the same row twice": (f"2001,{D},day,,,\n2001,{D},day,,,", 3, "shift", "day of 2026-03-02 overlaps"),
    "across midnight": (
        f"2001,2026-03-03,long,,,\n2001,{D},night,,,", 3, "shift",
        "night of 2026-03-02 overlaps with long of 2026-03-03 of 2001, in line 2",
    ),
    "a seat used twice": (
        f"2001,{D},day,,,\n2002,{D},day,,,", 3, "seat",
        "seat A1 is taken by 2001 for day of 2026-03-02, in line 2",
    ),
    "a seat used twice over midnight": (
        f"2002,{D},night,,,\n2003,2026-03-03,long,A1,,", 3, "seat",
        "seat A1 is taken by 2002 for night of 2026-03-02, in line 2",
    ),
    "off and at work": (f"2001,{D},off,,,\n2001,{D},day,,,", 2, "shift", "2001 is off here"),
    "an odd meal group": (f"2001,{D},day,,,a\u200bb", 2, "meal_group", "'a?b' holds a control"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "line", "column", "said"), BAD.values(), ids=BAD)
def test_a_faulty_row_is_refused_by_line_and_column(rows: str, line: int, column: str, said: str) -> None:
    (fault,) = faults_of(HEAD + rows + "\n")
    assert fault.startswith(f'p.csv: line {line}, column "{column}": {said}')


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    (fault,) = faults_of(HEAD + f"2001,{D}\n")
    assert fault == "p.csv: line 2: 2 cells where the header has 6; add or remove separators"


def test_every_fault_is_told_at_once_and_nothing_is_taken() -> None:
    planned = plan_of(Assignment("2001", DAY, "day", "A1"))
    faults = faults_of(
        HEAD + f"9,{D},day,,,\n2002,{D},x,,,\n2003,{D},day,,,\n2001,2026-13-01,day,,,\n", planned
    )
    assert [fault.split(":")[1] for fault in faults] == [
        ' line 2, column "person"', ' line 3, column "shift"', ' line 5, column "date"',
    ]  # fmt: skip
    assert planned.of("2003", DAY) == ()


def test_a_name_that_is_another_persons_is_refused() -> None:
    (fault,) = faults_of(f"person,name,date,shift\n2001,李四,{D},day\n")
    assert fault == 'p.csv: line 2, column "name": 2001 is 张三 in the roster, not 李四'


OVERLAPS_KEPT = {
    "one ends as the other begins": f"2001,{D},day,,,\n2002,{D},late,,,\n",
    "the next morning": f"2002,{D},night,,,\n2001,2026-03-03,day,,,\n",
    "one seat on two PBXs": f"3002,{D},day,,,\n3003,{D},day,,,\n",
    "two people without a seat": f"6001,{D},day,,,\n",
    "one person twice a day": f"2001,{D},day,,,\n2001,{D},night,,,\n",
}


@pytest.mark.parametrize("rows", OVERLAPS_KEPT.values(), ids=OVERLAPS_KEPT)
def test_what_only_meets_is_no_overlap(rows: str) -> None:
    assert read(HEAD + rows).assignments == rows.count("\n")


def test_rows_are_held_against_what_is_planned_already() -> None:
    planned = plan_of(
        Assignment("2002", DAY, "day", "A1"), Assignment("2001", date(2026, 3, 1), "night", "A9")
    )
    (fault,) = faults_of(HEAD + f"2001,{D},day,,,\n", planned)
    assert fault.endswith("seat A1 is taken by 2002 for day of 2026-03-02, which is planned already")
    (fault,) = faults_of(HEAD + f"2001,{D},long,A3,,\n", planned)
    assert fault.endswith("overlaps with night of 2026-03-01 of 2001, which is planned already")


def test_the_days_of_the_people_named_are_replaced_and_no_others() -> None:
    planned = plan_of(
        Assignment("2001", DAY, "day", "A1"),
        Assignment("2003", DAY, "day", "A2"),
        Assignment("2004", DAY, "day", "A3"),
    )
    change = read(HEAD + f"2001,{D},late,,,\n2003,{D},休,,,\n", planned)
    assert (change.people, change.assignments, change.removed) == (2, 1, 2)
    assert [(one.person, one.shift) for one in planned_by(change, planned)] == [
        ("2001", "late"),
        ("2004", "day"),
    ]


def test_a_span_can_be_replaced_for_everybody() -> None:
    planned = plan_of(*(Assignment("2001", DAY + timedelta(days=n), "day", "A1") for n in range(3)))
    span = (DAY, DAY + timedelta(days=1))
    change = read(HEAD + f"2002,{D},day,,,\n", planned, span)
    assert (change.assignments, change.removed) == (1, 2)
    assert [(one.person, one.day.day) for one in planned_by(change, planned)] == [("2002", 2), ("2001", 4)]
    (fault,) = faults_of(HEAD + "2002,2026-03-09,day,,,\n", planned, replace=span)
    assert 'line 2, column "date": 2026-03-09 is not in the span that is replaced' in fault


seats = st.sampled_from(["A1", "A2", "A3", "A9"])


@st.composite
def plans(draw: st.DrawFn) -> list[Assignment]:
    """Any that the rules allow: overlaps of a person or a seat are left out."""
    drawn = draw(
        st.lists(
            st.builds(
                Assignment,
                person=st.sampled_from([one.code for one in ROSTER.people if one.pbx == "" and one.seat]),
                day=st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=20)),
                shift=st.sampled_from(["day", "late", "night", "long", "spring"]),
                seat=seats,
                pbx=st.just(""),
                meal_group=st.text("一二=@ab'\"", max_size=4).map(str.strip),
            ),
            max_size=20,
        )
    )
    kept: list[Assignment] = []
    for one in drawn:
        times = SHIFTS.occurrence(one.shift, one.day)
        assert times is not None
        for other in kept:
            theirs = SHIFTS.occurrence(other.shift, other.day)
            assert theirs is not None
            near = theirs.starts < times.ends and times.starts < theirs.ends
            if near and (one.person == other.person or one.seat == other.seat):
                break
        else:
            kept.append(one)
    return kept


@given(plans())
@settings(max_examples=150, deadline=None)
def test_importing_what_was_exported_gives_the_same_plan(known: list[Assignment]) -> None:
    data = dump(known, ROSTER)
    again = planned_by(read(data))
    assert sorted(again) == sorted(known)
    assert sorted(planned_by(read(dump(again, ROSTER)))) == sorted(known)


@given(plans(), plans())
@settings(max_examples=100, deadline=None)
def test_an_overlap_is_refused_exactly_where_there_is_one(
    one: list[Assignment], other: list[Assignment]
) -> None:
    together = [*one, *other]
    times = {each: SHIFTS.occurrence(each.shift, each.day) for each in together}

    def clash(a: Assignment, b: Assignment) -> bool:
        ours, theirs = times[a], times[b]
        assert ours is not None
        assert theirs is not None
        near = ours.starts < theirs.ends and theirs.starts < ours.ends
        return near and (a.person == b.person or a.seat == b.seat)

    expected = any(clash(a, b) for n, a in enumerate(together) for b in together[:n])
    try:
        read(dump(together, ROSTER))
    except PlanError:
        assert expected
    else:
        assert not expected


@given(st.binary(max_size=200))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    faults = Faults("p.csv", PlanError)
    try:
        assert parse(data, faults=faults, known=KNOWN) == []
    except PlanError:
        assert faults.texts


def test_a_formula_in_a_name_is_written_harmless() -> None:
    data = dump([Assignment("2004", DAY, "day", "A3")], ROSTER)
    assert "'=sum(A1)" in data.decode("utf-8-sig")
    assert planned_by(read(data)) == [Assignment("2004", DAY, "day", "A3")]


def test_the_span_of_control_is_looked_at_shift_by_shift() -> None:
    people = [person(str(3000 + n), f"p{n}", f"S{n}") for n in range(9)] + [
        person("6100", "lead", role="team_lead")
    ]
    by_day = [Assignment(one.code, DAY, "day", one.seat) for one in people[:9]]
    roster = Roster(people)
    good = plan_of(*by_day, Assignment("6100", DAY, "day"))
    assert span_warnings_of(good.day(DAY), roster, SpanSettings()) == []
    bad = plan_of(*by_day, Assignment("6100", DAY, "late"))
    assert span_warnings_of(bad.day(DAY), roster, SpanSettings()) == [
        "2026-03-02 day: team 甲: 9 agents and no lead"
    ]


def test_a_start_that_the_clock_leaps_over_is_warned_of() -> None:
    plan = plan_of(Assignment("6001", date(2026, 3, 8), "spring"))
    assert list(plan_warnings(plan.days, plan, KNOWN, SpanSettings())) == [
        "2026-03-08: the clock leaps over the start of spring; it begins when it has leapt"
    ]
