"""Slides: a PDF or pictures, rendered once (opening, child), kept and shown (decks).

What the room is told is an event of kind `slide` with the body
`{"deck": hex, "page": 1, "of": 12, "title": "…"}`; deck "" and page 0 put them away. The
page's picture is `live.video.slides.slide_name(deck, page)` beside the playlist.
"""
