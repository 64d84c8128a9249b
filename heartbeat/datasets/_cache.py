"""Disk cache of prepared tables, which are memory-mapped, always complete and never outdated.

A table is stored in ``<root>/<database>-<parameters>/<state>/``, with one ``.npy`` file per array
and a ``manifest.json``. ``<parameters>`` is a hash of all arguments. ``<state>`` is a hash of the
data (name, size and times of every file of the database), of the code of this package and of the
versions of its libraries, so that a table is not found if any of these has changed. A table is
written to a temporary folder, which is renamed when it is complete.
"""

import errno
import hashlib
import json
import mmap
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, Literal, overload

import numpy as np

import heartbeat
from heartbeat.datasets._data_home import _cache_folder

__all__ = ["TableCache", "cache_root", "clear_cache", "code_state", "files_state"]

FORMAT = 1
_MANIFEST = "manifest.json"
_TEMPORARY = ".unfinished-"
_ABANDONED_S = 24 * 3600
_MAPPED_BYTES = 1 << 18
_ATTEMPTS = 20
_CODE = (
    "_layout.py", "labels.py", "recording", "detection", "context", "segmentation",
    "datasets/_beats.py", "datasets/_lead_choice.py", "datasets/_recordings.py",
)  # fmt: skip


@overload
def cache_root(cache: Literal[True]) -> Path: ...
@overload
def cache_root(cache: bool | str | os.PathLike | None) -> Path | None: ...
def cache_root(cache: bool | str | os.PathLike | None) -> Path | None:
    """Return the folder of the cache, or None if caching is disabled.

    ``True`` means ``$HEARTBEAT_CACHE`` or, if it is not set, ``prepared`` in the user's cache
    folder. It is never the data home, which may be shared and read-only.
    """
    if cache is False or cache is None:
        return None
    if cache is True:
        return Path(os.environ.get("HEARTBEAT_CACHE") or _cache_folder() / "prepared").absolute()
    return Path(cache).expanduser().absolute()


def clear_cache(cache: bool | str | os.PathLike = True) -> int:
    """Delete all tables that `load_beats` has kept on disk.

    Parameters
    ----------
    cache : bool or path, default=True
        Folder of the cache, as `load_beats` takes it.

    Returns
    -------
    int
        Number of bytes freed. Arrays still in use stay valid and occupy their space until they are
        deleted.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.datasets import clear_cache
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clear_cache(folder)
    0
    """
    root, freed = cache_root(cache), 0
    if root is None or not root.is_dir():
        return freed
    for manifest in root.glob(f"*/*/{_MANIFEST}"):
        table = manifest.parent
        if not _is_ours(manifest):
            continue
        freed += sum(path.stat().st_size for path in table.iterdir())
        shutil.rmtree(table, ignore_errors=True)
        with suppress(OSError):
            table.parent.rmdir()
    return freed


def files_state(folder: Path) -> str:
    """Return a hash of the names, sizes and times of all files below a folder."""
    digest = hashlib.sha256()
    pending = [str(folder)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir():
                    pending.append(entry.path)
                    continue
                identity: tuple[str | int, ...] = (entry.path,)
                # A link may be broken, or the temporary file of a download may have been renamed.
                with suppress(FileNotFoundError):
                    stat = entry.stat()
                    # The change time reveals a file whose modification time was set back.
                    identity += (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
                digest.update(repr(identity).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code_state() -> str:
    """Return a hash of the code that makes tables and of the versions of the libraries it uses."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for library in ("numpy", "scipy", "wfdb", "sleepecg"):
        digest.update(f"{library} {version(library)};".encode())
    package = Path(heartbeat.__file__).parent
    for part in _CODE:
        path = package / part
        sources = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for source in filter(Path.is_file, sources):
            digest.update(source.read_bytes())
    return digest.hexdigest()


class TableCache:
    """The entry of one table in the cache.

    Parameters
    ----------
    root : Path
        Folder of the cache, which is created on the first write.
    name : str
        Readable beginning of the name of the table's folder.
    parameters : mapping
        Everything that the table depends on except the state; must be valid JSON.
    state : str
        State of the data and the code.
    """

    def __init__(self, root: Path, name: str, parameters: Mapping[str, Any], state: str):
        self.parameters = dict(parameters)
        wanted = json.dumps(self.parameters, sort_keys=True)
        self.slot = root / f"{name}-{_short_hash(wanted)}"
        self.folder = self.slot / _short_hash(state)

    def load(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Return arrays and facts, or None if there is no valid table.

        Large arrays are memory-mapped: read on access, and copied on write.
        """
        try:
            manifest = json.loads((self.folder / _MANIFEST).read_text())
            if manifest["format"] != FORMAT:
                return None
            arrays = {}
            for name, size in manifest["bytes"].items():
                path = self.folder / f"{name}.npy"
                if path.stat().st_size != size:
                    return None
                arrays[name] = _map_array(path) if size >= _MAPPED_BYTES else np.load(path)
            return arrays, manifest["facts"]
        # Missing, damaged (NumPy parses headers as Python and raises errors of many types), or
        # being removed by a process that has noticed a change of the data.
        except Exception:
            return None

    def store(self, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bool:
        """Write a table; return whether it exists now. If it cannot be written, warn."""
        temporary = None
        try:
            self.slot.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=self.slot))
            for name, array in arrays.items():
                _save(temporary / f"{name}.npy", array)
            manifest = {
                "format": FORMAT,
                "heartbeat": heartbeat.__version__,
                "parameters": self.parameters,
                "bytes": {name: (temporary / f"{name}.npy").stat().st_size for name in arrays},
                "facts": dict(facts),
            }
            (temporary / _MANIFEST).write_text(json.dumps(manifest, indent=1))
            self._publish(temporary)
        except OSError as error:
            warnings.warn(
                f"the prepared beats could not be stored in {self.slot} ({error}), and will be "
                f"prepared again next time. Pass cache=<a writable folder>, set HEARTBEAT_CACHE, "
                f"or pass cache=False.",
                stacklevel=3,
            )
            return False
        finally:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
        self._remove_outdated()
        return True

    def _publish(self, temporary: Path) -> None:
        """Rename a complete table, unless another process was first."""
        for attempt in range(_ATTEMPTS):
            try:
                os.replace(temporary, self.folder)
                return
            except OSError:
                if self.load() is not None:
                    return
                # A damaged table is in the way, and others may be replacing it, too: try again.
                self._remove(self.folder)
                if attempt == _ATTEMPTS - 1:
                    raise

    def _remove(self, folder: Path) -> None:
        """Rename a folder and remove it, so that no process sees a part of it."""
        aside = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=self.slot))
        try:
            os.replace(folder, aside / "removed")
        except OSError:
            pass  # another process has removed it
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _remove_outdated(self) -> None:
        """Remove earlier states of this table, and what killed processes have left."""
        for folder in self.slot.iterdir():
            try:
                age = time.time() - folder.stat().st_mtime
                if folder.name.startswith(_TEMPORARY) and age < _ABANDONED_S:
                    continue
                if folder != self.folder:
                    # Arrays that are still mapped somewhere remain readable.
                    self._remove(folder)
            except OSError:
                continue


def _is_ours(manifest: Path) -> bool:
    """Tell whether a folder is a prepared table, as the cache may be any folder of the user."""
    try:
        keys = json.loads(manifest.read_text()).keys()
    except (OSError, ValueError, AttributeError):
        return False
    return {"format", "heartbeat", "parameters", "bytes", "facts"} <= keys


def _save(path: Path, array: np.ndarray) -> None:
    np.save(path, array, allow_pickle=False)
    # NumPy does not report that the disk was too full for the last bytes.
    with open(path, "rb") as file:
        _read_header(file)
        if file.tell() + array.nbytes != path.stat().st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _read_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Return shape, Fortran order and dtype of a ``.npy`` file, positioned at its data."""
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    return read(file)


def _map_array(path: Path) -> np.ndarray:
    """Map a ``.npy`` file copy-on-write, as a plain array.

    joblib's workers read a `numpy.memmap` again from its file, without changes that the user made
    in memory. A plain array over the same pages is passed with its changes.
    """
    with open(path, "rb") as file:
        shape, fortran_order, dtype = _read_header(file)
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        array = np.frombuffer(pages, dtype, count=int(np.prod(shape)), offset=file.tell())
    return array.reshape(shape, order="F" if fortran_order else "C")


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
