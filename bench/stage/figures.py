"""What a benchmark says of many measurements."""


def p95_ms(seconds: list[float]) -> float:
    """The time within which 95 of 100 were done, in milliseconds."""
    return share_s(seconds, 95) * 1000


def share_s(seconds: list[float], percent: int) -> float:
    """The time within which so many of 100 were done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


EXACT = ("ratio", "growth")


def report(name: str, value) -> None:
    """Print one figure; seconds, ratios and growth to the hundredth, all else to the tenth."""
    if isinstance(value, float):
        exact = name.endswith("_s") or any(word in name for word in EXACT)
        value = f"{value:.2f}" if exact else f"{value:.1f}"
    print(f"{name}: {value}", flush=True)
