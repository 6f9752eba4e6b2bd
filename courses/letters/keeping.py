"""One letter: written once, sent to the person's telephones in the background, read."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import queries as accounts
from accounts import sms as messages
from accounts.models import Person
from courses.models import Letter

# What the column holds; a longer text would be no SMS either.
LONGEST = 500


@transaction.atomic
def tell(
    *,
    person: Person,
    key: str,
    text: str,
    url: str = "",
    sms: bool = True,
    answer_at: str = "",
    now: datetime | None = None,
) -> bool:
    """Write `person` a letter and, with `sms`, send it; whether it is the first of this `key`.

    Safe to repeat and to race: nobody is told the same twice. Who has no telephone is sent
    it through those who may act for them; files that are closed are told nothing. `url` leads
    on from the page of letters, `answer_at` from the SMS, where an answer is wanted.
    """
    person = accounts.file_in_use(person)
    if person is None:
        return False
    letter, is_first = Letter.objects.get_or_create(
        person=person,
        key=key,
        defaults={"text": text[:LONGEST], "url": url, "made_at": now or timezone.now()},
    )
    if is_first and sms:
        # The queue is a table of the same database: written and queued, or neither.
        send.enqueue(letter.pk, answer_at)
    return is_first


@task()
def send(letter_pk: int, answer_at: str = "") -> int:
    """Send the letter; return to how many telephones it went."""
    letter = Letter.objects.select_related("person").filter(pk=letter_pk).first()
    phones = accounts.phones_of(letter.person) if letter else []
    # Written before it goes out: a job that was killed meanwhile does not send it again.
    if not phones or not Letter.objects.filter(pk=letter_pk, sent_to=0).update(
        sent_to=len(phones)
    ):
        return 0
    text = _with_answer(letter.text, answer_at) if answer_at else letter.text
    sent = sum(messages.send(phone=phone, text=text) for phone in phones)
    if sent < len(phones):
        Letter.objects.filter(pk=letter_pk).update(sent_to=sent)
    return sent


def _with_answer(text: str, address: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(text)s按这里答复：%(link)s 也可以打电话：%(phone)s") % {
            "text": text,
            "link": address,
            "phone": settings.SCHOOL["phone"],
        }


def letters_of(person: Person) -> QuerySet[Letter]:
    """The letters to `person`, the newest first."""
    return person.letters.all()


def count_unread(person: Person) -> int:
    return person.letters.filter(read_at=None).count()


def mark_read(*, person: Person, pks: list[int], now: datetime | None = None) -> int:
    """Note that these letters to `person` were shown; return how many were new."""
    unread = person.letters.filter(pk__in=pks, read_at=None)
    return unread.update(read_at=now or timezone.now())
