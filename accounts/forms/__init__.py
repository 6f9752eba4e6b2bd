"""What people type, one module per area of pages."""
