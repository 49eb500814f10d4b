"""JSON with exact decimals, both ways."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any, List, Mapping, Union


def read(content: Union[bytes, str], exact: bool) -> Any:
    """Numbers with a fraction become floats; if exact, decimals."""
    return json.loads(content, parse_float=Decimal) if exact else json.loads(content)


def write(value: Any) -> bytes:
    """Compact JSON. A `Decimal` is written with all its digits, a `datetime` as ISO 8601 in UTC.

    Values of NumPy count as the numbers and truth values that they are. What is no JSON (NaN, a naive datetime, an
    object) is a ValueError or TypeError.
    """
    parts: List[str] = []
    _write(value, parts)
    return "".join(parts).encode("ascii")


def _write(value: Any, parts: List[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring_ascii(value))
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(int.__repr__(value))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no JSON number")
        parts.append(float.__repr__(value))
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        parts.append(str(value))
    elif isinstance(value, Mapping):
        _write_between("{", value.items(), "}", parts)
    elif isinstance(value, (list, tuple)):
        _write_between("[", value, "]", parts)
    elif isinstance(value, datetime):
        parts.append(encode_basestring_ascii(moment_text(value)))
    elif hasattr(value, "item"):
        _write(value.item(), parts)
    else:
        raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written as JSON")


def _write_between(opening: str, values: Any, closing: str, parts: List[str]) -> None:
    parts.append(opening)
    comma = ""
    for value in values:
        parts.append(comma)
        comma = ","
        if opening == "{":
            name, value = value
            if not isinstance(name, str):
                raise TypeError(f"{name!r} is no name of a JSON member")
            parts.append(encode_basestring_ascii(name))
            parts.append(":")
        _write(value, parts)
    parts.append(closing)


def moment(text: str) -> datetime:
    """A moment of an answer, such as 2026-01-31T10:03:12.290Z."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def moment_text(value: Union[datetime, str]) -> str:
    """A moment for a request, to the millisecond. A text is left to the server to judge."""
    if isinstance(value, str):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone, so it names no moment")
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
