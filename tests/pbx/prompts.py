"""The prompts that ccd ships, spoken once for all test PBXs: see ``python -m tests.pbx.prompts``.

They lie in ``$CCD_TEST_CACHE`` under a name made of their texts and of the script, so that a change of either
makes new ones. A PBX sees them within Debian's own sounds, as a site links them there (docs/prompts.md).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pbx.root import RootMissingError, cache

__all__ = ["ensure"]

PACKAGING = Path(__file__).parents[2] / "packaging"
SCRIPT = PACKAGING / "make_prompts.py"
ENGLISH = "en_US_f_Allison"
"""The folder that Debian's language ``en`` leads to."""


def ensure() -> Path:
    """The folder of sounds, made now where it is missing (some seconds). Raises RootMissingError."""
    sources = b"".join(path.read_bytes() for path in (SCRIPT, PACKAGING / "prompts.toml"))
    folder = cache() / f"prompts-{hashlib.sha256(sources).hexdigest()[:12]}"
    if folder.exists():
        return folder
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "prompts.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not folder.exists():
            _speak(folder)
    return folder


def _speak(folder: Path) -> None:
    half = Path(tempfile.mkdtemp(prefix="prompts.building.", dir=cache()))
    try:
        done = subprocess.run([sys.executable, SCRIPT, half], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RootMissingError(f"the prompts could not be spoken:\n{done.stdout}{done.stderr}")
        (half / "en").rename(half / ENGLISH)
        half.chmod(0o755)
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def main() -> int:
    if os.geteuid() != 0:
        print("the prompts are spoken as root only, and then heard by real phones: sudo make test")
        return 0
    try:
        print(f"the prompts are in {ensure()}")
    except RootMissingError as error:
        print(f"WARNING: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
