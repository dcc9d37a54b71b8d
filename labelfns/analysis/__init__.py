"""What labeling functions did, and what to write next."""
