"""Reports of shifts: what the facts of a day, a week or a month add up to, and how that is shown. Pure."""
