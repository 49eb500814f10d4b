"""Rows and vectors as pandas data frames and Arrow tables. Both libraries are optional and imported when used."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import TYPE_CHECKING, Any, Dict, List, Sequence

from tidemark.models import ModelInfo, Row
from tidemark.problems import TidemarkError

if TYPE_CHECKING:
    import pandas
    import pyarrow

METADATA = b"tidemark"


def by_arrow() -> bool:
    """Whether a frame is read by way of Arrow, which says the same as JSON, but faster."""
    return importlib.util.find_spec("pyarrow") is not None


def is_frame(value: object) -> bool:
    """Whether this is a data frame; without importing pandas, which whoever has one has done."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def rows(info: ModelInfo, frame: pandas.DataFrame) -> List[Row]:
    """The rows of a request out of the columns named as its keys and inputs; an input that is NA is left out."""
    missing = [name for name in info.keys if name not in frame.columns]
    missing += [i.name for i in info.request if i.default is None and i.name not in frame.columns]
    if missing:
        raise TidemarkError(
            f"model {info.model} needs the columns {', '.join(missing)}; the frame has {', '.join(map(str, frame))}"
        )
    names = [*info.keys, *(i.name for i in info.request)]
    if twice := [name for name in names if list(frame.columns).count(name) > 1]:
        raise ValueError(f"the frame has more than one column {', '.join(twice)}")
    keys = [(name, _column(frame, name)) for name in info.keys]
    inputs = [(i.name, _column(frame, i.name)) for i in info.request if i.name in frame.columns]
    found: List[Row] = []
    for row in range(len(frame)):
        found.append(
            {
                "keys": {name: values[row] for name, values in keys},
                "request": {name: values[row] for name, values in inputs if values[row] is not None},
            }
        )
    return found


def _column(frame: pandas.DataFrame, name: str) -> List[Any]:
    column = frame[name]
    return [None if absent else value for value, absent in zip(column.tolist(), column.isna().tolist())]


def frame_of(
    info: ModelInfo, columns: Sequence[Any], index: Any, answers: Sequence[Dict[str, Any]]
) -> pandas.DataFrame:
    """A data frame with a typed column for each value; lists and objects are Python's own."""
    import pandas

    series = [
        pandas.Series(values, index=index, dtype=_dtype(type_) or object) for type_, values in zip(info.types, columns)
    ]
    made = pandas.concat(series, axis=1, keys=list(info.names)) if series else pandas.DataFrame(index=index)
    made.attrs["tidemark"] = [
        {name: answer.get(name) for name in ("model", "hash", "at", "stale", "freshness", "receipt")}
        for answer in answers
    ]
    return made


def frame_of_arrow(info: ModelInfo, table: pyarrow.Table, index: Any) -> pandas.DataFrame:
    """The same data frame out of a table."""
    columns = [
        dtype.__from_arrow__(column) if (dtype := _dtype(type_)) else column.to_pylist(maps_as_pydicts="strict")
        for type_, column in zip(info.types, table.columns)
    ]
    return frame_of(info, columns, index, json.loads(table.schema.metadata[METADATA]))


def _dtype(type_: str) -> Any:
    """The data type of a column; None for lists and objects."""
    import pandas

    dtypes = {
        "integer": pandas.Int64Dtype,
        "number": pandas.Float64Dtype,
        "boolean": pandas.BooleanDtype,
        "text": pandas.StringDtype,
        "any": pandas.StringDtype,
    }
    return dtypes[type_]() if type_ in dtypes else None


def read_arrow(content: bytes) -> pyarrow.Table:
    """The table of one answer."""
    import pyarrow

    with pyarrow.ipc.open_stream(content) as stream:
        return stream.read_all()


def metadata(content: bytes) -> Dict[str, Any]:
    """What an answer in Arrow says beside its rows."""
    import pyarrow

    with pyarrow.ipc.open_stream(content) as stream:
        said: Dict[str, Any] = json.loads(stream.schema.metadata[METADATA])
        return said


def concatenated(parts: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """One table; its metadata `tidemark` is a JSON array of what each answer said."""
    import pyarrow

    if not parts:
        raise TidemarkError("there are no rows, so no answer says which columns a table would have")
    said = b",".join(part.schema.metadata[METADATA] for part in parts)
    table = pyarrow.concat_tables([part.replace_schema_metadata(None) for part in parts])
    return table.replace_schema_metadata({METADATA: b"[" + said + b"]"})
