"""Seconds in a state and blind: growing, never going back."""

from __future__ import annotations

import pytest

from tests.adapters.metrics.sites import ready_floor
from tests.floor import Floor


def test_seconds_in_a_state_grow_while_it_lasts() -> None:
    floor = ready_floor()
    floor.pause("PJSIP/1001", "sales", reason="lunch")
    labels = {"pbx": "main", "team": "A", "state": "paused"}
    seen = []
    for _ in range(3):
        floor.wait(60)
        seen.append(floor.value("ccd_agent_state_seconds_total", **labels))
    assert seen == [pytest.approx(60, abs=0.01), pytest.approx(120, abs=0.01), pytest.approx(180, abs=0.01)]
    floor.pause("PJSIP/1001", "sales", on=False)
    floor.wait(600)
    assert floor.value("ccd_agent_state_seconds_total", **labels) == pytest.approx(180, abs=0.01)


def test_a_cut_noticed_late_makes_no_counter_of_seconds_go_back() -> None:
    floor = ready_floor()
    ready = {"pbx": "main", "team": "A", "state": "ready"}
    blind = {"pbx": "main"}
    floor.wait(60)
    heard = floor.at
    floor.wait(12)
    before = floor.value("ccd_agent_state_seconds_total", **ready) or 0
    floor.lose(heard)
    assert floor.value("ccd_agent_state_seconds_total", **ready) == before
    assert floor.value("ccd_pbx_blind_seconds_total", **blind) == pytest.approx(12, abs=0.01)
    floor.wait(8)
    assert floor.value("ccd_pbx_blind_seconds_total", **blind) == pytest.approx(20, abs=0.01)
    floor.give_back("1001", "1002", "1003")
    assert floor.value("ccd_pbx_blind_seconds_total", **blind) == pytest.approx(20, abs=0.01)
    floor.wait(100)
    # 60 s before the cut and 100 s after it: the 12 s shown too early are no longer there.
    assert floor.value("ccd_agent_state_seconds_total", **ready) == pytest.approx(160, abs=0.01)
    assert floor.value("ccd_pbx_blind_seconds_total", **blind) == pytest.approx(20, abs=0.01)


def test_blindness_and_age_of_the_last_event_are_told() -> None:
    floor = ready_floor()
    assert floor.value("ccd_pbx_blind", pbx="main") == 0
    floor.wait(7)
    assert floor.value("ccd_pbx_last_event_age_seconds", pbx="main") == pytest.approx(7, abs=0.01)
    floor.lose(floor.at)
    assert floor.value("ccd_pbx_blind", pbx="main") == 1
    assert floor.value("ccd_pbx_synced", pbx="main") == 0


def test_a_wrap_up_cut_short_by_blindness_is_no_length_of_a_wrap_up() -> None:
    floor = Floor()
    floor.follow()
    floor.member("sales", "1001", Wrapuptime="30")
    for blind in (True, False):
        caller = floor.joins("sales")
        leg = floor.answers("sales", caller, "PJSIP/1001")
        floor.completes("sales", caller, leg, "PJSIP/1001", talk_s=1)
        floor.wait(5)
        if blind:
            floor.lose(floor.at)
            floor.give_back("1001", Wrapuptime="30")
    floor.wait(60)
    assert floor.value("ccd_wrap_up_seconds_count", pbx="main") == 1
    assert floor.value("ccd_wrap_up_seconds_sum", pbx="main") == pytest.approx(30, abs=0.01)
