"""What a new school's site says before anybody has edited it (cms migration 0002).

A school changes these texts in the editors' pages; changing the files reaches new schools
only.
"""

from pathlib import Path

TEXTS = Path(__file__).parent / "texts"

# slug: title
PLAIN_PAGES = {
    "help": "怎样使用",
    "privacy": "个人信息怎样保护",
    "accessibility": "无障碍说明",
}


def text(name: str) -> str:
    """The HTML of `name`, without the line breaks it was written with."""
    lines = (TEXTS / f"{name}.html").read_text("utf-8").splitlines()
    return "".join(line.strip() for line in lines)
