"""The studio: a page, served to this machine alone, in which LFs are written while one looks at what they do."""
