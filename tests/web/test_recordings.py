"""Recordings over HTTP: the very bytes, parts of them, what is silent, what is refused, what is written."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ccd.web.rights import Scope
from tests.web.place import POSTS, RATE, Place, samples, serving, wav

BASE = "/api/v1/recordings"
CONTENT = wav()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        yield place


# --- who may ----------------------------------------------------------------------------------------------

HEARS = {"own lead", "analyst", "QA manager", "operations manager"}
READS = ("", "/audio", "/original", "/peaks", "/marks")


async def test_without_a_token_nothing_is_told(place: Place) -> None:
    name = await place.recording()
    for what in READS:
        answer = await place.ask(f"{BASE}/{name}{what}")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "no_token"


async def test_a_token_for_something_else_is_refused(place: Place) -> None:
    name = await place.recording()
    for scope in set(Scope) - {Scope.ALL, Scope.RECORDINGS}:
        for what in READS:
            answer = await place.ask(f"{BASE}/{name}{what}", "6001", scope)
            assert (answer.status_code, answer.json()["code"]) == (403, "scope"), (what, scope)
    assert await place.audited() == []


async def test_each_post_hears_what_it_may_follow_and_nothing_else(place: Place) -> None:
    name = await place.recording(person="2001")
    for post, person in POSTS.items():
        for what in READS:
            answer = await place.ask(f"{BASE}/{name}{what}", person, Scope.RECORDINGS)
            if post in HEARS:
                assert answer.status_code == 200, (post, what)
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "not_yours"), (post, what)


async def test_agents_hear_their_own_only_where_the_setting_lets_them(tmp_path: Path) -> None:
    async with serving(tmp_path, quality={"agents_hear": True}) as place:
        own, other = await place.recording(), await place.recording("two.wav", person="2002", call="c2")
        assert (await place.ask(f"{BASE}/{own}/original", "2001")).content == CONTENT
        assert (await place.ask(f"{BASE}/{other}/original", "2001")).status_code == 403


async def test_a_call_of_nobody_is_for_managers(place: Place) -> None:
    name = await place.recording(person="")
    for post, person in POSTS.items():
        answer = await place.ask(f"{BASE}/{name}", person)
        assert answer.status_code == (200 if post in ("QA manager", "operations manager") else 403), post


async def test_whoever_left_the_roster_hears_nothing_from_then_on(place: Place) -> None:
    name, secret = await place.recording(), await place.token("3001")
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await place.ask(f"{BASE}/{name}", headers=headers)).status_code == 200
    place.world.roster = type(place.world.roster)(
        tuple(person for person in place.world.roster.people if person.code != "3001")
    )
    answer = await place.ask(f"{BASE}/{name}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_roster")


# --- ids --------------------------------------------------------------------------------------------------


async def test_an_id_tells_nothing_and_can_not_be_guessed_or_changed(place: Place) -> None:
    name = await place.recording("secret-13812345678.wav")
    raw = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))
    assert len(name) >= 22
    assert b"13812345678" not in raw
    assert b"main" not in raw
    secret = await place.token("6001")
    headers = {"Authorization": f"Bearer {secret}"}
    for at in range(0, len(name), 5):
        letter = "A" if name[at] != "A" else "B"
        other = name[:at] + letter + name[at + 1 :]
        assert (await place.ask(f"{BASE}/{other}", headers=headers)).status_code == 404
    for bad in (name + "A", name[:-1], name + "=", "x", "A" * 22, "..", "%2e%2e%2fetc", "a" * 3000, "é"):
        assert (await place.ask(f"{BASE}/{bad}", headers=headers)).status_code in (404, 422), bad


async def test_ids_of_another_ccd_are_nobodys_here(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    async with serving(tmp_path / "a") as here, serving(tmp_path / "b") as there:
        name = await there.recording()
        assert (await there.ask(f"{BASE}/{name}", "6001")).status_code == 200
        assert (await here.ask(f"{BASE}/{name}", "6001")).status_code == 404


async def test_a_name_that_leads_out_of_the_folder_is_not_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "outside.wav").write_bytes(CONTENT)
    for path in ("../outside.wav", "/etc/passwd", "a/../../outside.wav", f"{tmp_path}/outside.wav"):
        name = await place.recording(path=path)
        for what in ("/original", "/audio"):
            answer = await place.ask(f"{BASE}/{name}{what}", "6001")
            assert answer.status_code in (409, 415), answer.text
            assert answer.json()["code"] in ("unfit", "unknown_audio"), path


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(place: Place, tmp_path: Path) -> None:
    name = await place.recording()
    (tmp_path / "outside.wav").write_bytes(CONTENT)  # the same bytes: only the place is wrong
    (place.folder / "one.wav").unlink()
    (place.folder / "one.wav").symlink_to(tmp_path / "outside.wav")
    answer = await place.ask(f"{BASE}/{name}/original", "6001")
    assert (answer.status_code, answer.json()["state"]) == (409, "outside")
    assert len(await place.audited("recording.amiss")) == 1


async def test_what_is_no_file_is_not_opened(place: Place) -> None:
    name = await place.recording()
    (place.folder / "one.wav").unlink()
    os.mkfifo(place.folder / "one.wav")
    answer = await place.ask(f"{BASE}/{name}/original", "6001")
    assert answer.status_code == 409


# --- the bytes --------------------------------------------------------------------------------------------


async def test_the_original_is_the_file_byte_for_byte_with_its_hash(place: Place) -> None:
    name = await place.recording()
    answer = await place.ask(f"{BASE}/{name}/original", "4001")
    assert answer.content == CONTENT
    assert answer.headers["x-content-sha256"] == DIGEST
    assert answer.headers["etag"] == f'"{DIGEST}"'
    assert answer.headers["repr-digest"] == (
        f"sha-256=:{base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"
    )
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "one.wav" not in str(answer.headers)


SIZE = len(CONTENT)


async def test_parts_are_served_as_the_rfc_says(place: Place) -> None:
    name = await place.recording()
    for asked, status, first, end in (
        ("bytes=0-0", 206, 0, 1),
        ("bytes=100-199", 206, 100, 200),
        (f"bytes={SIZE - 1}-", 206, SIZE - 1, SIZE),
        ("bytes=-100", 206, SIZE - 100, SIZE),
        ("bytes=9-0", 200, 0, SIZE),
        ("lines=0-9", 200, 0, SIZE),
    ):
        answer = await place.ask(f"{BASE}/{name}/original", "4001", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (status, CONTENT[first:end]), asked
        assert answer.headers["content-length"] == str(end - first)
        told = f"bytes {first}-{end - 1}/{SIZE}" if status == 206 else None
        assert answer.headers.get("content-range") == told


async def test_what_is_no_part_and_several_parts_are_refused_with_the_size(place: Place) -> None:
    name = await place.recording()
    for asked in (f"bytes={SIZE}-", "bytes=-0", "bytes=0-9,20-29", "bytes=0-,0-,0-"):
        answer = await place.ask(f"{BASE}/{name}/original", "4001", headers={"Range": asked})
        assert (answer.status_code, answer.json()["size"]) == (416, SIZE), asked
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert await place.audited() == []


async def test_a_part_of_another_file_is_never_served(place: Place) -> None:
    name = await place.recording()
    for if_range, status in ((f'"{DIGEST}"', 206), ('"other"', 200), (f'W/"{DIGEST}"', 200)):
        headers = {"Range": "bytes=5-", "If-Range": if_range}
        answer = await place.ask(f"{BASE}/{name}/original", "4001", headers=headers)
        assert answer.status_code == status
        assert answer.content == (CONTENT[5:] if status == 206 else CONTENT)


async def test_head_tells_all_and_gives_nothing(place: Place) -> None:
    name = await place.recording()
    for what in ("original", "audio"):
        answer = await place.ask(f"{BASE}/{name}/{what}", "4001", method="HEAD")
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) >= SIZE - 100
    assert await place.audited() == []


async def test_who_has_it_already_is_told_so(place: Place) -> None:
    name = await place.recording()
    answer = await place.ask(f"{BASE}/{name}/original", "4001", headers={"If-None-Match": f'"{DIGEST}"'})
    assert (answer.status_code, answer.content) == (304, b"")


# --- what is amiss ----------------------------------------------------------------------------------------


async def test_a_file_that_was_changed_is_a_finding_and_never_served(place: Place) -> None:
    name = await place.recording()
    (place.folder / "one.wav").write_bytes(CONTENT[:-1] + b"x")
    for what in ("/original", "/audio", "/peaks"):
        answer = await place.ask(f"{BASE}/{name}{what}", "6001")
        assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    findings = [json.loads(row["data"]) for row in await place.audited("recording.amiss")]
    assert {(row["what"], row["expected"]) for row in findings} == {("changed", DIGEST)}
    assert place.web.amiss == 3
    assert await place.audited() == []


async def test_a_change_after_the_first_hearing_is_found_too(place: Place) -> None:
    name = await place.recording()
    assert (await place.ask(f"{BASE}/{name}/audio", "6001")).status_code == 200
    (place.folder / "one.wav").write_bytes(wav(1.0))
    assert (await place.ask(f"{BASE}/{name}/audio", "6001")).json()["code"] == "changed"


async def test_a_file_that_is_gone_is_told_and_what_was_made_of_it_goes(place: Place) -> None:
    name = await place.recording()
    assert (await place.ask(f"{BASE}/{name}/audio", "6001")).status_code == 200
    assert list((place.state / "web").iterdir())
    (place.folder / "one.wav").unlink()
    answer = await place.ask(f"{BASE}/{name}/audio", "6001")
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert not list((place.state / "web").iterdir())


async def test_what_can_not_be_heard_says_why(place: Place) -> None:
    for number, (state, code) in enumerate(
        (
            ("", "not_final"),
            ("empty", "unfit"),
            ("missing", "unfit"),
            ("outside", "unfit"),
            ("deleting", "gone"),
            ("deleted", "gone"),
        )
    ):
        name = await place.recording(state=state, call=f"c{number}")
        assert (await place.ask(f"{BASE}/{name}/original", "6001")).json()["code"] == code
        assert (await place.ask(f"{BASE}/{name}", "6001")).json()["state"] == state


# --- what is written before the first byte ----------------------------------------------------------------


async def test_each_hearing_is_written_down_with_who_what_and_how(place: Place) -> None:
    name = await place.recording()
    await place.ask(f"{BASE}/{name}/original", "4001", Scope.RECORDINGS)
    [row] = await place.audited()
    told = json.loads(row["data"])
    assert (row["who"], row["subject"].split("/")[0]) == ("4001", "main")
    assert (told["what"], told["sha256"], told["via"], told["address"]) == (
        "original",
        DIGEST,
        "token",
        "127.0.0.1",
    )


async def test_a_player_that_seeks_is_one_hearing_and_another_person_another(place: Place) -> None:
    name = await place.recording()
    for person in ("4001", "3001"):
        headers = {"Authorization": f"Bearer {await place.token(person)}"}
        for part in ("bytes=0-", "bytes=100-", "bytes=200-299"):
            await place.ask(f"{BASE}/{name}/audio", headers=headers | {"Range": part})
    assert [row["who"] for row in await place.audited()] == ["4001", "3001"]


async def test_where_it_can_not_be_written_down_not_a_byte_goes_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccd.web.site.STORE_S", 0.2)
    name, headers = await place.recording(), {"Authorization": f"Bearer {await place.token('4001')}"}
    assert (await place.ask(f"{BASE}/{name}/audio", headers=headers)).status_code == 200
    database = place.store._database

    async def away(*given: object, **named: object) -> None:
        from ccd.adapters.store.errors import UnavailableError

        raise UnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr(database, "write", away)
        for what in ("original", "audio"):
            answer = await place.ask(f"{BASE}/{name}/{what}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "store")
    await place.store.commit()
    assert (await place.ask(f"{BASE}/{name}/original", headers=headers)).content == CONTENT


# --- what is not given out --------------------------------------------------------------------------------


async def test_marked_spans_are_silent_in_what_is_served(tmp_path: Path) -> None:
    async with serving(tmp_path, web={"mask_margin_s": 0.25}) as place:
        name = await place.recording(marked=((0.75, 1.0),))
        answer = await place.ask(f"{BASE}/{name}/audio", "4001")
        heard, said = answer.content[44:], samples()
        low, high = int(0.5 * RATE) * 2, int(1.25 * RATE) * 2
        assert heard[:low] == said[:low]
        assert not any(heard[low:high])
        assert heard[high + 2 :] == said[high + 2 :]
        peaks = (await place.ask(f"{BASE}/{name}/peaks?points=20", "4001")).json()["peaks"]
        assert peaks[6:12] == [[0, 0]] * 6
        assert all(high > 20 and low < -20 for low, high in peaks[:4] + peaks[14:])


async def test_a_span_without_an_end_is_silent_to_the_end(place: Place) -> None:
    name = await place.recording(marked=((1.0, None),))
    heard = (await place.ask(f"{BASE}/{name}/audio", "4001")).content[44:]
    assert any(heard[: RATE // 2])
    assert not any(heard[int(0.5 * RATE) * 2 :])


async def test_the_original_of_those_is_for_managers(place: Place) -> None:
    name = await place.recording(marked=((0.5, 1.0),))
    for post in HEARS:
        answer = await place.ask(f"{BASE}/{name}/original", POSTS[post])
        link = await place.ask(f"{BASE}/{name}/link", POSTS[post], method="POST", json={"what": "original"})
        if "manager" in post:
            assert (answer.content, link.status_code) == (CONTENT, 201)
        else:
            assert (answer.status_code, answer.json()["code"], link.status_code) == (403, "marked", 403)


# --- links ------------------------------------------------------------------------------------------------


async def link_of(place: Place, name: str, person: str = "4001", **asked: str) -> str:
    answer = await place.ask(f"{BASE}/{name}/link", person, method="POST", json=asked)
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    return url.removeprefix(place.url)


async def test_a_link_plays_without_a_token_and_is_written_down_as_its_persons(place: Place) -> None:
    name = await place.recording()
    answer = await place.ask(await link_of(place, name, format="opus"))
    assert answer.content[:4] == b"OggS"
    [row] = await place.audited()
    assert (row["who"], json.loads(row["data"])["via"]) == ("4001", "link")


async def test_a_link_runs_out(place: Place) -> None:
    url = await link_of(place, await place.recording())
    from datetime import timedelta

    place.skew = timedelta(seconds=599)
    assert (await place.ask(url)).status_code == 200
    place.skew = timedelta(seconds=602)
    answer = await place.ask(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "link_expired")


async def test_a_link_is_for_one_person_one_recording_and_one_use(place: Place) -> None:
    one, two = await place.recording(), await place.recording("two.wav", call="c2")
    url = await link_of(place, one)
    ticket = url.split("ticket=")[1].split("&")[0]
    assert (await place.ask(url, "4001")).status_code == 200
    for other in (
        await place.ask(url, "6001"),
        await place.ask(f"{BASE}/{two}/audio?ticket={ticket}"),
        await place.ask(f"{BASE}/{one}/original?ticket={ticket}"),
        await place.ask(f"{BASE}/{one}/peaks?ticket={ticket}"),
        await place.ask(f"{BASE}/{one}/audio?ticket={ticket}x"),
        await place.ask(f"{BASE}/{one}/audio?ticket={ticket[:-6]}AAAAAA"),
    ):
        assert (other.status_code, other.json()["code"]) == (403, "link_bad")


async def test_a_link_ends_with_the_token_it_was_made_by(place: Place) -> None:
    url = await link_of(place, await place.recording())
    [token] = place.web.site.tokens.all()
    assert (await place.ask(url)).status_code == 200
    await place.web.site.tokens.revoke(token.token, by="test")
    assert (await place.ask(url)).json()["code"] == "link_bad"


async def test_nobody_makes_a_link_to_what_they_may_not_hear(place: Place) -> None:
    name = await place.recording()
    for person in ("2001", "2002", "3002", "4002", "7001", "8001"):
        answer = await place.ask(f"{BASE}/{name}/link", person, method="POST", json={})
        assert answer.status_code == 403, person


# --- the timeline -----------------------------------------------------------------------------------------


async def test_marks_are_seconds_from_the_beginning(place: Place) -> None:
    name = await place.recording(marked=((0.5, 1.25),))
    told = (await place.ask(f"{BASE}/{name}/marks", "4001")).json()
    assert told["placed"] is True
    assert told["duration_s"] == 2.0
    assert [(mark["kind"], mark["at_s"], mark["until_s"], mark["text"]) for mark in told["marks"]] == [
        ("conversation", 0.5, 1.5, "2001"),
        ("marked", 0.5, 1.25, ""),
    ]


async def test_peaks_follow_the_sound(place: Place) -> None:
    quiet = bytes(RATE)  # half a second
    content = wav()[:44] + quiet + samples()[len(quiet) :]
    name = await place.recording(content=content)
    told = (await place.ask(f"{BASE}/{name}/peaks?points=40", "4001")).json()
    assert (told["duration_s"], told["rate"], len(told["peaks"])) == (2.0, RATE, 40)
    assert told["peaks"][:10] == [[0, 0]] * 10
    assert all(low <= -30 and high >= 30 for low, high in told["peaks"][11:])


async def test_many_ask_at_once_for_the_same_and_it_is_made_once(place: Place) -> None:
    name, secret = await place.recording(), await place.token("4001")
    headers = {"Authorization": f"Bearer {secret}"}
    answers = await asyncio.gather(
        *(place.ask(f"{BASE}/{name}/audio?format=mp3", headers=headers) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(list((place.state / "web").iterdir())) == 1
