"""Does Asterisk get to read its files at all? A line that includes what is not there costs a whole file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ccd.doctor.facts import Facts
from ccd.doctor.finding import Finding, Status

__all__ = ["dialplan_loaded", "including_ours", "missing_includes", "replacing_ours"]

_COSTS = {
    "extensions.conf": "the whole dialplan",
    "queues.conf": "every queue",
    "features.conf": "every feature code",
    "manager.conf": "AMI, and ccd with it",
}
_PACKAGED = Path("/usr/share/ccd/asterisk")
_CHECKOUT = Path(__file__).parents[3] / "config/asterisk"


def missing_includes(facts: Facts) -> Iterator[Finding]:
    """Read from the files, so it is seen before the start at which it is felt."""
    etc = facts.config_dir or "/etc/asterisk"
    for line in facts.missing_includes:
        cost = _COSTS.get(line.file.name, "all of this file")
        kind = "file" if line.key == "#include" else "section"
        text = f"{line.key} {line.value}: no such {kind}; this costs {cost} at Asterisk's next start"
        if kind == "section":
            ours = line.value == "ccd" and line.file.name == "queues.conf"
            mend = including_ours(facts, "ccd/queues-ccd.conf") if ours else f"[{line.value}](!)   ; above it"
        elif line.value.startswith("ccd/"):
            mend = including_ours(facts, line.value)
        else:
            path = line.value if line.value.startswith("/") else f"{etc}/{line.value}"
            mend = f"; bring {path} back, or: #tryinclude {line.value}"
        yield Finding("includes", Status.FAIL, text, mend, line.place)


def dialplan_loaded(facts: Facts) -> Iterator[Finding]:
    """Only a look into the PBX's memory tells: ModuleCheck says Success of a module that declined to run."""
    plan, file = facts.dialplan, f"{facts.config_dir or '/etc/asterisk'}/extensions.conf"
    if plan is None or not plan.live or "pbx_config" in plan.registrars:
        return
    text = "pbx_config is not running: nothing of extensions.conf is in the dialplan, so no call is answered"
    mend = "asterisk -rx 'module load pbx_config.so'   ; core reload does not; its complaint is in the log"
    yield Finding("dialplan", Status.FAIL, text, mend, file)


def including_ours(facts: Facts, name: str) -> str:
    """The line that includes one of our files (``ccd/…``); before it what brings the file, where it is
    missing.

    #tryinclude: a line left behind without its file then costs nothing but what is in it.
    """
    line = f"#tryinclude {name}"
    folder = f"{facts.config_dir or '/etc/asterisk'}/ccd"
    source = _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGED
    if facts.snippets is None:
        return f"cp -rn {source}/. {folder}/   ; first, on the PBX, if it is not there\n{line}"
    if name.removeprefix("ccd/") in facts.snippets:
        return line
    if facts.snippets:  # some are there, one with the secret: those are kept
        return f"cp -rn {source}/. {folder}/   ; first, for {name} is not there\n{line}"
    return f"cp -r {source} {folder}   ; first, for it is not there\n{line}"


def replacing_ours(facts: Facts, name: str) -> str:
    """What brings the present version of one of our files (``ccd/…``) in the place of an earlier one."""
    source = _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGED
    target = f"{facts.config_dir or '/etc/asterisk'}/{name}"
    return f"cp {source}/{name.removeprefix('ccd/')} {target}   ; keep what you changed in it ([ccd-reasons])"
