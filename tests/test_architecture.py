"""The house keeps its order: layers, imports, templates, locks, names."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines
from django.template.base import DebugLexer, TokenType
from django.template.exceptions import TemplateSyntaxError

ROOT = Path(settings.BASE_DIR)
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A <script> without src is only allowed as data: the policy runs no other.
INLINE_CODE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "script address": re.compile(r"=\s*[\"']\s*javascript:", re.I),
}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def committed_texts() -> dict[str, str]:
    """Every text that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    texts = {}
    for path in filter(Path.is_file, (ROOT / entry for entry in listed if entry)):
        try:
            texts[name(path)] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # A picture.
    return texts


@pytest.fixture(scope="module")
def texts():
    if not (ROOT / ".git").exists():
        pytest.skip("This copy has no git that says what is committed.")
    return committed_texts()


def test_the_import_contracts_are_kept():
    # As a command: inside this process it would see what pytest has imported.
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


def test_every_app_stands_in_the_layers():
    contracts = PROJECT["tool"]["importlinter"]

    assert set(contracts["root_packages"]) == set(APPS)
    inside = next(part for part in contracts["contracts"] if "containers" in part)
    assert set(inside["containers"]) == set(APPS) - {"common", "config"}


@pytest.mark.parametrize("app", APPS)
def test_imports_stand_at_the_top_of_their_module(app):
    hidden = [
        f"{name(path)}:{node.lineno}"
        for path in sorted((ROOT / app).rglob("*.py"))
        if path.name != "apps.py" and "migrations" not in path.parts
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_common_has_no_models():
    assert list(apps.get_app_config("common").get_models()) == []


def test_every_template_can_be_compiled():
    broken = {}
    for path in TEMPLATES:
        try:
            engines["django"].get_template(str(path.relative_to(ROOT / "templates")))
        except TemplateSyntaxError as error:
            broken[name(path)] = str(error)

    assert broken == {}


def test_templates_hold_no_code_that_the_policy_forbids():
    found = [
        (name(path), kind)
        for path in TEMPLATES
        for kind, pattern in INLINE_CODE.items()
        if pattern.search(_without_comments(path))
    ]

    assert found == []


def test_chinese_in_templates_is_marked_for_translation():
    assert [found for path in TEMPLATES for found in _unmarked_chinese(path)] == []


def _without_comments(path: Path) -> str:
    text = re.sub(r"{% comment.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.S)
    return re.sub(r"{#.*?#}", "", text)


def _unmarked_chinese(path: Path):
    marked = False
    for token in DebugLexer(_without_comments(path)).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            if word in {"blocktranslate", "blocktrans"}:
                marked = True
            elif word in {"endblocktranslate", "endblocktrans"}:
                marked = False
            elif word not in {"translate", "trans"} and _is_chinese(token):
                yield f"{name(path)}: {token.contents}"
        elif token.token_type == TokenType.TEXT and not marked and _is_chinese(token):
            yield f"{name(path)}: {' '.join(token.contents.split())[:60]}"


def _is_chinese(token) -> bool:
    # A language names itself in itself, whatever the page's language.
    text = re.sub(r"<[^>]*\blang=\"zh[^>]*>[^<]*", "", token.contents)
    return bool(CHINESE.search(re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", text)))


def test_locks_hold_hashes_and_no_addresses():
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert {lock.with_suffix(".in") for lock in locks} == set(ROOT.glob("requirements*.in"))

    for lock in locks:
        text = lock.read_text("utf-8")
        assert "://" not in text
        requirements = re.findall(r"^[a-z0-9].*(?:\\\n.*)+", text, re.MULTILINE)
        assert requirements
        assert len(requirements) == len(re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE))
        assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_the_test_environment_has_the_product_in_the_same_versions():
    product, tests = (
        set(re.findall(r"^[a-z0-9]\S*==\S+", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in ("requirements.txt", "requirements-dev.txt")
    )

    assert product - tests == set()


def test_browser_locks_hold_no_addresses():
    for folder in (ROOT, ROOT / "bench"):
        text = (folder / "package-lock.json").read_text("utf-8")
        assert '"resolved"' not in text
        assert '"integrity": "sha512-' in text
        assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text("utf-8")


def test_no_text_names_the_folder_it_was_written_in(texts):
    assert [path for path, text in texts.items() if f"{ROOT}/" in text] == []


def test_there_are_no_notes_to_self(texts):
    note = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")

    assert [path for path, text in texts.items() if note.search(text)] == []
