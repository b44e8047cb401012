"""Hostile input at the platform's doors; every test is named after its H-row."""
