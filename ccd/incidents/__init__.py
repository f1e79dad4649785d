"""Incidents, pure: what is known of one (``state``), who is to be told (``people``), in which words
(``wording``), what is asked of whoever heard the threat (``checklist``). The protocol is
``ccd.handlers.incidents``.
"""
