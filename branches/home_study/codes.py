"""The short number of a return slip: seven digits and one that proves them."""

import secrets

DIGITS = 7


def new_code() -> str:
    """Random, so that nobody who knows one knows another."""
    return with_proof(f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")


def with_proof(digits: str) -> str:
    return digits + str(-_sum(digits + "0") % 10)


def read(typed: str) -> str | None:
    """The code somebody typed, without spaces and strokes; None where a digit is wrong."""
    digits = "".join(sign for sign in typed if sign not in " -－　\t")
    # Full-width digits come from Chinese keyboards.
    digits = "".join(str(int(sign)) if sign.isdecimal() else "x" for sign in digits)
    if len(digits) != DIGITS + 1 or "x" in digits or _sum(digits) % 10:
        return None
    return digits


def spoken(code: str) -> str:
    """ "48219037" → "4821 9037": as it is printed and said."""
    return f"{code[:4]} {code[4:]}"


def _sum(digits: str) -> int:
    """Luhn's: finds any wrong digit and nearly any two that changed places."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total
