"""An Asterisk as the distribution configures it: every sample file, every module, its own ports."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import suppress

from tests.pbx.asterisk import Asterisk, PbxError

__all__ = ["AMI_PORT", "StockAsterisk"]

AMI_PORT = 5038

# A new network has a loopback that is down; SIOCSIFFLAGS, IFF_UP | IFF_RUNNING.
_LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
request = struct.pack("16sH14x", b"lo", 0x41)
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, request)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class StockAsterisk(Asterisk):
    """In a network of its own, so nothing of it is reachable but by ``rx`` and ``in_its_network``."""

    namespaces = (*Asterisk.namespaces, "--net", sys.executable, "-c", _LOOPBACK_UP)

    def in_its_network(self, *command: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a program of this machine where the PBX can be reached."""
        net = f"--net=/proc/{self.pid}/ns/net"
        return subprocess.run(
            ["nsenter", net, *command], capture_output=True, text=True, timeout=timeout, check=False
        )

    def complaints(self) -> list[str]:
        """Every warning and error since its logs were last emptied, without times and numbers."""
        lines = [
            line
            for path in sorted(self.log_dir.glob("messages*"))
            for line in path.read_text("utf-8", "replace").splitlines()
            if " WARNING[" in line or " ERROR[" in line
        ]
        return [re.sub(r"\d+", "#", line.partition("] ")[2]) for line in lines]

    def forget_complaints(self) -> None:
        for path in self.log_dir.glob("messages*"):
            path.write_text("")

    def _configure(self, ring: int) -> None:
        shutil.copytree(self.root / "etc/asterisk", self.etc_dir, dirs_exist_ok=True)

    def _booted(self) -> bool:
        with suppress(PbxError, IndexError, subprocess.TimeoutExpired):
            return "fully booted" in self.rx("core waitfullybooted", timeout=30)
        return False
