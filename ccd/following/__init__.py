"""Following a PBX: AMI messages in, facts out. Pure: no I/O, no clock; the picture is changed in place.

``picture``     what is held in memory of one PBX
``follow``      which message goes to which function
``channels``    the legs of calls, from Newchannel to Hangup
``joining``     which channels make one call
``bridges``     bridges and holds: who hears whom
``calls``       whole calls: kind, answer, end
``transfers``   blind and attended: who let go, and where it went
``visits``      callers in queues: joining and leaving, and how
``queuecalls``  queue calls: ringing, connected, completed
``members``     queue members: added, removed, paused, device states
``agents``      the shown state of each agent, as intervals
``recordings``  MixMonitor: which file belongs to which call
``reports``     emergencies as the dialplan reports them, and what became of the phone calls for them
``lookup``      everything known of an agent's call, frozen when it is reported
``snapshot``    resync after every (re)connect: mark, upsert, sweep; what happened while blind is *unknown*

What an event means, and in which order events come, is in docs/following.md.
"""
