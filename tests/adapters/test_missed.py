"""Sign-ins noted in AstDB, read through a real session from a peer that answers as Asterisk 16 and 22 did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import structlog

from ccd.adapters import missed as module
from ccd.adapters.ami.actions import ActionFailed, NotConnected
from ccd.adapters.missed import MissedSignIns
from ccd.events import Person, ReportAsked, SignInAsked
from ccd.roster import Roster
from tests.adapters.ami.fake_pbx import FakePbx, complete, item, response
from tests.adapters.ami.following import following

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp()) - 3600
ROSTER = Roster((Person("11", "张三", "agent", "一组", "A01", "PJSIP/1001"),))


class AstDb(FakePbx):
    """Its replies are those of Asterisk 22.10.1 and 16.28.0, byte for byte but for the ids."""

    def __init__(self, marks: dict[str, str]) -> None:
        super().__init__()
        self.marks = marks
        self.alone: dict[str, str] = {}
        self.answers["DBGet"] = self._get
        self.answers["DBDel"] = self._delete

    def _get(self, asked: dict[str, str]) -> bytes:
        assert asked["Family"] in ("ccd-missed", "ccd-alone")
        marks = self.marks if asked["Family"] == "ccd-missed" else self.alone
        value = marks.get(asked["Key"])
        if value is None:
            return response(asked, "Message: Database entry not found", kind="Error")
        named = f"Family: {asked['Family']}", f"Key: {asked['Key']}", f"Val: {value}"
        return (
            response(asked, "EventList: start", "Message: Result will follow")
            + item(asked, "DBGetResponse", *named)
            + complete(asked, "DBGetComplete")
        )

    def _delete(self, asked: dict[str, str]) -> bytes:
        assert asked["Family"] == "ccd-missed"
        if self.marks.pop(asked["Key"], None) is None:
            return response(asked, "Message: Database entry could not be deleted", kind="Error")
        return response(asked, "Message: Key deleted successfully")


@asynccontextmanager
async def reading(marks: dict[str, str]) -> AsyncIterator[tuple[AstDb, MissedSignIns]]:
    pbx = AstDb(marks)
    async with pbx, following(pbx) as (session, _):
        yield (
            pbx,
            MissedSignIns(
                "north",
                session,
                roster=lambda: ROSTER,
                now=lambda: NOW,
            ),
        )


async def read(marks: dict[str, str]) -> list[SignInAsked | ReportAsked]:
    async with reading(marks) as (_, missed):
        return [asked async for asked in missed.read()]


def mark(kind: str = "arrive", seat: str = "1001", code: str = "11", epoch: int = EPOCH) -> str:
    return f"{kind}|{seat}|{code}|{epoch}"


async def test_marks_become_sign_ins_of_their_own_time_and_are_gone() -> None:
    marks = {"count": "2", "1": mark(), "2": mark("leave", epoch=EPOCH + 60)}
    first, second = await read(marks)
    assert isinstance(second, SignInAsked)
    at = datetime.fromtimestamp(EPOCH, UTC)
    assert first == SignInAsked(at, first.request, "north", "A01", "11", "arrive", None, "missed")
    assert (second.kind, (second.at - first.at).total_seconds()) == ("leave", 60)
    assert first.request != second.request
    assert marks == {}


async def test_a_mark_of_leaving_as_ill_is_a_leave_with_its_reason() -> None:
    (asked,) = await read({"count": "1", "1": mark("leave-ill")})
    assert isinstance(asked, SignInAsked)
    assert (asked.kind, asked.reason, asked.how) == ("leave", "illness", "missed")


async def test_a_pbx_without_marks_gives_nothing() -> None:
    assert await read({}) == []


@pytest.mark.parametrize(
    ("endpoint", "seat"),
    [("1001", "A01"), ("PJSIP/1001", "A01"), ("1002", "1002"), ("PJSIP/1002", "PJSIP/1002")],
)
async def test_the_seat_is_that_of_the_endpoint(endpoint: str, seat: str) -> None:
    assert [asked.seat for asked in await read({"count": "1", "1": mark(seat=endpoint)})] == [seat]


async def test_a_mark_is_deleted_only_when_it_was_taken_and_comes_again_as_the_same_request() -> None:
    marks = {"count": "2", "1": mark(), "2": mark("leave")}
    before = dict(marks)
    async with reading(marks) as (_, missed):
        stream = missed.read()
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        assert marks == before
        again = [asked async for asked in missed.read()]
    assert again[0] == first
    assert len(again) == 2
    assert marks == {}


async def test_a_mark_that_comes_while_we_read_is_read_as_well() -> None:
    marks = {"count": "1", "1": mark()}
    async with reading(marks) as (_, missed):
        found = []
        async for asked in missed.read():
            assert isinstance(asked, SignInAsked)
            found.append(asked.kind)
            if len(found) == 1:
                marks.update({"count": "2", "2": mark("leave")})
    assert found == ["arrive", "leave"]
    assert marks == {}


async def test_a_gap_below_the_count_is_passed_over() -> None:
    assert len(await read({"count": "3", "1": mark(), "3": mark("leave")})) == 2


@pytest.mark.parametrize(
    "value",
    [
        "",
        "|||",
        "arrive",
        "arrive|1001|11",
        f"arrive|1001|11|{EPOCH}|x",
        f"dance|1001|11|{EPOCH}",
        f"arrive|1001||{EPOCH}",
        f"arrive|1001|１１|{EPOCH}",
        f"arrive|1001|{'1' * 21}|{EPOCH}",
        "arrive|1001|11|",
        "arrive|1001|11|yesterday",
        "arrive|1001|11|-1",
        "arrive|1001|11|0",
        f"arrive|1001|11|{'9' * 30}",
        f"threat|1001||{EPOCH}",
        f"threat|1001|1795307795.17|{EPOCH}|x",
        f"threat|1001|1795307795.17;2|{EPOCH}",
        f"Threat!|1001|1795307795.17|{EPOCH}",
        f"threat|1001|{'1' * 200}|{EPOCH}",
        "threat|1001|1795307795.17|soon",
    ],
)
async def test_a_mark_that_cannot_be_read_is_reported_skipped_and_gone(value: str) -> None:
    marks = {"count": "2", "1": value, "2": mark()}
    async with reading(marks) as (_, missed):
        with structlog.testing.capture_logs() as logs:
            assert len([asked async for asked in missed.read()]) == 1
        assert missed.skipped == 1
    assert [(entry["event"], entry["key"]) for entry in logs] == [("missed_mark_unreadable", "ccd-missed/1")]
    assert marks == {}


async def test_a_mark_stamped_ahead_of_our_clock_is_of_now() -> None:
    (asked,) = await read({"count": "1", "1": mark(epoch=EPOCH + 7200)})
    assert asked.at == NOW


@pytest.mark.parametrize("count", ["", "x", "-1", "²", "1" * 40, "99999999"])
async def test_a_count_that_cannot_be_believed_does_not_hide_the_marks(count: str) -> None:
    marks = {"count": count, "1": mark(), "2": mark("leave")}
    async with reading(marks) as (pbx, missed):
        assert len([asked async for asked in missed.read()]) == 2
        assert pbx.times("DBGet") == 4
    assert marks == {}


async def test_marks_without_end_are_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MARKS", 5)
    marks = {str(number): mark() for number in range(1, 10)}
    assert len(await read(marks)) == 5
    assert sorted(marks) == ["6", "7", "8", "9"]


async def test_a_session_lost_in_between_leaves_the_rest_for_the_next_time() -> None:
    marks = {"count": "2", "1": mark(), "2": mark("leave")}
    async with reading(marks) as (pbx, missed):
        stream = missed.read()
        await anext(stream)
        await pbx.stop()
        with pytest.raises(NotConnected):
            await anext(stream)
    assert set(marks) == {"count", "1", "2"}


@pytest.mark.parametrize("action", ["DBGet", "DBDel"])
async def test_a_right_that_is_missing_is_an_error_and_no_endless_repetition(action: str) -> None:
    marks = {"count": "2", "1": mark(), "2": mark("leave")}
    async with reading(marks) as (pbx, missed):
        pbx.answers[action] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        with pytest.raises(ActionFailed, match="Permission denied"):
            assert len([asked async for asked in missed.read()]) < 2


# --- reports of an emergency --------------------------------------------------------------------------------

LEG = "1795307795.17"


async def test_a_report_is_the_same_request_as_its_event_and_of_its_own_time() -> None:
    marks = {"count": "1", "1": mark("threat", code=LEG)}
    async with reading(marks) as (pbx, missed):
        pbx.alone[LEG] = f"{EPOCH}|dialled"
        (asked,) = [asked async for asked in missed.read()]
    assert asked == ReportAsked(
        NOW,
        f"north-{LEG}-{EPOCH}",
        "threat",
        "adopted",
        pbx="north",
        uniqueid=LEG,
        seat="A01",
        told_alone=True,
        happened=datetime.fromtimestamp(EPOCH, UTC),
    )
    assert marks == {}


async def test_a_lead_who_was_not_rung_alone_is_not_said_to_be() -> None:
    (asked,) = await read({"count": "1", "1": mark("fire", code=LEG)})
    assert isinstance(asked, ReportAsked)
    assert (asked.ladder, asked.told_alone) == ("fire", False)


async def test_reports_can_be_had_before_all_sign_ins_which_stay() -> None:
    marks = {"count": "3", "1": mark(), "2": mark("threat", code=LEG), "3": mark("leave")}
    async with reading(marks) as (_, missed):
        assert [asked.ladder async for asked in missed.reports()] == ["threat"]
        assert marks == {"count": "3", "1": mark(), "3": mark("leave")}
        kinds = [asked.kind async for asked in missed.read() if isinstance(asked, SignInAsked)]
    assert kinds == ["arrive", "leave"]
    assert marks == {}


async def test_a_report_that_was_not_answered_stays_noted() -> None:
    marks = {"count": "1", "1": mark("threat", code=LEG)}
    before = dict(marks)
    async with reading(marks) as (_, missed):
        stream = missed.reports()
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
    assert marks == before


async def test_whoever_was_there_while_ccd_was_not_is_told_of_without_a_pin() -> None:
    (asked,) = await read({"count": "1", "1": mark("attend")})
    assert isinstance(asked, SignInAsked)
    assert (asked.kind, asked.pin_ok, asked.how) == ("attend", None, "missed")
