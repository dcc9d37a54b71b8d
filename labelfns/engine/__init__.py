"""How labeling functions are applied to texts."""
