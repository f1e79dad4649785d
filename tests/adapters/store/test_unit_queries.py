"""One conversation, found by an evaluation of it or by its own name; what is none is told as none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.unit_queries import unit
from ccd.effects import LookUpUnit
from ccd.events.quality import ConversationSeen, UnitLooked
from ccd.events.scoring import EvaluationOpened
from tests.adapters.store.samples import later, sample

DAY = date(2026, 3, 2)
CALL: dict[str, Any] = {"pbx": "main", "call": "1.1", "recording": "1.1.wav", "person": "7", "team": "A"}


def facts() -> list[e.Event]:
    more = {"queue": "help", "talk_s": 95.0, "offset_s": 12.0, "day": DAY}
    common = CALL | more
    return [
        sample(EvaluationOpened, **common, evaluation="evalaaaaaaaa", unit="picked", key="k1", n=1),
        sample(ConversationSeen, **common, unit="passed-over", picked=""),
    ]


async def looked(store: Store, **asked: Any) -> UnitLooked:
    store.enqueue(facts())
    await store.commit()
    effect = LookUpUnit(key="k", because="test", **asked)
    return await store.read(lambda connection: unit(connection, effect, later(9)))


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"evaluation": "evalaaaaaaaa"}, "picked"),
        ({"unit": "picked"}, "picked"),
        ({"unit": "passed-over", "day": DAY}, "passed-over"),
    ],
)
async def test_it_is_found_whole(store: Store, asked: dict[str, Any], name: str) -> None:
    found = await looked(store, **asked)
    assert found == UnitLooked(
        at=later(9), key="k", unit=name, queue="help", talk_s=95.0, offset_s=12.0, **CALL
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"evaluation": "picked"},
        {"unit": "evalaaaaaaaa"},
        {"unit": "passed-over"},
        {"unit": "passed-over", "day": date(2026, 3, 3)},
        {"evaluation": "' or 1=1 --"},
        {"unit": ""},
    ],
)
async def test_what_is_none_is_told_as_none(store: Store, asked: dict[str, Any]) -> None:
    assert await looked(store, **asked) == UnitLooked(at=later(9), key="k")
