"""The store: facts become rows in SQLite or PostgreSQL, in batches, without holding up the giver.

``store``       what the daemon uses: ``Store``
``writer``      the queue, the batches, what happens when the database is away
``projection``  which rows a fact becomes (pure); ``batch``, ``statements``: rows into few statements
``sqlite``, ``postgres``  the two engines; ``schema``, ``migrations``: one schema for both
``recall``      what the store knows of the present; ``queries``, ``export``: what it knows of the past
``backup``      one file out, one file in
"""

from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.store import Store

__all__ = ["Store", "StoreError"]
