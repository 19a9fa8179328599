"""Readers of French official files, in the form in which people download them."""
