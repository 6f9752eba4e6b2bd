"""`.env.example` names what the product reads from its environment, and nothing else."""

import os
import re
import runpy

from tests.databases import ROOT

# Read by the browser tests only.
ELSEWHERE = {"CHROMIUM"}


class Asked(dict):
    """An environment that remembers what it was asked for."""

    def __init__(self, *known, **more):
        super().__init__(*known, **more)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


def test_every_variable_that_is_read_stands_in_the_example_and_no_other(monkeypatch, tmp_path):
    # Secrets are asked for only beside an id.
    asked = Asked(YINLING_DATA=str(tmp_path), YINLING_WECHAT_ID="1", YINLING_DINGTALK_ID="1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", asked)
        runpy.run_path(str(ROOT / "config" / "settings.py"))

    example = (ROOT / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.M)) - ELSEWHERE == asked.names


def test_every_key_that_is_made_comes_from_the_environment_in_the_compose_file(
    monkeypatch, tmp_path
):
    """Containers share no data folder: a key of its own would seal what nobody else opens."""
    monkeypatch.setattr(os, "environ", Asked(YINLING_DATA=str(tmp_path)))
    runpy.run_path(str(ROOT / "config" / "settings.py"))
    made = {path.name for path in tmp_path.glob("*_key")}

    compose = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    required = set(re.findall(r"\$\{YINLING_(\w+):\?", compose))
    assert made == {"secret_key", "data_key", "index_key"}
    assert {name.lower().replace("keys", "key") for name in required} == made
