"""The room of the policy ``listening``: leads and analysts on a live call."""
