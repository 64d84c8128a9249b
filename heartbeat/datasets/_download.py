"""Download a file: interrupted downloads are resumed, and only verified files get their name."""

import hashlib
import os
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["Downloader", "file_sha256"]

_CHUNK = 1 << 16
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 20.0
_WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}


class _Dropped(Exception):
    """The transfer ended early, but may succeed on the next attempt."""


class Downloader:
    """Downloads files; shared by all threads of a fetch.

    Parameters
    ----------
    timeout : float
        Seconds without data after which a connection counts as dropped.
    retries : int
        Number of further attempts after one that received no data.
    received : callable
        Called with the number of bytes of each received piece.
    """

    def __init__(self, timeout: float, retries: int, received: Callable[[int], None]):
        self.timeout, self.retries, self.received = timeout, retries, received
        self._stopped = threading.Event()
        self._local = threading.local()

    def stop(self) -> None:
        """Stop all running downloads soon; received data are kept for the next attempt."""
        self._stopped.set()

    def download(self, url: str, target: Path, sha256: str | None) -> None:
        """Download `url` to `target`, continuing from ``<target>.part`` if it exists.

        Raises
        ------
        ConnectionError
            If the server cannot be reached, refuses, or repeatedly drops the connection.
        ValueError
            If the file does not have the expected hash, even after a fresh download.
        """
        part = target.with_name(target.name + ".part")
        if sha256 is None:
            # Without a hash it is unknown whether the part belongs to the current version.
            part.unlink(missing_ok=True)
        resumed = part.exists()
        self._transfer(url, part)
        found = file_sha256(part)
        if sha256 is not None and found != sha256 and resumed:
            # The part on disk may be of another version, so download it again from the start.
            part.unlink()
            self._transfer(url, part)
            found = file_sha256(part)
        if sha256 is not None and found != sha256:
            part.unlink()
            raise ValueError(
                f"{url} was damaged in transfer or is another version: its SHA256 is {found}, "
                f"expected {sha256}. Nothing of it was kept. Try again, or use another mirror."
            )
        os.replace(part, target)

    def _transfer(self, url: str, part: Path) -> None:
        """Extend `part` to its full length, over as many connections as it takes."""
        failures = 0
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                self._transfer_once(url, part, before)
                return
            except _Dropped as dropped:
                # An attempt that received data is not a failure, so a bad connection succeeds, too.
                gained = part.exists() and part.stat().st_size > before
                failures = 0 if gained else failures + 1
                if failures > self.retries:
                    raise ConnectionError(f"{url}: {dropped}") from dropped.__cause__
                wait = min(_FIRST_WAIT_S * 2**failures, _LONGEST_WAIT_S)
                if self._stopped.wait(wait * random.uniform(0.5, 1.0)):
                    raise ConnectionError(f"{url}: stopped") from None

    def _transfer_once(self, url: str, part: Path, have: int) -> None:
        import requests

        # With compressed transfer, ranges and lengths would refer to compressed bytes.
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with self._session().get(
                url, headers=headers, stream=True, timeout=self.timeout
            ) as response:
                if have and response.status_code == 416:
                    # There are no bytes after these: the file is complete, as the hash will show.
                    return
                self._check_status(url, response)
                resumes = have and response.status_code == 206 and _starts_at(response, have)
                if response.status_code == 206 and not resumes:
                    part.unlink(missing_ok=True)
                    raise _Dropped("the server sent another range than the one requested")
                length = response.headers.get("Content-Length")
                # urllib3 would discard the last piece of an interrupted transfer. The length is
                # checked below.
                response.raw.enforce_content_length = False
                received = 0
                # Not created earlier, so that an attempt without a network leaves no empty folder.
                part.parent.mkdir(parents=True, exist_ok=True)
                with open(part, "ab" if resumes else "wb") as file:
                    for piece in response.iter_content(_CHUNK):
                        file.write(piece)
                        received += len(piece)
                        self.received(len(piece))
                        if self._stopped.is_set():
                            raise ConnectionError(f"{url}: stopped")
                if length is not None and received < int(length):
                    raise _Dropped(f"the connection ended after {received} of {length} bytes")
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            requests.exceptions.TooManyRedirects,
        ) as error:
            raise ConnectionError(f"{url}: {error}") from error
        except requests.exceptions.RequestException as error:
            raise _Dropped(_reason(error)) from error

    def _check_status(self, url: str, response: Any) -> None:
        status = response.status_code
        if status in (200, 206):
            return
        message = f"the server answered {status} {response.reason}"
        if status not in _WORTH_RETRYING:
            raise ConnectionError(f"{url}: {message}")
        wait = response.headers.get("Retry-After", "")
        if wait.isdigit():
            self._stopped.wait(min(int(wait), _LONGEST_WAIT_S))
        raise _Dropped(message)

    def _session(self) -> Any:
        """Return this thread's session, which keeps its connection open between files."""
        if not hasattr(self._local, "session"):
            import requests

            self._local.session = requests.Session()
            self._local.session.headers["User-Agent"] = "heartbeat (Python requests)"
        return self._local.session


def file_sha256(path: Path) -> str:
    """Return the SHA256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _starts_at(response: Any, position: int) -> bool:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return match is not None and int(match[1]) == position


def _reason(error: BaseException) -> str:
    """Return the innermost cause of a failure, which the outer ones only repeat."""
    import requests

    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"
