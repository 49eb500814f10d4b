"""A local run of the whole system: stream, functions, tables, bucket and API, in one process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, List, Optional, Type, Union

from tidemark.client import AsyncClient, Client
from tidemark.problems import TidemarkError
from tidemark.training import PathLike, command


class LocalRun:
    """Starts `tidemark run` on free ports and waits until it answers. `with` it, or call `stop()`."""

    def __init__(self, catalog: PathLike, *arguments: str) -> None:
        catalog = str(Path(catalog).resolve())
        self._process = subprocess.Popen(
            [command(), "run", "--catalog", catalog, "--no-samples", "--port", "0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._said: List[str] = []
        self._readers: List[threading.Thread] = []
        self.url = ""
        self.environment: Dict[str, str] = {"TIDEMARK_CATALOG": catalog}
        """What another process needs to work with this run: catalog, endpoints, region and credentials."""
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        self._read(self._process.stderr)
        self._read_start(self._process.stdout)
        self._read(self._process.stdout)
        with self.client() as client:
            client.health()

    def _read(self, lines: Any) -> None:
        """Keeps what the process says, so that it can go on saying it."""
        self._readers.append(threading.Thread(target=self._said.extend, args=(lines,), daemon=True))
        self._readers[-1].start()

    def _read_start(self, lines: Any) -> None:
        """The first lines name the API, then the endpoints; the credentials are last."""
        for line in lines:
            if not self.url and (found := re.search(r"\bAPI +(http://\S+)", line)):
                self.url = found.group(1)
            if line.strip().startswith("export "):
                self.environment.update(pair.split("=", 1) for pair in line.split()[1:])
            if "AWS_SECRET_ACCESS_KEY" in self.environment:
                return
        self._readers[0].join()
        raise TidemarkError(f"tidemark run did not start:\n{''.join(self._said)}")

    def client(self, **options: Any) -> Client:
        """A client of this run; options as those of `Client`."""
        return Client.local(self.url, self._kinesis_url, environment=self.environment, **options)

    def async_client(self, **options: Any) -> AsyncClient:
        """The same, asynchronous."""
        return AsyncClient.local(self.url, self._kinesis_url, environment=self.environment, **options)

    @property
    def said(self) -> str:
        """What the run has said since it answers."""
        return "".join(self._said)

    @property
    def _kinesis_url(self) -> str:
        return self.environment["AWS_ENDPOINT_URL_KINESIS"]

    def stop(self) -> None:
        """Ends the run, and with it all that it holds."""
        self._process.terminate()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def __enter__(self) -> LocalRun:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.stop()


def catalog_file(catalog: Union[PathLike, str], folder: Path) -> Path:
    """The catalog's file; a catalog that is given as text (of several lines) is written to one in this folder."""
    text = os.fspath(catalog)
    if "\n" not in text:
        return Path(text)
    file = folder / "catalog.yaml"
    file.write_text(text, "utf-8")
    return file
