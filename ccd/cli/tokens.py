"""``token``: who may use the API, with what, for how long. All of it is asked of the daemon."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from ccd.cli.cells import fit
from ccd.cli.plans import as_json
from ccd.cli.session import Session, command

__all__ = ["add_to"]

Row = dict[str, Any]
_token = typer.Typer(help="Who may use the API: tokens of people and programs.", no_args_is_help=True)
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def new(
    session: Session,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Whose rights it has: a code of the roster.")
    ],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="What it is for, once or more: qa:read, qa:write, recordings, listen, board, acts, or all.",
        ),
    ],
    days: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Good for so long. Default: web.token_days (90).")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What it is for; it is shown in the list.")] = "",
    json_: _Json = False,
) -> None:
    """Make a token for a person. Its secret is shown this one time, and kept nowhere."""
    asked: Row = {"person": person, "scopes": scope, "note": note}
    reply = session.ask("token_new", **asked, **({"days": days} if days else {}))
    if json_:
        as_json(session, {name: reply[name] for name in ("secret", "token", "url")})
        return
    print(reply["secret"])
    token = reply["token"]
    told = session.words(
        "token_made", token=token["token"], person=person, until=_when(session, token["expires"])
    )
    if not session.quiet:
        session.warn(told)


@command
def list_(
    session: Session,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    json_: _Json = False,
) -> None:
    """Show the tokens that are good: whose, what for, until when, last used."""
    tokens = session.ask("token_list", all=every)["tokens"]
    if json_:
        as_json(session, {"tokens": tokens})
        return
    if not tokens:
        session.say("token_none")
    for token in tokens:
        print(_line(session, token))


def _line(session: Session, token: Row) -> str:
    words = session.words
    used = _when(session, token["used"]) if token["used"] else words("token_unused")
    until = _when(session, token["expires"])
    if token["revoked"]:
        until = words("token_revoked_at", at=_when(session, token["revoked"]))
    scopes = ",".join(token["scopes"])
    told = f"{token['token']}  {fit(token['person'], 10)} {fit(scopes, 28)} {until}  {used}  {token['note']}"
    return told.rstrip()


@command
def revoke(
    session: Session,
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="Its name in `ccd token list`; not its secret.")
    ],
    json_: _Json = False,
) -> None:
    """End a token at once, and every link that was made with it."""
    reply = session.ask("token_revoke", token=token)
    if json_:
        as_json(session, {"token": reply["token"]})
    else:
        session.say("token_revoked", token=token, person=reply["token"]["person"])


def _when(session: Session, text: str) -> str:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(session.settings.daemon.timezone)
    return datetime.fromisoformat(text).astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]


for _name, _command in (("new", new), ("list", list_), ("revoke", revoke)):
    _token.command(_name)(_command)


def add_to(app: typer.Typer) -> None:
    """``app`` is the whole command line."""
    app.add_typer(_token, name="token")
