"""Translations: catalogues to .mo files without gettext, and a look for what is missing.

Chinese is the source: `locale/en` translates it whole; `locale/zh_Hans` only fills gaps of
libraries.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

# Which arguments of a call are the message and its context.
CALLS = {
    "_": (None, 0),
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({LITERAL})(?:\s*,\s*({LITERAL}))?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")

# (context or None, message)
Message = tuple[str | None, str]


class Command(BaseCommand):
    help = "Compile every catalogue of locale/ that is newer than its .mo file."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--check",
            action="store_true",
            help="fail if a message of the source has no translation; compile nothing",
        )

    def handle(self, *, check, **options):
        if not check:
            for catalogue in catalogues():
                if compile_catalogue(catalogue):
                    self.stdout.write(f"{_shown(catalogue)}: compiled")
            return
        problems = [problem for catalogue in catalogues() for problem in broken(catalogue)]
        source = messages_of_source()
        for code, _name in settings.LANGUAGES:
            if code != settings.LANGUAGE_CODE:
                problems += missing(to_locale(code), source)
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(source)} messages, all translated")


def catalogues() -> list[Path]:
    return sorted(
        catalogue
        for folder in settings.LOCALE_PATHS
        for catalogue in Path(folder).glob("*/LC_MESSAGES/*.po")
    )


def compile_catalogue(catalogue: Path) -> bool:
    """Write the .mo beside `catalogue` unless it is as new; whether anything was written."""
    target = catalogue.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= catalogue.stat().st_mtime_ns:
        return False
    unfinished = target.with_suffix(".mo.new")
    polib.pofile(str(catalogue)).save_as_mofile(str(unfinished))
    unfinished.replace(target)
    return True


def broken(catalogue: Path) -> Iterator[str]:
    """Translations that would break the sentence they stand in."""
    for entry in polib.pofile(str(catalogue)):
        if not entry.translated():
            continue
        known = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if strange := set(PLACEHOLDER.findall(text)) - known:
                yield f"{_shown(catalogue)}: {entry.msgid!r} has no {', '.join(sorted(strange))}"


def missing(locale: str, source: dict[Message, str]) -> Iterator[str]:
    """Messages of the source that `locale` does not translate, with where they stand."""
    translated = {
        (entry.msgctxt, entry.msgid)
        for catalogue in catalogues()
        if catalogue.parent.parent.name == locale
        for entry in polib.pofile(str(catalogue))
        if entry.translated() and not entry.obsolete
    }
    for (context, text), place in sorted(source.items(), key=lambda item: item[1]):
        if (context, text) not in translated:
            yield f"{place}: {text!r} has no translation in {locale}"


def messages_of_source() -> dict[Message, str]:
    """Every message that Python and templates ask for, and the first place it stands in."""
    found: dict[Message, str] = {}
    for app in ("config", "common", "accounts", "courses", "live", "branches", "cms"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for message in messages_of_python(path.read_text("utf-8")):
                    found.setdefault(message, _shown(path))
    for path in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            for message in messages_of_template(path.read_text("utf-8")):
                found.setdefault(message, _shown(path))
    return found


def messages_of_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        if name not in CALLS:
            continue
        texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        context_at, text_at = CALLS[name]
        if len(texts) > text_at and texts[text_at] and isinstance(texts[text_at], str):
            yield (None if context_at is None else texts[context_at], texts[text_at])


def messages_of_template(source: str) -> Iterator[Message]:
    # What is left of a template by templatize() is calls in Python's manner, as xgettext
    # would read them.
    for name, *literals in CALL_IN_TEMPLATE.findall(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in literals if literal]
        context_at, text_at = CALLS[name]
        if len(texts) > text_at:
            yield (None if context_at is None else texts[context_at], texts[text_at])


def _shown(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))
