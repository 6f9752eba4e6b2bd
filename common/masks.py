"""How personal data is shown to those who need not read it."""


def phone(number: str) -> str:
    """138****1234; anything shorter than a telephone number is hidden whole."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}****{number[-4:]}"


def id_number(number: str) -> str:
    """370202**********34: the region and the last two signs; anything short is hidden whole."""
    if len(number) < 15:
        return "*" * len(number)
    return f"{number[:6]}{'*' * (len(number) - 8)}{number[-2:]}"


def name(name: str) -> str:
    """王**: the surname, as people speak of somebody they need not know."""
    return f"{name[:1]}**" if name else ""
