"""Codes dialled at real phones: pauses with their reason, queues joined and left, and by whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.e2e.site import Site, comes_to, site_fixture  # noqa: F401
from tests.pbx.asterisk import Asterisk

pytestmark = pytest.mark.pbx

PAUSED, UNPAUSED = "activated", "de-activated"
LOGGED_IN, LOGGED_OUT = "agent-loginok", "agent-loggedoff"
NOT_A_MEMBER = "feature-not-avail-line"

Seen = list[tuple[str, str, str]]


def from_now(site: Site, interface: str, queue: str = "") -> Callable[[], Seen]:
    """State, reason and by whom of each interval that begins from here on."""
    known = len(site.intervals(interface, queue))
    return lambda: [
        (row["state"], row["reason"], row["by_whom"]) for row in site.intervals(interface, queue)[known:]
    ]


def acts_from_now(site: Site, interface: str) -> Callable[[], list[tuple[str, str, str, str]]]:
    """What was done to a queue member: the act, the queue, the reason, by whom."""
    known = len(site.rows("queue_event", interface=interface))
    return lambda: [
        (row["event"], row["queue"], row["reason"] or "", row["by_whom"])
        for row in site.rows("queue_event", interface=interface)[known:]
    ]


def by_panel(pbx: Asterisk, queue: str, interface: str, paused: bool, reason: str = "") -> None:
    with pbx.admin() as admin:
        headers = {"Queue": queue, "Interface": interface, "Paused": str(paused).lower(), "Reason": reason}
        admin.action("QueuePause", headers)


async def test_a_pause_by_code_has_its_reason_and_the_person_at_the_seat(site: Site) -> None:
    await site.at_console("arrive", "2003", "A03")
    whole, queue = from_now(site, "PJSIP/1003"), from_now(site, "PJSIP/1003", "support")
    acts = acts_from_now(site, "PJSIP/1003")
    async with site.seats("1003") as seats:
        assert [await seats["1003"].code(code) for code in ("*831", "*833", "*84")] == [
            PAUSED,
            PAUSED,
            UNPAUSED,
        ]
        shown = [("paused", "meal", "2003"), ("paused", "training", "2003"), ("ready", "", "2003")]
        await comes_to(whole, shown)
        await comes_to(queue, shown)
    await comes_to(
        acts,
        [
            ("member_paused", "support", "meal", "2003"),
            ("member_paused", "support", "training", "2003"),
            ("member_unpaused", "support", "training", "2003"),
        ],
    )
    await site.at_console("leave", "2003", "A03")


async def test_with_nobody_or_two_at_the_seat_it_was_the_phone_and_a_panels_pause_is_nobodys(
    site: Site,
) -> None:
    for code in ("2001", "2002"):
        await site.at_console("arrive", code, "A01")
    two, nobody = from_now(site, "PJSIP/1001"), from_now(site, "PJSIP/1011")
    local = acts_from_now(site, "Local/1011@agents/n")
    async with site.seats("1001", "1011") as seats:
        assert await seats["1001"].code("*832") == PAUSED
        assert await seats["1001"].code("*84") == UNPAUSED
        assert await seats["1011"].code("*839") == PAUSED
        by_panel(site.pbx, "sales", "Local/1011@agents/n", paused=False)
    await comes_to(two, [("paused", "break", "phone"), ("ready", "", "phone")])
    await comes_to(nobody, [("paused", "illness", "phone"), ("ready", "", "")])
    await comes_to(
        local,
        [
            ("member_paused", "sales", "illness", "phone"),
            ("member_unpaused", "sales", "illness", ""),
        ],
    )
    for code in ("2001", "2002"):
        await site.at_console("leave", code, "A01")


async def test_queues_are_joined_and_left_by_code_and_a_pause_in_one_is_not_a_pause(site: Site) -> None:
    site.pbx.rx("database put ccd-queues 1006 vip&night")
    await site.at_console("arrive", "2006", "A06")
    whole, vip, night = (from_now(site, "PJSIP/1006", queue) for queue in ("", "vip", "night"))
    acts = acts_from_now(site, "PJSIP/1006")
    async with site.seats("1006") as seats:
        assert await seats["1006"].code("*85") == LOGGED_IN
        await asyncio.to_thread(by_panel, site.pbx, "vip", "PJSIP/1006", True, "paperwork")
        await comes_to(vip, [("ready", "", "2006"), ("paused", "paperwork", "")])
        agent = await site.agent("PJSIP/1006")
        assert agent["state"] == "ready"
        assert agent["queues"] == [
            {"name": "night", "paused": False, "reason": ""},
            {"name": "vip", "paused": True, "reason": "paperwork"},
        ]
        assert await seats["1006"].code("*831") == PAUSED
        await site.shows("PJSIP/1006", "paused", "meal")
        assert await seats["1006"].code("*84") == UNPAUSED
        assert await seats["1006"].code("*86") == LOGGED_OUT
        await site.shows("PJSIP/1006", "ready")
        await site.at_console("leave", "2006", "A06")
        await site.shows("PJSIP/1006", "logged_off")
    end = [("paused", "meal", "2006"), ("ready", "", "2006"), ("logged_off", "", "2006")]
    await comes_to(whole, end)
    await comes_to(vip, [("ready", "", "2006"), ("paused", "paperwork", ""), *end])
    await comes_to(night, [("ready", "", "2006"), *end])
    joined = [act for act in acts() if act[0] in ("member_added", "member_removed")]
    assert sorted(joined) == [
        (event, queue, "", "2006")
        for event in ("member_added", "member_removed")
        for queue in ("night", "vip")
    ]
    site.pbx.rx("database del ccd-queues 1006")


async def test_a_static_member_is_told_that_no_code_logs_it_out(site: Site) -> None:
    site.pbx.rx("database put ccd-queues 1003 support")
    acts = acts_from_now(site, "PJSIP/1003")
    async with site.seats("1003", "1035") as seats:
        assert await seats["1003"].code("*86") == NOT_A_MEMBER
        assert await seats["1035"].code("*831") == NOT_A_MEMBER
    assert acts() == []
    site.pbx.rx("database del ccd-queues 1003")
