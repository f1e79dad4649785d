"""The room of the policy ``scoring``: who scores what, by which form, and what follows."""
