"""One AMI action as it came in, and the ways to answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccd.simulator.wire import clean

__all__ = ["Request"]

MAX_HEADERS = 128


class Request:
    """``headers`` are in the order sent; names are compared without regard to case, as Asterisk does."""

    def __init__(self, block: str, send: Callable[[str], None]) -> None:
        self.headers: list[tuple[str, str]] = []
        for line in block.split("\r\n")[:MAX_HEADERS]:
            name, colon, value = line.partition(":")
            if colon:
                self.headers.append((name.strip(), clean(value.removeprefix(" "))))
        self._send = send

    def get(self, name: str, default: str = "") -> str:
        folded = name.casefold()
        return next((value for key, value in self.headers if key.casefold() == folded), default)

    def all(self, name: str) -> list[str]:
        """Every value of a header that may repeat."""
        folded = name.casefold()
        return [value for key, value in self.headers if key.casefold() == folded]

    @property
    def action(self) -> str:
        return self.get("Action")

    @property
    def action_id(self) -> str:
        return self.get("ActionID")

    def answer(self, response: str, **headers: object) -> None:
        lines = [f"Response: {response}"]
        if self.action_id:
            lines.append(f"ActionID: {self.action_id}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._send("\r\n".join(lines))

    def success(self, message: str = "", **headers: object) -> None:
        self.answer("Success", **({"Message": message} if message else {}), **headers)

    def error(self, message: str) -> None:
        self.answer("Error", Message=message)

    def outcome(self, error: str, done: str) -> None:
        """``error`` where there is one, else the success ``done``."""
        if error:
            self.error(error)
        else:
            self.success(done)

    def listing(self, message: str, items: Iterable[str], complete: str) -> None:
        """A list reply: its start, its items (texts without ActionID), its end with their number."""
        self.answer("Success", EventList="start", Message=message)
        suffix = f"\r\nActionID: {self.action_id}" if self.action_id else ""
        number = 0
        for item in items:
            self._send(item + suffix)
            number += 1
        self._send(f"Event: {complete}{suffix}\r\nEventList: Complete\r\nListItems: {number}")
