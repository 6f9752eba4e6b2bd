"""What every answer carries."""

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


def policy(response):
    return dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")
    )


@pytest.mark.parametrize("path", ["/", "/courses/", "/accounts/login/", "/nowhere/", "/office/"])
def test_pages_run_no_inline_script_or_style(client, path):
    found = policy(client.get(path))

    assert (found["script-src"], found["style-src"]) == ("'self'", "'self'")
    assert found["frame-ancestors"] == "'self'"


def test_the_editors_pages_keep_a_policy_of_their_own(client):
    admin = factories.login(factories.person())
    admin.is_superuser = True
    admin.save()
    client.force_login(admin)

    found = policy(client.get(reverse("wagtailadmin_home")))

    assert found["script-src"] == "'self' 'unsafe-inline'"
    assert found["object-src"] == "'none'"


def test_answers_are_not_sniffed_and_tell_no_other_site_where_one_was(client):
    response = client.get("/")

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
