"""What every command shares: the common options, the settings, the daemon, the words, and how errors end.

``command`` makes a Typer command of a function whose first parameter is a ``Session``: it adds ``--config``,
``--lang`` and ``-q`` and turns what a user can cause (a wrong setting, a missing file, a closed pipe, Ctrl-C)
into one plain message and an exit code. What is left is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

import inspect
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from ccd.cli.words import LANGUAGES, Words

if TYPE_CHECKING:
    from ccd.config import Settings

__all__ = ["CommandError", "Exit", "Session", "command", "language_of"]

P = ParamSpec("P")

ANSWER_S = 30.0
AGAIN_S = 10.0
"""A daemon that was killed is back within so long."""
PACKAGED = "/usr/lib/ccd/bin/ccd"
PACKAGED_CONFIG = Path("/etc/ccd/ccd.toml")
PACKAGED_STATE = Path("/var/lib/ccd")


class Exit(IntEnum):
    """The exit codes. docs/cli.md explains them."""

    OK = 0
    FOUND = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    INTERRUPTED = 130
    PIPE = 141


class CommandError(Exception):
    """The command ends here: this text to standard error, this exit code."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Session:
    """One run of ``ccd``."""

    config: Path | None = None
    lang: str | None = None
    quiet: bool = False

    @cached_property
    def config_path(self) -> Path | None:
        from ccd.config import find_config

        return find_config(self.config)

    @cached_property
    def settings(self) -> Settings:
        """Raises ConfigError."""
        from ccd.config import load

        return load(self.config_path)

    @property
    def state_dir(self) -> Path:
        return self.settings.daemon.state_path()

    @property
    def words(self) -> Words:
        """In the language asked for: --lang, the locale, the settings where they name one, else English."""
        return Words(self.lang or _language_of_locale() or self._language_of_settings() or "en")

    def _language_of_settings(self) -> str | None:
        from ccd.config import ConfigError

        try:
            daemon = self.settings.daemon
        except ConfigError:
            return None
        return daemon.language if "language" in daemon.model_fields_set else None

    def ask(self, command: str, *, timeout_s: float = ANSWER_S, **request: Any) -> dict[str, Any]:
        """Ask the running daemon. Raises CommandError where none answers, or where it refuses."""
        from ccd.adapters.control_client import UnreachableError

        try:
            reply = self._call(command, request, timeout_s)
        except UnreachableError as error:
            raise CommandError(Exit.UNREACHABLE, self.unreachable(error)) from None
        return self._taken(reply)

    def ask_once(self, command: str, **request: Any) -> dict[str, Any]:
        """Ask for something to be done once. Where the daemon goes away over it the same is asked again,
        under the same id, for ``AGAIN_S``. Raises CommandError as ``ask``.
        """
        from ccd.adapters.control_client import UnreachableError

        self.do_without_settings()
        request["request"] = str(uuid.uuid4())
        until, lost = time.monotonic() + AGAIN_S, False
        while True:
            try:
                return self._taken(self._call(command, request))
            except UnreachableError as error:
                if not lost and error.why == "silent":
                    lost = True
                    self.warn(self.words("daemon_again", seconds=f"{AGAIN_S:.0f}"))
                if not lost or time.monotonic() >= until:
                    raise CommandError(Exit.UNREACHABLE, self.unreachable(error)) from None
            time.sleep(0.25)

    def _call(self, command: str, request: dict[str, Any], timeout_s: float = ANSWER_S) -> dict[str, Any]:
        import asyncio

        from ccd.adapters.control_client import call

        return asyncio.run(call(self.socket, {"command": command, **request}, timeout_s=timeout_s))

    def _taken(self, reply: dict[str, Any]) -> dict[str, Any]:
        if reply.get("ok") is True:
            return reply
        code = Exit.REFUSED if reply.get("code") == "refused" else Exit.FOUND
        raise CommandError(code, self.words("daemon_says", text=reply.get("error", "")))

    def do_without_settings(self) -> None:
        """Go by the state folder alone where the settings are faulty and a daemon can be seen in it.

        What runs was started with better ones. Raises ConfigError where nothing runs there.
        """
        from ccd.config import ConfigError, Settings

        try:
            self.settings  # noqa: B018
        except ConfigError as error:
            state = self._state_dir_of_faulty()
            if not (state / "control.sock").exists():
                raise
            for fault in error.faults:
                self.warn(fault.text(self.words.language))
            self.warn(self.words("warning", text=self.words("warn_status_settings", path=state)))
            self.settings = Settings.model_validate({"daemon": {"state_dir": state}})

    def _state_dir_of_faulty(self) -> Path:
        """As the faulty file has it, where that can be read; else the default."""
        import tomllib

        from ccd.config import ConfigError, Settings

        try:
            path = self.config_path
            daemon = tomllib.loads(path.read_text("utf-8")).get("daemon") if path is not None else None
        except (ConfigError, OSError, ValueError):
            path, daemon = self.config, None
        told = daemon.get("state_dir") if isinstance(daemon, dict) else None
        if isinstance(told, str) and told:
            return Path(told)
        if path == PACKAGED_CONFIG and PACKAGED_STATE.is_dir():
            return PACKAGED_STATE
        return Settings().daemon.state_path()

    @property
    def socket(self) -> Path:
        return self.state_dir / "control.sock"

    @property
    def invocation(self) -> str:
        """How the user calls us, with the settings they named: for commands that we tell them to type."""
        program = sys.argv[0] if Path(sys.argv[0]).name == "ccd" else "ccd"
        if program == PACKAGED:  # /usr/bin/ccd stands before it, and names the package's own settings
            program, own = "ccd", PACKAGED_CONFIG
        else:
            own = None
        return f"{program} --config {self.config}" if self.config and self.config != own else program

    def unreachable(self, error: Exception) -> str:
        """Why no daemon answers, and what to do."""
        why = getattr(error, "why", "silent")
        text = self.words(f"daemon_{why}", path=self.socket, error=error)
        elsewhere = PACKAGED_CONFIG
        if why == "down" and self.config_path is None and elsewhere.exists():
            text += "\n" + self.words("config_elsewhere", path=elsewhere)
        return text

    def say(self, key: str, **values: Any) -> None:
        """To standard output, unless ``-q``."""
        if not self.quiet:
            print(self.words(key, **values))

    def warn(self, text: str) -> None:
        print(text, file=sys.stderr)


def _language_of_locale() -> str | None:
    """The locale's language where we speak it; the C locale, and none, leave it open."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return next((known for known in LANGUAGES if value.startswith(known[:2])), None)
    return None


_COMMON: dict[str, tuple[Any, Any]] = {
    "config": (
        Annotated[
            Path | None,
            typer.Option(
                "--config",
                "-c",
                metavar="FILE",
                help="Settings to use. Default: $CCD_CONFIG, ./ccd.toml, else the built-in defaults.",
            ),
        ],
        None,
    ),
    "lang": (
        Annotated[str | None, typer.Option("--lang", metavar="zh_CN|en", help="Language of output.")],
        None,
    ),
    "quiet": (
        Annotated[bool, typer.Option("--quiet", "-q", help="Say only what was asked for, and errors.")],
        False,
    ),
}


def command(function: Callable[Concatenate[Session, P], Exit | None]) -> Callable[..., None]:
    """The function as a Typer command."""

    @wraps(function)
    def run(ctx: typer.Context, *args: Any, **kwargs: Any) -> None:
        given = {name: kwargs.pop(name) for name in _COMMON if name in added}
        session: Session = ctx.find_object(Session) or Session()
        session.config = given.get("config") or session.config
        session.lang = language_of(given.get("lang")) or session.lang
        session.quiet = bool(given.get("quiet")) or session.quiet
        raise typer.Exit(_guarded(session, lambda: function(session, *args, **kwargs)))

    parameters = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    own = {parameter.name for parameter in parameters}
    added = {name: parameter for name, parameter in _parameters() if name not in own}
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    every = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*parameters, *added.values())
    ]
    run.__signature__ = inspect.Signature([context, *every])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (context, *every)}
    return run


def _parameters() -> Iterable[tuple[str, inspect.Parameter]]:
    for name, (annotation, default) in _COMMON.items():
        yield (
            name,
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default),
        )


def language_of(value: str | None) -> str | None:
    """What --lang was given, if we speak it."""
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    return value


def _guarded(session: Session, work: Callable[[], Exit | None]) -> int:
    try:
        code = work()
        sys.stdout.flush()
        return int(code or Exit.OK)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Nobody reads us any more. What is left in the buffer must not fail again at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE
    except CommandError as error:
        session.warn(str(error))
        return error.code
    except Exception as error:
        if (ending := _ending(session, error)) is None:
            raise
        session.warn(ending[1])
        return ending[0]


def _ending(session: Session, error: Exception) -> tuple[Exit, str] | None:
    """How an error that a user can cause is told; None for a defect of ours."""
    from ccd.config import ConfigError

    if isinstance(error, ConfigError):
        language = session.words.language
        return Exit.USAGE, "\n".join(fault.text(language) for fault in error.faults)
    if (text := _of_the_store(error)) is not None:
        return Exit.FOUND, text
    if isinstance(error, OSError) and error.filename is not None:
        return Exit.USAGE, f"{os.fsdecode(error.filename)}: {error.strerror}"
    return None


def _of_the_store(error: Exception) -> str | None:
    """Only where its module was imported can an error be one of the store's."""
    store = sys.modules.get("ccd.adapters.store.errors")
    return str(error) if store is not None and isinstance(error, store.StoreError) else None
