"""The room of the policy ``sampling``: which conversations are scored."""
