"""Presence: who sits where, by their own sign-in. Never inferred from the phone, which both shifts share.

Rules, in this order; the first column is what ``SignInRefused.why`` and ``because`` say:

==================  =======================================================================================
``unknown_code``    the code stands in no row of the roster (whoever still sits there may leave all the same)
``locked``          ``pin_tries`` wrong PINs in a row: no PIN is looked at for ``pin_lock_s``
``wrong_pin``       dialled at a phone with a PIN that is not the person's
``no_pin``          dialled at a phone without a PIN
``unknown_seat``    arriving, or being there, at a seat that no row of the roster names
``not_here``        leaving a seat one does not sit at
``held``            leaving a seat, or going to another, before relief has come, or so that the team falls
                    under its floor: as the handover policy says (docs/handover.md), enforced where that is
``unknown_kind``    neither arriving, leaving nor being there
==================  =======================================================================================

Only ``wrong_pin`` counts towards a lock. A PIN is asked for at phones only: the console knows its user, and
what the dialplan noted while ccd could not answer (``how="missed"``) is past and is taken as it is.

Whoever leaves because of illness is never held, nor is what was missed, for it is past.

Modes: ``enforce`` refuses. ``notify`` and ``observe`` let the person go, do what was asked as far as it can
be done, and note what would have been refused; ``notify`` tells the duty lead. ``off`` keeps no presence.

Being there (``attend``, ``*87``) is how whoever an emergency waits for proves to have come. It is no sign-in:
the person sits nowhere by it, and may go without a word. Since it stops the clock to the police all rules are
enforced for it in every mode, ``off`` too, and a PIN is asked for whatever ``pin_required`` says:

===========  ============  =================================================================
told by      PIN           what comes of it
===========  ============  =================================================================
phone        right         there, proven
phone        wrong, none   refused; a wrong one counts towards the lock
console      not asked     there, proven: by whoever vouches for it
missed       not checked   there, not proven: the clock goes on
===========  ============  =================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec

from ccd.config import Mode, PresenceSettings
from ccd.effects import AnswerSignIn, Effect, Notify
from ccd.events import Event, PersonArrived, PersonAttended, PersonLeft, SignInAsked, SignInRefused
from ccd.handover import holding

NAME = "presence"
CONSUMES: tuple[type[Event], ...] = (SignInAsked,)


class World(holding.World, Protocol):
    """What this policy looks at."""

    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]:
        """(pbx, seat) -> the people at it, each with since when."""

    @property
    def pin_failures(self) -> Mapping[str, tuple[int, datetime]]:
        """Code -> how many ``wrong_pin`` since the last sign-in, and when the last was."""


class _Refusal(NamedTuple):
    why: str
    prompt: str
    because: str
    enforced: bool = False
    """Whatever the mode of this policy is: it is another one's rule."""
    hold: holding.Held | None = None


def decide(event: Event, world: World, settings: PresenceSettings) -> list[Event | Effect]:
    """Answer one sign-in. The answer is always the last item."""
    if not isinstance(event, SignInAsked):
        return []
    attends = event.kind == "attend"
    if settings.mode is Mode.OFF and not attends:
        return [_answer(event, True, _greeting(event), "presence is off")]
    event = _in_order(event, world)
    refusal = _refusal(event, world, settings)
    enforced = settings.mode is Mode.ENFORCE or attends
    if refusal is None or not enforced:
        held = _held(event, world)
        if held is not None and (refusal is None or held.enforced):
            refusal, enforced = held, held.enforced
    if refusal is None:
        facts, prompt, because = _granted(event, world)
        return [*facts, _answer(event, True, prompt, because)]
    found: list[Event | Effect] = []
    if not enforced:
        found += _as_far_as_possible(event, world)
    found.append(
        SignInRefused(event.at, event.code, event.pbx, event.seat, event.how, refusal.why, enforced=enforced)
    )
    found += _told(event, world, settings, refusal)
    if enforced:
        answer = _answer(event, False, refusal.prompt, refusal.because)
        if (hold := refusal.hold) is not None:
            answer = msgspec.structs.replace(answer, rule=hold.rule, values=hold.values)
        return [*found, answer]
    return [*found, _answer(event, True, _greeting(event), f"would be refused: {refusal.because}")]


def _in_order(event: SignInAsked, world: World) -> SignInAsked:
    """Who signs in now does so after all that is known of them, also where the clock was set back since."""
    if event.how == "missed" or event.kind == "attend":
        return event
    return msgspec.structs.replace(
        event, at=max([event.at, *(since for _, _, since in _seats(event.code, world))])
    )


def _refusal(event: SignInAsked, world: World, settings: PresenceSettings) -> _Refusal | None:
    here = event.code in world.presence.get((event.pbx, event.seat), ())
    if world.roster.by_code(event.code) is None and not (here and event.kind == "leave"):
        return _Refusal(
            "unknown_code", "unknown-code", f"unknown_code: {event.code} is in no row of the roster"
        )
    asks = settings.pin_required or event.kind == "attend"
    if event.how == "phone" and asks and (refusal := _pin_refusal(event, world, settings)):
        return refusal
    if event.kind == "leave":
        return None if here else _not_here(event, world)
    if event.kind not in ("arrive", "attend"):
        return _Refusal("unknown_kind", "refused", "unknown_kind: not arrive, leave or attend was asked")
    if world.roster.interface_of(event.pbx, event.seat) is None:
        because = f"unknown_seat: {event.seat or 'the phone'} on {event.pbx} is in no row of the roster"
        return _Refusal("unknown_seat", "wrong-seat", because)
    return None


def _held(event: SignInAsked, world: World) -> _Refusal | None:
    """Leaving, or going to another seat, while the handover policy holds the person where they are."""
    if event.how == "missed" or event.reason == "illness" or event.kind not in ("leave", "arrive"):
        return None
    target = (event.pbx, event.seat)
    for pbx, seat, _ in _seats(event.code, world):
        if (event.kind == "leave") == ((pbx, seat) == target):
            found = holding.held(world, event.code, pbx, seat, event.at)
            if found is not None:
                prompt = "coverage" if found.rule == "handover_floor" else "held"
                if event.kind != "leave":
                    prompt = "held-elsewhere"
                return _Refusal("held", prompt, f"held: {found.because}", found.enforced, found)
    return None


def _pin_refusal(event: SignInAsked, world: World, settings: PresenceSettings) -> _Refusal | None:
    """Each full run of ``pin_tries`` locks once; when that is over there are as many tries again.

    All three sound alike at the phone: a lock that can be heard tells a guesser when to come back.
    """
    count, last = world.pin_failures.get(event.code, (0, event.at))
    until = last + timedelta(seconds=settings.pin_lock_s)
    if count and count % settings.pin_tries == 0 and event.at < until:
        because = f"locked: {count} wrong PINs, limit {settings.pin_tries}, until {until.isoformat()}"
        return _Refusal("locked", "wrong-pin", because)
    if event.pin_ok is None:
        return _Refusal("no_pin", "wrong-pin", "no_pin: no PIN was given, and one is required")
    if not event.pin_ok:
        because = f"wrong_pin: wrong PIN number {count + 1} in a row, limit {settings.pin_tries}"
        return _Refusal("wrong_pin", "wrong-pin", because)
    return None


def _not_here(event: SignInAsked, world: World) -> _Refusal:
    seats = ", ".join(f"{pbx}/{seat}" for pbx, seat, _ in _seats(event.code, world))
    sits = f"at {seats}" if seats else "at no seat"
    return _Refusal(
        "not_here", "not-here", f"not_here: {event.code} is signed in {sits}, not at {event.seat}"
    )


def _granted(event: SignInAsked, world: World) -> tuple[list[Event | Effect], str, str]:
    """(facts, prompt, because) of what may be done."""
    if event.kind == "leave":
        return _leave(event, world)
    return _attend(event) if event.kind == "attend" else _arrive(event, world)


def _attend(event: SignInAsked) -> tuple[list[Event | Effect], str, str]:
    proven = event.how == "console" or (event.how == "phone" and event.pin_ok is True)
    fact = PersonAttended(event.at, event.code, event.pbx, event.seat, event.how, proven, event.by)
    return [fact], "welcome", "is there, by code and PIN" if proven else "is there, but not proven"


def _leave(event: SignInAsked, world: World) -> tuple[list[Event | Effect], str, str]:
    since = world.presence[event.pbx, event.seat][event.code]
    if event.at < since:
        return [], "goodbye", f"late news: {event.code} has arrived again since, at {since.isoformat()}"
    facts: list[Event | Effect] = []
    if event.reason == "illness" and world.settings.policies.handover.mode is not Mode.OFF:
        facts.append(holding.left_ill(world, event.code, event.pbx, event.seat, event.at, event.by))
    facts.append(PersonLeft(event.at, event.code, event.pbx, event.seat, event.how, event.by))
    return facts, "goodbye", f"signed out of the seat they sat at since {since.isoformat()}"


def _arrive(event: SignInAsked, world: World) -> tuple[list[Event | Effect], str, str]:
    """A person is at one seat: arriving leaves every other. Where an arrival is told late (``missed``) and
    the person has signed in elsewhere since, it is that other seat that stands.
    """
    code = event.code
    if code in world.presence.get((event.pbx, event.seat), ()):
        return [], "already", "signed in at this seat already"
    seats = _seats(code, world)
    facts: list[Event | Effect] = [
        PersonLeft(event.at, code, pbx, seat, "moved") for pbx, seat, since in seats if since <= event.at
    ]
    because = "moved from another seat" if facts else "signed in at a seat"
    facts.append(PersonArrived(event.at, code, event.pbx, event.seat, event.how, event.by))
    if later := [since for _, _, since in seats if since > event.at]:
        facts.append(PersonLeft(min(later), code, event.pbx, event.seat, "moved"))
        because = f"late news: signed in at another seat since, at {min(later).isoformat()}"
    return facts, "welcome", because


def _as_far_as_possible(event: SignInAsked, world: World) -> list[Event | Effect]:
    """What a mode that does not enforce does with a sign-in that breaks a rule: all that makes sense."""
    at = world.presence.get((event.pbx, event.seat), {})
    known = world.roster.by_code(event.code) is not None
    if event.kind == "leave":
        return _leave(event, world)[0] if event.code in at else []
    return _arrive(event, world)[0] if event.kind == "arrive" and known and event.seat else []


def _told(event: SignInAsked, world: World, settings: PresenceSettings, refusal: _Refusal) -> list[Effect]:
    """``notify`` tells the duty lead of each; where it is enforced only of a lock, once, when it begins. Of
    who is held the handover policy tells.
    """
    if refusal.why == "held":
        return []
    place = f"{event.pbx}/{event.seat}"
    key, because = f"presence|{event.request}", f"presence: {refusal.because}"
    enforced = settings.mode is Mode.ENFORCE or event.kind == "attend"
    if settings.mode is Mode.NOTIFY and not enforced:
        text = f"sign-in of {event.code} at {place} would be refused: {refusal.because}"
        return [Notify(key, because, "duty_lead", text)]
    count = world.pin_failures.get(event.code, (0, event.at))[0] + 1
    if enforced and refusal.why == "wrong_pin" and count % settings.pin_tries == 0:
        text = f"code {event.code} is locked for {settings.pin_lock_s} s: {count} wrong PINs, last at {place}"
        return [Notify(key, because, "duty_lead", text)]
    return []


def _seats(code: str, world: World) -> list[tuple[str, str, datetime]]:
    """(pbx, seat, since) of every seat the person is signed in at: one, but for what a store may hold."""
    return [(pbx, seat, people[code]) for (pbx, seat), people in world.presence.items() if code in people]


def _greeting(event: SignInAsked) -> str:
    return "goodbye" if event.kind == "leave" else "welcome"


def _answer(event: SignInAsked, accepted: bool, prompt: str, because: str) -> AnswerSignIn:
    return AnswerSignIn(event.request, f"presence: {because}", accepted, prompt)
