"""Download a database from PhysioNet, complete and verified: `fetch_database`."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from heartbeat._files import named_os_error
from heartbeat._progress import show_progress
from heartbeat._shown import shown
from heartbeat.datasets._cache import cache_root
from heartbeat.datasets._data_home import get_data_home
from heartbeat.datasets._download import Downloader, file_sha256
from heartbeat.datasets._registry import Database, get_database, parse_checksums

__all__ = ["fetch_database"]


def fetch_database(
    name: str,
    data_home: str | os.PathLike | None = None,
    *,
    base_url: str | None = None,
    max_workers: int = 4,
    verify: bool = False,
    progress: bool | None = None,
    timeout: float = 30.0,
    retries: int = 5,
) -> Path:
    """Download a database from PhysioNet, or complete and verify a download.

    Only missing files are downloaded, several at a time. A file has the name ``<file>.part`` until
    it is complete and its SHA256 hash is correct. An interrupted download continues where it
    stopped, also in a later call. If all files are there, the network is not used. A second call
    for the same folder waits until the first one has finished.

    The hashes of mitdb, svdb and ludb come with this package. For incartdb, nstdb and ptbdb,
    PhysioNet's list of names and hashes, ``SHA256SUMS.txt``, is downloaded first. It reveals damage
    in transfer, but not a server that pretends to be PhysioNet.

    Parameters
    ----------
    name : str
        Name of the database, one of `list_databases`.
    data_home : path, optional
        Folder that holds the databases, see `get_data_home`.
    base_url : str, optional
        Folder of a mirror to download from, such as
        ``"https://mirror.example.org/mitdb/1.0.0/"``.
    max_workers : int, default=4
        Number of files downloaded at the same time.
    verify : bool, default=False
        Whether to compute the hashes of files that are already there as well. Set it to True if
        files may have been changed since they were downloaded.
    progress : bool, optional
        Whether to show progress on standard error; by default if that is a terminal. With the
        package rich (``pip install 'heartbeat-ecg[progress]'``) it is a bar, otherwise lines of
        text.
    timeout : float, default=30.0
        Time in s without any data after which a connection counts as dropped.
    retries : int, default=5
        Number of further attempts, after increasing pauses, for a file that makes no progress.

    Returns
    -------
    Path
        Folder of the database.

    Raises
    ------
    ConnectionError
        If files are missing and cannot be downloaded. The message says which files to put where.
    ValueError
        If the name is unknown, the SHA256 hash of a file is wrong (existing files are left as they
        are), or a list of hashes is damaged.

    See Also
    --------
    list_databases : Names of the databases.
    load_beats, load_recordings : Read what was downloaded.

    Examples
    --------
    >>> from heartbeat.datasets import fetch_database
    >>> fetch_database("mitdb")  # doctest: +SKIP
    PosixPath('/home/you/.cache/heartbeat/mitdb')
    """
    database = get_database(name)
    base_url = _checked_url(database.url if base_url is None else base_url)
    for parameter, value, least in (("max_workers", max_workers, 1), ("retries", retries, 0)):
        if value < least:
            raise ValueError(f"{parameter} must be at least {least}, got {shown(value)}.")
    folder = get_data_home(data_home) / name
    try:
        with _alone(folder):
            checksums = _checksums(database, folder, base_url, timeout, retries)
            plan = {file: sha for file, sha in checksums.items() if not _is_there(folder / file)}
            if plan:
                _download_all(
                    database, folder, base_url, plan, max_workers, progress, timeout, retries
                )
    except ConnectionError as error:
        raise ConnectionError(_what_to_do(database, folder, error)) from error
    except OSError as error:
        what = (
            "cannot be written ({}). Free some space, or choose another folder with data_home= or "
            "HEARTBEAT_DATA, and call this function again to continue the download"
        )
        raise named_os_error(error, what, error.filename or folder) from error
    if verify:
        _verify(folder, checksums)
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process of this user downloads to a folder on this machine.

    Two processes that write to the same ``.part`` file damage it, and the slower one would go on
    writing to the file after the faster one has verified and renamed it.
    """
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    with ExitStack() as stack:
        # Without locks (Windows, a home that is not writable) downloads still work.
        with suppress(ImportError, OSError):
            stack.enter_context(_locked(_lock_folder() / f"fetch-{name}.lock"))
        yield


def _lock_folder() -> Path:
    """Return a private folder of the user for locks; the data home gets no files from it."""
    folder = cache_root(True) / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file, and remove it afterwards."""
    import fcntl

    while True:
        with open(path, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # The previous holder may have removed the file, in which case it locks nobody out.
            try:
                same = os.path.samestat(os.fstat(file.fileno()), os.stat(path))
            except FileNotFoundError:
                same = False
            if same:
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return


def _checksums(
    database: Database, folder: Path, base_url: str, timeout: float, retries: int
) -> Mapping[str, str]:
    """Return names and hashes of the files, from this package or from the database's own list."""
    if database.checksums is not None:
        return database.checksums
    assert database.listed is not None, "a database has checksums or lists them"
    listing = folder / database.listed
    if listing.is_file():
        return parse_checksums(listing.read_text(encoding="utf-8"), str(listing))
    # The list gets its name only after it has been parsed.
    unread = listing.with_name(listing.name + ".new")
    downloader = Downloader(timeout, retries, received=lambda n_bytes: None)
    url = base_url + database.listed
    downloader.download(url, unread, sha256=None)
    try:
        checksums = parse_checksums(unread.read_text(encoding="utf-8", errors="replace"), url)
    except ValueError:
        unread.unlink()
        raise
    os.replace(unread, listing)
    return checksums


def _download_all(
    database: Database,
    folder: Path,
    base_url: str,
    plan: Mapping[str, str],
    max_workers: int,
    progress: bool | None,
    timeout: float,
    retries: int,
) -> None:
    with show_progress(progress, f"{database.name} {database.version}", len(plan)) as display:
        downloader = Downloader(timeout, retries, display.received)

        def fetch(file: str) -> None:
            downloader.download(base_url + quote(file), folder / file, plan[file])
            display.advance()

        with ThreadPoolExecutor(max_workers) as pool:
            futures = [pool.submit(fetch, file) for file in plan]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                # After an error or Ctrl-C: stop running transfers, and do not start waiting ones.
                if any(future.done() and future.exception() for future in futures) or not all(
                    future.done() for future in futures
                ):
                    downloader.stop()
                    pool.shutdown(cancel_futures=True)
        for future in futures:
            if future in done:
                future.result()


def _verify(folder: Path, checksums: Mapping[str, str]) -> None:
    wrong = [file for file, sha256 in checksums.items() if file_sha256(folder / file) != sha256]
    if wrong:
        names = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise ValueError(
            f"in {folder}, {len(wrong)} of {len(checksums)} files are not those of the database "
            f"(SHA256 differs): {names}. They were not changed. Move them away and fetch "
            f"again to replace them."
        )


def _is_there(path: Path) -> bool:
    # A full disk or a cancelled copy leaves empty files; no file of the database is empty.
    return path.is_file() and path.stat().st_size > 0


def _checked_url(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"base_url must begin with http:// or https://, got {url!r}.")
    return url.rstrip("/") + "/"


def _what_to_do(database: Database, folder: Path, error: ConnectionError) -> str:
    page = f"https://physionet.org/content/{database.name}/{database.version}/"
    return (
        f"{database.name} is incomplete in {folder} and could not be downloaded: {error}. "
        f"Call this function again to continue, or pass the URL of a mirror as base_url=. Without "
        f"a network, copy the files of {database.title} {database.version} ({page}) into {folder}, "
        f"or set HEARTBEAT_DATA to a folder that holds {database.name!r}."
    )
