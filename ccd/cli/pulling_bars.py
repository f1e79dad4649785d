"""A bar for each download under way, on standard error, where that is a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

if TYPE_CHECKING:
    from ccd.adapters.recording_pull import Item, Outcome

__all__ = ["Bars"]


class Bars(AbstractContextManager["Bars"]):
    """A bar for each download under way, on a terminal; nothing elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bars = Progress(*columns, console=console, transient=True)
        self._shown: AbstractContextManager[Any] = (
            self._bars if shown and console.is_terminal else nullcontext()
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bars:
        self._shown.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._shown.__exit__(*error)

    def progress(self, item: Item, at: int, of: int) -> None:
        if item.name not in self._tasks:
            self._tasks[item.name] = self._bars.add_task(item.name, total=of)
        self._bars.update(self._tasks[item.name], completed=at, total=of)

    def done(self, outcome: Outcome) -> None:
        task = self._tasks.pop(outcome.item.name, None)
        if task is not None:
            self._bars.remove_task(task)
