"""The message that brings reports: who gets it, and what is in it. The same posting gives the same message.

One report comes as a page and a sheet, several (after downtime) as one archive in one message.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import NamedTuple

from ccd.adapters.notify.message import SUBJECT, mailbox, one_line
from ccd.adapters.reporting_files import kept_report
from ccd.config_reports import ReportsSettings
from ccd.events import Person
from ccd.events.reports import ReportFile, ReportMade, ReportPosted
from ccd.reports.report import Report
from ccd.reports.wording import Wording

__all__ = ["Recipients", "compose", "mailing_of", "recipients"]

_SEVEN_BITS = SMTP_POLICY.clone(cte_type="7bit")
APART = 2
"""More reports than these come as one archive."""
LARGE = 8 * 1024 * 1024
"""Bytes of attachments; what is more is packed, and if that does not help, left where it is kept."""
_TYPES = {".html": ("text", "html"), ".csv": ("text", "csv")}


class Recipients(NamedTuple):
    """Addresses; ``without``: codes of people who should have it, and have none."""

    to: tuple[str, ...]
    copies: tuple[str, ...]
    without: tuple[str, ...]


def recipients(settings: ReportsSettings, people: Iterable[Person], kinds: Iterable[str]) -> Recipients:
    """The leads' superior, and general management for copies; nobody twice."""
    everybody = tuple(people)
    copied = settings.daily_copies or any(kind != "daily" for kind in kinds)
    to, without = _of_roles(everybody, settings.to_roles)
    copies, others = _of_roles(everybody, settings.copy_roles) if copied else ((), ())
    named = dict.fromkeys((*to, *settings.to))
    copied_to = dict.fromkeys((*copies, *(settings.copies if copied else ())))
    return Recipients(
        tuple(named), tuple(address for address in copied_to if address not in named), (*without, *others)
    )


def _of_roles(people: Sequence[Person], roles: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    asked = set(roles)
    found = [person for person in people if person.role in asked]
    return (
        tuple(person.email for person in found if mailbox(person.email)),
        tuple(person.code for person in found if not mailbox(person.email)),
    )


def mailing_of(reports: Iterable[str], language: str, addresses: Iterable[str], request: str = "") -> str:
    """The name of a mailing: posted again after a failure it is the same one. ``request``: by hand."""
    told = "\n".join((*reports, language, *addresses, request))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def compose(
    posted: ReportPosted, reports: Sequence[ReportMade], folder: Path, sender: Address
) -> EmailMessage:
    """Blocks: reads the files. Raises OSError where one is missing, msgspec.MsgspecError."""
    words = Wording(posted.language)
    message = EmailMessage(policy=_SEVEN_BITS)
    message["From"] = sender
    message["To"] = ", ".join(posted.to) or "undisclosed-recipients:;"
    if posted.copies:
        message["Cc"] = ", ".join(posted.copies)
    message["Subject"] = one_line(_subject(reports, words), SUBJECT)
    message["Date"] = posted.at
    message["Message-ID"] = f"<ccd-report-{posted.mailing}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    files = [(file, (folder / file.name).read_bytes()) for file in _wanted(reports, posted.language)]
    attached = _attached(files, apart=len(reports) <= APART)
    lines = [line for made in reports for line in _told(kept_report(folder, made), words)]
    if files and not attached:
        lines += ["", words.text("mail_too_large", folder=folder)]
    message.set_content("\n".join(lines))
    for name, data in attached:
        maintype, subtype = _TYPES.get(Path(name).suffix, ("application", "zip"))
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    if attached:
        message.set_boundary(f"ccd-report-{posted.mailing}")
    return message


def _subject(reports: Sequence[ReportMade], words: Wording) -> str:
    if len(reports) == 1:
        (made,) = reports
        revised = f" ({words.text('revised', revision=made.revision)})" if made.revision else ""
        return f"{words.text(made.kind)} {made.period}{revised}"
    return words.text("mail_several", count=len(reports), last=max(made.last for made in reports))


def _told(report: Report, words: Wording) -> list[str]:
    lines = [f"{words.title(report)} {report.period}  {words.days(report)}"]
    attendance = report.section("attendance")
    lines += [
        f"  {words.column(column.name)}: {words.cell(column, attendance.total[column.name])}"
        for column in attendance.columns
        if not column.detail and attendance.total[column.name]
    ]
    if report.gaps:
        lines += [words.text("mail_gaps"), *(f"  {words.gap(gap)}" for gap in report.gaps)]
    return [*lines, ""]


def _wanted(reports: Sequence[ReportMade], language: str) -> list[ReportFile]:
    """In the language of the message; where a report was not made in it, as it was made."""
    found = []
    for made in reports:
        mine = [file for file in made.files if file.language == language]
        found += mine or [file for file in made.files if file.language]
    return found


def _attached(files: Sequence[tuple[ReportFile, bytes]], *, apart: bool) -> list[tuple[str, bytes]]:
    plain = [(file.name, data) for file, data in files]
    if apart and sum(len(data) for _, data in plain) <= LARGE:
        return plain
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in plain:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return [("reports.zip", packed.getvalue())] if packed.tell() <= LARGE else []
