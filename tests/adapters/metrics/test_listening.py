"""What Prometheus is told of live listening: each outcome once, nobody named, in a closed set of series."""

from __future__ import annotations

from typing import Any

import pytest

from ccd.adapters.metrics.listening import SERIES, WHYS
from ccd.config_listening import HOWS
from ccd.events.listening import (
    ListeningAsked,
    ListeningBegan,
    ListeningEnded,
    ListeningFact,
    ListeningRefused,
)
from tests.adapters.metrics.sites import page, ready_floor, series, tell
from tests.adapters.store.samples import sample


def made(kind: type[ListeningFact], **fields: Any) -> ListeningFact:
    return sample(kind, **{"person": "7001", "actor": "7002", "listening": "listen-1a", **fields})


@pytest.mark.parametrize(
    ("fact", "labels"),
    [
        (made(ListeningEnded, how="listen", why="over", seconds=61.5), {"how": "listen", "outcome": "over"}),
        (
            made(ListeningEnded, how="barge", why="no_answer", seconds=0.0),
            {"how": "barge", "outcome": "no_answer"},
        ),
        (made(ListeningEnded, how="listen", why="?", seconds=1.0), {"how": "listen", "outcome": "other"}),
        (made(ListeningRefused, how="whisper"), {"how": "whisper", "outcome": "not_allowed"}),
    ],
)
def test_each_outcome_counts_once_and_what_was_heard_in_seconds(
    fact: ListeningFact, labels: dict[str, str]
) -> None:
    floor = ready_floor()
    tell(floor, fact)
    registry = floor.metrics.registry
    assert registry.get_sample_value("ccd_listenings_total", labels) == 1
    heard = getattr(fact, "seconds", 0.0)
    assert registry.get_sample_value("ccd_listening_seconds_total") == heard


def test_how_many_listen_now_and_how_many_phones_ring() -> None:
    floor = ready_floor()
    for n, how in enumerate(("listen", "listen", "barge")):
        floor.world.apply(made(ListeningAsked, listening=f"listen-1{n}", how=how))
    floor.world.apply(made(ListeningBegan, listening="listen-10", how="whisper"))
    value = floor.metrics.registry.get_sample_value
    assert [value("ccd_listenings_active", {"how": how}) for how in HOWS] == [0, 1, 0]
    assert value("ccd_listenings_ringing") == 2


def test_the_series_are_a_closed_set_in_which_nobody_is_named() -> None:
    floor = ready_floor()
    text = page(floor)
    fresh = [line for line in series(text) if "_created" not in line and "ccd_listening" in line]
    assert len(fresh) == SERIES - len(HOWS), "all are there from the first scrape, at 0"
    for how in HOWS:
        for why in (*WHYS, "of next year"):
            tell(floor, made(ListeningEnded, how=how, why=why, seconds=1.0))
    lines = [line for line in series(page(floor)) if "_created" not in line and "ccd_listening" in line]
    assert len(lines) == SERIES
    assert not any("7001" in line or "7002" in line for line in lines)
