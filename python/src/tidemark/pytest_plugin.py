"""The fixture `tidemark_local`: a local run of Tidemark for tests."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator

import pytest

if TYPE_CHECKING:
    from tidemark import Client


@pytest.fixture(scope="session")
def tidemark_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Client]]:
    """`tidemark_local(catalog)` gives a client of a local run with this catalog: a path, or its text.

    The same catalog has the same run, until the tests end. Options are those of `Client`.
    """
    from tidemark.local import LocalRun, catalog_file

    runs: Dict[str, LocalRun] = {}
    with ExitStack() as until_the_end:

        def start(catalog: Any, **options: Any) -> Client:
            text = str(catalog)
            name = text if "\n" in text else str(Path(text).resolve())
            if name not in runs:
                file = catalog_file(catalog, tmp_path_factory.mktemp("tidemark"))
                runs[name] = until_the_end.enter_context(LocalRun(file))
            return until_the_end.enter_context(runs[name].client(**options))

        yield start
