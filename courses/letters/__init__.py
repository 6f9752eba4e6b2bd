"""What the school tells people: on their page 来信, and by SMS.

`keeping` writes and sends one letter, `wording` says things, `news` decides who is told of
what happened to a class or a seat, `reminders` the evening before a class.
"""

from courses.letters.keeping import tell

__all__ = ["tell"]
