"""Clients that others wrote, run unchanged against the stand-in: `python -m tests.clients`, and tests of that harness."""
