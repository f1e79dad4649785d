"""What can be drawn: a conversation is eligible, or one reason says why not; the first that fits is told.

============  ==============================================================================================
reason        why it cannot be drawn
============  ==============================================================================================
too_late      found when its day was closed already
unseen        nobody saw all of it: ccd or its PBX was out of sight
nobody        not clear who had it: nobody was signed in at the seat, or two people
not_scored    whoever had it is of no post that is scored
excluded      whoever had it is excluded from sampling
too_short     shorter than ``min_s``
too_long      longer than ``max_s``
not_recorded  no recording covers it
not_final     its recording is not measured yet
missing       the file of its recording is not there
empty         there is nothing in it
outside       it lies outside the folder of recordings
unreadable    it cannot be read
paused        the recording was paused in it, for card data
held          the recording is held for law, or for a dispute
============  ==============================================================================================
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_sampling import SamplingSettings
from ccd.events.quality import Conversation, Taken

__all__ = ["REASONS", "chosen", "offset_of", "why_not"]

_FINAL = "final"
_STATES = ("missing", "empty", "outside", "unreadable")
REASONS = (
    *("too_late", "unseen", "nobody", "not_scored", "excluded", "too_short", "too_long", "not_recorded"),
    *("not_final", *_STATES, "paused", "held"),
)


def chosen(conversation: Conversation, cover_s: float) -> Taken | None:
    """The recording to hear it by: of those that cover it a final one, then that of the greatest overlap."""
    tolerance = timedelta(seconds=cover_s)
    covering = [one for one in conversation.taken if _covers(one, conversation, tolerance)]
    if not covering:
        return None
    return min(
        covering,
        key=lambda one: (one.state != _FINAL, -_overlap(one, conversation), one.started, one.recording),
    )


def _covers(taken: Taken, conversation: Conversation, tolerance: timedelta) -> bool:
    if taken.started > conversation.connected + tolerance or taken.started >= conversation.ended:
        return False
    return taken.stopped is None or taken.stopped >= conversation.ended - tolerance


def _overlap(taken: Taken, conversation: Conversation) -> timedelta:
    stopped = conversation.ended if taken.stopped is None else min(taken.stopped, conversation.ended)
    return stopped - max(taken.started, conversation.connected)


def offset_of(taken: Taken | None, connected: datetime) -> float:
    """So many seconds into the recording the conversation begins."""
    return 0.0 if taken is None else max(0.0, (connected - taken.started).total_seconds())


def why_not(
    conversation: Conversation,
    taken: Taken | None,
    settings: SamplingSettings,
    *,
    person: str,
    scored: bool,
    excluded: bool,
    held: bool,
    too_late: bool = False,
) -> str:
    """The reason why it cannot be drawn; "" where it can. ``taken`` as ``chosen`` gives it."""
    talk_s = conversation.talk_s
    found = (
        (too_late, "too_late"),
        (not conversation.seen, "unseen"),
        (not person, "nobody"),
        (not scored, "not_scored"),
        (excluded, "excluded"),
        (talk_s < settings.min_s, "too_short"),
        (0 < settings.max_s < talk_s, "too_long"),
    )
    for holds, reason in found:
        if holds:
            return reason
    if taken is None:
        return "not_recorded"
    if taken.state != _FINAL or taken.stopped is None:
        return taken.state if taken.state in _STATES else "not_final"
    if settings.paused == "exclude" and _paused(taken, conversation):
        return "paused"
    return "held" if held else ""


def _paused(taken: Taken, conversation: Conversation) -> bool:
    return any(
        began < conversation.ended and (ended is None or ended > conversation.connected)
        for began, ended in taken.paused
    )
