"""PINs: what one may be, and how it is kept. Only the Argon2id hash is ever stored.

Hashing and checking take some 30 ms of one core and 19 MiB on purpose: call them in a thread, never on the
event loop. That cost is the least OWASP recommends for Argon2id ("Password Storage Cheat Sheet"); what really
protects four digits is that a code is locked after a few wrong tries (``[policies.presence]``).
"""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

__all__ = ["PinError", "hash_pin", "pin_fault", "verify_pin"]

_hasher = PasswordHasher(
    time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)

_RUNS = "01234567890", "09876543210"


class PinError(ValueError):
    """A PIN that may not be used, or a stored hash that is damaged. The text never holds the PIN."""


def pin_fault(pin: str, code: str) -> str:
    """Why this PIN is too weak for the person with this code, and the mend; "" where it is good."""
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        return "a PIN has 4 to 8 digits, half-width; choose another"
    if len(set(pin)) == 1:
        return "all digits are the same; choose another"
    if any(pin in run for run in _RUNS):
        return "the digits only count up or down; choose another"
    if len(pin) % 2 == 0 and pin == pin[:2] * (len(pin) // 2):
        return "the same two digits are repeated; choose another"
    if pin.strip("0") == code.strip("0") or (len(code) > 4 and (code.startswith(pin) or code.endswith(pin))):
        return "it is the personal code, or a part of it; choose another"
    return ""


def hash_pin(pin: str, *, code: str) -> str:
    """The hash to store for this person. Raises PinError for a PIN that ``pin_fault`` finds fault with."""
    if fault := pin_fault(pin, code):
        raise PinError(f"PIN for {code}: {fault}")
    return _hasher.hash(pin)


def verify_pin(stored: str | None, pin: str) -> bool:
    """Does this PIN belong to the stored hash? ``None`` (nobody, or no PIN set) is False after the same work,
    so that the time taken does not tell which codes exist. Raises PinError for a damaged hash.
    """
    decoy = _decoy()
    try:
        given = pin.encode("utf-8", "replace")
        return _hasher.verify(decoy if stored is None else stored, given) and stored is not None
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError, UnicodeEncodeError) as error:
        raise PinError("the stored PIN hash is damaged; set the PIN anew") from error


@cache
def _decoy() -> str:
    """A hash of the same cost as every other, of something that is no PIN."""
    return _hasher.hash("nobody")
