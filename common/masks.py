"""How personal data is shown to those who need not read it."""


def phone(number: str) -> str:
    """138****1234; anything shorter than a telephone number is hidden whole."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}****{number[-4:]}"
