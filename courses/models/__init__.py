"""What is taught, when, to whom, and who has which place in it.

`CoursePage` and `LessonPage` are what the editors write in Wagtail; a `ClassGroup` is a
course taught in a term to a roster; a `ClassSession` is one meeting of it.
"""

from courses.models.classes import ClassGroup, ClassSession, SeatPool
from courses.models.draws import Application, Draw, Wish
from courses.models.fees import FeeLine, ReceiptBook
from courses.models.joined import JoinedClass, seats_at
from courses.models.letters import CalendarAddress, Letter, ReminderChoice
from courses.models.pages import (
    OPEN_TO_ALL,
    CatalogueIndexPage,
    CoursePage,
    LessonFile,
    LessonPage,
    Subject,
)
from courses.models.places import (
    CallAttempt,
    Enrolment,
    Offer,
    RelativeConsent,
    RelativeRequest,
    Source,
    WaitingEntry,
)
from courses.models.standing_in import SubstituteLink
from courses.models.terms import CalendarDay, RegistrationRound, Term, Weekday

__all__ = [
    "OPEN_TO_ALL",
    "Application",
    "CalendarAddress",
    "CalendarDay",
    "CallAttempt",
    "CatalogueIndexPage",
    "ClassGroup",
    "ClassSession",
    "CoursePage",
    "Draw",
    "Enrolment",
    "FeeLine",
    "JoinedClass",
    "LessonFile",
    "LessonPage",
    "Letter",
    "Offer",
    "ReceiptBook",
    "RegistrationRound",
    "RelativeConsent",
    "RelativeRequest",
    "ReminderChoice",
    "SeatPool",
    "Source",
    "Subject",
    "SubstituteLink",
    "Term",
    "WaitingEntry",
    "Weekday",
    "Wish",
    "seats_at",
]
