"""Meals: windows, rotation, how many at once (manual.md, "Meals"). Pure."""
