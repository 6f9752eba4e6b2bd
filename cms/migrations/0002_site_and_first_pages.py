"""The default site of a new school: home, articles, catalogue, three plain pages."""

import json
import uuid

from django.db import migrations
from django.utils import timezone

from cms.first_pages import PLAIN_PAGES, text

ROOT_PATH = "0001"
HOME_PATH = "00010001"
SITE_NAME = "银龄云课堂"


def child_path(number):
    # treebeard: four signs a level, base 36; below ten they look like decimals.
    return f"{HOME_PATH}{number:04d}"


def one_text(html):
    """The JSON of a StreamField with one block of text."""
    return json.dumps([{"type": "text", "value": html, "id": str(uuid.uuid4())}])


def make_site(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    HomePage = apps.get_model("cms", "HomePage")
    if HomePage.objects.exists():
        return
    # The page that Wagtail welcomes with; its site goes with it.
    Page.objects.filter(path=HOME_PATH).delete()
    locale, _ = Locale.objects.get_or_create(language_code="zh-hans")

    def make(app, model, *, path, slug, title, **fields):
        page = apps.get_model(app, model)
        content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
            app_label=app, model=model.lower()
        )
        now = timezone.now()
        return page.objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            content_type=content_type,
            path=path,
            depth=len(path) // 4,
            url_path="/home/" if path == HOME_PATH else f"/home/{slug}/",
            locale=locale,
            live=True,
            first_published_at=now,
            last_published_at=now,
            **fields,
        )

    home = make(
        "cms", "HomePage", path=HOME_PATH, slug="home", title="首页", numchild=len(PLAIN_PAGES) + 2
    )
    make("cms", "ArticleIndexPage", path=child_path(1), slug="articles", title="看看听听")
    make("courses", "CatalogueIndexPage", path=child_path(2), slug="courses", title="报名选课")
    for number, (slug, title) in enumerate(PLAIN_PAGES.items(), start=3):
        make(
            "cms",
            "PlainPage",
            path=child_path(number),
            slug=slug,
            title=title,
            body=one_text(text(slug)),
        )
    Page.objects.filter(path=ROOT_PATH).update(
        numchild=Page.objects.filter(path__startswith=ROOT_PATH, depth=2).count()
    )
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": "localhost",
            "port": 80,
            "site_name": SITE_NAME,
            "root_page_id": home.pk,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("courses", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_site, migrations.RunPython.noop)]
