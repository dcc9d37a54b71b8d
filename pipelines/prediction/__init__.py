"""LFs and classifier answering together."""
