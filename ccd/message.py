"""One AMI message, read lazily: most headers of most events are never looked at.

Asterisk ends a header with CRLF and a message with an empty line, and a value holds no CRLF, so
``\\r\\nKey: `` can only be the start of a header. Looking up five headers this way costs a third of
splitting all of them (see bench/). Header names are matched as Asterisk writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Message"]


class _Starts(dict[str, str]):
    """A header's name -> how the header starts inside a message."""

    def __missing__(self, key: str) -> str:
        start = self[key] = f"\r\n{key}: "
        return start


_STARTS = _Starts()
"""Of the names that our own code asks for, which are few."""


class Message:
    """An event or response: ``text`` is its headers, CRLF between them, without the final empty line."""

    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        """The event's name (``QueueMemberPause``), or ``Response`` for a response."""
        self.text = text

    @classmethod
    def of(cls, **headers: str) -> Message:
        """Build one from headers, for tests and the simulator: ``Message.of(Event="Hangup", Cause="16")``."""
        return cls(headers.get("Event", "Response"), "\r\n".join(f"{k}: {v}" for k, v in headers.items()))

    def get(self, key: str, default: str = "") -> str:
        """The first value of a header, or ``default`` where the message has none. Never None."""
        start = _STARTS[key]
        _, found, rest = self.text.partition(start)
        if not found:
            if not self.text.startswith(start[2:]):
                return default
            rest = self.text[len(start) - 2 :]
        return rest.partition("\r\n")[0]

    def all(self, key: str) -> list[str]:
        """Every value of a header that may repeat, such as ``ChanVariable``."""
        return [value for name, value in self.items() if name == key]

    def items(self) -> Iterator[tuple[str, str]]:
        for line in self.text.split("\r\n"):
            name, separator, value = line.partition(":")
            if separator:
                yield name, value.removeprefix(" ")

    def __contains__(self, key: str) -> bool:
        return _STARTS[key] in self.text or self.text.startswith(_STARTS[key][2:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Message({self.name!r}, {self.text!r})"
