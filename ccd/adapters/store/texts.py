"""Text as both engines can keep it. Callers choose their names: anything may stand in one."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["clean", "json_of", "keepable"]

_encode = msgspec.json.Encoder().encode


def keepable(text: str) -> bool:
    """Whether both engines can keep it: no null byte, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def clean(value: Any) -> Any:
    """What neither engine can keep becomes U+FFFD, the replacement character; goes into lists and objects."""
    if isinstance(value, dict):
        return {clean(name): clean(each) for name, each in value.items()}
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, str):
        whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return value


def json_of(value: Any) -> str:
    """Always the same text for the same value, so that its digest says whether it is the same."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return _encode(clean(msgspec.to_builtins(value, str_keys=True))).decode()
