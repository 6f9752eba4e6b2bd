"""While somebody acts for somebody else, every page says for whom.

Walks every address of tests/who_may/ that is looked at. An address without such a page is
red until it stands below with a reason.
"""

from datetime import date

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from branches.models import BranchMembership
from tests import factories
from tests.ground import made_once
from tests.test_who_may import AREAS, ROWS
from tests.who_may import Needs, town

BANNER = "您正在为 <strong>何彩兰</strong> 办理"

# Part of a page that has the banner.
PIECES = {
    "live:camera_code": "the console puts it into a dialog",
    "live:help_now": "the helpers' page asks for it again and again",
    "live:here": "the console asks for it again and again",
    "live:moderation": "the console and the helpers' page ask for it",
    "live:poll_now": "the console and the helpers' page ask for it",
}
# Of these nobody who acts for somebody sees a page.
LOGGED_IN = "whoever is logged in is sent on"
PUBLISHED = "a file of a draw, the same for everybody"
NO_PAGE = {
    "account_confirm_login_code": LOGGED_IN,
    "account_login": LOGGED_IN,
    "account_request_login_code": LOGGED_IN,
    "account_signup": LOGGED_IN,
    "account_verify_phone": "it follows a change of one's own number, which was not begun",
    "acting:grant": "only the person may say who acts for them; the agent is sent away",
    "courses:calendar_feed": "a calendar reads it, nobody is logged in there",
    "courses:draw_list_file": PUBLISHED,
    "courses:draw_result_file": PUBLISHED,
    "courses:draw_script": PUBLISHED,
    "courses:relative": "it answers a form; whoever comes by an address is sent to the class",
    "editors_login": LOGGED_IN,
    "live:captions": "the lines said in a class, as a file",
    "live:events": "answers a page's script with JSON",
    "login:typed": "shows what was typed before a login ended, once; else it leads home",
    "mfa_authenticate": "asked before anybody is logged in",
}
# Made by Django without asking who is there: 400 and 500 (templates/errors/_bare.html).


@made_once
def place():
    """The town, with 何彩兰 in its class and branch, and a room that is open."""
    place = town.build()
    factories.seat(place.group, place.helped)
    BranchMembership.objects.create(
        branch=place.branches[0], person=place.helped, kind="home", starts_on=date(2020, 1, 1)
    )
    place.open = factories.session(place.group, starts_at=timezone.now())
    for name in ("admin", "newcomer"):
        accounts.allow_proxy(person=place.helped, agent=place.logins[name], relation="staff")
    return place


def furnished(place) -> Needs:
    needs = Needs()
    for area in AREAS:
        of_area = area.furnish(place)
        needs.arguments |= of_area.arguments
        needs.fields |= of_area.fields
    needs.arguments["live:room"] = [place.open.pk]
    return needs


def act(client, place, login):
    """Begin to act for 何彩兰, unless one still does: some addresses end it."""
    now = client.session
    user = place.logins[login]
    if (now.get("_auth_user_id"), now.get("acting_for")) != (str(user.pk), place.helped.pk):
        client.force_login(user)
        client.post(reverse("accounts:act_for"), {"person": place.helped.pk})


def look(client, needs, address):
    key = f"{address} GET" if f"{address} GET" in needs.fields else address
    path = address
    if address[0] != "/":
        path = reverse(address, args=needs.arguments.get(key, needs.arguments.get(address)))
    fields = needs.fields.get(key, {})
    return client.get(path, fields("admin") if callable(fields) else fields)


def test_every_page_says_for_whom_somebody_acts(client, place):
    needs = furnished(place)
    addresses = list(dict.fromkeys(row[0] for row in ROWS if row[1] == "GET"))
    silent, shown = set(), set()
    for login in ("learner", "newcomer", "admin"):
        for address in addresses:
            act(client, place, login)
            answer = look(client, needs, address)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if not is_page or answer.status_code in {301, 302}:
                continue
            says = BANNER in b"".join(answer).decode()
            (shown if says else silent).add(address)

    assert silent == set(PIECES)
    assert set(addresses) - shown - silent == set(NO_PAGE)


def test_the_pages_of_errors_say_it_too(place):
    client = Client(enforce_csrf_checks=False)
    act(client, place, "learner")

    assert BANNER in client.get("/nothing/here/").content.decode()
    client.handler.enforce_csrf_checks = True
    refused = client.post(reverse("accounts:act_for"))
    assert refused.status_code == 403
    assert BANNER in refused.content.decode()


def test_the_banner_leads_back_to_oneself_and_stays_away(client, place):
    act(client, place, "learner")
    page = client.get(reverse("courses:my_classes")).content.decode()
    assert "办自己的事" in page

    client.post(reverse("accounts:act_for"))

    assert "您正在为" not in client.get(reverse("courses:my_classes")).content.decode()
