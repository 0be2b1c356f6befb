"""STORE: the only door to the data."""
