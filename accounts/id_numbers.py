"""Citizens' ID numbers (公民身份号码): what the eighteen signs say, and whether they agree.

Six digits of region (GB/T 2260), eight of birth date, three of order (odd for men), and a
check sign by ISO 7064 MOD 11-2, all as GB 11643-1999 has them.
"""

import re
from datetime import date
from operator import mul

SHAPE = re.compile(r"[0-9]{17}[0-9X]")
# Numbers given before October 1999: no century, no check sign.
SHORT_SHAPE = re.compile(r"[0-9]{15}")
FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# By the weighted sum modulo 11.
CHECK_SIGNS = "10X98765432"
# Only provinces: counties have come and gone since the oldest numbers were given. 81-83 are
# residence permits of those from Hong Kong, Macao and Taiwan.
PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# The sum of seventeen ASCII digits, weighted, is this much more than that of their values.
ASCII_SURPLUS = ord("0") * sum(FACTORS)


def check_sign(seventeen: str) -> str:
    """The sign that must follow these seventeen digits."""
    return CHECK_SIGNS[(sum(map(mul, FACTORS, seventeen.encode())) - ASCII_SURPLUS) % 11]


def is_checked(number: str) -> bool:
    """Whether `number` has the shape of an ID number and its last sign is right."""
    return bool(SHAPE.fullmatch(number)) and number[17] == check_sign(number[:17])


def has_known_region(number: str) -> bool:
    return PROVINCE.match(number) is not None


def born_on(number: str) -> date | None:
    """The birth date in eighteen signs; None if there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """ "m" or "f", as accounts.models.Person.Sex has them."""
    return "m" if int(number[16]) % 2 else "f"


def lengthened(fifteen: str) -> str:
    """The eighteen signs of a number that was given with fifteen digits."""
    seventeen = f"{fifteen[:6]}19{fifteen[6:]}"
    return seventeen + check_sign(seventeen)
