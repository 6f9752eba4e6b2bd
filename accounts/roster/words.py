"""Words that stand for few things: sexes, kinds of people, yes and no, nothing."""

import re

from django.utils.translation import gettext_noop

from accounts.roster import signs
from accounts.roster.answers import Answer
from accounts.roster.rows import Field, Note, Problem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOTHING = _words(
    "无 无。 不详 未知 空 暂无 没有 / \\ - -- --- — —— － ／ * N/A #N/A n/a NA nil NULL null None"
)

SEXES = {
    **dict.fromkeys(["男", "男性", "男士", "m", "male", "1"], "m"),
    **dict.fromkeys(["女", "女性", "女士", "f", "female", "2"], "f"),
}
UNDERSTOOD = Note(gettext_noop("改成统一的说法"))
SEX_UNKNOWN = Problem(
    Field.SEX.value, Note(gettext_noop("看不懂性别，请写男或女。")), code="sex_unknown"
)

# In this order: 离退休 says not which, and 退休工作人员 is retired.
KINDS = (
    (re.compile(r"离退休|离/退休|离、退休"), ""),
    (re.compile(r"离休"), "lixiu"),
    (re.compile(r"退休|退职|退养|退二线|内退"), "retired"),
    (re.compile(r"工作人员|在职|在岗|在编|职工|员工|编内|编外|聘用"), "staff"),
    (re.compile(r"群众|居民|社会|市民|村民|老人"), "public"),
)
KIND_WORDS = frozenset(["离休", "退休", "群众", "工作人员"])
KIND_UNKNOWN = Problem(
    Field.KIND.value,
    Note(gettext_noop("看不懂人员类别，请写离休、退休、群众或工作人员。")),
    code="kind_unknown",
)

YES = _words("是 有 √ ✓ ✔ ☑ ✅ 对 要 1 y yes true v")
NO = _words("否 无 不 不是 没有 非 × ✗ ✘ ☐ 0 n no false x")
AT_HOME = re.compile(r"本地|本市|本县|本区|本省|常住|在家|不在外|未")
AWAY = re.compile(r"外地|异地|外省|外市|国外|境外|常年在外")
PLACE = re.compile(r"[\u3400-\u9fff]{2,20}")
AWAY_UNKNOWN = Problem(
    Field.LIVES_AWAY.value,
    Note(gettext_noop("看不懂是否常居外地，请写是或否。")),
    code="lives_away_unknown",
)
PLACE_MOVED = Note(gettext_noop("写了地方，记作常居外地"))

MOVES_BADLY = re.compile(r"不便|不能|不可|轮椅|卧床|失能|拐|半自理|瘫|困难|不好|不方便|部分自理")
MOVES_WELL = re.compile(r"正常|自理|良好|健康|方便|自如|较好|能走")
MOVES_UNKNOWN = Problem(
    Field.MOVES_BADLY.value,
    Note(gettext_noop("看不懂是否行动不便，请写是或否。")),
    code="moves_badly_unknown",
)
WORDS_TO_HEALTH = Note(gettext_noop("说明移到健康状况"))


def sex(text: str) -> Answer:
    plain = signs.number(text)
    value = SEXES.get(plain.lower().removesuffix(".0"), "")
    if not value:
        return Answer("", (), (SEX_UNKNOWN,))
    if plain in ("男", "女"):
        return Answer(value, signs.changes(text, plain))
    return Answer(value, (UNDERSTOOD,))


def kind(text: str) -> Answer:
    plain = signs.without_spaces(signs.line(text))
    for pattern, value in KINDS:
        if pattern.search(plain):
            if not value:
                break
            return Answer(value, () if text in KIND_WORDS else (UNDERSTOOD,))
    return Answer("", (), (KIND_UNKNOWN,))


def lives_away(text: str) -> Answer:
    """Yes, no, or the place where somebody lives."""
    plain = signs.without_spaces(signs.line(text))
    if (said := _yes_or_no(text, plain)) is not None:
        return said
    if AT_HOME.search(plain):
        return Answer(False, (UNDERSTOOD,))
    if AWAY.search(plain) and len(plain) <= 6:
        return Answer(True, (UNDERSTOOD,))
    if PLACE.fullmatch(plain):
        return Answer(True, (PLACE_MOVED,), (), {"residence": plain})
    return Answer(None, (), (AWAY_UNKNOWN,))


def moves_badly(text: str) -> Answer:
    """Yes, no, or how somebody moves."""
    plain = signs.without_spaces(signs.line(text))
    if (said := _yes_or_no(text, plain)) is not None:
        return said
    if MOVES_BADLY.search(plain):
        notes = (UNDERSTOOD,) if plain in ("行动不便", "不便") else (WORDS_TO_HEALTH,)
        others = {} if notes == (UNDERSTOOD,) else {"health_note": plain}
        return Answer(True, notes, (), others)
    if MOVES_WELL.search(plain):
        return Answer(False, (UNDERSTOOD,))
    return Answer(None, (), (MOVES_UNKNOWN,))


def _yes_or_no(text: str, plain: str) -> Answer | None:
    word = signs.number(plain).lower().removesuffix(".0")
    if word in YES:
        return Answer(True, () if text == "是" else (UNDERSTOOD,))
    if word in NO or word in NOTHING:
        return Answer(False, () if text == "否" else (UNDERSTOOD,))
    return None
