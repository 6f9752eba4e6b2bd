import os

import polib
import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import to_locale

from common.management.commands import compile_translations as command


@pytest.fixture
def school(tmp_path, settings):
    """A source tree of one template and one module, with an English catalogue."""
    for folder in ("config", "common", "accounts", "courses", "live", "branches", "cms"):
        (tmp_path / folder).mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "locale" / "en" / "LC_MESSAGES").mkdir(parents=True)
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "templates" / "page.html").write_text('{% translate "首页" %}')
    return tmp_path


def catalogue(school, *entries, flags=()):
    path = school / "locale" / "en" / "LC_MESSAGES" / "django.po"
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for text, translation in entries:
        po.append(polib.POEntry(msgid=text, msgstr=translation, flags=list(flags)))
    po.save(str(path))
    return path


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('_("首页")', [(None, "首页")]),
        ('gettext("首" "页")', [(None, "首页")]),
        ('gettext_lazy(\n    "首页"\n)', [(None, "首页")]),
        ('pgettext("字号", "大")', [("字号", "大")]),
        ('ngettext("一天", "几天", count)', [(None, "一天")]),
        ('translation.gettext("首页") % {"a": _("里")}', [(None, "首页"), (None, "里")]),
        ("_(name)", []),
        ('_("")', []),
        ("for _ in range(3): pass", []),
    ],
)
def test_messages_of_python_are_found(source, messages):
    assert list(command.messages_of_python(source)) == messages


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('{% translate "首页" %}', [(None, "首页")]),
        ('{% translate "大" context "字号" %}', [("字号", "大")]),
        (
            "{% blocktranslate trimmed %}\n  {{ a }}老师\n{% endblocktranslate %}",
            [(None, "%(a)s老师")],
        ),
        (
            "{% blocktranslate count n=n %}{{ n }} 天{% plural %}几天{% endblocktranslate %}",
            [(None, "%(n)s 天")],
        ),
        ('{% tile name=_("首页") %}', [(None, "首页")]),
        ('{{ a|default:_("首页") }}', [(None, "首页")]),
        ("<p>首页</p>", []),
        ("{# _('首页') #}", []),
    ],
)
def test_messages_of_templates_are_found(source, messages):
    assert list(command.messages_of_template(source)) == messages


def test_a_message_without_translation_fails_and_is_named(school):
    catalogue(school, ("别的", "other"))

    with pytest.raises(CommandError, match=r"templates/page\.html: '首页' has no"):
        call_command("compile_translations", "--check")


def test_a_doubtful_translation_is_none(school):
    catalogue(school, ("首页", "home"), flags=["fuzzy"])

    with pytest.raises(CommandError, match="首页"):
        call_command("compile_translations", "--check")


def test_a_translation_that_names_what_is_not_there_fails(school):
    catalogue(school, ("首页", "home"), ("%(a)s老师", "teacher %(b)s"))

    with pytest.raises(CommandError, match=r"has no %\(b\)s"):
        call_command("compile_translations", "--check")


def test_with_everything_translated_the_check_passes_and_writes_nothing(school, capsys):
    path = catalogue(school, ("首页", "home"))

    call_command("compile_translations", "--check")

    assert "1 messages, all translated" in capsys.readouterr().out
    assert not path.with_suffix(".mo").exists()


def test_catalogues_are_compiled_once_and_again_when_they_changed(school, capsys):
    path = catalogue(school, ("首页", "home"))

    call_command("compile_translations")
    call_command("compile_translations")
    assert capsys.readouterr().out == "locale/en/LC_MESSAGES/django.po: compiled\n"
    assert polib.mofile(str(path.with_suffix(".mo")))[0].msgstr == "home"

    compiled = path.with_suffix(".mo").stat().st_mtime
    os.utime(path, (compiled + 1, compiled + 1))
    call_command("compile_translations")
    assert "compiled" in capsys.readouterr().out


def test_the_catalogues_of_the_product_break_no_sentence():
    assert [problem for path in command.catalogues() for problem in command.broken(path)] == []


def test_the_editors_gaps_are_filled_for_the_source_language():
    names = {path.parent.parent.name for path in command.catalogues()}

    assert to_locale("zh-hans") in names
