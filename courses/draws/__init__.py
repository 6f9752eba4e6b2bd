"""Seats by lot: wishes, the frozen list, the public draw, its checking.

`arithmetic` is the draw itself, and the program anybody may check it with; `applying` takes
wishes, `freezing` ends that, `drawing` gives the seats, `checking` computes everything again,
`reading` holds the doors and figures of the pages.
"""
