"""What goes with a model to others: its card, and the hub."""
