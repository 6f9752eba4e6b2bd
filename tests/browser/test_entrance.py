"""Getting in, in a real browser: the second step with an app and with a passkey, WeChat, and
out of every device at one press."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.accounts.strangers import Strangers
from tests.browser.steps import log_in, until

pytestmark = pytest.mark.browser

STAFF = "13800000105"
MAKE_STAFF = """
from accounts import services
from accounts.models import Organisation
from tests import factories
person = factories.person("周敏", phone="13800000105")
services.grant_role(person=person, role="registrar", organisation=person.organisation)
"""
RUN_OUT = """
from datetime import timedelta
from django.contrib.sessions.models import Session
from django.utils import timezone
Session.objects.update(expire_date=timezone.now())
"""
# A device with a fingerprint reader, and somebody's finger on it.
READER = {
    "options": {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
}


@pytest.fixture
def school(make_server):
    """A school that asks staff for a second step."""
    with make_server(YINLING_SECOND_STEP="required") as server:
        # A passkey belongs to a name, and an address in figures is none.
        server.url = f"http://localhost:{server.port}"
        server.python(MAKE_STAFF)
        yield server


def shown(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def type_code(page, code):
    page.locator("main input[name=code]").first.fill(code)
    page.locator("main form:has(input[name=code]) button").first.click()
    page.wait_for_load_state()


def set_up_app(page) -> str:
    """By hand, from the letters under the picture; returns the secret."""
    page.get_by_role("link", name="设验证器").click()
    page.get_by_text("扫不了，手工填").click()
    secret = page.locator("#scan ~ * .strong, section:has(#scan) .strong").inner_text()
    secret = secret.replace(" ", "")
    type_code(page, shown(secret))
    return secret


def breaks_no_rule(page, what: str):
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for step in ("standard", "largest"):
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            found = Axe().run(page)
            assert [rule["id"] for rule in found.response["violations"]] == [], (
                f"{what}, {width} px, {step}\n{found.generate_report()}"
            )
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{what} scrolls sideways at {width} px, {step}"
    page.set_viewport_size({"width": 390, "height": 844})


def test_staff_set_up_an_app_print_codes_and_come_in_by_both(school, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, school, STAFF)
    page.goto(f"{school.url}/me/")
    assert "要先设好第二步验证" in page.inner_text("main")
    breaks_no_rule(page, "choosing")

    page.get_by_role("link", name="设验证器").click()
    assert page.locator("main svg[width$=em]").bounding_box()["width"] > 180
    breaks_no_rule(page, "setting up")
    page.go_back()
    secret = set_up_app(page)
    assert "验证器设好了" in page.inner_text("main")
    codes = [line.inner_text().replace(" ", "") for line in page.locator(".slip li").all()]
    assert len(codes) == 10
    breaks_no_rule(page, "recovery codes")
    page.goto(f"{school.url}/me/")
    assert "第二步验证：已设好" in page.inner_text("main")

    for code in (lambda: shown(secret), lambda: codes[0]):
        school.python("from accounts.models import SentCode\nSentCode.objects.all().delete()")
        again = open_page(viewport={"width": 390, "height": 844})
        log_in(again, school, STAFF)
        again.goto(school.url + reverse("mfa_authenticate"))
        assert "打开验证器" in again.inner_text("main")
        breaks_no_rule(again, "second step")
        # The code that set it up is still shown, and opens once.
        type_code(again, code())
        again.goto(f"{school.url}/me/")
        assert "周敏" in again.inner_text("main")


def test_staff_set_up_a_passkey_and_come_in_by_it(school, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    driver = page.context.new_cdp_session(page)
    driver.send("WebAuthn.enable")
    reader = driver.send("WebAuthn.addVirtualAuthenticator", READER)["authenticatorId"]
    log_in(page, school, STAFF)
    page.goto(f"{school.url}/me/")
    page.get_by_role("link", name="设一把钥匙").click()
    breaks_no_rule(page, "a passkey")

    page.get_by_label("给它起个名字").fill("办公室电脑")
    page.get_by_role("button", name="设这把钥匙").click()
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    assert "钥匙设好了" in page.inner_text("main")
    assert len(driver.send("WebAuthn.getCredentials", {"authenticatorId": reader})["credentials"])
    page.goto(school.url + reverse("mfa_index"))
    assert "办公室电脑" in page.inner_text("main")

    page.get_by_role("button", name="退出").first.click()
    school.python("from accounts.models import SentCode\nSentCode.objects.all().delete()")
    log_in(page, school, STAFF)
    page.goto(school.url + reverse("mfa_authenticate"))
    assert "用您的钥匙" in page.inner_text("main")
    breaks_no_rule(page, "second step by passkey")

    page.evaluate(
        "() => { navigator.credentials.get = () =>"
        " Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="用钥匙进入").click()
    until(lambda: "这台设备没有答应" in page.inner_text("main"), "a no is said in words")
    page.reload()
    page.get_by_role("button", name="用钥匙进入").click()
    page.wait_for_url(lambda url: "2fa" not in url)
    page.goto(f"{school.url}/me/")
    assert "周敏" in page.inner_text("main")


def test_a_browser_without_passkeys_says_so(school, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    page.add_init_script("delete window.PublicKeyCredential")
    log_in(page, school, STAFF)
    page.goto(school.url + reverse("mfa_add_webauthn"))
    assert "这个浏览器不会用钥匙" in page.inner_text("main")


def test_wechat_knows_somebody_after_one_message(make_server, open_page):
    with (
        Strangers().open() as strangers,
        make_server(
            YINLING_WECHAT_ID="wx1",
            YINLING_WECHAT_SECRET="hush",
            YINLING_WECHAT_PAGES=strangers.url,
            YINLING_WECHAT_API=strangers.url,
        ) as server,
    ):
        server.python(
            "from tests import factories\nfactories.person('王秀兰', phone='13800000103')"
        )
        page = open_page(viewport={"width": 390, "height": 844})
        page.goto(f"{server.url}/accounts/login/?next=/me/")
        assert page.get_by_role("button", name="用钉钉登录").count() == 0
        breaks_no_rule(page, "the doors")

        page.get_by_role("button", name="用微信登录").click()
        until(lambda: "微信认出您了，还差一步" in page.inner_text("main"), "one step is left")
        assert "老王" in page.inner_text("main")
        breaks_no_rule(page, "one step left")
        page.get_by_label("手机号").fill("13800000103")
        page.get_by_role("button", name="给我发短信").click()
        page.wait_for_url("**/confirm/**")
        code = server.python(
            "import re\nfrom accounts.models import InboxMessage\n"
            "answer = re.search(r'\\d{6}', InboxMessage.objects.first().text)[0]"
        )
        type_code(page, code)
        assert "微信连好了" in page.inner_text("main")

        later = open_page(viewport={"width": 390, "height": 844})
        later.goto(f"{server.url}/accounts/login/?next=/me/")
        later.get_by_role("button", name="用微信登录").click()
        until(lambda: later.url.startswith(f"{server.url}/me/"), "one tap is enough")

        later.get_by_role("button", name="断开").first.click()
        later.locator("dialog:modal button", has_text="断开").click()
        until(lambda: "微信断开了" in later.inner_text("main"), "it is disconnected")


def test_one_press_logs_every_device_out_and_an_idle_one_is_told(server, open_page):
    server.python("from tests import factories\nfactories.person('李国强', phone='13800000104')")
    devices = []
    for _device in range(2):
        server.python("from accounts.models import SentCode\nSentCode.objects.all().delete()")
        device = open_page(viewport={"width": 390, "height": 844})
        log_in(device, server, "13800000104")
        device.goto(f"{server.url}/me/")
        devices.append(device)
    here, there = devices

    here.get_by_role("button", name="退出所有设备").click()
    here.get_by_label("我手上这一台不退").check()
    here.locator("dialog:modal button", has_text="退出所有设备").click()
    until(lambda: "别的设备都退出了" in here.inner_text("main"), "this one stays")
    there.reload()
    assert "您离开了一会儿" in there.inner_text("main")
    assert there.url.endswith("/accounts/login/?next=/me/")

    server.python(RUN_OUT)
    here.goto(f"{server.url}/my/classes/")
    assert "您离开了一会儿" in here.inner_text("main")
    assert "next=/my/classes/" in here.url
