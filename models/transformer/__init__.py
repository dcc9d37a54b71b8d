"""Probabilities to a fine-tuned classifier."""
