"""Leave and swaps: asked for, approved, taken (manual.md, "Leave and swaps"). Pure."""
