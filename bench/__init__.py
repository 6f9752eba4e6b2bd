"""Benchmarks with ratios against peers, each one command: python3 dev.py bench NAME."""
