import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.cms.pages import article, draws_renditions, picture

pytestmark = [pytest.mark.django_db, draws_renditions]


def test_the_picture_of_an_article_can_be_seen_without_a_server_in_front(client):
    page = article(picture=picture())
    client.get(page.url)
    shown = page.picture.renditions.get()

    response = client.get(shown.url)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response.content == shown.file.read()
    assert "max-age" in response["Cache-Control"]
    shown.file.close()


def test_the_uploaded_file_itself_is_not_shown(client):
    # It may say where it was taken.
    uploaded = picture().file.name

    for address in (uploaded, f"images/../{uploaded}", f"images/..%2F{uploaded}"):
        assert client.get(f"/media/{address}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "none.png",
        "",
        ".",
        "folder.png",
        "../secret_key",
        "..%2Fsecret_key",
        "%00.png",
        "/etc/passwd",
    ],
)
def test_nothing_else_comes_out_of_the_folder(client, name):
    default_storage.save("images/folder.png/inside.txt", ContentFile(b"x"))

    assert client.get(f"/media/images/{name}").status_code == 404


@pytest.mark.parametrize("name", ["bad.svg", "bad.html", "bad"])
def test_what_is_no_picture_is_not_shown_even_if_it_lies_there(client, name):
    stored = default_storage.save(f"images/{name}", ContentFile(b"<script>alert(1)</script>"))

    assert client.get(f"/media/{stored}").status_code == 404
