"""The judgements: each takes facts and returns findings, and touches nothing."""
