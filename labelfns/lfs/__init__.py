"""What a user writes: labeling functions of every kind."""
