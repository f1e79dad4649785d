"""Following a PBX: AMI messages in, facts out. Pure: no I/O, no clock; the picture is changed in place.

``picture``     what is held in memory of one PBX
``follow``      which message goes to which function
``channels``    channels, legs, bridges, holds; which channels make one call
``calls``       whole calls: kind, answer, transfers, end
``queuecalls``  callers in queues: join, ring, connect, complete, abandon, time out
``members``     queue members: added, removed, paused, device states
``agents``      the shown state of each agent, as intervals
``recordings``  MixMonitor: which file belongs to which call
``snapshot``    resync after every (re)connect: mark, upsert, sweep; what happened while blind is *unknown*

What an event means, and in which order events come, is in docs/following.md.
"""
