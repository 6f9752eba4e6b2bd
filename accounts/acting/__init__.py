"""Acting for somebody else, and studying with them on one device."""
