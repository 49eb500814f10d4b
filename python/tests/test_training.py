from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict

import pandas
import pytest

from fake import INFO
from generated import Discount
from tidemark import Client, DefinitionChanged, TidemarkError, training

COMMAND = """#!{python}
import json, os, pathlib, sys
print("reading the archive", file=sys.stderr)
options = sys.argv[2:]
out = pathlib.Path(options[options.index("--out") + 1])
out.mkdir()
manifest = json.loads(os.environ["MANIFEST"])
(out / "training-set.json").write_text(json.dumps({{**manifest, "options": options, "to": os.environ.get("AT")}}))
sys.exit(int(os.environ.get("ENDS_WITH", "0")))
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose command notes how it was called."""
    command = tmp_path / "tidemark"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    manifest: Dict[str, Any] = {"model": {"name": "discount", "hash": INFO.hash, "facts": list(INFO.facts)}}
    monkeypatch.setenv("MANIFEST", json.dumps(manifest))
    return tmp_path


def test_the_command_is_called(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Client.local("http://127.0.0.1:8090") as client:
        made = client.training_set(
            Discount, "spine.csv", out=home / "set", knowledge="now", exact=True, threads=None, features=["a", "b"]
        )
    assert made.path == home / "set"
    assert made.manifest["options"] == [
        *("--model", "discount", "--out", str(home / "set"), "--port", "8090"),
        *("--knowledge", "now", "--exact", "--features", "a,b", "--spine", "spine.csv"),
    ]
    assert capsys.readouterr().err == "reading the archive\n"


def test_the_rows_may_be_events(home: Path) -> None:
    with Client("http://fake") as client:
        columns = {"bought": "label", "item_id": "item.id"}
        made = client.training_set(
            "discount", out=home / "set", spine_from="shop", where='type == "buy"', spine_column=columns
        )
    assert made.manifest["options"][4:] == [
        *("--spine-from", "shop", "--where", 'type == "buy"'),
        *("--spine-column", "bought=label", "--spine-column", "item_id=item.id"),
    ]


def test_the_spine_may_be_a_frame_and_the_rows_those_of_views(home: Path) -> None:
    spine = pandas.DataFrame({"user_id": ["u1"], "timestamp": pandas.to_datetime(["2026-01-31T10:00:00Z"])})
    with Client("http://fake", environment={"AT": "there"}) as client:
        made = client.training_set(["viewer", "item"], spine, out=home / "sets" / "one")
    assert made.manifest["to"] == "there"
    assert made.manifest["options"][:2] == ["--views", "viewer,item"]
    written = pandas.read_parquet(made.manifest["options"][-1])
    assert written["user_id"].tolist() == ["u1"]
    assert written["timestamp"].tolist() == spine["timestamp"].tolist()


def test_a_set_of_another_definition_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = {"name": "discount", "hash": "0000000000000001", "facts": [*INFO.facts[1:], "new"]}
    monkeypatch.setenv("MANIFEST", json.dumps({"model": model}))
    with Client("http://fake") as client:
        with pytest.raises(DefinitionChanged) as caught:
            client.training_set(Discount, "spine.csv", out=home / "set")
        assert client.training_set("discount", "spine.csv", out=home / "other").manifest["model"] == model
    assert (caught.value.missing, caught.value.added) == ((INFO.facts[0],), ("new",))


def test_a_command_that_fails_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENDS_WITH", "1")
    with Client("http://fake") as client, pytest.raises(TidemarkError, match="ended with 1:\nreading the archive"):
        client.training_set("discount", "spine.csv", out=home / "set")


def test_a_wrong_option_is_named_without_the_usage(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = home / "tidemark"
    usage = (
        'printf "Usage:\\n\\n  --out FOLDER\\n\\nUnknown option: --nope\\nPossible solutions: --none\\n" >&2; exit 2'
    )
    command.write_text("#!/bin/sh\n" + usage)
    with Client("http://fake") as client, pytest.raises(TidemarkError) as caught:
        client.training_set("discount", "spine.csv", out=home / "set", nope=True)
    reason = "Unknown option: --nope\nPossible solutions: --none\n"
    assert str(caught.value) == f"tidemark training-set ended with 2:\n{reason}"
    assert capsys.readouterr().err == f"Usage:\n\n  --out FOLDER\n\n{reason}"


def test_the_command_is_found(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert training.command() == str(home / "tidemark")
    monkeypatch.setenv("TIDEMARK_HOME", str(home / "elsewhere"))
    with pytest.raises(TidemarkError, match="there is no tidemark command"):
        training.command()
    monkeypatch.delenv("TIDEMARK_HOME")
    monkeypatch.setenv("PATH", str(home))
    assert training.command() == str(home / "tidemark")
    monkeypatch.setenv("PATH", "")
    (tmp_path / "mvnw").touch()
    module = tmp_path / ".venv" / "lib" / "tidemark" / "training.py"
    monkeypatch.setattr(training, "__file__", str(module))
    assert training.command() == str(tmp_path / "tidemark")
