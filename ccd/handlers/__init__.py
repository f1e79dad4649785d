"""Policies, one per file, pure: ``decide(event, world, settings) -> [facts and effects]``.

A policy module has ``NAME`` (its config section and its label in metrics), ``CONSUMES`` (the inputs and facts
it wants to see) and ``decide``. To add one: a file here, a section in ``ccd.config.Policies``, a line in
``POLICIES`` of ``ccd/engine.py``, a test of the same name. Policies do not know each other.
"""
