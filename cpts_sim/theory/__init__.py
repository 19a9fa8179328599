"""Exact laws and published models, computed from their definitions, to compare the running model with."""
