"""Organisations: their tree, and everything that changes it."""
