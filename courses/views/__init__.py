"""Pages of courses, a module per area."""
