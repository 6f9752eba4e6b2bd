"""Pages of the live classroom, and the POSTs that speak in it."""
