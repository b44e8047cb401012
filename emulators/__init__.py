"""Stand-ins for the upstream services: separate programs, never imported by the product."""
