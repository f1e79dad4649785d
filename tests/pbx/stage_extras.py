"""What rare scenes need of the PBX beyond its configuration."""

from __future__ import annotations

import asyncio

from tests.pbx.stage import Stage

__all__ = ["DIALPLAN", "channel_of", "configure", "log_in"]

DIALPLAN = """
[odd]
exten => spy,1,ChanSpy(PJSIP/1020,qw)
exten => pickup,1,PickupChan(PJSIP/1020)
exten => both,1,Dial(PJSIP/1006&PJSIP/1007,8)
exten => tape,1,Answer()
 same => n,MixMonitor(one.wav,i(FIRST))
 same => n,MixMonitor(two.wav,i(SECOND))
 same => n,Wait(1)
 same => n,StopMixMonitor(${FIRST})
 same => n,Wait(1)
 same => n,StopMixMonitor(${SECOND})
 same => n,MixMonitor(one.wav,a)
 same => n,Wait(1)
exten => 1020,hint,PJSIP/1020

[called-back]
exten => s,1,Dial(PJSIP/1007)

[phones](+)
exten => *90,1,Goto(odd,spy,1)
exten => *91,1,Goto(odd,pickup,1)
exten => *92,1,Goto(odd,tape,1)
exten => 92,1,Goto(odd,both,1)

[inbound](+)
exten => 92,1,Goto(odd,both,1)
"""


async def configure(stage: Stage, file: str, text: str, module: str) -> None:
    """Append to a file of the PBX's configuration, and have it read."""
    with (stage.pbx.etc_dir / file).open("a", encoding="utf-8") as config:
        config.write("\n" + text + "\n")
    await stage.action("Reload", Module=module)
    await asyncio.sleep(0.5)


async def log_in(stage: Stage, extension: str, name: str, queue: str = "vip", **more: str) -> None:
    await stage.action("QueueAdd", Queue=queue, Interface=f"PJSIP/{extension}", MemberName=name, **more)


def channel_of(stage: Stage, start: str) -> str:
    """The name of the living channel that starts like this."""
    lines = stage.pbx.rx("core show channels concise").splitlines()
    return next(line.split("!")[0] for line in lines if line.startswith(start))
