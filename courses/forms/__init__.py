"""What people fill in, a module per area."""
