"""With the daemon itself: a pause is refused before it is made; without ccd it is made; its end rings."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.daemon import for_asterisk
from tests.e2e.outside import until
from tests.e2e.site import ROSTER, Site
from tests.pbx.fixtures import running
from tests.pbx.phones import answers

pytestmark = pytest.mark.pbx

PAUSED = "activated"
SEAT, DEVICE, PERSON = "A03", "PJSIP/1003", "2003"


def settings() -> str:
    """Meals are hours away, and a break lasts some seconds."""
    ahead = datetime.now(UTC) + timedelta(hours=6)
    window = f'start = "{ahead:%H}:00"\nminutes = 30\n'
    return f"""
[policies.presence]
pin_required = false
[policies.meals]
mode = "enforce"
[policies.meals.windows.lunch]
{window}[policies.meals.windows.dinner]
{window}[policies.breaks]
mode = "enforce"
[policies.breaks.reasons.break]
minutes = 0.04
times = 0
"""


@pytest.fixture(scope="module", params=["22", "16"])
def floor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(f"pauses{request.param}")
    roster = folder / "people.csv"
    roster.write_text(ROSTER, "utf-8")
    with running(request.param) as pbx:
        daemon = for_asterisk(pbx, folder / "ccd", more=settings())
        text = daemon.config.read_text("utf-8").replace("[daemon]\n", '[daemon]\ntimezone = "UTC"\n', 1)
        daemon.config.write_text(text, "utf-8")
        try:
            daemon.start()
            daemon.ccd("roster", "import", str(roster))
            yield Site(pbx, daemon)
        finally:
            if daemon.runs:
                daemon.stop(signal.SIGKILL)


async def test_a_meal_outside_its_window_is_refused_at_the_phone_and_nothing_is_paused(floor: Site) -> None:
    await floor.at_console("arrive", PERSON, SEAT)
    async with floor.seats("1003") as seats:
        assert await seats["1003"].code("*831") == "ccd/meal-outside-window"
        await floor.shows(DEVICE, "ready")
    assert [row.data[0] for row in floor.pbx.queue_log() if row.event == "PAUSE"] == []
    facts = floor.rows("shift_event", policy="meals")
    assert [row["event"] for row in facts] == ["MealRefused"]
    await floor.at_console("leave", PERSON, SEAT)


async def test_a_break_that_is_over_rings_its_phone_and_says_so(floor: Site) -> None:
    await floor.at_console("arrive", PERSON, SEAT)
    async with floor.seats("1003") as seats:
        phone = seats["1003"].phone
        phone.behaviour = answers()
        assert await seats["1003"].code("*832") == PAUSED
        await floor.shows(DEVICE, "paused", "break")
        assert await seats["1003"].told() == "ccd/break-over"
        (call,) = [each for each in phone.calls if not each.outgoing]
        await call.wait_ended(30)
        await floor.shows(DEVICE, "paused", "break")
        await until("the ring is counted", lambda: _counted(floor, "answered"), 10)
        assert await seats["1003"].code("*84") == "de-activated"
    await floor.at_console("leave", PERSON, SEAT)


async def test_a_phone_on_a_call_is_rung_when_it_is_over_and_not_before(floor: Site) -> None:
    await floor.at_console("arrive", "2001", "A01")
    async with floor.seats("1001") as seats:
        seat = seats["1001"]
        seat.phone.behaviour = answers()
        assert await seat.code("*832") == PAUSED
        call = await seat.dial("913800138000")
        await call.wait_answered()
        await until("the break is over", lambda: _over(floor), 10)
        await asyncio.sleep(5)  # the ring follows three seconds after
        assert [each for each in seat.phone.calls if not each.outgoing] == []
        await call.hangup()
        assert await seat.told() == "ccd/break-over"
        await floor.shows("PJSIP/1001", "paused", "break")
        assert await seat.code("*84") == "de-activated"
    await floor.at_console("leave", "2001", "A01")


async def test_with_ccd_gone_the_same_code_pauses(floor: Site) -> None:
    await asyncio.to_thread(floor.daemon.stop, signal.SIGKILL)
    try:
        async with floor.seats("1003") as seats:
            assert await seats["1003"].code("*831") == PAUSED
            assert await seats["1003"].code("*84") == "de-activated"
    finally:
        await asyncio.to_thread(floor.daemon.start)


async def _counted(floor: Site, result: str) -> bool:
    return (await floor.outside.values()).get(f"ccd_page_rings_total{{result={result}}}", 0) >= 1


async def _over(floor: Site) -> bool:
    return bool(floor.rows("shift_event", event="BreakOver", person="2001"))
