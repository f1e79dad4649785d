"""``qa pull``, ``recording get`` and ``recording link``: recordings on one's own disk, through the API.

On the daemon's machine a token for the errand is lent over the control socket; elsewhere ``--url`` and
a token of one's own are needed.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer

from ccd.cli.plans import as_json, day_of
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.adapters.recording_pull import Client, Item, Outcome

__all__ = ["add_to", "add_to_recordings"]

Row = dict[str, Any]
T = TypeVar("T")
OPEN = ("assigned", "claimed", "scored", "held", "disputed")
"""What is still to be done, or may have to be."""
_EVALUATION = re.compile(r"[a-z2-7]{12}")

_Url = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="Of the API, such as http://ccd.example:9811. Default: here."),
]
_TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="Holds the token. Default: $CCD_TOKEN.")
]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code, where no token is given.")]
_Format = Annotated[
    str, typer.Option("--format", metavar="original|opus|mp3|wav", help="As it is, or made playable.")
]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


class _Way(NamedTuple):
    """Where to, with which secret."""

    url: str
    secret: str


def _way(session: Session, url: str, token_file: Path | None, by: str) -> _Way:
    secret = os.environ.get("CCD_TOKEN", "")
    if token_file is not None:
        secret = token_file.read_text("utf-8")
    if url or secret:
        if not secret.strip():
            raise CommandError(Exit.USAGE, session.words("pull_no_token"))
        web = session.settings.web
        return _Way(url or web.public_url or f"http://{web.host}:{web.port}", secret.strip())
    if not by:
        raise CommandError(Exit.USAGE, session.words("pull_who"))
    scopes = ["qa:read", "recordings"]
    reply = session.ask("token_lend", person=by, scopes=scopes, note="ccd recording")
    return _Way(reply["url"], reply["secret"])


def _through(session: Session, way: _Way, work: Callable[[Client], Awaitable[T]]) -> T:
    """Raises CommandError where the API is away or refuses."""
    from ccd.adapters.recording_pull import ApiError, AwayError, Client

    async def run() -> T:
        client = Client(way.url, way.secret, session.words.language)
        try:
            return await work(client)
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except ApiError as error:
        raise CommandError(Exit.REFUSED, str(error)) from None
    except AwayError as error:
        raise CommandError(Exit.UNREACHABLE, session.words("pull_away", url=way.url, error=error)) from None


@command
def pull(
    session: Session,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the files go; made if need be.")],
    mine: Annotated[bool, typer.Option("--mine", help="What is on your own list.")] = False,
    analyst: Annotated[
        str, typer.Option("--analyst", metavar="CODE", help="What is on this analyst's list.")
    ] = "",
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="Of calls of this day, in whatever state.")
    ] = None,
    id_: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="An evaluation or a recording; may be given again."),
    ] = None,
    form: _Format = "original",
    url: _Url = "",
    token_file: _TokenFile = None,
    by: _By = "",
    json_: _Json = False,
) -> Exit:
    """Fetch the recordings of a list to this machine: gone on with after a cut, checked by SHA-256.

    Run again, it fetches only what is missing. A recording that is gone or was changed is named, and the rest
    goes on: then the exit code is 1.
    """
    _checked(form)
    if not (mine or analyst or day or id_):
        raise CommandError(Exit.USAGE, session.words("pull_whose"))
    way = _way(session, url, token_file, by)
    query: Row = {"mine": mine, "analyst": analyst}
    if day is not None:
        query["day"] = day_of(session, day).isoformat()
    elif not id_:
        query["state"] = list(OPEN)

    async def work(client: Client) -> list[Outcome]:
        items, unheard = await _listed(client, query, id_ or [])
        return await _fetched(session, client, items, to, form, json_) + unheard

    return _tell(session, _through(session, way, work), to, json_)


def _checked(form: str) -> None:
    if form not in ("original", "opus", "mp3", "wav"):
        raise typer.BadParameter("original, opus, mp3 or wav", param_hint="--format")


async def _listed(client: Client, query: Row, ids: list[str]) -> tuple[list[Item], list[Outcome]]:
    """What is to be fetched, and of which evaluations there is nothing to fetch."""
    from ccd.adapters.recording_pull import Item, Outcome

    evaluations = [name for name in ids if _EVALUATION.fullmatch(name)]
    items, unheard = [], []
    for name in ids:
        if name not in evaluations:
            items.append(await _single(client, name))
    if evaluations or not ids:
        asked = {**query, "id": evaluations} if evaluations else query
        for row in await client.evaluations(**asked):
            name = _plain(f"{row['day']}-{row['evaluation']}")
            item = Item(row["recording"], name, _plain(row["suffix"]) or "bin", row["sha256"])
            if item.recording:
                items.append(item)
            else:
                unheard.append(Outcome(item, "failed", Path(name), fault="unheard"))
    return items, unheard


async def _single(client: Client, name: str) -> Item:
    from ccd.adapters.recording_pull import Item

    row = await client.get(f"/api/v1/recordings/{_plain(name)}")
    return Item(
        row["id"], _plain(f"recording-{row['id'][:16]}"), _plain(row["suffix"]) or "bin", row["sha256"]
    )


def _plain(text: str) -> str:
    """For names of files: the server is not this machine's master."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


async def _fetched(
    session: Session, client: Client, items: Iterable[Item], to: Path, form: str, json_: bool
) -> list[Outcome]:
    from ccd.adapters.recording_pull import pull as pull_all
    from ccd.cli.pulling_bars import Bars

    bars = Bars(shown=not (json_ or session.quiet))
    with bars:
        return await pull_all(client, items, to, form=form, progress=bars.progress, done=bars.done)


def _tell(session: Session, outcomes: list[Outcome], to: Path, json_: bool) -> Exit:
    failed = [outcome for outcome in outcomes if outcome.what == "failed"]
    if json_:
        rows = [
            {
                "name": outcome.item.name,
                "recording": outcome.item.recording,
                "outcome": outcome.what,
                "path": str(outcome.path),
                "size": outcome.size,
                "fault": _fault(session, outcome),
            }
            for outcome in outcomes
        ]
        as_json(session, {"recordings": rows, "failed": len(failed)})
    elif not outcomes:
        session.say("pull_nothing")
    else:
        for outcome in failed:
            text = _fault(session, outcome)
            session.warn(session.words("pull_failed", name=outcome.item.name, text=text))
        fetched = sum(outcome.what == "fetched" for outcome in outcomes)
        kept = sum(outcome.what == "kept" for outcome in outcomes)
        session.say("pull_sum", fetched=fetched, kept=kept, failed=len(failed), folder=to)
    return Exit.FOUND if failed else Exit.OK


def _fault(session: Session, outcome: Outcome) -> str:
    if outcome.fault == "tampered":
        return session.words("pull_tampered")
    return session.words("pull_unheard") if outcome.fault == "unheard" else outcome.fault


def _named(session: Session, name: str, pbx: str) -> str:
    """A name as `ccd recording list` has it becomes an id; what is an id stays one."""
    if ":" not in name:
        return name
    return str(session.ask("recording_id", recording=name, pbx=pbx)["id"])


_Pbx = Annotated[str, typer.Option("--pbx", metavar="NAME", help="Of a RECORDING, where there are several.")]
_Id = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Of a recording or an evaluation; here also a name as in `ccd recording list`."
    ),
]


@command
def get(
    session: Session,
    id_: _Id,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the file goes.")] = Path(),
    form: _Format = "original",
    url: _Url = "",
    token_file: _TokenFile = None,
    by: _By = "",
    pbx: _Pbx = "",
    json_: _Json = False,
) -> Exit:
    """Fetch one recording, checked by SHA-256; gone on with after a cut."""
    _checked(form)
    way, name = _way(session, url, token_file, by), _named(session, id_, pbx)

    async def work(client: Client) -> list[Outcome]:
        items, unheard = await _listed(client, {}, [name])
        return await _fetched(session, client, items, to, form, json_) + unheard

    return _tell(session, _through(session, way, work), to, json_)


@command
def link(
    session: Session,
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of a recording; here also a name as in `ccd recording list`.")
    ],
    form: _Format = "wav",
    url: _Url = "",
    token_file: _TokenFile = None,
    by: _By = "",
    pbx: _Pbx = "",
    json_: _Json = False,
) -> None:
    """Make a link to a recording that opens in a player or browser for a short time, for you alone."""
    _checked(form)
    way, name = _way(session, url, token_file, by), _plain(_named(session, id_, pbx))
    asked = {"what": "original"} if form == "original" else {"what": "audio", "format": form}

    async def work(client: Client) -> Row:
        return await client.post(f"/api/v1/recordings/{name}/link", asked)

    made = _through(session, way, work)
    if json_:
        as_json(session, made)
        return
    print(made["url"])
    if not session.quiet:
        session.warn(session.words("recording_link", until=made["expires"]))


def add_to(app: typer.Typer) -> None:
    """``app`` is the group `ccd qa`."""
    app.command("pull")(pull)


def add_to_recordings(app: typer.Typer) -> None:
    """``app`` is the group `ccd recording`."""
    app.command("get")(get)
    app.command("link")(link)
