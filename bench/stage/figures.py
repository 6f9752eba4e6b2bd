"""What a benchmark says of many measurements."""


def p95_ms(seconds: list[float]) -> float:
    """The time within which 95 of 100 were done, in milliseconds."""
    return share_s(seconds, 95) * 1000


def share_s(seconds: list[float], percent: int) -> float:
    """The time within which so many of 100 were done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def report(name: str, value) -> None:
    """Print one figure; times and ratios to the hundredth, where the name says so."""
    if isinstance(value, float):
        value = f"{value:.2f}" if name.endswith("_s") or "ratio" in name else f"{value:.1f}"
    print(f"{name}: {value}", flush=True)
