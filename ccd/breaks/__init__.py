"""Breaks: pauses for other reasons than meals (manual.md, "Attendance"). Pure."""
