"""Tokens: shown once, kept as a hash, for some things and some time, and ended at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.control import RefusedError
from ccd.adapters.store.web_queries import tokens
from ccd.config import Settings
from ccd.events import Person
from ccd.roster import Roster
from ccd.web.rights import Post, Scope, post_of, sees_board
from ccd.web.sealed import ExpiredError, Link, Links, NotOursError, RecordingIds
from tests.web.place import Place, serving


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        yield place


async def told(place: Place, command: str, **request: Any) -> dict[str, Any]:
    """Over what the control socket has."""
    return await place.web.commands.table()[command]({"by": "root", **request})


async def me(place: Place, secret: str) -> int:
    return (await place.ask("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})).status_code


async def test_the_secret_is_shown_once_and_only_its_hash_is_kept(place: Place) -> None:
    made = await told(place, "token_new", person="4001", scopes=["qa:read", "recordings"], note="脚本")
    assert re.fullmatch(r"ccd_[A-Za-z0-9_-]{43}", made["secret"])
    [row] = await place.store.read(tokens)
    assert made["secret"] not in str(row)
    assert (row["person"], row["scopes"], row["note"], row["by_whom"]) == (
        "4001",
        "qa:read recordings",
        "脚本",
        "root",
    )
    listed = await told(place, "token_list")
    assert made["secret"] not in str(listed)
    assert row["hash"] not in str(listed)
    [entry] = await place.audited("token.made")
    assert (entry["who"], entry["subject"]) == ("root", made["token"]["token"])


async def test_what_a_token_is_told_is_who_it_makes_one(place: Place) -> None:
    made = await told(place, "token_new", person="4001", scopes=["qa:read"])
    answer = await place.ask("/api/v1/me", headers={"Authorization": f"Bearer {made['secret']}"})
    assert answer.json() == {
        "person": "4001",
        "name": "人4001",
        "posts": ["analyst"],
        "scopes": ["qa:read"],
        "token": made["token"]["token"],
    }


async def test_a_token_is_good_again_after_a_restart_and_a_revoked_one_is_not(tmp_path: Path) -> None:
    async with serving(tmp_path) as place:
        kept, made = await place.token("4001"), await told(place, "token_new", person="4001", scopes=["all"])
        ended = made["secret"]
        await told(place, "token_revoke", token=made["token"]["token"])
        assert [await me(place, kept), await me(place, ended)] == [200, 401]
    async with serving(tmp_path) as place:
        assert [await me(place, kept), await me(place, ended)] == [200, 401]
        [entry] = await place.audited("token.revoked")
        assert entry["who"] == "root"


async def test_a_token_runs_out(place: Place) -> None:
    made = await told(place, "token_new", person="4001", scopes=["all"], days=2)
    place.skew = timedelta(days=2, seconds=-5)
    assert await me(place, made["secret"]) == 200
    place.skew = timedelta(days=2, seconds=5)
    assert await me(place, made["secret"]) == 401
    assert (await told(place, "token_list"))["tokens"] == []
    assert len((await told(place, "token_list", all=True))["tokens"]) == 1


async def test_its_use_is_noted_at_most_once_a_minute(place: Place) -> None:
    secret = await place.token("4001")
    for _ in range(5):
        await me(place, secret)
    await place.store.commit()
    [row] = await place.store.read(tokens)
    first = row["used"]
    assert first is not None
    place.skew = timedelta(seconds=61)
    await me(place, secret)
    await place.store.commit()
    [row] = await place.store.read(tokens)
    assert row["used"] - first >= timedelta(seconds=61)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"person": "9999", "scopes": ["all"]}, "person: nobody in the roster has '9999'"),
        ({"person": "4001"}, "scopes: what is it for? there are: qa:read, qa:write, recordings, listen"),
        ({"person": "4001", "scopes": ["root"]}, "scopes: there is none 'root'; there are: qa:read"),
        ({"person": "4001", "scopes": [[]]}, "scopes: "),
        ({"person": "4001", "scopes": ["all"], "days": 99999}, "days: a whole number from 1 to 3660"),
        ({"person": "4001", "scopes": ["all"], "days": True}, "days: a whole number"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    place: Place, request_: dict[str, Any], said: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        await told(place, "token_new", **request_)
    assert said in str(refused.value)
    assert place.web.site.tokens.all() == []


async def test_a_lent_token_is_written_down_kept_nowhere_and_ends_within_the_hour(place: Place) -> None:
    lent = await told(place, "token_lend", person="4001", scopes=["recordings"], note="pull")
    assert lent["url"] == place.url
    assert await me(place, lent["secret"]) == 200
    await place.store.commit()
    assert await place.store.read(tokens) == []
    assert [row["subject"] for row in await place.audited("token.lent")] == ["4001"]
    place.skew = timedelta(minutes=61)
    assert await me(place, lent["secret"]) == 401


async def test_lending_has_an_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccd.web.tokens.LENT_MOST", 3)
    for _ in range(6):
        await told(place, "token_lend", person="4001", scopes=["recordings"])
    assert len(place.web.site.tokens.all()) == 3


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Basic abc", "Bearer ccd_", "Bearer ccd_é", "ccd_x", "Bearer " + "x" * 5000],
)
async def test_what_is_no_token_signs_nobody_in(place: Place, header: str) -> None:
    answer = await place.ask("/api/v1/me", headers={"Authorization": header.encode()})
    assert answer.status_code in (401, 403)
    assert answer.json()["code"] in ("no_token", "bad_token")


# --- posts ------------------------------------------------------------------------------------------------

POSTS_OF = {
    "agent": {Post.AGENT},
    "telesales": {Post.AGENT},
    "senior_agent": {Post.AGENT},
    "trainer": {Post.AGENT},
    "management": {Post.AGENT},
    "team_lead": {Post.LEAD},
    "duty_lead": {Post.LEAD},
    "qa_analyst": {Post.ANALYST},
    "qa_manager": {Post.MANAGER},
    "operations_manager": {Post.MANAGER},
    "department_head": {Post.MANAGER},
}


@pytest.mark.parametrize("role", POSTS_OF)
def test_a_role_of_the_roster_is_a_post(role: str) -> None:
    roster = Roster([Person(code="1", name="", role=role, team="", seat="", interface="")])
    assert post_of(Settings(), roster, "1") == POSTS_OF[role]
    assert post_of(Settings(), roster, "2") == set()
    admins = Settings.model_validate({"web": {"admins": ["1", "2"]}})
    assert Post.ADMIN in post_of(admins, roster, "1")
    assert post_of(admins, roster, "2") == set()  # out of the roster, out


@pytest.mark.parametrize(
    ("policy", "posts"),
    [
        ("scoring", {Post.MANAGER}),
        ("assessment", {Post.MANAGER}),
        ("retention", {Post.MANAGER}),
        ("sampling", {Post.MANAGER, Post.ANALYST}),
        ("listening", {Post.MANAGER, Post.ANALYST, Post.LEAD}),
        ("meals", {Post.MANAGER, Post.LEAD}),
        ("attendance", {Post.MANAGER, Post.LEAD}),
    ],
)
def test_a_board_is_for_those_whom_it_concerns(policy: str, posts: set[Post]) -> None:
    assert {post for post in Post if sees_board({post}, policy)} == posts


def test_all_stands_for_every_scope_and_no_other_does() -> None:
    from ccd.web.rights import Principal

    def holder(*scopes: Scope) -> Principal:
        return Principal("1", frozenset(), frozenset(scopes), "token", "t")

    assert all(holder(Scope.ALL).has(scope) for scope in Scope)
    for one in set(Scope) - {Scope.ALL}:
        assert {scope for scope in Scope if holder(one).has(scope)} == {one}


# --- ids and links, by themselves -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "a", "c1:/var/spool/x.wav", "人" * 100, "\n \0", "x" * 900])
def test_an_id_leads_back_to_its_recording_and_under_another_key_to_nothing(name: str) -> None:
    ids = RecordingIds(b"k" * 32)
    told = ids.id_of("main", name)
    assert ids.id_of("main", name) == told
    assert ids.named(told) == ("main", name)
    assert re.fullmatch("[A-Za-z0-9_-]{22,}", told)
    with pytest.raises(NotOursError):
        RecordingIds(b"K" * 32).named(told)
    assert ids.id_of("main2", name)[:22] != told[:22]


def test_a_link_is_read_until_it_runs_out_and_never_when_it_was_changed() -> None:
    clock = [1000.0]
    links = Links(b"k" * 32, lambda: clock[0])
    link = Link("id", "audio", "4001", "t1", "")
    ticket = links.sign(link)
    assert links.read(ticket, 600) == link
    clock[0] += 600
    assert links.read(ticket, 600) == link
    clock[0] += 1
    with pytest.raises(ExpiredError):
        links.read(ticket, 600)
    for bad in ("", "x", ticket + "x", ticket[1:], "a" * 5000, Links(b"K" * 32, lambda: 1000.0).sign(link)):
        with pytest.raises(NotOursError):
            links.read(bad, 600)


async def test_a_link_may_be_bound_to_an_address(tmp_path: Path) -> None:
    async with serving(tmp_path, web={"link_same_address": True, "host": "0.0.0.0"}) as place:
        name = await place.recording()
        answer = await place.ask(f"/api/v1/recordings/{name}/link", "4001", method="POST", json={})
        path = answer.json()["url"].split("/", 3)[3]
        assert (await place.ask("/" + path)).status_code == 200
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", place.web.server.port, local_addr=("127.0.0.2", 0)
        )
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 403")
        writer.close()
