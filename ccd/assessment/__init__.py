"""The room of the policy ``assessment``: the month out of 100, retraining, grades."""
