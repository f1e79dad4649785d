"""What was told of a day is put together out of its facts, in the order in which they came."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest

from ccd.events import sampling as facts
from ccd.events.sampling import SamplingFact
from ccd.sampling.record import check, record_of
from tests.adapters.store.samples import sample

AT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 3, 2)

T = TypeVar("T", bound=SamplingFact)


def told(kind: type[T], **more: Any) -> T:
    return sample(kind, at=AT, day=DAY, **more)


def unheard(unit: str) -> SamplingFact:
    return told(facts.PickUnheard, unit=unit)


def test_a_day_of_which_nothing_is_told_has_no_plan() -> None:
    found = record_of([])
    assert (found.plan, found.committed, found.seed, found.frozen, found.picks) == (None, (), "", None, {})
    with pytest.raises(ValueError, match="no plan"):
        check(found, "0" * 64, [])


def test_the_first_plan_and_the_first_closing_count() -> None:
    plans = [told(facts.DrawPlanned, minimum=n) for n in (1, 2)]
    closings = [told(facts.DayFrozen, digest=text) for text in "ab"]
    found = record_of([*plans, *closings])
    assert found.plan is plans[0]
    assert found.frozen is closings[0]


def test_every_digest_that_was_published_is_there_in_order() -> None:
    digests = [told(facts.SeedCommitted, digest=text) for text in "ba"]
    assert [one.digest for one in record_of(digests).committed] == ["b", "a"]


def test_picks_by_need_are_no_part_of_the_sample() -> None:
    drawn = told(facts.CallPicked, unit="1", sample="probability", reason="threshold")
    extra = [told(facts.CallPicked, unit=unit, sample="extra", reason="long") for unit in "12"]
    found = record_of([extra[0], drawn, extra[1]])
    assert found.picks == {"1": drawn}
    assert found.extra == tuple(extra)


def test_a_finding_is_of_the_closing_or_came_after_it() -> None:
    found = record_of([unheard("1"), unheard("2"), unheard("1"), told(facts.DayFrozen), unheard("3")])
    assert (found.findings, found.later) == (("1", "2"), ("3",))


def test_the_seed_is_there_once_it_was_published() -> None:
    assert record_of([told(facts.SeedRevealed, seed="ab" * 32)]).seed == "ab" * 32
