import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from common import css

SOURCES = settings.BASE_DIR / "static" / "css"


def sheets(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.css"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "index.css"


def test_sheets_are_joined_in_the_order_of_the_index(tmp_path):
    index = sheets(
        tmp_path,
        index='/* order */\n@import url("b.css");\n@import url("parts/a.css");\n',
        b=".b {}",
        parts__a=".a {}",
    )

    assert css.joined_sheets(index) == ".b {}\n.a {}"


def test_pictures_are_addressed_from_the_joined_sheet(tmp_path):
    index = sheets(
        tmp_path,
        index='@import url("parts/a.css");',
        parts__a='a: url("../../pictures/p.svg"); b: url("data:image/png,"); c: url("/d.svg");',
    )

    assert css.joined_sheets(index) == (
        'a: url("../pictures/p.svg"); b: url("data:image/png,"); c: url("/d.svg");'
    )


def test_a_listed_sheet_that_is_missing_is_an_error(tmp_path):
    index = sheets(tmp_path, index='@import url("gone.css");')

    with pytest.raises(FileNotFoundError):
        css.joined_sheets(index)


def test_building_again_leaves_the_file_untouched(tmp_path):
    index = sheets(tmp_path, index='@import url("a.css");', a=".a {}")
    target = tmp_path / "build" / "site.css"

    size = css.build_css(index=index, target=target)
    written_at = target.stat().st_mtime_ns

    assert css.build_css(index=index, target=target) == size == len(".a {}")
    assert target.stat().st_mtime_ns == written_at


def test_the_command_builds_the_sheet_that_pages_link(settings, tmp_path, capsys):
    settings.BUILD_DIR = tmp_path

    call_command("build_css")

    built = (tmp_path / "css" / "site.css").read_text("utf-8")
    assert ".button--main" in built
    assert capsys.readouterr().out == f"css/site.css: {len(built.encode())} bytes\n"


def test_every_sheet_is_in_the_index():
    listed = set(css.IMPORT.findall((SOURCES / "index.css").read_text("utf-8")))
    there = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.css")}

    assert listed == there - {"index.css"}


def test_every_picture_a_sheet_names_is_there():
    joined = css.joined_sheets(SOURCES / "index.css")
    named = set(css.RELATIVE_URL.findall(joined))

    assert named == {"../pictures/chevron.svg", "../pictures/chevron-light.svg"}
    assert all((SOURCES / name).is_file() for name in named)


def test_only_the_tokens_name_colours():
    # A new colour is a new token or it is not used. What is printed is black on white
    # whatever the theme, and so is what a telephone's camera reads from the screen; films
    # stand on black and a dialog dims what is behind it.
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(", re.IGNORECASE)
    allowed = {"tokens.css", "base.css", "dialog.css", "record.css", "table.css"}
    allowed |= {"card.css", "console.css", "report.css", "room.css", "prose.css"}

    named = {
        path.name for path in SOURCES.rglob("*.css") if colour.search(path.read_text("utf-8"))
    }

    assert named == allowed
