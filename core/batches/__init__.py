"""Batches (A7): many operations ordered at once, run one after the other, each once, with progress, retries and their outcomes."""
