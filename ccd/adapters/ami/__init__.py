"""The AMI session of one PBX: panoramisk, hardened.

``session``   connect, log in, take the snapshot, read, for ever; actions for the rest of ccd
``protocol``  bytes in, messages out
``actions``   what may be sent, and how an action ends
``login``     connection, TLS, challenge; which boot of which version
``resync``    the three lists of the snapshot
``watch``     silence and pings
``backoff``   how long to wait before the next try
``wanted``    which events are followed; add one here first
``counts``    what metrics read; why a session ends
"""
