"""What is to be done, imperative, frozen.

``key`` makes repeating harmless; ``because`` says which rule asked, with its figures.

Adapters perform effects and answer with ``EffectDone`` or ``EffectFailed`` under the same key.
"""

from __future__ import annotations

import msgspec


class Effect(msgspec.Struct, frozen=True, tag=True):
    key: str
    because: str


class SetDeadline(Effect, frozen=True):
    """Come back as ``DeadlineDue(key)`` after so many seconds. Setting the same key again moves it.

    ``durable`` deadlines are rows and survive a restart; the others belong to the picture of the PBX, which
    is rebuilt from its snapshots together with them.
    """

    after_s: float
    durable: bool = True


class CancelDeadline(Effect, frozen=True):
    pass


class SendAction(Effect, frozen=True):
    """One AMI action, sent once: it is never repeated by itself.

    ``feeds``: it answers with a list, whose items come in with the event stream.
    """

    pbx: str
    fields: tuple[tuple[str, str], ...]
    feeds: bool = False


class AnswerSignIn(Effect, frozen=True):
    """The reply to a ``SignInAsked`` (its ``request`` is our ``key``). ``prompt`` is what the phone plays."""

    accepted: bool
    prompt: str


class MeasureRecording(Effect, frozen=True):
    """Find the file of a recording that has stopped, wait until it is quiet, take its size and SHA-256."""

    pbx: str
    call: str
    recording: str
    path: str


class CollectMissed(Effect, frozen=True):
    """Read the sign-ins that the dialplan of this PBX noted while we could not answer."""

    pbx: str


class Notify(Effect, frozen=True):
    """Tell somebody. ``audience`` is a role of the manual, or ``admin``."""

    audience: str
    text: str
