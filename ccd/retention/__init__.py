"""The room of the policy ``retention``: how long recordings are kept."""
