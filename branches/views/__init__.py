"""Pages of study: a person's own, and those of a branch."""
