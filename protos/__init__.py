"""Wire interfaces of other services: their definitions, and the modules that ``python -m protos.generate`` writes."""
