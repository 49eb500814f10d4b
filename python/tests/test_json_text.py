from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy
import pytest

from tidemark import json_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10000000000000000000000000000000001"), "0.10000000000000000000000000000000001"),
        (Decimal("1E+2"), "1E+2"),
        (0.1, "0.1"),
        (12345678901234567890, "12345678901234567890"),
        (True, "true"),
        (None, "null"),
        ('a"\\\n\u00e9', '"a\\"\\\\\\n\\u00e9"'),
        ({"a": [1, {"b": (2,)}], "c": {}}, '{"a":[1,{"b":[2]}],"c":{}}'),
        (numpy.int64(3), "3"),
        (numpy.float32(0.5), "0.5"),
        (numpy.bool_(True), "true"),
        (datetime(2026, 1, 31, 11, 3, 12, 290999, timezone(timedelta(hours=1))), '"2026-01-31T10:03:12.290Z"'),
    ],
)
def test_writes(value: Any, text: str) -> None:
    assert json_text.write(value) == text.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), datetime(2026, 1, 1)])
def test_refuses_values_that_json_has_not(value: Any) -> None:
    with pytest.raises(ValueError, match=r"no JSON number|no time zone"):
        json_text.write({"a": value})


@pytest.mark.parametrize("value", [object(), {1: 2}, {1, 2}])
def test_refuses_types_that_json_has_not(value: Any) -> None:
    with pytest.raises(TypeError):
        json_text.write(value)


def test_reads_moments() -> None:
    assert json_text.moment("2026-01-31T10:03:12.290Z") == datetime(2026, 1, 31, 10, 3, 12, 290000, timezone.utc)
    assert json_text.moment("2026-01-31T10:03:30Z") == datetime(2026, 1, 31, 10, 3, 30, tzinfo=timezone.utc)
