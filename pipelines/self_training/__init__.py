"""Rounds: each model labels the pool for the next."""
