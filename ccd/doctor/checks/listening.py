"""The dialplan of live listening: is it there, whole, and can nobody dial into it?"""

from __future__ import annotations

from collections.abc import Iterator

from ccd.doctor.checks.includes import including_ours
from ccd.doctor.facts import Facts
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs

__all__ = ["dialplan"]

LISTEN = "ccd-listen"
FILE = "ccd/extensions-ccd-listening.conf"
OURS = frozenset(
    (
        LISTEN,
        *(f"{LISTEN}-{name}" for name in ("on", "keys", "turn", "turned", "idle", "tone")),
    )
)


def dialplan(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """A context that includes one of these would let its callers listen to anybody: that is the gravest."""
    plan = facts.dialplan
    if not needs.listening or plan is None:
        return
    file = f"{facts.config_dir or '/etc/asterisk'}/extensions.conf"
    found = {step.context for step in plan.steps}
    reaching = sorted(
        (context, included)
        for context, all_ in plan.includes.items()
        for included in all_
        if included in OURS
    )
    if reaching:
        context, included = reaching[0]
        text = f"[{context}] includes {included}: whoever dials there may listen to calls"
        yield Finding("listening-dialplan", Status.FAIL, text, f"; include => {included}", file)
    elif missing := OURS - found:
        text = f"the dialplan has no [{sorted(missing)[0]}]: nobody can listen to a live call"
        yield Finding("listening-dialplan", Status.WARN, text, including_ours(facts, FILE), file)
    else:
        yield Finding("listening-dialplan", Status.OK, "live calls can be listened to")
