"""Amounts of money in figures, and in the capital signs of receipts."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def plain(amount: Decimal) -> str:
    """180, 1,180.50: no fen where there are none."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}" if whole else f"{amount:,.2f}"


def capitals(amount: Decimal) -> str:
    """壹佰捌拾元整, 壹仟零伍元伍角, 贰角叁分. Negative amounts are nobody's receipt."""
    cents = int((amount * 100).to_integral_value())
    if cents < 0:
        raise ValueError(amount)
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = _whole(yuan) + "元" if yuan else ""
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"
    if fen:
        words += _DIGITS[fen] + "分"
    elif not jiao:
        words = (words or "零元") + "整"
    return words


def _whole(yuan: int) -> str:
    words, gap = "", False
    digits = str(yuan)
    for index, digit in enumerate(digits):
        place = len(digits) - index - 1
        if digit == "0":
            gap = True
        else:
            words += ("零" if gap else "") + _DIGITS[int(digit)] + _PLACES[place % 4]
            gap = False
        if place % 4 == 0 and place and int(digits[max(index - 3, 0) : index + 1]):
            words += _GROUPS[place // 4]
    return words
