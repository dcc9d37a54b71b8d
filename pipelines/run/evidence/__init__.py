"""What a report of a run is made from, read back from its folder."""
