"""The registrar's desk: who stands at the counter, and whom to telephone."""
