"""Votes to probabilities."""
