"""ccd, the call-centre daemon: sits beside an Asterisk PBX and follows every agent and call.

Facts come in, a pure engine decides, intents go out; everything else only feeds it or obeys it::

    AMI · phone codes · console · clock --> typed input --> one queue, one consumer (runner)
       engine.step(world, input) --> facts + effects                                pure
       facts --> store (batched; durable ones at once), metrics, journal            observed in one place
       effects --> adapters --> EffectDone / EffectFailed --> the same queue

Rooms:

``events``, ``effects``  the vocabulary: what happened, what is to be done
``message``              one AMI message
``config``, ``roster``   what people set and import
``following/``           the picture of a PBX, kept by its messages
``incidents/``           threat calls: the protocol, its words, the checklist, the report
``shifts/``              shifts, the calendar, the plan, who is on duty
``world``, ``engine``    the whole picture; one step
``handlers/``            policies, one file each, pure
``runner``, ``app``      the loop; start, reload and stop (``parts``: what a daemon is made of)
``commands``             what the socket for commands is asked, and answers
``replay``               the same engine over a recorded journal
``adapters/``            every contact with the outside: AMI, AGI, store, metrics, clock, notifiers, evidence
``simulator/``           a PBX to try it with
``doctor/``              is this PBX fit to be trusted?
``cli/``                 the commands

Invariants are in docs/design.md and held by the import contracts in pyproject.toml.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("ccd")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0+unknown"
