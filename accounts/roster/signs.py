"""Signs that typists and programs mix up: wide digits, spaces nobody sees, radicals.

Never Unicode's own normal forms: they change rare characters of names.
"""

import re

from django.utils.translation import gettext_noop

from accounts.roster.rows import Note

# ！ to ～ are ! to ~, moved.  In sentences the wide punctuation is the right one.
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
WIDE_LETTERS = {wide: plain for wide, plain in WIDE.items() if chr(plain).isalnum()}
SPACES = dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
# Zero width, direction marks, soft hyphen, byte order mark.
UNSEEN = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
# Characters copied out of a PDF may be radicals that look the same: ⻢ is not 马.
RADICALS = str.maketrans(
    "⻢⻓⻩⻋⻅⻉⻔⻙⻚⻛⻜⻝⻥⻦⻧⻨⻬⻮⻰⻁⻄⻘⺠⺟"
    "⼀⼁⼈⼉⼊⼋⼏⼒⼗⼝⼟⼠⼤⼥⼦⼩⼭⼯⼰⼲⼴⼸⼼⼽⼿⽀⽂⽃⽄⽅⽇⽉⽊⽌⽐⽑⽒⽔⽕⽗⽚⽛⽜⽟⽠⽢⽣⽤⽥⽩⽪⽬⽭⽯⽰"
    "⽲⽳⽴⽵⽶⽺⽻⽼⽽⽿⾁⾂⾃⾄⾆⾈⾊⾍⾎⾏⾐⾓⾔⾕⾖⾚⾛⾜⾝⾟⾢⾤⾥⾦⾬⾮⾯⾰⾳⾷⾸⾹⾼⿅⿇⿊⿎⿏⿐",
    "马长黄车见贝门韦页风飞食鱼鸟卤麦齐齿龙虎西青民母"
    "一丨人儿入八几力十口土士大女子小山工己干广弓心戈手支文斗斤方日月木止比毛氏水火父片牙牛玉瓜甘生用田白皮目矛石示"
    "禾穴立竹米羊羽老而耳肉臣自至舌舟色虫血行衣角言谷豆赤走足身辛邑釆里金雨非面革音食首香高鹿麻黑鼓鼠鼻",
)
IN_NUMBERS = WIDE | SPACES | UNSEEN
IN_TEXTS = WIDE_LETTERS | SPACES | UNSEEN | RADICALS
CHINESE = r"\u2e80-\u9fff\U00020000-\U0003ffff"
SPACE_BESIDE_CHINESE = re.compile(rf"(?<=[{CHINESE}]) +| +(?=[{CHINESE}])")

MADE_NARROW = Note(gettext_noop("全角字符改成半角"))
SPACES_TAKEN_OUT = Note(gettext_noop("去掉多余的空格"))
UNSEEN_TAKEN_OUT = Note(gettext_noop("去掉看不见的字符"))
RADICALS_REPLACED = Note(gettext_noop("改用通行的字"))


def number(text: str) -> str:
    """`text`, which should be a number, with ordinary digits, letters, signs and spaces."""
    if not text.isascii():
        text = text.translate(IN_NUMBERS)
    return " ".join(text.split())


def line(text: str) -> str:
    """`text` on one line, with ordinary digits, letters and spaces, none of them unseen."""
    return " ".join(text.translate(IN_TEXTS).split())


def without_spaces(text: str) -> str:
    """`text` without the spaces beside Chinese characters; those between words stay."""
    return SPACE_BESIDE_CHINESE.sub("", text)


def changes(text: str, cleaned: str) -> tuple[Note, ...]:
    """What of the above was done to `text`, in words."""
    if text == cleaned:
        return ()
    codes, kept = set(map(ord, text)), set(map(ord, cleaned))
    notes = []
    wide = codes & WIDE.keys() - kept
    if any(WIDE[code] in kept for code in wide):
        notes.append(MADE_NARROW)
    if not codes.isdisjoint(UNSEEN):
        notes.append(UNSEEN_TAKEN_OUT)
    if codes & RADICALS.keys() - kept:
        notes.append(RADICALS_REPLACED)
    if _spaces(text) != _spaces(cleaned):
        notes.append(SPACES_TAKEN_OUT)
    return tuple(notes)


def _spaces(text: str) -> int:
    return sum(map(str.isspace, text))
