"""People's files: found, listed, shown, kept by staff, and two of one human being merged."""
