"""Shifts: which there are, on which days they run, who is planned to work them. Pure.

``calendar`` knows workdays, ``shift`` when a shift begins and ends, ``plan`` who works it where; ``check``
holds a change of the plan to its rules, ``plan_csv`` and ``ical`` are its forms outside; ``duty`` sets who is
planned against who is there. docs/shifts.md describes all of it.
"""
