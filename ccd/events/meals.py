"""Facts of meals: windows, rotation, how many at once (manual.md, "Meals").

``window`` is the name of the window in the settings, "" where the meal is in none; ``opens`` and ``closes``
are its bounds of that day (None outside one), which together with the name say which window it was.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class MealFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "meals"


class MealGranted(MealFact, frozen=True, kw_only=True):
    """``person`` may go, until ``until``. ``by_rule``: own (every rule kept) | turn | lead | incident |
    unenforced (a rule is broken, and the mode lets it).
    """

    window: str
    by_rule: str
    until: datetime
    opens: datetime | None = None
    closes: datetime | None = None
    moved_s: float = 0.0


class MealQueued(MealFact, frozen=True, kw_only=True):
    """``person`` waits for a place, as number ``position`` of the team then."""

    window: str
    team: str
    position: int
    opens: datetime
    closes: datetime
    group: str = ""
    slot_opens: datetime | None = None
    slot_closes: datetime | None = None
    """The part of the window that is their meal group's; None where they are in none."""


class MealTurn(MealFact, frozen=True, kw_only=True):
    """A place is kept for ``person`` until ``until``; they have waited since ``waited_since``."""

    window: str
    until: datetime
    waited_since: datetime
    opens: datetime
    closes: datetime


class MealHeld(MealFact, frozen=True, kw_only=True):
    """A live call keeps ``person`` from going. ``what``: turn (kept for them until it is over) | pause
    (their phone is paused for the meal already).
    """

    what: str
    window: str
    since: datetime
    opens: datetime | None = None
    closes: datetime | None = None
    interface: str = ""
    asked: bool = True
    before_s: float = 0.0
    """Moved already before this call."""


class MealMoved(MealFact, frozen=True, kw_only=True):
    """The call is over. The meal is so much later than it would have been, and its window ends as much later
    for this person; ``until``: so long their turn is kept now.
    """

    what: str  # turn | pause
    window: str
    since: datetime
    moved_s: float
    until: datetime | None = None


class MealPlaceEnded(MealFact, frozen=True, kw_only=True):
    """A place that ``person`` had is theirs no more, without a meal. ``what``: waiting | turn | grant |
    pause (on a call still).

    ``why``: unused (kept so long in vain) | cancelled | closed (the window is over) | left (signed out) |
    let (they may go otherwise) | unpaused (before the call was over) | not_paused (the PBX refused it).
    """

    what: str
    why: str
    window: str


class MealBegan(MealFact, frozen=True, kw_only=True):
    """``person`` is at a meal from ``at`` on. ``allowed_s`` from then; not ``asked``: past our codes."""

    window: str
    allowed_s: float
    asked: bool
    moved_s: float = 0.0
    """So much later than their turn, since a call went on; nobody is punished for it."""
    opens: datetime | None = None
    closes: datetime | None = None
    """Where its window ends, without ``moved_s``; None: only the allowance bounds this meal."""
    interface: str = ""
    full_s: float = 0.0
    """The allowance, where the end of the window does not cut it."""


class MealUnclear(MealFact, frozen=True, kw_only=True):
    """A phone was paused for a meal, and ``people`` are signed in there: whose meal it is cannot be known."""

    people: tuple[str, ...]
    interface: str


class MealUnseen(MealFact, frozen=True, kw_only=True):
    """The PBX was out of sight from ``since`` to ``until`` during a meal: this time counts against nobody."""

    window: str
    since: datetime
    until: datetime


class MealExtended(MealFact, frozen=True, kw_only=True):
    """A lead gives a meal under way ``minutes`` more, past its window too."""

    window: str
    minutes: int
    reason: str


class MealOverstayed(MealFact, frozen=True, kw_only=True):
    """Somebody is still away. ``level``: warned (soon over) | told (over now) | late | violation."""

    window: str
    level: str
    began: datetime
    over_s: float


class MealEnded(MealFact, frozen=True, kw_only=True):
    """``seconds`` from ``began`` to ``at``; ``over_s`` are whole seconds past what was allowed, none of them
    out of sight. ``level`` is unknown where it depends on what was out of sight.
    """

    window: str
    began: datetime
    seconds: float
    allowed_s: float
    over_s: float
    level: str  # ok | late | violation | unknown
    asked: bool
    moved_s: float = 0.0
    extended_s: float = 0.0
    blind_s: float = 0.0
    why: str = ""
    """unpaused | arrived (at a seat) | unseen (over when we looked again) | gone (out, the shift is over)."""


class MealExcused(MealFact, frozen=True, kw_only=True):
    """A lead takes back what the meal begun at ``began`` counts against ``person``."""

    window: str
    began: datetime
    level: str
    reason: str


class MealRefused(MealFact, frozen=True, kw_only=True):
    """``rule`` is a key of ``ccd.rules``. Not ``enforced``: it would have been refused."""

    rule: str
    window: str
    enforced: bool
