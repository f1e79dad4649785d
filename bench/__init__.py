"""How fast ccd is, in one run beside what it is compared with: ``make bench``, or ``-m bench --quick``.

``stream``       the captured traffic, repeated so that it stays valid
``server``       a loopback AMI that answers a login and a snapshot, then plays what it is given
``snapshot``     the lists of a PBX with so many agents and queues
``child``        each contestant in a process of its own
``daemon``       ccd itself in such a process, whole, and what is looked at in it
``peers``        the floor, panoramisk and cacofonisk in theirs
``throughput``   CPU and wall time of each over the same stream
``latency``      from event to effect, paced and in bursts
``incidents``    from an agent's report to its record, and to the first phone that rings
``holding``      memory by agents and over millions of events; resync
``share``        CPU beside a real Asterisk's own for the same calls
``storing``      rows a second into SQLite and PostgreSQL
``report``       the machine, the table, results.json

docs/speed.md says how each figure is made and what the aims are.
"""
