"""The name of somebody looked for stands in no address, history or log of a server."""

from urllib.parse import unquote_plus

import pytest
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = ["people:list", "roles:list", "roles:grant", "roster:review", "requests:list"]
OF_A_FILE = ["acting:household_of"]


@pytest.fixture
def root(client):
    user = factories.login(factories.person("林静"))
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", [*PAGES, *OF_A_FILE, "accounts:me", "branches:choose_person"])
def test_a_name_that_is_looked_for_is_sealed(root, name):
    wife = factories.person("王秀兰")
    address = reverse(name, args=[wife.pk] if name in OF_A_FILE else [])

    answer = root.post(address, {"q": "何彩兰", "look": "1"})

    assert (answer.status_code, answer.url.split("?")[0]) == (302, address)
    assert "何" not in unquote_plus(answer.url)
    assert "look" not in answer.url


@pytest.mark.parametrize("name", [*PAGES, *OF_A_FILE])
def test_the_page_posts_what_is_looked_for_and_shows_it_again(root, name):
    wife = factories.person("王秀兰")
    address = reverse(name, args=[wife.pk] if name in OF_A_FILE else [])

    page = root.post(address, {"q": "何彩兰", "look": "1"}, follow=True).content.decode()

    assert f'method="post" action="{address}" role="search"' in page or name == "people:list"
    assert 'value="何彩兰"' in page


def test_a_role_is_not_given_by_looking(root):
    wang = factories.person("王秀兰")

    page = root.post(reverse("roles:grant"), {"q": "wxl", "look": "1"}, follow=True)

    assert "王秀兰" in page.content.decode()
    assert not wang.roles.exists()


def test_two_are_put_on_one_device_after_looking(root):
    wife, husband = factories.person("王秀兰"), factories.person("吴德山", sex="m")
    address = reverse("acting:household_of", args=[wife.pk])

    looked = root.post(address, {"q": "吴德", "look": "1"})
    query = looked.url.split("?", 1)[1]
    assert f"{address}?{query}" in root.get(looked.url).content.decode()
    done = root.post(looked.url, {"person": husband.pk, "paper": "同机 008"})

    assert done.status_code == 302
    assert husband.households.get().household.members.count() == 2
