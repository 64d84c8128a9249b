"""What is written bit by bit: the review's journal, the cache, downloads. And nothing else is."""

import ast
import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import heartbeat
from heartbeat.browser import MarkedRecording, Review
from heartbeat.datasets import _download
from heartbeat.datasets._cache import TableCache
from heartbeat.recording import Annotations, Recording
from tests.datasets.test_fetch import FILES, fetch, server  # noqa: F401  (fixtures)

pytest.importorskip("resource", reason="needs limits and signals of Unix")

from tests.faults.processes import killed_at, start, with_files_of_at_most, without_rights


def open_review(path):
    marks = Annotations(100 * np.arange(1, 40), np.full(39, "N"))
    recording = Recording(np.zeros(5000), 250, name="r", annotations=marks)
    return Review(MarkedRecording.from_recording(recording), path)


def relabel_all(path):
    with open_review(path) as review:
        for sample in review.beats.sample.tolist():
            review.relabel(sample, "V")


def n_relabelled(path):
    with open_review(path) as review:
        n = sum(review.beats.symbol == "V")
        # In the order in which they were made, and none but those.
        assert (review.beats.symbol[:n] == "V").all() and len(review.edits) == n
    return n


@pytest.mark.parametrize("room", [0, 10, 150, 700, 1500])
def test_a_journal_on_a_full_disk_holds_what_it_could_take(tmp_path, room):
    path = tmp_path / "r.review"
    error = with_files_of_at_most(room, partial(relabel_all, path))
    assert isinstance(error, OSError) and str(path) in str(error)
    assert path.stat().st_size <= room and path.read_bytes()[-1:] in (b"", b"\n")
    n = n_relabelled(path)
    assert (n > 0) == (room >= 150) and n < 39
    relabel_all(path)
    assert n_relabelled(path) == 39


def test_a_journal_goes_on_after_the_disk_was_full(tmp_path):
    path = tmp_path / "r.review"

    def work():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with open_review(path) as review:
            review.relabel(100, "V")
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 9, -1))
            with pytest.raises(OSError, match="It still holds all earlier edits"):
                review.relabel(200, "V")
            resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
            review.relabel(200, "V")
            return len(review.edits)

    assert start(work).wait() == 2
    assert n_relabelled(path) == 2


@pytest.mark.parametrize("nth", [1, 2, 3, 20])
def test_a_journal_survives_a_kill(tmp_path, nth):
    path = tmp_path / "r.review"

    def work():
        original, count = os.fsync, 0

        def die_later(descriptor):
            nonlocal count
            count += 1
            if count == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            original(descriptor)

        os.fsync = die_later
        relabel_all(path)

    assert start(work).wait() is None
    # The first write is the head; what was written when the end came may be there or not.
    assert n_relabelled(path) in (max(0, nth - 2), max(0, nth - 1))


def test_a_journal_that_may_only_be_read(tmp_path_factory):
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        path = Path(place) / "r.review"
        relabel_all(path)
        content = path.read_bytes()
        path.chmod(0o444)
        error = without_rights(partial(open_review, path))
        assert isinstance(error, PermissionError) and str(path) in str(error)
        assert path.read_bytes() == content


ARRAYS = {"data": np.arange(60_000.0), "target": np.full(10, "N")}


def store(root, value=0.0):
    return TableCache(root, "beats", {"a": 1}, "state").store(
        {"data": ARRAYS["data"] + value, "target": ARRAYS["target"]}, {"n": 1}
    )


def load(root):
    return TableCache(root, "beats", {"a": 1}, "state").load()


@pytest.mark.parametrize("room", [0, 100, 300_000, 480_000])
def test_a_cache_on_a_full_disk_warns_and_leaves_nothing(tmp_path, room):
    def work():
        with pytest.warns(UserWarning, match="could not be stored in"):
            return store(tmp_path)

    assert with_files_of_at_most(room, work) is False
    assert load(tmp_path) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert store(tmp_path) and load(tmp_path) is not None


@pytest.mark.parametrize(("call", "after"), [("replace", False), ("replace", True)])
def test_a_cache_survives_a_kill(tmp_path, call, after):
    assert killed_at(os, call, partial(store, tmp_path), after=after) is None
    found = load(tmp_path)
    assert (found is not None) == after
    assert store(tmp_path)
    arrays, facts = load(tmp_path)
    np.testing.assert_array_equal(arrays["data"], ARRAYS["data"])
    assert facts == {"n": 1}


def test_a_cache_that_two_processes_fill(tmp_path):
    children = [start(partial(store, tmp_path)) for _ in range(4)]
    assert [child.wait() for child in children] == [True] * 4
    np.testing.assert_array_equal(load(tmp_path)[0]["data"], ARRAYS["data"])
    assert not list(tmp_path.glob("*/.unfinished-*"))


def test_a_download_onto_a_full_disk_goes_on_later(fetch, server, tmp_path):  # noqa: F811
    error = with_files_of_at_most(100_000, fetch)
    assert isinstance(error, OSError) and not isinstance(error, ConnectionError)
    assert "testdb" in str(error) and "data_home=" in str(error)
    # Nothing has its name that is not whole.
    whole = {name for name in FILES if (tmp_path / "testdb" / name).is_file()}
    assert "100.dat" not in whole
    folder = fetch()
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert not list(folder.rglob("*.part"))


def test_a_download_that_is_killed_goes_on_later(fetch, server, tmp_path):  # noqa: F811
    def work():
        class Doomed(_download.Downloader):
            def _transfer(self, url, part):
                super()._transfer(url, part)
                if part.name.startswith("100.dat"):
                    os.kill(os.getpid(), signal.SIGKILL)

        from heartbeat.datasets import _fetch

        _fetch.Downloader = Doomed
        return fetch()

    assert start(work).wait() is None
    assert not (tmp_path / "testdb" / "100.dat").exists()
    before = server.sent["100.dat"]
    folder = fetch()
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert server.sent["100.dat"] == before, "the part that was whole was not asked for again"


def test_two_processes_download_each_file_once(fetch, server, tmp_path):  # noqa: F811
    children = [start(partial(fetch, max_workers=1)) for _ in range(2)]
    folders = [child.wait() for child in children]
    assert folders[0] == folders[1] == tmp_path / "testdb"
    assert sorted(name for name, _ in server.requests) == sorted(FILES)
    assert {name: (folders[0] / name).read_bytes() for name in FILES} == FILES


WRITING_CALLS = {
    "write_text", "write_bytes", "to_csv", "savez", "savez_compressed", "save_file", "savefig",
    "dump", "tofile", "copyfile", "replace", "rename", "wrann",
}  # fmt: skip
# Functions that may write otherwise, each tested above.
OTHERWISE = {
    "_files.py": {"written_whole"},
    "browser/_journal.py": {"_open"},
    "browser/_charts.py": {"_chart"},
    "datasets/_cache.py": {"store", "_publish", "_remove"},
    "datasets/_download.py": {"download", "_transfer_once"},
    "datasets/_fetch.py": {"_checksums", "_locked"},
    # Into nothing.
    "recording/_edf.py": {"_silent_library"},
    # Copies that wfdb can read, in a folder that goes away.
    "recording/_wfdb.py": {"_decoded"},
    "recording/_wfdb_header.py": {"readable_record", "_link"},
    "recording/_write.py": {"_plain_name"},
}


def _writes(node):
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name == "open":
        modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
        return any(isinstance(mode, str) and set(mode) & set("wax+") for mode in modes)
    owner = getattr(getattr(node.func, "value", None), "id", "")
    if name in ("replace", "rename"):
        return owner == "os"
    return name in WRITING_CALLS and (name != "dump" or owner in ("json", "pickle", "joblib"))


def _stray_writes(tree, inside="", whole=False):
    for node in ast.iter_child_nodes(tree):
        here, safe = inside, whole
        if isinstance(node, ast.FunctionDef):
            here = node.name
        if isinstance(node, ast.With):
            calls = [getattr(i.context_expr, "func", None) for i in node.items]
            safe = whole or any(getattr(call, "id", "") == "written_whole" for call in calls)
        if _writes(node) and not safe:
            yield here
        yield from _stray_writes(node, here, safe)


def test_nothing_else_writes_files():
    package = Path(heartbeat.__file__).parent
    found = {}
    for path in sorted(package.rglob("*.py")):
        strays = set(_stray_writes(ast.parse(path.read_text(encoding="utf-8"))))
        if strays:
            found[path.relative_to(package).as_posix()] = strays
    unknown = {name: strays - OTHERWISE.get(name, set()) for name, strays in found.items()}
    assert not any(unknown.values()), f"write them with heartbeat._files.written_whole: {unknown}"
