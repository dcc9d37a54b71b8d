"""Which rows of a pool to give a gold label, and the file that their labels go to."""
