"""Chinese in large letters: lines break between words."""

import rjieba
from django import template
from django.utils.html import format_html_join

register = template.Library()


@register.filter
def unbroken(text: str):
    """`text` in words that stay whole where a line ends: 行书入门|一班, not 行书入|门一班."""
    return format_html_join("", '<span class="keep">{}</span>', ((word,) for word in _words(text)))


def _words(text: str) -> list[str]:
    words = []
    for word in rjieba.cut(text):
        # What is no word, a space or a full stop, goes with the word before it.
        if words and not word[0].isalnum():
            words[-1] += word
        else:
            words.append(word)
    return words
