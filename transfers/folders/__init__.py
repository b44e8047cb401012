"""Whole folders from one place to another (G3): looked at first, then each file a transfer of its own."""
