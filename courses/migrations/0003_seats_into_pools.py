"""Every class gets one pool with the seats it had; a term belongs to its classes' school."""

from django.db import migrations

# How many signs of an organisation's path stand for one level of the tree.
STEP = 4


def move_seats(apps, schema_editor):
    def model(name):
        return apps.get_model("courses", name)

    for group in model("ClassGroup").objects.all():
        pool = model("SeatPool").objects.create(
            class_group=group,
            kind="common",
            capacity=group.capacity,
            seats_taken=group.seats_taken,
            last_waiting_number=group.last_waiting_number,
        )
        model("Enrolment").objects.filter(class_group=group).update(pool=pool)
        model("WaitingEntry").objects.filter(class_group=group).update(pool=pool)
    places = model("WaitingEntry").objects.exclude(left_at=None)
    places.filter(enrolment=None).update(outcome="left")
    places.exclude(enrolment=None).update(outcome="seated")


def give_terms_a_school(apps, schema_editor):
    organisations = apps.get_model("accounts", "Organisation").objects.order_by("path")
    for term in apps.get_model("courses", "Term").objects.filter(organisation=None):
        # The lowest organisation above all its classes: who leads it has led the term so far.
        paths = list(term.class_groups.values_list("organisation__path", flat=True).distinct())
        shared = min(paths, default="")
        while not all(path.startswith(shared) for path in paths):
            shared = shared[:-STEP]
        above = organisations.filter(path=shared).first()
        if school := above or organisations.first():
            term.organisation = school
            term.save()
        else:
            # A term of a school without any organisation has no classes.
            term.rounds.all().delete()
            term.delete()


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_registration_in_full")]

    operations = [
        migrations.RunPython(move_seats, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(give_terms_a_school, migrations.RunPython.noop, elidable=True),
    ]
