"""The small quiet PBX that scenarios are played on, configured as the real one in tests/pbx is.

``support`` has static members, as has ``sales``; nobody is in ``vip`` until somebody logs in by code.
"""

from __future__ import annotations

from ccd.simulator.dialplan import Dialplan
from ccd.simulator.emergencies import PLAN
from ccd.simulator.parts import Queue
from ccd.simulator.pbx import Pbx
from ccd.simulator.timeline import Timeline

__all__ = ["COLLEAGUE", "LATE", "SALES", "SPARE", "SUPPORT", "stage"]

SUPPORT = tuple(f"PJSIP/{number}" for number in range(1001, 1006))
SALES = tuple(f"PJSIP/{number}" for number in range(1011, 1016))
SPARE, COLLEAGUE, LATE = OTHERS = ("PJSIP/1006", "PJSIP/1007", "PJSIP/1020")
"""Phones in no queue; ``LATE`` logs in to ``vip``."""

_PHONE = ["Gosub(ccd-record,s,1)", "Dial(PJSIP/${EXTEN},10,tT)", "Hangup()"]
_PLAN = {
    "inbound": {
        "800": ["Goto(queues,support,1)"],
        "801": ["Goto(queues,sales,1)"],
        "802": ["Goto(queues,vip,1)"],
        "810": ["Answer()", "Queue(support,,,,6)", "Goto(queues,sales,1)"],
        "812": ["Answer()", "Queue(support,,,,6)", "Playback(vm-goodbye)", "Hangup()"],
        "_10XX": ["Goto(direct,${EXTEN},1)"],
    },
    "queues": {
        queue: ["Answer()", f"Queue({queue},tT)", "Hangup()"] for queue in ("support", "sales", "vip")
    },
    "direct": {"_10XX": _PHONE},
    "ccd-record": {"s": ["MixMonitor(,b)", "Return()"]},
    "phones": {
        "*831": ["Answer()", "PauseQueueMember(,self,,meal)", "Playback(paused)", "Hangup()"],
        "*833": ["Answer()", "PauseQueueMember(,self,,training)", "Playback(paused)", "Hangup()"],
        "*84": ["Answer()", "UnpauseQueueMember(,self)", "Playback(unpaused)", "Hangup()"],
        "*85": ["Answer()", "AddQueueMember(vip)", "Playback(logged-in)", "Hangup()"],
        "*86": ["Answer()", "RemoveQueueMember(vip)", "Playback(logged-out)", "Hangup()"],
        "_10XX": ["Goto(direct,${EXTEN},1)"],
        "_8XX": ["Goto(inbound,${EXTEN},1)"],
        "_9X.": [
            "Set(CALLERID(num)=02155501000)",
            "Gosub(ccd-record,s,1)",
            "Dial(PJSIP/${EXTEN:1}@trunk,30,tT)",
            "Hangup()",
        ],
    },
}


def stage(timeline: Timeline, first_id: int = 0, recordings: str = "/var/spool/asterisk/monitor") -> Pbx:
    """The PBX at rest. ``first_id`` and ``recordings`` as for ``Pbx``."""
    names = {"PJSIP/1001": "张三", "PJSIP/1002": "李四", "PJSIP/1003": "Wang Wu", "PJSIP/1011": "赵六"}
    phones = {phone: names.get(phone, f"Agent {phone[6:]}") for phone in (*SUPPORT, *SALES, *OTHERS)}
    pbx = Pbx(timeline, phones, Dialplan({**PLAN, **_PLAN}), first_id=first_id, recordings=recordings)
    for queue in ("support", "sales", "vip"):
        wrapup_s = 2 if queue == "support" else 0
        pbx.members.create(Queue(queue, ring_s=5, wrapup_s=wrapup_s, record=True))
    for queue, members in (("support", SUPPORT), ("sales", SALES)):
        for interface in members:
            pbx.members.add(queue, interface, phones[interface], dynamic=False)
    return pbx
