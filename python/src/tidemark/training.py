"""Training sets as data frames, made by the `tidemark` command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Type, Union

from tidemark import tables
from tidemark.models import Model
from tidemark.problems import DefinitionChanged, TidemarkError

if TYPE_CHECKING:
    import pandas
    import pyarrow

PathLike = Union[str, "os.PathLike[str]"]

_WRONG_USAGE = 2
"""What the command ends with after its usage, an empty line and the reason."""


def command() -> str:
    """The `tidemark` command: that of $TIDEMARK_HOME, on the path, or of the checkout that this package lies in."""
    places = []
    if home := os.environ.get("TIDEMARK_HOME"):
        places.append(Path(home) / "tidemark")
    else:
        if found := shutil.which("tidemark"):
            places.append(Path(found))
        places += [folder / "tidemark" for folder in Path(__file__).resolve().parents if (folder / "mvnw").is_file()]
    for place in places:
        if place.is_file():
            return str(place)
    raise TidemarkError(
        "there is no tidemark command: set TIDEMARK_HOME to a checkout of Tidemark, or put its command on the PATH"
    )


class TrainingSet:
    """A finished training set. `path` is its folder."""

    def __init__(self, path: PathLike) -> None:
        self.path = Path(path)
        self.manifest: Dict[str, Any] = json.loads((self.path / "training-set.json").read_text("utf-8"))
        """What training-set.json says: definitions, columns, positions, checksums."""

    @property
    def sha256(self) -> str:
        """Of the Parquet file; of the CSV file if there is no other."""
        files = {file["name"]: file["sha256"] for file in self.manifest["files"]}
        return str(files.get("training-set.parquet") or files["training-set.csv"])

    def frame(self) -> pandas.DataFrame:
        """The rows as a data frame."""
        import pandas

        return pandas.read_parquet(self.path / "training-set.parquet", dtype_backend="numpy_nullable")

    def arrow(self) -> pyarrow.Table:
        """The rows as a table."""
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self.path / "training-set.parquet")


def training_set(
    what: Union[str, Type[Model[Any, Any]], Sequence[str]],
    spine: Union[PathLike, pandas.DataFrame, None],
    out: PathLike,
    options: Mapping[str, Any],
    where: Sequence[str],
    environment: Mapping[str, str],
) -> TrainingSet:
    """Runs `tidemark training-set`; its progress goes to stderr."""
    name = what.__tidemark__.model if isinstance(what, type) else what
    arguments = ["--model", name] if isinstance(name, str) else ["--views", ",".join(name)]
    arguments += ["--out", os.fspath(out), *where, *_options(options)]
    if spine is not None:
        arguments += ["--spine", _spine_file(spine, Path(out))]
    run(["training-set", *arguments], environment)
    made = TrainingSet(out)
    if isinstance(what, type) and made.manifest["model"]["hash"] != what.__tidemark__.hash:
        raise DefinitionChanged(
            {
                "title": "The training set is of another definition",
                "detail": f"the class was generated for {what.__tidemark__.hash}",
                "remedy": "generate the class again, and train with it",
                "served": made.manifest["model"],
            },
            pinned_facts=what.__tidemark__.facts,
        )
    return made


def _options(options: Mapping[str, Any]) -> List[str]:
    """Options as the command has them.

    `knowledge="now"` is `--knowledge now`, `exact=True` is `--exact`, None and False are nothing, and
    `spine_column={"a": "b"}` is `--spine-column a=b`, once for each member.
    """
    arguments = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is True:
            arguments.append(option)
        elif isinstance(value, Mapping):
            for key, one in value.items():
                arguments += [option, f"{key}={one}"]
        else:
            arguments += [option, ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)]
    return arguments


def _spine_file(spine: Union[PathLike, pandas.DataFrame], out: Path) -> str:
    """The spine as a file. That of a frame is kept beside the set: the command wants the same one when it goes on."""
    if not tables.is_frame(spine):
        return os.fspath(spine)  # type: ignore[arg-type]
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.with_name(out.name + ".spine.parquet")
    spine.to_parquet(file, index=False, engine="pyarrow", coerce_timestamps="ms", allow_truncated_timestamps=True)  # type: ignore[union-attr]
    return str(file)


def run(arguments: Sequence[str], environment: Optional[Mapping[str, str]] = None) -> None:
    """Runs the `tidemark` command; what it says goes to stderr, and into the TidemarkError if it fails."""
    process = subprocess.Popen(
        [command(), *arguments],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    said: deque[str] = deque(maxlen=50)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stderr.write(line)
            said.append(line)
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if process.returncode != 0:
        text = "".join(said)
        if process.returncode == _WRONG_USAGE:
            text = text.rpartition("\n\n")[2]
        raise TidemarkError(f"tidemark {arguments[0]} ended with {process.returncode}:\n{text}")
