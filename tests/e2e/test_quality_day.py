"""Two hundred recorded calls on the real Asterisk: sampled, pulled, scored, disputed, and found out where touched."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.quality_day import AGENTS, CALLS, QualityDay, opened, prepare
from tests.pbx.fixtures import running

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[QualityDay]:
    folder = tmp_path_factory.mktemp("quality")
    with running("22", prepare) as pbx:
        async with opened(pbx, folder / "ccd") as day:
            await day.take_calls(CALLS)
            yield day


async def test_every_call_is_one_conversation_with_its_recording(day: QualityDay) -> None:
    rows = day.outside.rows('SELECT * FROM "conversation"')
    assert len(rows) == CALLS
    assert Counter(row["eligible"] for row in rows) == {"": CALLS}
    assert {row["person"] for row in rows} == set(AGENTS)
    assert len({row["recording"] for row in rows}) == CALLS
    assert all(row["talk_s"] >= 3.5 for row in rows)
    await asyncio.sleep(0)
