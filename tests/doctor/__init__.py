"""The doctor: its parser, its judgements over tables, and its word on a real Asterisk, good and broken."""
