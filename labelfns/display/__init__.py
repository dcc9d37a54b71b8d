"""What is looked at: plots, HTML in notebooks, names made safe to show. It knows arrays and names, and no LF."""
