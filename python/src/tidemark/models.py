"""What generated classes are made of: models, their rows and their vectors."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    Generic,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from tidemark import json_text

if TYPE_CHECKING:
    import numpy
    import numpy.typing

N = TypeVar("N", float, Decimal)
"""What numbers are read as: `float`, or `Decimal` with `exact=True`."""

F = TypeVar("F", bound="Vector[Any]", covariant=True)
E = TypeVar("E", bound="Vector[Any]", covariant=True)

Number = Union[int, float, Decimal]
"""A number of a request."""

InputValue = Union[str, bool, int, float, Decimal]
"""A request input."""


@dataclass(frozen=True)
class Input:
    """A request input: its name, its type (number, text or boolean), and its default, if it may be left out."""

    name: str
    type: str
    default: Optional[InputValue] = None


@dataclass(frozen=True)
class ModelInfo:
    """A model as its catalog defines it."""

    model: str
    hash: str
    """Of its facts; a request that pins it gets this definition or none."""
    names: Sequence[str]
    """The names of the vector's values, in order."""
    types: Sequence[str]
    """The type of each value."""
    keys: Sequence[str]
    """The names of the keys of a request."""
    request: Sequence[Input] = ()
    facts: Sequence[str] = ()
    """The lines that its hash is made of."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """From a name of a request to the field of the generated class, where the two differ."""


@dataclass(frozen=True)
class Candidate:
    """What a training step made. Tidemark keeps no models: `artifact` says where the step put it."""

    version: str
    """What predictions made with it are called."""
    hash: str
    """Of the definition of the model that it was trained for."""
    artifact: str
    sha256: Optional[str]
    """Of the artifact; None if the training step did not say it."""
    since: str
    log: int
    """The number of the entry in the training log that says so."""


@dataclass(frozen=True)
class Champion:
    """Which candidate of a model is to be used, and which is to be logged beside it."""

    model: str
    used: Optional[Candidate]
    """None while the first candidate of all is in shadow."""
    shadow: Optional[Candidate]
    """Its score belongs into predictions as that of the challenger `candidate`. None if there is none."""


class Vector(Generic[N]):
    """The values of one row, in the model's order. `answer` is what the rows of a request have in common."""

    __slots__ = ("answer", "row", "values")

    def __init__(self, answer: Mapping[str, Any], row: Mapping[str, Any], values: Tuple[Any, ...]) -> None:
        self.answer = answer
        self.row = row
        self.values = values

    def __getitem__(self, name: str) -> Any:
        """The value of this name, such as `viewer.avg_price_30m`."""
        try:
            return self.values[self.names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.as_dict()!r})"

    def as_dict(self) -> Dict[str, Any]:
        """From name to value, in order."""
        return dict(zip(self.names, self.values))

    def array(self, names: Optional[Sequence[str]] = None) -> numpy.typing.NDArray[numpy.float64]:
        """The values of these names, or all, as doubles: null is NaN, a truth value 0 or 1; others are a TypeError."""
        import numpy

        chosen = self.names if names is None else names
        values = self.values if names is None else tuple(self[name] for name in names)
        for name, value in zip(chosen, values):
            if not isinstance(value, (int, float, Decimal, type(None))):
                raise TypeError(f"the value of {name} is no number but {value!r}; choose others with array(names)")
        return numpy.array([float("nan") if value is None else float(value) for value in values], dtype=numpy.float64)

    @property
    def model(self) -> str:
        return str(self.answer["model"])

    @property
    def hash(self) -> str:
        """The hash of the model's definition."""
        return str(self.answer["hash"])

    @property
    def at(self) -> datetime:
        """The moment asked about, one for all rows of a request."""
        return json_text.moment(self.answer["at"])

    @property
    def names(self) -> Sequence[str]:
        names: Sequence[str] = self.answer["names"]
        return names

    @property
    def keys(self) -> Mapping[str, Any]:
        """The row's keys."""
        keys: Mapping[str, Any] = self.row["keys"]
        return keys

    @property
    def request(self) -> Mapping[str, Any]:
        """The row's request inputs, with the defaults of those that were left out."""
        return self.row.get("request", {})  # type: ignore[no-any-return]

    @property
    def nulls(self) -> int:
        """How many values are null."""
        return int(self.row["nulls"])

    @property
    def approximate(self) -> Mapping[str, Any]:
        """The values that may be inexact, and how much."""
        return self.row.get("approximate", {})  # type: ignore[no-any-return]

    @property
    def assumed(self) -> Sequence[int]:
        """The imports whose rows the vector may contain: when these would have arrived is assumed."""
        return self.answer.get("assumed", [])  # type: ignore[no-any-return]

    @property
    def stale(self) -> bool:
        """Whether the fold is further behind than the model's `stale_after`."""
        return bool(self.answer["stale"])

    @property
    def coverage(self) -> Mapping[str, Any]:
        """By view and window: exactly the event times that were counted."""
        coverage: Mapping[str, Any] = self.answer["coverage"]
        return coverage

    @property
    def freshness(self) -> Mapping[str, Any]:
        """How far the streams were folded, over all views of the vector."""
        freshness: Mapping[str, Any] = self.answer["freshness"]
        return freshness

    @property
    def references(self) -> Mapping[str, Any]:
        """By reference that was looked up: which snapshot, and since when that is effective."""
        return self.answer.get("references", {})  # type: ignore[no-any-return]

    @property
    def receipt(self) -> Mapping[str, Any]:
        """Enough to compute the same values again from the archive."""
        receipt: Mapping[str, Any] = self.answer["receipt"]
        return receipt

    @property
    def reads(self) -> Optional[Sequence[Any]]:
        """The reads of the request; only with explain."""
        return self.answer.get("reads")


def value(index: int) -> Any:
    """An attribute of a generated vector: its value at this place.

    Where its name would be that of one of `Vector`'s own, or a word of Python, it has an underscore behind it.
    """
    return property(lambda vector: vector.values[index])


class Model(Generic[F, E]):
    """One row of a request. Generated classes extend it as frozen dataclasses, with a field for each key and input.

    F is the class of its vectors, E that of its exact vectors. A field that is None is left out of the request.
    """

    __tidemark__: ClassVar[ModelInfo]
    __vector__: ClassVar[Type[Vector[Any]]] = Vector


Row = Mapping[str, Mapping[str, Any]]
"""A row as the API has it: `{"keys": {...}, "request": {...}}`."""


def to_row(row: Union[Model[Any, Any], Row]) -> Row:
    """A row of a request."""
    if not isinstance(row, Model):
        return row
    info = row.__tidemark__
    keys = {name: getattr(row, info.fields.get(name, name)) for name in info.keys}
    inputs = {i.name: getattr(row, info.fields.get(i.name, i.name)) for i in info.request}
    return {"keys": keys, "request": {name: value for name, value in inputs.items() if value is not None}}


Reader = Callable[[Any], Any]


def reader(type_: str, number: Type[Union[float, Decimal]], texts: bool = False) -> Optional[Reader]:
    """Turns a value of JSON into one of this type. None if nothing is to do.

    Whole numbers too become `number`, and a struct has all of its members, with None for those that JSON lacks.
    texts: what is of type `any` becomes a text, as Arrow and training sets have it.
    """
    read, _ = _reader_at(type_, 0, {"number": _optional(number), "any": _any_text if texts else partial(_any, number)})
    return read


def _any(number: Reader, value: Any) -> Any:
    return number(value) if type(value) in (int, float, Decimal) else value


def _any_text(value: Any) -> Optional[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)


_SCALAR = re.compile("[a-z]+")
_MEMBER = re.compile(r'("(?:[^"\\]|\\.)*"|[^:]+): ')


def _reader_at(text: str, at: int, scalars: Mapping[str, Reader]) -> Tuple[Optional[Reader], int]:
    """The reader of the type that begins here, and where the type ends."""
    for prefix, of_all in (("list<", _of_list), ("map<", _of_map)):
        if text.startswith(prefix, at):
            member, end = _reader_at(text, at + len(prefix), scalars)
            return None if member is None else _optional(partial(of_all, member)), end + 1
    if text.startswith("struct<", at):
        at += len("struct<")
        members: Dict[str, Optional[Reader]] = {}
        while found := _MEMBER.match(text, at):
            name = json.loads(found[1]) if found[1].startswith('"') else found[1]
            members[name], at = _reader_at(text, found.end(), scalars)
            if text[at] == ">":
                break
            at += len(", ")
        return _optional(partial(_of_struct, members)), at + 1
    scalar = _SCALAR.match(text, at)
    if scalar is None:
        raise ValueError(f"there is no type at character {at} of {text!r}")
    return scalars.get(scalar[0]), scalar.end()


def _of_struct(members: Mapping[str, Optional[Reader]], values: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: values.get(name) if read is None else read(values.get(name)) for name, read in members.items()}


def _of_list(read: Reader, values: List[Any]) -> List[Any]:
    return [read(value) for value in values]


def _of_map(read: Reader, values: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: read(value) for name, value in values.items()}


def _optional(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def vectors(
    document: Dict[str, Any], made: Type[Vector[Any]], info: Optional[ModelInfo], exact: bool, texts: bool = False
) -> List[Vector[Any]]:
    """The vectors of an answer. Without `info` the values are as JSON has them; texts as for `reader`."""
    rows = document.pop("rows")
    readers = [] if info is None else [reader(type_, Decimal if exact else float, texts) for type_ in info.types]
    found = []
    for row in rows:
        values = row.pop("values")
        for index, read in enumerate(readers):
            if read is not None:
                values[index] = read(values[index])
        found.append(made(document, row, tuple(values)))
    return found
