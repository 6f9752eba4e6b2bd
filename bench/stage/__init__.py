"""What the benchmarks stand on: a school of their own, a server, listeners, a CPU clock."""
