"""Handover: from one shift to the next, seat by seat (manual.md, "Shift handover"). Pure."""
