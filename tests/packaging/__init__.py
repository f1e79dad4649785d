"""The Debian package and the systemd unit, on a machine of their own with a systemd that really runs."""
