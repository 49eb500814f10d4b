"""What README.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Callable

import pytest

from tidemark import Client
from tidemark.training import run

ROOT = Path(__file__).parents[2]


def test_its_examples_do_what_it_says(
    tidemark_local: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    readme = (ROOT / "python/README.md").read_text("utf-8")
    blocks = re.findall(r"(<!-- not run: .*? -->\n)?```(\w+)\n(.*?)```", readme, re.S)
    names: dict[str, object] = {"local": tidemark_local(ROOT / "examples/discount.yaml")}
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    run(["generate", "python", str(ROOT / "examples/discount.yaml"), "--out", "models.py"])
    (tmp_path / "samplesevents").symlink_to(ROOT / "samplesevents")
    printed = []
    for not_run, language, text in blocks:
        if language == "python" and not not_run:
            exec(text.replace("Client.local()", "local"), names)
            printed.append(capsys.readouterr().out)
        if language == "text":
            assert printed.pop() == text
    test_average = names["test_average"]
    assert callable(test_average)
    test_average(tidemark_local)
    assert [text for text in printed if text] == []
    assert len(blocks) == 10
