"""Texts to be read on paper: what a page of an editor is once it is a chapter of a booklet.

A page that may stand in a booklet is `Readable`; whoever makes booklets asks `reading()` and
knows no app. What comes back is plain data that can be kept as JSON.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser

# What players of old people play; a film has a sound as well.
SOUND_ENDINGS = ("mp3", "m4a", "wav", "ogg", "mp4")


class Kind(StrEnum):
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    QUOTE = "quote"
    PICTURE = "picture"


@dataclass(frozen=True)
class Part:
    """A paragraph; of a picture `text` is what it shows, `picture` its key at Wagtail."""

    kind: str
    text: str
    picture: int | None = None


@dataclass(frozen=True)
class Sound:
    """A file to listen to: the key of its document at Wagtail."""

    title: str
    document: int


@dataclass(frozen=True)
class Reading:
    title: str
    by: str = ""
    parts: list[Part] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)


class Readable:
    """What a page adds to be read on paper."""

    # Whether its title says little without that of the page above.
    is_of_a_series = False

    def reading(self) -> Reading:
        """All that is printed of it, in order."""
        raise NotImplementedError


def parts_of(body) -> list[Part]:
    """The parts of a text made of the blocks `text`, `picture` and `quote`."""
    found = []
    for block in body:
        if block.block_type == "text":
            found += parts_of_html(block.value.source)
        elif block.block_type == "quote":
            found.append(Part(Kind.QUOTE, str(block.value).strip()))
        elif block.block_type == "picture" and block.value:
            said = getattr(block.value, "contextual_alt_text", "") or block.value.title
            found.append(Part(Kind.PICTURE, said, block.value.pk))
    return [part for part in found if part.text or part.picture]


def parts_of_html(html: str) -> list[Part]:
    """The paragraphs of a rich text; what is bold or a link is plain there."""
    parser = _Paragraphs()
    parser.feed(html)
    parser.close()
    return parser.found()


def sounds_of(documents) -> list[Sound]:
    """Those of `documents` that can be listened to."""
    return [
        Sound(document.title, document.pk)
        for document in documents
        if document and document.file_extension.lower() in SOUND_ENDINGS
    ]


class _Paragraphs(HTMLParser):
    KINDS = {"h2": Kind.HEADING, "h3": Kind.HEADING, "h4": Kind.HEADING, "li": Kind.ITEM}

    def __init__(self):
        super().__init__()
        self._found: list[Part] = []
        self._kind, self._words = Kind.TEXT, []

    def handle_starttag(self, tag, attrs):
        if tag in ("p", *self.KINDS):
            self._end()
            self._kind = self.KINDS.get(tag, self._kind if tag == "p" else Kind.TEXT)
        elif tag == "br":
            self._words.append("\n")

    def handle_endtag(self, tag):
        if tag in ("p", *self.KINDS):
            self._end()
            self._kind = Kind.TEXT

    def handle_data(self, data):
        self._words.append(data)

    def found(self) -> list[Part]:
        self._end()
        return self._found

    def _end(self):
        lines = (" ".join(line.split()) for line in "".join(self._words).split("\n"))
        words = "\n".join(line for line in lines if line)
        if words:
            self._found.append(Part(self._kind, words))
        self._words = []
