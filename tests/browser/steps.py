"""What people do in a browser, in their own words. The pages' policy forbids the driver's
own way of waiting for a script's truth, so `until` asks again and again."""

import time

PATIENCE = 40

# Frames shown, seconds played, and how loud it is (root mean square) of the page's video.
WATCH = """async () => {
  const video = document.querySelector("video")
  const sound = new AudioContext()
  await sound.resume()
  const meter = sound.createAnalyser()
  const stream = video.captureStream()
  // A player that begins anew has no sound for a moment.
  for (let i = 0; i < 100 && !stream.getAudioTracks().length; i++) {
    await new Promise((done) => setTimeout(done, 100))
  }
  sound.createMediaStreamSource(stream).connect(meter)
  const samples = new Float32Array(meter.fftSize)
  let loudest = 0
  const before = video.getVideoPlaybackQuality().totalVideoFrames
  for (let i = 0; i < 20; i++) {
    await new Promise((done) => setTimeout(done, 100))
    meter.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, s) => sum + s * s, 0) / samples.length
    loudest = Math.max(loudest, Math.sqrt(power))
  }
  const frames = video.getVideoPlaybackQuality().totalVideoFrames - before
  sound.close()
  return { frames, loudest, width: video.videoWidth, muted: video.muted }
}"""


def until(condition, what: str, patience: float = PATIENCE):
    """The first true answer of `condition`."""
    end = time.monotonic() + patience
    while not (answer := condition()):
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.1)
    return answer


def log_in(page, server, phone: str):
    """By telephone number and the code that was sent to it; "yes, that is me"."""
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("手机号").fill(phone)
    page.locator("main form:has(input[name=phone]) button").first.click()
    page.wait_for_load_state()
    code = server.python(
        "import re\n"
        "from accounts.models import InboxMessage\n"
        f"answer = re.search(r'\\d{{6}}', InboxMessage.objects.filter(phone='{phone}')[0].text)[0]"
    )
    page.locator("input[name=code]").fill(code)
    page.locator("main form:has(input[name=code]) button").first.click()
    page.wait_for_load_state()
    page.goto(f"{server.url}/me/welcome/")
    if (mine := page.locator("button[name=person]")).count():
        mine.first.click()
        page.wait_for_load_state()


def seconds_played(page) -> float:
    return page.evaluate("document.querySelector('video')?.currentTime ?? 0")


def sees_pictures(page, what: str, patience: float = PATIENCE):
    """Wait until the picture moves."""
    before = seconds_played(page)
    until(lambda: seconds_played(page) > before + 0.5, f"{what} sees moving pictures", patience)


def end_class(page):
    """The teacher ends the class, and says yes to the question."""
    page.get_by_role("button", name="结束下课").click()
    page.get_by_role("dialog").get_by_role("button", name="结束下课").click()


def watch(page) -> dict:
    """Two seconds of watching and listening; again while a busy machine stutters."""
    end = time.monotonic() + PATIENCE
    seen = page.evaluate(WATCH)
    while (seen["frames"] < 10 or seen["loudest"] < 0.001) and time.monotonic() < end:
        seen = page.evaluate(WATCH)
    return seen


SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import Person, User

user = User.objects.filter(phone="{phone}").first() or User.objects.create_user("{phone}")
if user.person is None:
    user.person = Person.objects.filter(phone="{phone}").first()
    user.save()
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "accounts.logins.backend.LoginBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
answer = session.session_key
"""


def be(page, server, phone: str):
    """Already logged in, for journeys that are about something else."""
    key = server.python(SESSION.format(phone=phone))
    page.context.add_cookies([{"name": "session", "value": key, "url": server.url}])
