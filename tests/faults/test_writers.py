"""Whatever happens while a file is written, the user's file is whole: the old one or the new."""

import errno
import os
import random
import stat
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="needs limits and signals of Unix")
pytest.importorskip("jinja2")

from tests.faults.processes import killed_at, start, with_files_of_at_most, without_rights
from tests.faults.writers import WRITERS


@pytest.fixture(params=sorted(WRITERS))
def writer(request):
    return WRITERS[request.param]


@pytest.fixture
def folder():
    """A folder that others than its owner may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield Path(place)


@pytest.fixture
def path(writer, folder):
    path = folder / f"mine{writer.suffix}"
    writer.write(path, 0)
    return path


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def size_of(writer, version):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"mine{writer.suffix}"
        writer.write(path, version)
        return path.stat().st_size


def test_each_version_is_told_from_the_other(writer, path):
    assert writer.version(path) == 0
    writer.write(path, 1)
    assert writer.version(path) == 1
    assert names(path.parent) == [path.name]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((AssertionError, LookupError, ValueError)):
        writer.version(path)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_full_disk(writer, path, share):
    room = max(0, int(share * size_of(writer, 1)) - 1)
    error = with_files_of_at_most(room, partial(writer.write, path, 1))
    assert isinstance(error, OSError) and str(path) in str(error)
    assert "The previous content, if any, is unchanged" in str(error)
    assert writer.version(path) == 0
    assert names(path.parent) == [path.name]
    path.unlink()
    error = with_files_of_at_most(room, partial(writer.write, path, 1))
    assert isinstance(error, OSError) and names(path.parent) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_is_full_at_the_end(writer, path, call, monkeypatch):
    """Some file systems find room only when they have to."""

    def refuse(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, refuse)
        with pytest.raises(OSError, match="No space left on device") as told:
            writer.write(path, 1)
    assert told.value.errno == errno.ENOSPC and str(path) in str(told.value)
    assert writer.version(path) == 0
    assert names(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("call", "after"), [("fsync", False), ("replace", False), ("replace", True)]
)
def test_killed_at_the_end(writer, path, call, after):
    assert killed_at(os, call, partial(writer.write, path, 1), after=after) is None
    # The annotations are renamed twice: to their temporary name first.
    assert writer.version(path) == 0 or (after and writer.version(path) == 1)
    # What the killed one has left behind is hidden and in nobody's way.
    assert all(name == path.name or name.startswith(".") for name in names(path.parent))
    writer.write(path, 1)
    assert writer.version(path) == 1


def test_killed_at_any_moment(writer, path):
    began = time.perf_counter()
    start(partial(writer.write, path, 0)).wait()
    longest = time.perf_counter() - began
    draw = random.Random(0)
    for _ in range(4):
        child = start(partial(writer.write, path, 1))
        time.sleep(draw.uniform(0, longest))
        child.kill()
        child.wait()
        assert writer.version(path) in (0, 1)
    assert all(name == path.name or name.startswith(".") for name in names(path.parent))
    writer.write(path, 0)
    assert writer.version(path) == 0


def test_a_folder_that_may_only_be_read(writer, path):
    # What is written is made, with rights, before it is asked for without them.
    writer.write(path, 1)
    writer.write(path, 0)
    path.parent.chmod(0o555)
    error = without_rights(partial(writer.write, path, 1))
    path.parent.chmod(0o755)
    # The command line looks before it works.
    assert isinstance(error, PermissionError | ValueError) and str(path) in str(error)
    assert writer.version(path) == 0
    assert names(path.parent) == [path.name]


def test_two_processes_at_once(writer, path):
    def write_often(first):
        for turn in range(5):
            writer.write(path, (first + turn) % 2)
        return "done"

    children = [start(partial(write_often, first)) for first in (0, 1)]
    for _ in range(10):
        assert writer.version(path) in (0, 1)
    assert [child.wait() for child in children] == ["done", "done"]
    assert writer.version(path) in (0, 1)
    assert names(path.parent) == [path.name]


def test_permissions_and_links_stay(writer, path):
    path.chmod(0o640)
    writer.write(path, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    if sys.platform == "win32":
        return
    link = path.with_name(f"link{path.suffix}")
    link.symlink_to(path.name)
    writer.write(link, 0)
    assert link.is_symlink() and writer.version(path) == 0


def test_a_name_as_long_as_a_disk_allows(writer, folder):
    path = folder / ("n" * (250 - len(writer.suffix)) + writer.suffix)
    writer.write(path, 1)
    assert writer.version(path) == 1
