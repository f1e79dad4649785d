"""What Prometheus is told of calibration: sessions, agreement, drift; nobody named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.adapters.metrics.calibration import SERIES, calibration_families
from ccd.events.calibration import CalibrationClosed, CalibrationOpened
from tests.adapters.metrics.sites import ready_floor
from tests.adapters.store.samples import sample


def closed(session: str, alpha: float | None, **deviations: float) -> CalibrationClosed:
    return sample(CalibrationClosed, session=session, alpha=alpha, deviations=deviations)


def test_before_the_first_there_is_no_agreement_to_tell() -> None:
    value = ready_floor().metrics.registry.get_sample_value
    assert value("ccd_calibrations_open") == value("ccd_calibration_drifting") == 0
    assert value("ccd_calibration_alpha") is None


def test_open_and_overdue_sessions_are_counted() -> None:
    floor = ready_floor()
    now = floor.world.now
    for session, hours in (("late", -1), ("soon", 1)):
        due = now + timedelta(hours=hours)
        floor.world.apply(sample(CalibrationOpened, session=session, at=now, due=due))
    value = floor.metrics.registry.get_sample_value
    assert value("ccd_calibrations_open") == 2


@pytest.mark.parametrize(
    ("deviations", "furthest", "drifting"),
    [((6.0,) * 5, 6.0, 1), ((-6.0,) * 5, -6.0, 1), ((5.0,) * 5, 5.0, 0), ((6.0,) * 4, None, 0)],
)
def test_whoever_is_furthest_off_is_told_without_a_name(
    deviations: tuple[float, ...], furthest: float | None, drifting: int
) -> None:
    floor = ready_floor()
    for number, value in enumerate(deviations):
        floor.world.apply(sample(CalibrationOpened, session=f"s{number}"))
        floor.world.apply(closed(f"s{number}", 0.5 if number else None, **{"7001": value, "7002": 0.0}))
    told = floor.metrics.registry.get_sample_value
    assert told("ccd_calibration_deviation_points") == furthest
    assert told("ccd_calibration_drifting") == drifting
    assert told("ccd_calibration_alpha") == 0.5
    families = calibration_families(floor.world, floor.world.now)
    samples = [one for family in families for one in family.samples]
    assert len(samples) <= SERIES
    assert not any(one.labels for one in samples)
