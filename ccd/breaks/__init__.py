"""Breaks: pauses for other reasons than meals (manual.md, "Attendance"). Pure. docs/breaks.md describes it.

``asking`` answers who may, by ``rules``; ``taking`` follows pauses as they begin and end; ``overstay`` says
what a break comes to; ``leads`` does what leads ask for. ``record`` and ``state`` hold it, ``turns`` says
which shift it counts towards.
"""
