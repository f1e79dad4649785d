"""Two hundred recorded calls on a real PBX, with people who score them: the rig of ``test_quality_day``.

SIPp brings the callers, who speak (eSpeak NG's voice, as the prompts have it); the queue records every call;
twelve agents in three teams answer. The clock is the real one, in a zone where it is about noon.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av

from tests.e2e.daemon import Daemon, for_asterisk
from tests.e2e.outside import Outside, until
from tests.e2e.shift_day import midday
from tests.pbx import prompts
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones, answers
from tests.pbx.ports import free_run
from tests.pbx.sipp import Sipp

__all__ = ["AGENTS", "ANALYSTS", "CALLS", "MANAGER", "QA_MANAGER", "QualityDay", "opened", "prepare"]

CALLS = int(os.environ.get("CCD_TEST_QUALITY_CALLS", "200"))
TALK_MS = 4000
EXTENSIONS = tuple(str(number) for number in range(1001, 1013))
AGENTS = tuple(str(2000 + number) for number in range(1, 13))
TEAMS = ("一组", "二组", "三组")
ANALYSTS = ("5001", "5002", "5003")
"""The first belongs to a team herself, whose calls she must not score."""
QA_MANAGER, MANAGER, LEAD = "5101", "4001", "3001"
QUEUE = "\n[floor](ccd)\nstrategy = rrmemory\ntimeout = 8\nretry = 1\n" + "".join(
    f"member = PJSIP/{extension}\n" for extension in EXTENSIONS
)
NUMBER = "exten => 840,1,Goto(queues,floor,1)\n"
SETTINGS = """
[policies.recordings]
quiet_s = 0.5
give_up_s = 3
[policies.sampling]
look_s = 1
min_s = 2
minimum = 3
default_rate = 0.3
extra_per_agent_day = 0
[policies.retention]
older_minutes = 1
[policies.scoring]
second_look_share = 0.0
abnormal_least = 200
"""
"""Everything that is scored is released: what is held for a second look has tests of its own."""


def prepare(pbx: Asterisk) -> None:
    """A queue of these seats only."""
    for name, behind, text in (("extensions.conf", "[inbound]\n", NUMBER),):
        file = pbx.etc_dir / name
        before = file.read_text("utf-8")
        assert behind in before
        file.write_text(before.replace(behind, behind + text, 1), "utf-8")
    queues = pbx.etc_dir / "queues.conf"
    queues.write_text(queues.read_text("utf-8").replace("@SUPPORT@", "") + QUEUE, "utf-8")


def team_of(number: int) -> str:
    return TEAMS[number % len(TEAMS)]


def roster() -> str:
    rows = ["code,name,role,team,seat,interface,language"]
    for number, (code, extension) in enumerate(zip(AGENTS, EXTENSIONS, strict=True)):
        rows.append(f"{code},员工{number + 1},agent,{team_of(number)},{extension},PJSIP/{extension},zh_CN")
    rows += [
        f"{ANALYSTS[0]},质检甲,qa_analyst,{TEAMS[0]},,,zh_CN",
        f"{ANALYSTS[1]},质检乙,qa_analyst,质检组,,,zh_CN",
        f"{ANALYSTS[2]},质检丙,qa_analyst,质检组,,,zh_CN",
        f"{QA_MANAGER},质培经理,qa_manager,质检组,,,zh_CN",
        f"{LEAD},王班长,team_lead,{TEAMS[1]},L1,PJSIP/1022,zh_CN",
        f"{MANAGER},李经理,operations_manager,,,,zh_CN",
    ]
    return "\n".join(rows)


def speech() -> bytes:
    """Some seconds of a synthetic voice as raw ulaw at 8 kHz."""
    out = io.BytesIO()
    with av.open(out, "w", format="mulaw") as container:
        stream = container.add_stream("pcm_mulaw", rate=8000, layout="mono")
        for file in sorted((prompts.ensure() / prompts.ENGLISH / "ccd").glob("*.wav"))[:8]:
            with av.open(str(file)) as sound:
                for frame in sound.decode(audio=0):
                    frame.pts = None
                    container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


class QualityDay:
    def __init__(self, pbx: Asterisk, daemon: Daemon, folder: Path) -> None:
        self.pbx = pbx
        self.daemon = daemon
        self.folder = folder
        self.outside = Outside(daemon)

    async def take_calls(self, count: int) -> None:
        """So many callers, each answered by an agent, recorded, and known as a conversation at the end."""
        with Sipp(
            self.pbx,
            "queue_speaker",
            free_run(1),
            calls=count,
            pause_ms=TALK_MS,
            to="840",
            caller="13800138000",
            at_once=len(AGENTS),
            rate=3.0,
            audio=speech(),
        ) as sipp:
            await asyncio.to_thread(sipp.wait, 400)

        async def known() -> bool:
            (row,) = self.outside.rows('SELECT count(*) AS n FROM "conversation"')
            return bool(row["n"] >= count)

        await until(f"{count} conversations", known, 60)

    def ccd(self, *arguments: str, check: bool = True) -> Any:
        """A command's JSON."""
        done = self.daemon.ccd(*arguments, "--json", check=check)
        return json.loads(done.stdout) if done.stdout.strip() else {"stderr": done.stderr}

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that runs beside others."""
        return subprocess.Popen(
            [sys.executable, "-m", "ccd", *arguments, "--config", str(self.daemon.config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextlib.asynccontextmanager
async def opened(pbx: Asterisk, folder: Path, settings: str = SETTINGS) -> AsyncIterator[QualityDay]:
    """Everybody signed in at their seats, every phone answering."""
    daemon = for_asterisk(pbx, folder, more=settings)
    daemon.environment["CCD_DAEMON__TIMEZONE"] = midday()
    async with daemon, Phones(pbx, *EXTENSIONS) as phones:
        day = QualityDay(pbx, daemon, folder)
        (folder / "roster.csv").write_text(roster(), "utf-8")
        await asyncio.to_thread(daemon.ccd, "roster", "import", str(folder / "roster.csv"))
        for code, extension in zip(AGENTS, EXTENSIONS, strict=True):
            reply = await day.outside.ask("sign_in", kind="arrive", code=code, seat=extension, pbx="main")
            assert reply["ok"], reply
        for phone in phones:
            phone.behaviour = answers(after=0.1)
        yield day
