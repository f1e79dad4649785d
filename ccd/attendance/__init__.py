"""Attendance: late, early, off post, absent, with evidence (manual.md, "Attendance"). Pure."""
