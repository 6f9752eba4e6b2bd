"""Our scripts and styles: what the browser loads is what the hashes say."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

SCRIPTS = sorted(Path(settings.BASE_DIR, "static", "js").rglob("*.js"))
IMPORT = re.compile(r"""^import\b.*["'](\./[^"']+)["'](.*)$""", re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_imports_end_in_a_semicolon_so_that_their_hashes_are_followed(script):
    assert {rest for _name, rest in IMPORT.findall(script.read_text())} <= {";"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_collected_imports_name_files_that_are_there(script):
    name = script.relative_to(Path(settings.BASE_DIR, "static")).as_posix()
    collected = Path(settings.STATIC_ROOT, staticfiles_storage.stored_name(name))

    for imported, _rest in IMPORT.findall(collected.read_text()):
        assert (collected.parent / imported).is_file(), imported


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_in_one_sitting(script):
    assert len(script.read_text().splitlines()) <= 165
