"""Picture and sound of a live class: from the teacher's browser to a playlist.

ingest (a thread with PyAV) → run → cutting → store: the folder of one recording.
store → timeline → playlist → following → media: what learners are served.
Nothing in here knows a Django model; only `tokens` knows Django at all.
"""
