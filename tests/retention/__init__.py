"""The room of retention."""
