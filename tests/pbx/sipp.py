"""SIPp, for the basic proofs: an independent SIP implementation from the PBX's own distribution.

The scenarios are in ``sipp/``. What has to differ from call to call is done by ``sipua``.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

from tests.pbx.asterisk import Asterisk

__all__ = ["Sipp"]

SCENARIOS = Path(__file__).with_name("sipp")


class Sipp:
    """One SIPp process; it ends with its ``calls``, with the ``with`` block, or with the PBX.

    ``pause_ms``: how long the scenario talks. ``to`` and ``caller``: for the scenarios that call; of many
    ``calls`` so many are ``at_once``, begun at ``rate`` a second. ``audio``: raw ulaw that they speak.
    """

    def __init__(
        self,
        pbx: Asterisk,
        scenario: str,
        port: int,
        *,
        calls: int = 1,
        pause_ms: int = 1000,
        to: str = "",
        caller: str = "",
        at_once: int = 0,
        rate: float = 10.0,
        audio: bytes = b"",
    ) -> None:
        text = (SCENARIOS / f"{scenario}.xml").read_bytes()
        if audio:
            (pbx.folder / "spool/tmp" / "speech.ul").write_bytes(audio)
            text = text.replace(b"@AUDIO@", b"/var/spool/asterisk/tmp/speech.ul")
        (pbx.folder / "spool/tmp" / f"{scenario}.xml").write_bytes(text)
        command = ["sipp", "-sf", f"/var/spool/asterisk/tmp/{scenario}.xml", "-nostdin"]
        command += ["-i", "127.0.0.1", "-p", str(port), "-m", str(calls), "-d", str(pause_ms)]
        if at_once:
            command += ["-l", str(at_once), "-r", f"{rate:g}"]
        if to:
            command += ["-s", to, "-key", "caller", caller, f"127.0.0.1:{pbx.sip_port}"]
        self._process = subprocess.Popen(
            pbx.enter(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def wait(self, timeout: float = 20) -> None:
        """Until all its calls are over. Raises AssertionError with SIPp's output where one went wrong."""
        told, _ = self._process.communicate(timeout=timeout)
        assert self._process.returncode == 0, told.decode(errors="replace")[-3000:]

    def __enter__(self) -> Sipp:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
