"""Calibration: how many sessions are open, how far the latest one agreed, and how many analysts drift.

What cannot be told yet has no sample, rather than a 0 that would look like one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from statistics import fmean

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.world import World

__all__ = ["SERIES", "calibration_families"]

SERIES = 5
"""At most so many; nobody is in a label."""


def calibration_families(world: World, now: datetime) -> Iterator[Metric]:
    known = world.calibration.sessions.values()
    open_ = world.calibration.open
    yield GaugeMetricFamily("ccd_calibrations_open", "Calibrations that are not closed.", len(open_))
    overdue = sum(one.opened.due <= now for one in open_)
    yield GaugeMetricFamily("ccd_calibrations_overdue", "Of these, those past their time.", overdue)
    closed = sorted((one.closed for one in known if one.closed is not None), key=lambda one: one.at)
    agreed = [one.alpha for one in closed if one.alpha is not None]
    told = "Krippendorff's alpha of the latest calibration that has one."
    yield GaugeMetricFamily("ccd_calibration_alpha", told, agreed[-1] if agreed else None)
    settings = world.settings.policies.calibration
    means = [
        fmean(latest)
        for person in world.calibration.analysts
        if len(latest := world.calibration.deviations(person, settings.drift_sessions))
        >= settings.drift_sessions
    ]
    told = "The mean deviation from the expert of whoever is furthest off, in points of 100."
    furthest = max(means, key=abs, default=None)
    yield GaugeMetricFamily("ccd_calibration_deviation_points", told, furthest)
    drifting = sum(abs(mean) > settings.drift_limit for mean in means)
    yield GaugeMetricFamily("ccd_calibration_drifting", "Analysts further off than they may be.", drifting)
