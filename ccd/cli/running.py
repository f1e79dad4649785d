"""``run``, ``reload``, ``simulate``, ``version``: the daemon itself, and a PBX to try it with."""

from __future__ import annotations

import asyncio
import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.simulator import Simulator

__all__ = ["add_to"]

_ADDRESS_ERRORS = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


@command
def run(session: Session) -> None:
    """Run the daemon until SIGTERM or Ctrl-C. Without a [pbx.NAME] it plays the bundled simulator."""
    from ccd.app import App, serve

    def started(app: App) -> None:
        if app.simulated is not None:
            agents, seats = app.settings.simulator.agents, app.simulated.seats
            session.say("following_simulator", agents=agents, others=seats - agents, seats=seats)
        else:
            session.say("following", pbxs=", ".join(app.settings.pbx))
        session.say("running", ccd=session.invocation, url=app.parts.ops.url, state=app.state)
        if app.simulated is not None:
            manager, analyst = (app.simulated.code_of(role) for role in ("qa_manager", "qa_analyst"))
            session.say("running_quality", ccd=session.invocation, manager=manager, analyst=analyst)
        session.say("running_until")
        sys.stdout.flush()

    asyncio.run(serve(session.settings, session.config_path, started))


@command
def reload(session: Session) -> None:
    """Have the daemon read its settings anew, as SIGHUP does. It keeps the old ones where the new are bad."""
    session.ask("reload")
    session.say("reloaded")


@command
def simulate(
    session: Session,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 5038,
    agents: Annotated[int | None, typer.Option(min=1, max=10_000, help="Default: simulator.agents.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed is another day.")] = None,
    speed: Annotated[float, typer.Option(min=0.01, max=1000.0, help="How fast its time runs.")] = 1.0,
    roster: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write its people there, for `ccd roster import`.")
    ] = None,
) -> None:
    """Play a busy day on a simulated PBX. Its AMI port is one to attach any ccd to."""
    from ccd.roster import dump
    from ccd.simulator import Simulator

    given = {"agents": agents, "seed": seed}
    settings = session.settings.simulator.model_copy(
        update={key: value for key, value in given.items() if value is not None}
    )
    simulator = Simulator(settings, speed=speed)
    if roster is not None:
        roster.write_bytes(dump(simulator.people))
    try:
        asyncio.run(_simulate(session, simulator, port))
    except OSError as error:
        if error.errno not in _ADDRESS_ERRORS:
            raise
        raise CommandError(Exit.USAGE, session.words("port_taken", port=port, error=error.strerror)) from None


async def _simulate(session: Session, simulator: Simulator, port: int) -> None:
    taken = await simulator.start(port=port)
    section = f'[pbx.main]\nport = {taken}\nusername = "{simulator.username}"\nsecret = "{simulator.secret}"'
    session.say("simulating", port=taken, agents=simulator.settings.agents, section=section)
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await simulator.stop()


@command
def version(session: Session) -> None:
    """Which ccd this is."""
    from ccd import __version__

    print(f"ccd {__version__}")


def add_to(app: typer.Typer) -> None:
    for function in (run, reload, simulate, version):
        app.command()(function)
