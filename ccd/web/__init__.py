"""The JSON API and the recordings for browsers and programs: reads the store, writes by asking the engine."""
