"""What becomes of a school whose seats stood in its classes and whose terms had no school."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps

from courses.models import RegistrationRound, Term
from tests import factories

pytestmark = pytest.mark.django_db

move = import_module("courses.migrations.0003_seats_into_pools")


class Terms:
    """`Term` as the migration sees it: those in a list instead of those without a school."""

    def __init__(self, term):
        self.objects = SimpleNamespace(filter=lambda organisation: [term])


def school_of(*classes_at):
    term = factories.term()
    for organisation in classes_at:
        factories.class_group(term=term, organisation=organisation)

    def get_model(app, name):
        return Terms(term) if name == "Term" else apps.get_model(app, name)

    move.give_terms_a_school(SimpleNamespace(get_model=get_model), None)
    return Term.objects.get(pk=term.pk).organisation


@pytest.fixture
def city():
    return factories.organisation("青岚市")


def test_a_term_of_one_university_belongs_to_it(city):
    university = factories.organisation("青岚市老年大学", parent=city)

    assert school_of(university, university) == university


def test_a_term_of_several_belongs_to_the_lowest_above_them(city):
    county = factories.organisation("望湖区", parent=city)
    one, other = (factories.organisation(parent=county) for _ in range(2))

    assert school_of(one, other) == county


def test_a_term_of_unrelated_organisations_belongs_to_the_first(city):
    assert school_of(factories.organisation(), factories.organisation()) == city


def test_a_term_without_classes_belongs_to_the_first_organisation(city):
    assert school_of() == city
    assert RegistrationRound.objects.count() == 1
