import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest

from heartbeat.datasets._cache import FORMAT, TableCache, cache_root, clear_cache, files_state

ARRAYS = {
    "data": np.arange(400_000, dtype=np.float32).reshape(2000, 200),
    "symbol": np.array(["N", "V"] * 1000),
    "sample": np.arange(2000),
    "empty": np.zeros((0, 3), dtype=np.float32),
}
FACTS = {"fs": 125.0, "leads": ["MLII"], "before": 0.1}


def place(root, state="now", **parameters):
    return TableCache(root, "db", {"layout": "centered", **parameters}, state)


def assert_sound(found):
    arrays, facts = found
    assert facts == FACTS
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_what_is_stored_is_loaded(tmp_path):
    cache = place(tmp_path / "not" / "yet" / "there")
    assert cache.load() is None
    assert cache.store(ARRAYS, FACTS)
    assert_sound(cache.load())
    assert [path.name for path in cache.slot.iterdir()] == [cache.folder.name]


def test_other_parameters_and_states_are_other_tables(tmp_path):
    place(tmp_path).store(ARRAYS, FACTS)
    assert place(tmp_path, layout="kaggle").load() is None
    assert place(tmp_path, fs=125.0).load() is None
    assert place(tmp_path, state="later").load() is None
    assert_sound(place(tmp_path).load())


def test_writing_to_a_loaded_array_stays_private(tmp_path):
    cache = place(tmp_path)
    cache.store(ARRAYS, FACTS)
    data = cache.load()[0]["data"]
    # A memmap would be read again from the file by joblib's workers.
    assert type(data) is np.ndarray and not isinstance(data.base, np.memmap)
    data[0] = -1
    assert_sound(cache.load())
    seen = joblib.Parallel(n_jobs=2)(joblib.delayed(np.ndarray.sum)(data[:1]) for _ in range(2))
    assert seen == [-200, -200]


@pytest.mark.parametrize("name", ["manifest.json", "data.npy", "symbol.npy"])
@pytest.mark.parametrize("damage", ["missing", "cut", "garbage"])
def test_damaged_tables_are_not_used_but_replaced(tmp_path, name, damage):
    cache = place(tmp_path)
    cache.store(ARRAYS, FACTS)
    path = cache.folder / name
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-10])
    else:
        path.write_bytes(b"{}" if name == "manifest.json" else b"\x93" * path.stat().st_size)
    assert cache.load() is None
    assert cache.store(ARRAYS, FACTS)
    assert_sound(cache.load())
    assert [path.name for path in cache.slot.iterdir()] == [cache.folder.name]


def test_tables_of_another_format_are_not_used(tmp_path):
    cache = place(tmp_path)
    cache.store(ARRAYS, FACTS)
    path = cache.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": FORMAT + 1}))
    assert cache.load() is None


def test_a_process_that_dies_while_writing_leaves_nothing_to_find(tmp_path, monkeypatch):
    cache = place(tmp_path)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", die)
    with pytest.raises(KeyboardInterrupt):
        cache.store(ARRAYS, FACTS)
    assert cache.load() is None
    assert list(cache.slot.iterdir()) == []


def test_outdated_and_abandoned_tables_are_removed(tmp_path):
    old = place(tmp_path, state="then")
    old.store(ARRAYS, FACTS)
    mapped = old.load()[0]["data"]
    abandoned, busy = old.slot / ".unfinished-a", old.slot / ".unfinished-b"
    abandoned.mkdir()
    busy.mkdir()
    yesterday = time.time() - 25 * 3600
    os.utime(abandoned, (yesterday, yesterday))
    new, other = place(tmp_path), place(tmp_path, layout="kaggle")
    other.store(ARRAYS, FACTS)
    new.store(ARRAYS, FACTS)
    assert {path.name for path in new.slot.iterdir()} == {new.folder.name, busy.name}
    assert_sound(other.load())
    np.testing.assert_array_equal(mapped, ARRAYS["data"])


def test_a_folder_that_cannot_be_written_warns(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    cache = place(file / "cache")
    with pytest.warns(UserWarning, match="could not be stored in .*HEARTBEAT_CACHE.*cache=False"):
        assert not cache.store(ARRAYS, FACTS)
    assert cache.load() is None


def test_threads_at_once(tmp_path):
    def work(i):
        cache = place(tmp_path, state=str(i % 2))
        for _ in range(5):
            found = cache.load()
            if found is None:
                cache.store(ARRAYS, FACTS)
            else:
                assert_sound(found)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert not [path for path in place(tmp_path).slot.iterdir() if path.name.startswith(".")]


def test_processes_at_once(tmp_path):
    script = """
import sys
from pathlib import Path
import numpy as np
from heartbeat.datasets._cache import TableCache
cache = TableCache(Path(sys.argv[1]), "db", {"layout": "centered"}, "now")
data = np.arange(400_000, dtype=np.float32).reshape(2000, 200)
for _ in range(20):
    found = cache.load()
    if found is None:
        cache.store({"data": data}, {"fs": 125.0})
    else:
        assert (found[0]["data"] == data).all()
        (cache.folder / "manifest.json").unlink(missing_ok=True)
print("sound")
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in running:
        out, err = process.communicate()
        assert out.strip() == "sound", err


def test_state_of_files(tmp_path):
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "100.dat"
    file.write_bytes(b"1234")
    states = [files_state(tmp_path)]
    assert files_state(tmp_path) == states[0]
    os.utime(file, (1, 1))
    states.append(files_state(tmp_path))
    file.write_bytes(b"1235")
    os.utime(file, (1, 1))  # the same size and time of modification, another byte
    states.append(files_state(tmp_path))
    file.rename(tmp_path / "100.dat")
    states.append(files_state(tmp_path))
    (tmp_path / "100.atr").touch()
    states.append(files_state(tmp_path))
    (tmp_path / "101.dat").symlink_to(tmp_path / "nowhere")
    states.append(files_state(tmp_path))
    assert len(set(states)) == 6


def test_where_the_cache_is(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_CACHE", str(tmp_path / "elsewhere"))
    assert cache_root(True) == tmp_path / "elsewhere"
    assert cache_root(tmp_path) == tmp_path
    assert cache_root(False) is None
    monkeypatch.delenv("HEARTBEAT_CACHE")
    monkeypatch.setenv("HEARTBEAT_DATA", "/read/only")
    assert "read" not in cache_root(True).parts
    assert cache_root(True).name == "prepared"


def test_clearing_removes_tables_and_nothing_else(tmp_path):
    cache = place(tmp_path)
    cache.store(ARRAYS, FACTS)
    mapped = cache.load()[0]["data"]
    (tmp_path / "thesis" / "chapter").mkdir(parents=True)
    (tmp_path / "thesis" / "chapter" / "manifest.json").write_text('{"format": 1}')
    assert clear_cache(tmp_path) > ARRAYS["data"].nbytes
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]
    assert (tmp_path / "thesis" / "chapter" / "manifest.json").exists()
    assert cache.load() is None
    np.testing.assert_array_equal(mapped, ARRAYS["data"])
    assert clear_cache(tmp_path) == clear_cache(tmp_path / "nowhere") == clear_cache(False) == 0
