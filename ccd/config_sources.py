"""Where settings come from: the TOML file, ``CCD_`` variables over it; what pydantic says of them, in words.

The schema is handed in, so that nothing here needs ``ccd.config``.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from ccd.config_faults import CODES, WORDS, ConfigError, Fault

__all__ = ["explain", "read_environment", "read_toml"]

MAX_BYTES = 1024 * 1024
SHOWN = 60  # characters of a wrong value that are repeated

Place = tuple[str, ...]


def read_toml(path: Path) -> dict[str, Any]:
    """The file as a dict. UTF-8, with or without BOM. Raises ConfigError."""
    place = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(Fault(place, "", "unreadable", {"error": error.strerror})) from None
    if len(data) > MAX_BYTES:
        raise ConfigError(Fault(place, "", "too_big", {"limit": MAX_BYTES}))
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(place, "", "not_utf8", {"byte": error.start})) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(Fault(place, "", "not_toml", {"error": str(error)})) from None


def read_environment(
    schema: type[BaseModel], environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[Place, str], list[Fault]]:
    """``CCD_SECTION__KEY`` variables as a dict like the file's, which variable gave which key, and faults.

    Read one variable at a time, so that a fault can name its variable.
    """
    values: dict[str, Any] = {}
    origin: dict[Place, str] = {}
    faults: list[Fault] = []
    ours = {name: value for name, value in environ.items() if name.startswith("CCD_") and "__" in name}
    if not ours:
        return values, origin, faults
    from pydantic_settings import EnvSettingsSource, SettingsError  # 90 ms that most starts do not need

    source = EnvSettingsSource(
        schema,  # type: ignore[arg-type]  # it asks for model_fields and model_config only
        case_sensitive=False,
        env_prefix="CCD_",
        env_nested_delimiter="__",
    )
    for variable, value in sorted(ours.items()):
        source.env_vars = {variable.lower(): value}
        section = variable[4:].lower().split("__")[0]
        if section not in schema.model_fields:
            words = {"near": _near(section, schema.model_fields), "sections": ", ".join(schema.model_fields)}
            faults.append(Fault(f"${variable}", section, "no_section", words))
            continue
        try:
            part = source()
        except SettingsError:
            key = ".".join(variable[4:].lower().split("__"))
            faults.append(Fault(f"${variable}", key, "bad_json", {"example": '["a", "b"]'}))
            continue
        for place in _leaves(part):
            origin[place] = f"${variable}"
        merge(values, part)
    return values, origin, faults


def merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Lay ``above`` over ``below``, in place. What is no section below stays, for validation to name it."""
    for key, value in above.items():
        if isinstance(value, Mapping) and key in below:
            if isinstance(below[key], dict):
                merge(below[key], value)
        else:
            below[key] = value


def explain(
    error: ValidationError, schema: type[BaseModel], place: str, origin: Mapping[Place, str]
) -> list[Fault]:
    """A fault for each error, naming the variable where one gave the value, else the file."""
    return [_explain(details, schema, place, origin) for details in error.errors()]


def _explain(details: ErrorDetails, schema: type[BaseModel], file: str, origin: Mapping[Place, str]) -> Fault:
    loc = tuple(str(part) for part in details["loc"] if part != "[key]")
    found = details["type"]
    place = next((origin[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in origin), file)
    if (
        place == file and found in CODES and isinstance(details["input"], dict)
    ):  # $CCD_METRICS__PORT__X makes a section of what is none
        place = next((variable for key, variable in origin.items() if key[: len(loc)] == loc), file)
    code = CODES.get(found, found if found in WORDS else "other")
    context = dict(details.get("ctx", {}))
    words: dict[str, Any] = {**context, "key": ".".join(loc)}
    match code:
        case "at_least":
            words["least"] = context["ge"]
        case "at_most":
            words["most"] = context["le"]
        case "more_than" | "less_than":
            words["limit"] = context.get("gt", context.get("lt"))
        case "unknown_key":
            words["near"] = _near(loc[-1], _keys_at(schema, loc[:-1]))
        case "other":
            words["text"] = details["msg"].removeprefix("Value error, ")
    given = _given(details["input"]) if _may_be_repeated(schema, loc) and code != "unknown_key" else ""
    return Fault(place, ".".join(loc), code, words, given)


def _near(wrong: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(wrong, list(names), 1, 0.6)
    return f" ({close[0]}?)" if close else ""


def _leaves(part: Mapping[str, Any], above: Place = ()) -> Iterable[Place]:
    for key, value in part.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key)


def _given(value: Any) -> str:
    if isinstance(value, dict | list | tuple | BaseModel):
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _may_be_repeated(schema: type[BaseModel], loc: Place) -> bool:
    """Only the value of a known key that holds no secret. A URL may have a password in it."""
    field: Any = schema
    for part in loc:
        field = _below(field, part)
        if field is None:
            return False
    return not (
        loc[-1:] == ("url",) or SecretStr in _types(field) or get_origin(field) is dict or _models(field)
    )


def _keys_at(schema: type[BaseModel], loc: Place) -> list[str]:
    field: Any = schema
    for part in loc:
        field = _below(field, part)
    return [name for model in _models(field) for name in model.model_fields]


def _below(annotation: Any, key: str) -> Any:
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0]
    for model in _models(annotation):
        if key in model.model_fields:
            return model.model_fields[key].annotation
    return None


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [t for t in _types(annotation) if isinstance(t, type) and issubclass(t, BaseModel)]


def _types(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    return (annotation,)
