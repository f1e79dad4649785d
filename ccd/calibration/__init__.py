"""The room of the policy ``calibration``: analysts compared on one call."""
