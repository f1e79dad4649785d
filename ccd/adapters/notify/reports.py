"""Reports that come in by MQTT: what is believed of them. What a message says is a stranger's word."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Annotated

import msgspec

from ccd.adapters.notify.message import one_line, plain
from ccd.effects import AnswerAct
from ccd.events.incident_inputs import ReportAsked

__all__ = ["REPORT_BYTES", "REQUEST_PREFIX", "BadReportError", "Reports", "request_of"]

REPORT_BYTES = 16 * 1024
REMEMBERED = 1_000
REQUEST_PREFIX = "mqtt-"
MEND = 'send JSON such as {"request": "button-7-0001", "ladder": "threat", "seat": "A-12"}'

Request = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,64}\Z")]
Ladder = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Word = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{0,128}\Z")]
Note = Annotated[str, msgspec.Meta(max_length=4_000)]


class BadReportError(Exception):
    """``request`` is its id, where one could be read."""

    def __init__(self, why: str, request: str = "") -> None:
        super().__init__(why)
        self.request = request


class _Request(msgspec.Struct):
    request: Request


class _Report(msgspec.Struct, forbid_unknown_fields=True):
    request: Request
    ladder: Ladder
    seat: Word = ""
    call: Word = ""
    pbx: Word = ""
    by: Word = ""
    note: Note = ""
    drill: bool = False


class Reports:
    """Reads them, and remembers the last 1,000 of their ids with the answers given."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, AnswerAct | None] = OrderedDict()

    def read(self, payload: bytes, retained: bool, at: datetime) -> ReportAsked | AnswerAct | None:
        """The report; for one that was there before, its answer, or None while there is none yet.

        Raises BadReportError, whose text goes back to the sender.
        """
        if retained:
            raise BadReportError("a retained message opens nothing; send it without the retain flag")
        if len(payload) > REPORT_BYTES:
            raise BadReportError(f"{len(payload)} bytes; a report has {REPORT_BYTES} at most")
        report = _decode(payload)
        request = REQUEST_PREFIX + report.request
        if request in self._answers:
            return self._answers[request]
        self._answers[request] = None
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return ReportAsked(
            at=at,
            request=request,
            ladder=report.ladder,
            how="mqtt",
            pbx=report.pbx,
            seat=report.seat,
            call=report.call,
            by=report.by,
            note=plain(report.note),
            drill=report.drill,
        )

    def answered(self, effect: AnswerAct) -> None:
        if effect.key in self._answers:
            self._answers[effect.key] = effect


def request_of(key: str) -> str:
    """The id as its sender wrote it."""
    return key.removeprefix(REQUEST_PREFIX)


def _decode(payload: bytes) -> _Report:
    try:
        return msgspec.json.decode(payload, type=_Report)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadReportError(f"{one_line(str(error))}; {MEND}", _request(payload)) from None


def _request(payload: bytes) -> str:
    try:
        return msgspec.json.decode(payload, type=_Request).request
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
