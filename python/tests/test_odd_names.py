"""What `tidemark generate python` makes of names that Python does not take, as a program uses it."""

from __future__ import annotations

from typing import Optional

from odd_models import Import, ImportVector
from tidemark.models import to_row


def test_odd_names_go_over_the_wire_as_they_are() -> None:
    row = Import(user_agent="curl", id="1", class_="c", None_="x", str_="s", class__="t", agent_=1)
    keys = {"user_agent": "curl", "id": "1", "class": "c", "None": "x", "str": "s"}
    assert to_row(row) == {"keys": keys, "request": {"class_": "t", "agent_": 1}}


def test_nobody_is_asked_for_a_constant() -> None:
    assert "everything.n_1h" in Import.__tidemark__.names
    assert Import.__tidemark__.keys == ["user_agent", "id", "class", "None", "str"]


def types(vector: ImportVector[float]) -> Optional[int]:
    return vector.everything_n_1h
