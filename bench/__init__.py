"""Measures the product against peers in the same run, pair by pair (`make bench`). CONTRIBUTING: a row is one module in `rows/`."""
