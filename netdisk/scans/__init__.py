"""Scans (A7): what lies below a path of a drive, walked once and kept, to compare it later and to see what takes the space."""
