"""Chromium for tests: Chinese letters, a camera and a microphone without either."""

import os
from pathlib import Path

import pylopdf_fonts_zh_cn
from django.conf import settings

LEARNER = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1280, "height": 800},
}
# Nothing but this machine: Chromium otherwise asks for updates and tries its own servers.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{package}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>Noto Sans SC</string></edit>
  </match>
</fontconfig>
"""


def fonts_file() -> Path:
    """A fontconfig file with the system's fonts, if any, and Noto Sans SC."""
    path = settings.WORKER_DATA / "fonts.conf"
    package = Path(pylopdf_fonts_zh_cn.__file__).parent
    path.write_text(FONTS.format(package=package, cache=settings.TESTS / "fontconfig"))
    return path


def launch(playwright, executable, *, video=None, sound=None, devices=True, arguments=()):
    """Start Chromium; `video` (.y4m, .mjpeg) and `sound` (.wav) become camera and microphone.

    Without `devices` there is neither, and the page's question for them is not answered.
    """
    flags = [*QUIET, *arguments]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    if devices:
        flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if video:
        flags.append(f"--use-file-for-fake-video-capture={video}")
    if sound:
        flags.append(f"--use-file-for-fake-audio-capture={sound}")
    return playwright.chromium.launch(
        executable_path=executable,
        args=flags,
        env=os.environ | {"FONTCONFIG_FILE": str(fonts_file())},
    )
