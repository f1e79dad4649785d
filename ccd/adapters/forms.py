"""The scoring forms: those that ccd brings with it, and the operator's own folder over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ccd.quality
from ccd.config import ConfigError, Fault, Settings
from ccd.quality.form import Form, to_json
from ccd.quality.form_parse import MAX_BYTES, FormError, parse

__all__ = ["forms_in_force", "packaged_forms", "read_form", "read_forms"]

KEY = "policies.scoring.forms_dir"
PACKAGED = Path(ccd.quality.__file__).parent / "forms"


def read_forms(settings: Settings) -> tuple[str, ...]:
    """As JSON, by name. Raises ConfigError with every fault of every file, and with every form that the
    settings choose and nobody has.
    """
    return tuple(to_json(form) for form in forms_in_force(settings).values())


def forms_in_force(settings: Settings) -> dict[str, Form]:
    """By name. A file of the folder wins over the form of that name that ccd brings. Raises ConfigError."""
    forms = packaged_forms()
    folder = settings.policies.scoring.forms_dir
    if folder is not None:
        forms |= _of_folder(folder)
    missing = [
        Fault("", key, "no_form", {"name": name, "forms": ", ".join(sorted(forms))})
        for key, name in _chosen(settings)
        if name not in forms
    ]
    if missing:
        raise ConfigError(*missing)
    return dict(sorted(forms.items()))


def packaged_forms() -> dict[str, Form]:
    """Those that ccd brings with it, by name."""
    return _of_folder(PACKAGED)


def read_form(path: Path) -> Form:
    """Raises FormError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FormError(Fault(str(path), "", "unreadable", {"error": error.strerror})) from None
    return parse(data, str(path))


def _of_folder(folder: Path) -> dict[str, Form]:
    """Of all its .toml files, in the order of their names. Raises ConfigError, KEY being to blame."""
    try:
        paths = sorted(path for path in folder.iterdir() if _is_form(path))
    except OSError:
        raise ConfigError(Fault(str(folder), KEY, "no_readable_file")) from None
    forms: dict[str, Form] = {}
    origin: dict[str, Path] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            form = read_form(path)
        except FormError as error:
            faults += error.faults
            continue
        if form.name in forms:
            words = {"name": form.name, "other": str(origin[form.name])}
            faults.append(Fault(str(path), "name", "form_taken", words))
        forms[form.name], origin[form.name] = form, path
    if faults:
        raise ConfigError(*faults)
    return forms


def _is_form(path: Path) -> bool:
    """What editors leave behind (.#service.toml) is none."""
    return path.suffix == ".toml" and not path.name.startswith(".")


def _chosen(settings: Settings) -> Iterator[tuple[str, str]]:
    scoring = settings.policies.scoring
    yield "policies.scoring.form", scoring.form
    for queue, name in scoring.queue_forms.items():
        yield f"policies.scoring.queue_forms.{queue}", name
    for team, name in scoring.team_forms.items():
        yield f"policies.scoring.team_forms.{team}", name
    if name := settings.policies.listening.form:
        yield "policies.listening.form", name
