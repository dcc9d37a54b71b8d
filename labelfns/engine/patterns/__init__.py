"""Regular expressions as LFs: which engine searches one, and under which time limit."""
