"""The tests mirror ccd/; pbx/ is a real Asterisk, recordings/ is what it said."""
