"""Pages of accounts, one module per area."""
