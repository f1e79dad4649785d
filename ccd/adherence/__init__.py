"""Adherence: what was done against what was scheduled, by the minute (manual.md, "Attendance"). Pure."""
