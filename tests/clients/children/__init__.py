"""Scripts that run in the clients' own environment: none imports the product or the stand-in."""
