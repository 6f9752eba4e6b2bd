import pytest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "language"), [("", "zh-CN"), ("en", "en"), ("zh-hans", "zh-CN"), ("xx", "zh-CN")]
)
def test_a_page_speaks_the_chosen_language_and_not_the_browsers(client, cookie, language):
    client.cookies["django_language"] = cookie

    page = client.get("/accounts/login/", headers={"Accept-Language": "en"}, follow=True)

    assert f'<html lang="{language}"' in page.content.decode()
