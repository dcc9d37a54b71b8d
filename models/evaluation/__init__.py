"""How good probabilities and labels are."""
