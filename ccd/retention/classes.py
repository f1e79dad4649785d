"""Which class a recording is of, and whether its time is over. Pure: the dry run asks the same question."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_retention import ClassSettings, RetentionSettings
from ccd.events.quality import Lying

__all__ = ["DEFAULT", "class_of", "ends", "shortest"]

DEFAULT = "default"
"""The class of a recording that is of no other."""
THREAT, COMPLAINT = "threat", "complaint"


def class_of(settings: RetentionSettings, one: Lying) -> tuple[str, int]:
    """(name, days); 0 days: for good. Of several the one that keeps it longest, then the first named."""
    found = [(name, each.days) for name, each in settings.classes.items() if _matches(each, one)]
    if not found:
        return DEFAULT, settings.days
    return max(found, key=lambda named: named[1] or float("inf"))


def ends(settings: RetentionSettings, one: Lying) -> tuple[str, datetime | None]:
    """(class, when its time is over); None: never."""
    name, days = class_of(settings, one)
    return name, (one.stopped or one.started) + timedelta(days=days) if days else None


def shortest(settings: RetentionSettings) -> int:
    """Days before which nothing can be over; 0: everything is kept for good."""
    days = [settings.days, *(each.days for each in settings.classes.values())]
    return min((each for each in days if each), default=0)


def _matches(section: ClassSettings, one: Lying) -> bool:
    lists = (
        (section.queues, one.queues),
        (section.teams, one.teams),
        (section.directions, one.kinds),
    )
    if any(asked and not set(asked) & set(has) for asked, has in lists):
        return False
    flags = (
        (section.sampled, bool(one.picked)),
        (section.evaluated, one.evaluated),
        (section.complaint, COMPLAINT in one.picked),
        (section.threat, THREAT in one.picked),
    )
    return all(has for asked, has in flags if asked)
