"""The fault suite: whole-system tests named after the rows of `rows.py`, and `python -m tests.faults`, which runs every row."""
