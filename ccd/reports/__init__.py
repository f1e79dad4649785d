"""Daily, weekly and monthly reports, made of what is on record. Pure."""
