"""Whoever reports an emergency waits for the engine's answer, and gets their own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from ccd.adapters.acts import Acts
from ccd.effects import AnswerAct
from ccd.events import IncidentAct, ReportAsked

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def report(request: str = "r1") -> ReportAsked:
    return ReportAsked(NOW, request, "threat", "console")


def answer(request: str, incident: str = "threat-1") -> AnswerAct:
    return AnswerAct(request, "because", accepted=True, incident=incident)


async def test_each_asker_gets_the_answer_to_their_own_request() -> None:
    submitted: list[ReportAsked | IncidentAct] = []
    acts = Acts(submitted.append)
    first = asyncio.create_task(acts.ask(report("r1"), 5))
    second = asyncio.create_task(acts.ask(report("r2"), 5))
    await asyncio.sleep(0)
    assert [event.request for event in submitted] == ["r1", "r2"]
    assert acts.answer(answer("r2", "two"))
    assert acts.answer(answer("r1", "one"))
    assert ((await first).incident, (await second).incident) == ("one", "two")


async def test_two_who_ask_the_same_are_both_answered_and_a_third_anew() -> None:
    acts = Acts(lambda event: None)
    both = [asyncio.create_task(acts.ask(report(), 5)) for _ in range(2)]
    await asyncio.sleep(0)
    acts.answer(answer("r1", "one"))
    third = asyncio.create_task(acts.ask(report(), 5))
    await asyncio.sleep(0)
    assert [(await asked).incident for asked in both] == ["one", "one"]
    assert acts.answer(answer("r1", "again"))
    assert (await third).incident == "again"


async def test_what_is_not_answered_in_time_is_an_error_and_forgotten() -> None:
    acts = Acts(lambda event: None)
    with pytest.raises(TimeoutError):
        await acts.ask(report(), 0.02)
    assert not acts.answer(answer("r1"))


def test_nobody_waits_for_the_answer_to_a_phone() -> None:
    assert not Acts(lambda event: None).answer(answer("main-1.1-2"))
