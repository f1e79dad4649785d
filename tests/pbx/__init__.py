"""A real Asterisk for the tests, in a folder: 22 (the long-term release) and 16 (the oldest we support).

``root`` builds the two systems with debootstrap, once. ``asterisk`` runs any number of instances of them,
each in its own mount and process namespace. ``phones`` answers and places calls. ``capture`` records AMI
traffic for ``tests/recordings``. ``fixtures`` offers it all to pytest.
"""
