import pytest
from wagtail.models import Page, Site

from cms.models import HomePage

pytestmark = pytest.mark.django_db


def test_a_new_school_has_a_site_of_its_own():
    site = Site.objects.get()

    assert (site.site_name, site.is_default_site) == ("银龄云课堂", True)
    assert site.root_page.specific == HomePage.objects.get()
    assert not Page.objects.filter(title__startswith="Welcome").exists()


def test_the_tree_of_pages_is_sound():
    assert not any(Page.find_problems())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "在家上老年大学"),
        ("/articles/", "看看听听"),
        ("/help/", "不用记密码"),
        ("/privacy/", "我们不要什么"),
        ("/accessibility/", "还没有做好的"),
    ],
)
def test_the_first_pages_are_there_without_anybody_having_edited_them(client, address, words):
    response = client.get(address)

    assert response.status_code == 200
    assert words in response.content.decode()


def test_every_page_leads_to_the_plain_pages(client):
    text = client.get("/articles/").content.decode()

    for address in ("/help/", "/privacy/", "/accessibility/"):
        assert f'href="{address}"' in text
