"""The folder of reports: each file whole or not there, named by kind, period, revision and language."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ccd.config import Settings
from ccd.events.reports import ReportFile, ReportMade
from ccd.reports.page import as_html
from ccd.reports.report import Report, as_json, read_json
from ccd.reports.sheet import as_csv

__all__ = ["all_there", "keep", "kept_report", "languages_of", "rendered", "reports_dir"]


def reports_dir(settings: Settings) -> Path:
    return settings.reports.dir or settings.daemon.state_path() / "reports"


def languages_of(settings: Settings) -> tuple[str, ...]:
    return settings.reports.languages or (settings.daemon.language,)


def rendered(report: Report, form: str, language: str) -> bytes:
    """``form``: html, csv or json."""
    if form == "json":
        return as_json(report)
    return as_csv(report, language) if form == "csv" else as_html(report, language).encode()


def keep(folder: Path, report: Report, languages: Iterable[str]) -> tuple[ReportFile, ...]:
    """Blocks until all of it is on the disk. Raises OSError."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    kept = []
    for name, language, data in _files(report, languages):
        _write(folder / name, data)
        kept.append(ReportFile(name, language, len(data), hashlib.sha256(data).hexdigest()))
    _sync(folder)
    return tuple(kept)


def _files(report: Report, languages: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    revision = f"-r{report.revision}" if report.revision else ""
    begin = f"{report.kind}-{report.period}{revision}"
    for language in languages:
        for form in ("html", "csv"):
            yield f"{begin}-{language}.{form}", language, rendered(report, form, language)
    yield f"{begin}.json", "", rendered(report, "json", "")


def _write(path: Path, data: bytes) -> None:
    """What is under this name is the old file or the new one, whenever somebody looks or the power fails."""
    beside = path.with_name(f".{path.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def all_there(folder: Path, made: ReportMade) -> bool:
    """Whether its files lie there with the sizes that they had."""
    for file in made.files:
        try:
            if (folder / file.name).stat().st_size != file.size:
                return False
        except OSError:
            return False
    return True


def kept_report(folder: Path, made: ReportMade) -> Report:
    """Its figures, from the file. Raises OSError, msgspec.MsgspecError."""
    name = next(file.name for file in made.files if file.name.endswith(".json"))
    return read_json((folder / name).read_bytes())
