"""Addresses of accounts, one module per area."""
