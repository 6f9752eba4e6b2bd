import io
import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from PIL import Image as Drawing
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.log_actions import log
from wagtail.models import Page, PageViewRestriction, Task, Workflow

from accounts import services as accounts
from accounts.models import RoleGrant
from accounts.organisations import moving, units
from accounts.roles import granting
from cms import services
from cms.models import ArticleIndexPage, ArticlePage, HomePage, PlainPage
from courses.models import CatalogueIndexPage
from tests import factories
from tests.cms.pages import article

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role
NOW = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)
# Where an editor has no business: people, groups, settings, the order of approval.
CLOSED = (
    "cms/users/",
    "cms/groups/",
    "cms/collections/",
    "cms/workflows/",
    "cms/settings/",
    "cms/bulk/accounts/",
    "cms/snippets/",
    "office/accounts/",
    "office/auth/",
)
# Names of steps of approval, and words of the administration's scripts.
HARMLESS = ("task_chooser", "jsi18n")
# Of pages, pictures and files only; of people and what they may, nothing.
EDITORS_MAY = {"wagtailadmin.access_admin"} | {
    f"wagtail{app}.{verb}_{kind}"
    for app, kind in (("docs", "document"), ("images", "image"))
    for verb in ("add", "change", "choose", "delete")
}


def staff(*roles, name="许文"):
    person = factories.person(name, born_on="1985-04-02")
    user = factories.login(person)
    for role in roles:
        accounts.grant_role(person=person, role=role, organisation=person.organisation)
    return user


def groups(user):
    return set(user.groups.values_list("name", flat=True))


@pytest.fixture
def editor(client):
    user = staff(Role.EDITOR)
    client.force_login(user)
    return client


@pytest.fixture
def reviewer(client):
    user = staff(Role.REVIEWER, name="郑怡")
    client.force_login(user)
    return client


def text(response):
    return response.content.decode()


# Roles and groups


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([Role.EDITOR], {"编辑"}),
        ([Role.REVIEWER], {"审核"}),
        ([Role.EDITOR, Role.REVIEWER], {"编辑", "审核"}),
        ([Role.TEACHER, Role.REGISTRAR, Role.BUREAU], set()),
    ],
)
def test_a_role_brings_the_right_to_edit_at_once(roles, expected):
    assert groups(staff(*roles)) == expected


def test_a_role_that_ended_takes_the_right_with_it():
    user = staff(Role.EDITOR, Role.REVIEWER)

    accounts.end_role(grant=user.person.roles.get(role=Role.EDITOR), now=NOW)

    assert groups(user) == {"审核"}


def test_an_administrator_gives_the_right_to_edit_and_takes_it_back(client):
    user, by = staff(), staff(Role.ADMINISTRATOR, name="林静")
    person = user.person

    grant = granting.grant(
        person=person, role=Role.EDITOR, organisation=person.organisation, by=by
    )
    client.force_login(user)
    assert groups(user) == {"编辑"}
    assert client.get(reverse("wagtailadmin_home")).status_code == 200
    granting.end(grant=grant, by=by)

    assert groups(user) == set()
    assert client.get(reverse("wagtailadmin_home")).status_code == 302


def test_a_unit_that_ends_takes_its_editors_right_with_it():
    user = staff(Role.EDITOR)
    city = user.person.organisation
    unit = units.open_unit(name="校刊", code="XK", kind="unit", parent=city)
    accounts.end_role(grant=user.person.roles.get())
    accounts.grant_role(person=user.person, role=Role.EDITOR, organisation=unit)
    assert groups(user) == {"编辑"}

    moving.merge_units(ended=unit, surviving=city)

    assert groups(user) == set()


def test_a_right_held_at_two_places_goes_with_the_last():
    user = staff(Role.EDITOR)
    elsewhere = factories.organisation("远山市")
    accounts.grant_role(person=user.person, role=Role.EDITOR, organisation=elsewhere)
    first, second = user.person.roles.order_by("pk")

    accounts.end_role(grant=first)
    between = groups(user)
    accounts.end_role(grant=second)

    assert (between, groups(user)) == ({"编辑"}, set())


def test_a_role_granted_before_the_first_login_counts_from_the_moment_the_file_is_taken():
    person = factories.person("许文", phone="13900001111")
    accounts.grant_role(person=person, role=Role.EDITOR, organisation=person.organisation)
    user = accounts.login_of(phone="13900001111")

    accounts.take_own_file(user=user, person=person)

    assert groups(user) == {"编辑"}


def test_aligning_twice_changes_nothing_and_leaves_other_groups_alone():
    user = staff(Role.EDITOR)
    user.groups.add(Group.objects.create(name="合唱团"))

    for _ in range(2):
        services.align_editing_rights(person=user.person)

    assert groups(user) == {"编辑", "合唱团"}


# No role manages people


@pytest.mark.parametrize("role", Role.values)
def test_no_role_has_a_permission_about_users_groups_or_roles(role):
    user = get_user_model().objects.get(pk=staff(role).pk)

    expected = EDITORS_MAY if role in {Role.EDITOR, Role.REVIEWER} else set()
    assert user.get_all_permissions() == expected
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_all_roles_together_have_none_either():
    # Whoever audits does not write, so two people hold everything between them.
    everything = set(Role) - {Role.AUDITOR}

    user = get_user_model().objects.get(pk=staff(*everything).pk)

    assert user.get_all_permissions() == EDITORS_MAY


# What an editor may do


@pytest.mark.parametrize(
    ("section", "editor_may", "reviewer_may"),
    [
        (ArticleIndexPage, {"add", "edit"}, {"add", "edit", "publish"}),
        (CatalogueIndexPage, {"add", "edit"}, {"add", "edit", "publish"}),
        (HomePage, set(), set()),
        (PlainPage, set(), set()),
    ],
)
def test_editors_write_articles_and_courses_and_reviewers_publish_them(
    section, editor_may, reviewer_may
):
    def rights(user):
        tester = section.objects.first().permissions_for_user(user)
        return {
            name
            for name, may in {
                "add": tester.can_add_subpage(),
                "edit": tester.can_edit(),
                "publish": tester.can_publish(),
            }.items()
            if may
        }

    assert rights(staff(Role.EDITOR)) == editor_may
    assert rights(staff(Role.REVIEWER, name="郑怡")) == reviewer_may


def closed_addresses():
    def walk(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, path)
            elif path.startswith(CLOSED) and not any(name in path for name in HARMLESS):
                yield path

    for path in sorted(set(walk(get_resolver()))):
        for piece, value in {
            "<int:pk>": "1",
            "<int:page_pk>": "1",
            "<int:workflow_pk>": "1",
            "<int:task_id>": "1",
            "<int:collection_id>": "1",
            "<slug:app_name>": "accounts",
            "<slug:model_name>": "user",
            "<str:app_label>": "accounts",
            "<str:model_name>": "user",
            "<path:object_id>": "1",
            "<str:action>": "delete",
        }.items():
            path = path.replace(piece, value)
        yield f"/{path}"


CLOSED_ADDRESSES = list(closed_addresses())


def test_there_are_addresses_to_be_kept_from():
    assert {
        "/cms/users/",
        "/cms/users/edit/1/",
        "/cms/groups/new/",
        "/office/accounts/user/add/",
        "/office/accounts/rolegrant/",
    } <= set(CLOSED_ADDRESSES)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", Role.values)
def test_no_role_reaches_users_groups_or_settings(client, role, method):
    user = staff(role)
    client.force_login(user)

    answers = {path: getattr(client, method)(path) for path in CLOSED_ADDRESSES}

    assert {
        path: response.status_code
        for path, response in answers.items()
        if response.status_code not in {403, 404, 405} and not _leads_away(response)
    } == {}


def _leads_away(response) -> bool:
    """Back to the editors' first page, or to a login that this login does not get past."""
    if response.status_code not in {301, 302}:
        return False
    away = (
        reverse("wagtailadmin_home"),
        reverse("account_login"),
        reverse("editors_login"),
        reverse("admin:login"),
    )
    return response.url == away[0] or response.url.startswith(away[1:])


def test_no_editor_adds_a_step_to_the_order_of_approval(reviewer):
    address = reverse("wagtailadmin_workflows:task_chooser_create")

    reviewer.post(address, {"create-task-name": "自己审", "create-task-groups": "1"})

    assert not Task.objects.filter(name="自己审").exists()


@pytest.mark.parametrize("action", ["delete", "set_active_state", "assign_role"])
def test_no_editor_acts_on_users_in_bulk(editor, action):
    victim = factories.login()

    editor.post(f"/cms/bulk/accounts/user/{action}/?id={victim.pk}", {"role": "1"})

    victim.refresh_from_db()
    assert victim.is_active
    assert groups(victim) == set()


# Ways round


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_ones_own_page_of_settings_gives_no_rights(client, role):
    user = staff(role)
    client.force_login(user)
    before = groups(user)
    more = {"is_superuser": "on", "is_staff": "on", "groups": ["1", "2"], "phone": "13811112222"}

    client.post(
        reverse("wagtailadmin_account"),
        {
            f"{form}-{name}": value
            for form in ("name_email", "profile")
            for name, value in more.items()
        }
        | more,
    )

    user.refresh_from_db()
    assert (user.is_superuser, user.is_staff, groups(user)) == (False, False, before)
    assert user.phone != "13811112222"


PAGES_CLOSED_TO = {
    # An editor publishes nothing and closes nothing off.
    Role.EDITOR: (ArticleIndexPage, HomePage, PlainPage),
    # A reviewer only where articles and courses stand.
    Role.REVIEWER: (HomePage, PlainPage),
}


@pytest.mark.parametrize("verb", ["set_privacy", "unpublish", "delete", "move", "lock", "unlock"])
@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_who_may_read_a_page_and_whether_it_stands_is_not_theirs(client, role, verb):
    client.force_login(staff(role))

    for model in PAGES_CLOSED_TO[role]:
        page = model.objects.first()
        address = reverse(f"wagtailadmin_pages:{verb}", args=[page.pk])
        for method in (client.get, client.post):
            response = method(address, {"restriction_type": "login"})
            assert response.status_code in {403, 405} or _leads_away(response)
        page.refresh_from_db()
        assert (page.live, page.locked) == (True, False)
    assert not PageViewRestriction.objects.exists()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_a_page_is_not_closed_off_for_certain_groups(client, role):
    """Nobody learns of the school's groups or gives a page a password of its own."""
    client.force_login(staff(role))
    page = article("秋天")
    address = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
    group = Group.objects.get(name="审核")

    for wish in (
        {"restriction_type": "groups", "groups": [group.pk]},
        {"restriction_type": "password", "password": "秘密"},
        {"restriction_type": "login"},
    ):
        client.post(address, wish)

    assert not PageViewRestriction.objects.exists()


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("publish", {}),
        ("unpublish", {}),
        ("delete", {}),
        ("move", {"destination_page_id": 3}),
        ("copy", {"destination_page_id": 3, "keep_live": True}),
        ("create_alias", {"destination_page_id": 3}),
    ],
)
def test_the_editors_programming_door_gives_an_editor_no_more(editor, action, fields):
    before = {page.pk: (page.live, page.path) for page in Page.objects.all()}
    page = _section()

    response = editor.post(
        reverse("wagtailadmin_api:pages:action", args=[page.pk, action]),
        json.dumps(fields),
        content_type="application/json",
    )

    assert response.status_code in {400, 403, 404}
    assert {page.pk: (page.live, page.path) for page in Page.objects.all()} == before


def test_the_editors_programming_door_knows_no_people(editor):
    root = editor.get(reverse("wagtailadmin_api:pages:listing")).content.decode()

    assert "139" not in root
    for name in ("users", "groups", "accounts", "people"):
        assert editor.get(f"/cms/api/main/{name}/").status_code == 404


@pytest.mark.parametrize("action", ["publish", "unpublish", "delete", "move"])
def test_an_editor_does_in_bulk_what_one_by_one_is_refused_neither(editor, action):
    draft, standing = article("草稿", live=False), article("发布了的")
    # A draft of their own an editor may throw away; it takes part in the others.
    chosen = [standing.pk] if action == "delete" else [draft.pk, standing.pk]
    query = "&".join(f"id={pk}" for pk in chosen)

    editor.post(
        f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', action])}?{query}",
        {"chooser": HomePage.objects.get().pk, "include_descendants": "on"},
    )

    found = dict(ArticlePage.objects.values_list("title", "live"))
    assert found == {"草稿": False, "发布了的": True}
    assert ArticlePage.objects.get(pk=standing.pk).path == standing.path


def test_an_editors_copy_of_a_page_is_a_draft_where_editors_may_write(editor):
    standing = article("发布了的")
    address = reverse("wagtailadmin_pages:copy", args=[standing.pk])
    wish = {"new_title": "抄本", "publish_copies": "on", "copy_subpages": "on"}

    editor.post(address, wish | {"new_slug": "a", "new_parent_page": _section().pk})
    editor.post(address, wish | {"new_slug": "b", "new_parent_page": HomePage.objects.get().pk})

    copies = ArticlePage.objects.filter(title="抄本")
    assert [(copy.live, copy.get_parent().specific) for copy in copies] == [(False, _section())]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_the_history_of_the_site_tells_nothing_of_logins(client, role):
    admin, other = factories.login(), factories.login(phone="13933334444")
    admin.is_superuser = admin.is_staff = True
    admin.save()
    log(instance=other, action="wagtail.edit", user=admin)
    client.force_login(staff(role))

    page = text(client.get(reverse("wagtailadmin_reports:site_history")))

    assert "3333" not in page
    assert "4444" not in page


def test_an_editors_menu_has_what_an_editor_does_and_a_way_back(editor):
    page = text(editor.get(reverse("wagtailadmin_home")))

    props = json.loads(page.split('id="wagtail-sidebar-props"')[1].split(">", 1)[1].split("<")[0])
    labels = [item["_args"][0] for item in _menu(props)]
    names = {item.get("name") for item in labels if isinstance(item, dict)}
    assert names == {"explorer", "images", "documents", "back-to-school", "account", "logout"}


def _menu(props):
    def walk(node):
        if isinstance(node, dict):
            if str(node.get("_type", "")).endswith("MenuItem"):
                yield node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return walk(props)


def test_the_editors_pages_speak_chinese(editor):
    page = text(editor.get(reverse("wagtailadmin_explore", args=[_section().pk])))

    assert "页面" in page
    assert "浏览" in page


def test_whoever_is_not_logged_in_is_sent_to_the_phone_login(client):
    response = client.get(reverse("wagtailadmin_home"))

    assert response.url == "/cms/login/?next=/cms/"


def test_the_password_login_of_the_editors_pages_asks_for_no_password(client):
    for response in (client.get("/cms/login/"), client.post("/cms/login/", {"password": "x"})):
        assert response.url == reverse("account_login")


def test_a_learner_does_not_enter_the_editors_pages(client):
    client.force_login(factories.login(factories.person()))

    response = client.get(reverse("wagtailadmin_explore", args=[_section().pk]))

    assert response.status_code in {302, 403}
    assert "看看听听" not in text(response)


# From a draft to an article


def _section():
    return ArticleIndexPage.objects.get()


def form(**more):
    return {
        "title": "新雨后",
        "slug": "new-rain",
        "published_on": "2026-09-01",
        "author": "林静",
        "summary": "雨停了。",
        "picture": "",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "text",
        "body-0-value": json.dumps(
            {
                "blocks": [
                    {
                        "key": "a",
                        "text": "雨停了。",
                        "type": "unstyled",
                        "depth": 0,
                        "inlineStyleRanges": [],
                        "entityRanges": [],
                    }
                ],
                "entityMap": {},
            }
        ),
        "body-0-id": "",
        "seo_title": "",
        "search_description": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "1000",
        "go_live_at": "",
        "expire_at": "",
        **more,
    }


def add_url():
    return reverse("wagtailadmin_pages:add", args=["cms", "articlepage", _section().pk])


def test_an_editor_cannot_publish_but_hands_in(editor):
    editor.post(add_url(), form(**{"action-publish": "1"}))
    page = ArticlePage.objects.get()
    assert not page.live

    editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(**{"action-submit": "1"}))

    page.refresh_from_db()
    assert not page.live
    assert page.workflow_in_progress
    assert page.current_workflow_task.name == "先审核，后发布"


def test_a_reviewer_publishes_what_was_handed_in(client):
    client.force_login(staff(Role.EDITOR))
    client.post(add_url(), form(**{"action-submit": "1"}))
    page = ArticlePage.objects.get()
    client.force_login(staff(Role.REVIEWER, name="郑怡"))

    client.post(
        reverse(
            "wagtailadmin_pages:workflow_action",
            args=[page.pk, "approve", page.current_workflow_task_state.pk],
        ),
        {"comment": "好"},
    )

    page.refresh_from_db()
    assert page.live
    assert "新雨后" in text(client.get("/articles/"))


def test_an_editor_does_not_approve_the_own_article(editor):
    editor.post(add_url(), form(**{"action-submit": "1"}))
    page = ArticlePage.objects.get()

    editor.post(
        reverse(
            "wagtailadmin_pages:workflow_action",
            args=[page.pk, "approve", page.current_workflow_task_state.pk],
        ),
        {"comment": "好"},
    )

    page.refresh_from_db()
    assert not page.live


def test_there_is_one_order_of_approval_for_all_pages():
    workflow = Workflow.objects.get()

    assert workflow.name == "先审核，后发布"
    assert Page.get_first_root_node().get_workflow() == workflow
    assert [
        list(task.specific.groups.values_list("name", flat=True)) for task in Task.objects.all()
    ] == [["审核"]]


def test_a_new_article_can_be_looked_at_before_it_is_kept(editor):
    url = reverse("wagtailadmin_pages:preview_on_add", args=["cms", "articlepage", _section().pk])

    editor.post(url, form())
    page = text(editor.get(url))

    assert "新雨后" in page


def test_the_editors_own_search_finds_chinese_titles(editor):
    article("石桥社区的星期五下午")
    article("秋天")

    page = text(
        editor.get(
            reverse("wagtailadmin_explore_results", args=[_section().pk]), {"q": "社区的星期"}
        )
    )

    assert "石桥社区的星期五下午" in page
    assert "秋天" not in page


# Files


def svg():
    return SimpleUploadedFile(
        "bad.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        content_type="image/svg+xml",
    )


def test_an_svg_is_not_accepted_as_a_picture_or_a_file(editor):
    editor.post(reverse("wagtailimages:add"), {"title": "坏图", "file": svg()})
    editor.post(reverse("wagtaildocs:add"), {"title": "坏文件", "file": svg()})

    assert not get_image_model().objects.exists()
    assert not get_document_model().objects.exists()


def test_a_script_named_like_a_picture_is_not_accepted(editor):
    disguised = SimpleUploadedFile("photo.png", b"<script>alert(1)</script>", "image/png")

    editor.post(reverse("wagtailimages:add"), {"title": "坏图", "file": disguised})

    assert not get_image_model().objects.exists()


def test_a_picture_is_accepted(editor):
    buffer = io.BytesIO()
    Drawing.new("RGB", (30, 20), "#a8251a").save(buffer, "PNG")

    editor.post(
        reverse("wagtailimages:add"),
        {
            "title": "石桥",
            "description": "一座石桥",
            "file": SimpleUploadedFile("bridge.png", buffer.getvalue(), "image/png"),
            "collection": "1",
            "tags": "",
        },
    )

    assert [image.title for image in get_image_model().objects.all()] == ["石桥"]


def test_who_edits_nothing_is_led_home_and_not_round_in_a_circle(client):
    client.force_login(factories.login(factories.person("钱立新")))

    answer = client.get("/cms/pages/", follow=True)

    assert [where for where, _status in answer.redirect_chain][-1] == "/"
    assert answer.status_code == 200
