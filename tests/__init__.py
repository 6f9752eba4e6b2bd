"""Mirrors the apps; what all tests share is in conftest.py."""
