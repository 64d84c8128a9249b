import dataclasses
import os
import pickle
import shutil
import time

import numpy as np
import pandas as pd
import pytest

from heartbeat._layout import resolve_layout
from heartbeat.context import _registry, context_feature_names, register_context_block
from heartbeat.datasets import get_data_home, load_beats, load_recordings
from heartbeat.labels import DS1, DS2, subject_of
from heartbeat.recording import Annotations, write_annotations
from heartbeat.recording._wfdb_library import quietly, wfdb

LEADS = {"a": ("MLII", "V1"), "b": ("V5", "MLII"), "c": ("V5", "V2")}


def write_record(folder, name, leads, seed, annotated=True):
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    n = 360 * 20
    t = np.arange(n) / 360
    signal = np.stack([np.sin(2 * np.pi * (1 + k) * t + seed) for k in range(len(leads))], axis=1)
    with quietly():
        wfdb.wrsamp(
            name, 360, ["mV"] * len(leads), list(leads), signal, fmt=["16"] * len(leads),
            adc_gain=[1000.0] * len(leads), baseline=[0] * len(leads), write_dir=str(folder),
        )  # fmt: skip
    if annotated:
        sample = np.arange(100, n, 290)
        symbol = rng.choice(list("NNNVA"), len(sample))
        write_annotations(folder / name, Annotations(sample, symbol), "atr", fs=360)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    for seed, (name, leads) in enumerate(LEADS.items()):
        write_record(folder, name, leads, seed)
    return folder


@pytest.fixture
def home(written, tmp_path):
    """A data home with one small database, and a cache beside it."""
    shutil.copytree(written, tmp_path / "home" / "mine")
    return tmp_path / "home"


@pytest.fixture
def load(home, tmp_path):
    """`load_beats` of that database with that cache."""

    def load(**arguments):
        return load_beats("mine", **{"data_home": home, "cache": tmp_path / "cache", **arguments})

    return load


def n_prepared(monkeypatch):
    """Count how often records are segmented from now on."""
    from heartbeat.datasets import _beats

    calls = []
    original = _beats.segment_beats

    def counted(recording, **arguments):
        calls.append(recording.name)
        return original(recording, **arguments)

    monkeypatch.setattr(_beats, "segment_beats", counted)
    return calls


def same(one, other):
    assert one.keys() == other.keys()
    for key, value in one.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, other[key])
            assert value.dtype == other[key].dtype
        else:
            assert value == other[key], key


def test_the_bunch(load):
    beats = load(context=("rr", "template"))
    n = len(beats.data)
    assert n == 75
    assert beats.data.dtype == np.float32
    layout = resolve_layout(beats.data.shape[1], beats.feature_names)
    assert (layout.leads, layout.n_times) == (("MLII",), 187)
    assert list(layout.context) == context_feature_names(("rr", "template"))
    assert beats.data[:, beats.context].shape[1] == beats.n_context == layout.n_context
    for name in ("target", "symbol", "sample", "record", "subject", "invalid"):
        assert len(beats[name]) == n
    assert beats.record.tolist() == ["a"] * 25 + ["b"] * 25 + ["c"] * 25
    assert beats.record_leads == {"a": ("MLII",), "b": ("MLII",), "c": ("V5",)}
    assert beats.target_names == list("NSVFQ")
    assert "75 beats of 3 records: N " in beats.DESCR
    same(pickle.loads(pickle.dumps(beats)), beats)


def test_the_cached_table_is_the_fresh_one(load, monkeypatch):
    arguments = {"context": ("rr", "rhythm"), "leads": ("MLII", "V1"), "edges": "drop"}
    fresh = load(**arguments, cache=False)
    first = load(**arguments)
    calls = n_prepared(monkeypatch)
    again = load(**arguments)
    assert calls == []
    same(first, fresh)
    same(again, fresh)


@pytest.mark.parametrize(
    "changed",
    [
        {"layout": "kaggle"}, {"fs": 250}, {"before": 0.4}, {"after": 0.9}, {"leads": "V5"},
        {"leads": 0}, {"missing_lead": "drop"}, {"context": "rr"}, {"records": ["b", "a"]},
        {"edges": "drop"}, {"convention": "ec57"},
    ],
    ids=str,
)  # fmt: skip
def test_every_parameter_makes_its_own_table(load, monkeypatch, changed):
    load()
    calls = n_prepared(monkeypatch)
    first = load(**changed)
    assert calls
    calls.clear()
    same(load(**changed), first)
    assert not calls


@pytest.mark.parametrize("change", ["touch", "byte", "byte, old time", "new annotations"])
def test_changed_data_are_prepared_again(load, home, monkeypatch, change):
    before = load()
    calls = n_prepared(monkeypatch)
    path = home / "mine" / ("a.atr" if change == "new annotations" else "a.dat")
    stat = path.stat()
    time.sleep(0.01)
    if change == "touch":
        path.touch()
    elif change == "new annotations":
        write_annotations(path.with_suffix(""), Annotations([700], ["V"]), "atr", fs=360)
    else:
        content = bytearray(path.read_bytes())
        content[2 * 2 * 100] ^= 0x40
        path.write_bytes(content)
        if change == "byte, old time":
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = load()
    assert calls == ["a", "b", "c"]
    if change.startswith("byte"):
        assert (before.data[0] != after.data[0]).any()
    if change == "new annotations":
        assert after.symbol[0] == "V" and len(after.data) == 51


def test_data_that_change_meanwhile_are_not_kept(load, home, monkeypatch):
    from heartbeat.datasets import _beats

    original = _beats._prepare

    def prepare_slowly(*arguments):
        (home / "mine" / "b.dat").touch()
        return original(*arguments)

    monkeypatch.setattr(_beats, "_prepare", prepare_slowly)
    load()
    calls = n_prepared(monkeypatch)
    load()
    assert calls


def test_an_unwritable_cache_warns_and_works(load, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.warns(UserWarning, match="could not be stored") as warned:
        beats = load(cache=tmp_path / "file" / "cache")
    assert len(beats.data) == 75
    assert len(warned) == 1


def test_blocks_of_ones_own_are_computed_anew(load, tmp_path, monkeypatch):
    monkeypatch.setattr(_registry, "_BLOCKS", dict(_registry._BLOCKS))
    factor = 1.0

    @register_context_block("mine", ["mine_index"], n_lookahead=0)
    def mine(beats):
        return factor * np.arange(len(beats))[:, None]

    assert load(context="mine").data[24, -1] == 24
    factor = 2.0
    assert load(context="mine").data[24, -1] == 48
    assert not (tmp_path / "cache").exists()


def test_workers_get_the_same_table(load, monkeypatch):
    monkeypatch.setattr(_registry, "_BLOCKS", dict(_registry._BLOCKS))
    register_context_block("mine", ["mine_n"], n_lookahead=None)(
        lambda beats: np.full((len(beats), 1), len(beats))
    )
    context = ("mine", "rr")
    same(load(context=context, n_jobs=2), load(context=context))


def _doubled(recording):
    assert recording.n_leads == 1
    return dataclasses.replace(recording, signal=2 * recording.signal)


def test_recordings_are_cleaned_before_beats_are_cut(load, tmp_path):
    plain = load(leads=1)
    for n_jobs in (1, 2):
        doubled = load(leads=1, clean=_doubled, cache=tmp_path / "other", n_jobs=n_jobs)
        np.testing.assert_array_equal(doubled.data, 2 * plain.data)
        np.testing.assert_array_equal(doubled.sample, plain.sample)
    # Nothing would tell that the function has changed.
    assert not (tmp_path / "other").exists()
    with pytest.raises(ValueError, match="clean must not change the fs of a recording, .* 360.0"):
        load(clean=lambda recording: recording.resample(125))
    with pytest.raises(TypeError, match="clean must return a Recording, got ndarray"):
        load(clean=lambda recording: recording.signal)


def test_missing_leads(load):
    assert load(leads=("MLII", "V5")).record_leads == {
        "a": ("MLII", "V1"), "b": ("MLII", "V5"), "c": ("V2", "V5"),
    }  # fmt: skip
    assert load(missing_lead="drop").record_leads == {"a": ("MLII",), "b": ("MLII",)}
    assert load(leads=1).record_leads == {"a": ("V1",), "b": ("MLII",), "c": ("V2",)}
    assert load(leads=1).feature_names[0] == "lead1_000"
    for position in (np.int64(1), [np.int64(1)], np.array([1])):
        assert load(leads=position).record_leads == load(leads=1).record_leads
    with pytest.raises(ValueError, match="leads is empty"):
        load(leads=())
    assert load(leads="mlii").record_leads["a"] == ("MLII",)
    with pytest.raises(ValueError, match=r"record 'c' lacks lead 'MLII' and has \['V5', 'V2'\]"):
        load(missing_lead="raise")
    with pytest.raises(ValueError, match="record 'a' lacks lead 2"):
        load(leads=(0, 1, 2))
    with pytest.raises(ValueError, match="none of .* has the leads"):
        load(leads="V9", missing_lead="drop")


def test_frames_and_pairs(load):
    beats = load(context="rr")
    framed = load(context="rr", as_frame=True)
    assert isinstance(framed.data, pd.DataFrame) and isinstance(framed.target, pd.Series)
    assert list(framed.data.columns) == beats.feature_names
    np.testing.assert_array_equal(framed.data.to_numpy(), beats.data)
    assert framed.data.dtypes.eq(np.float32).all()
    X, y = load(context="rr", return_X_y=True)
    np.testing.assert_array_equal(X, beats.data)
    np.testing.assert_array_equal(y, beats.target)
    X, y = load(return_X_y=True, as_frame=True)
    assert isinstance(X, pd.DataFrame) and y.tolist() == beats.target.tolist()


def test_a_lead_that_no_record_has_is_warned_of(load):
    for _ in range(2):  # from the cache as well
        with pytest.warns(UserWarning, match="records of 'mine'.*'aVR'.* hold MLII, V5.*leads=0"):
            assert load(leads="aVR").feature_names[0] == "aVR_000"
    load(leads="II", records=["a", "b"])  # MLII is near enough


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"missing_lead": "guess"}, "missing_lead must be one of"),
        ({"beats": "guess"}, "beats must be one of"),
        ({"convention": "mine"}, "convention must be one of"),
        ({"layout": "middle"}, "layout must be one of"),
        ({"context": "rythm"}, "unknown context block 'rythm'"),
        ({"records": ["a", "a"]}, "occur more often"),
    ],
)
def test_bad_parameters_are_named(load, arguments, message):
    with pytest.raises(ValueError, match=message):
        load(**arguments)


def test_what_is_not_there_is_named_with_the_remedy(home, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"svdb.*fetch_database\('svdb'\).*HEARTBEAT_DATA"):
        load_beats("svdb", data_home=home)
    with pytest.raises(FileNotFoundError, match="holds no record 'z'.*Correct records="):
        load_beats("mine", records=["a", "z"], data_home=home)
    (home / "mitdb").mkdir()
    with pytest.raises(FileNotFoundError, match="'100', '101'.* and 40 more.*'DS1' and 'DS2'"):
        load_beats("mitdb", data_home=home)
    for name in ("", "../mine", None):
        with pytest.raises(ValueError, match="database must be the name"):
            load_beats(name, data_home=home)
    write_record(home / "bare", "d", ["MLII"], 0, annotated=False)
    with pytest.raises(ValueError, match="recording 'd' has no annotations"):
        load_beats("bare", data_home=home, cache=False)


def test_recordings_are_read_when_looked_at(home):
    recordings = load_recordings("mine", data_home=home)
    assert len(recordings) == 3
    assert [r.name for r in recordings] == ["a", "b", "c"]
    assert recordings[-1].leads == ("V5", "V2")
    assert [r.name for r in recordings[1:]] == ["b", "c"]
    assert repr(recordings).startswith("<3 recordings of 'mine' in ")
    assert [r.name for r in load_recordings("mine", records="b", data_home=home)] == ["b"]
    (home / "mine" / "a.dat").unlink()
    assert recordings[1].name == "b"
    with pytest.raises(IndexError):
        recordings[3]


def test_listed_records_and_subfolders(home):
    write_record(home / "mine" / "data", "7", ["MLII"], 3)
    (home / "mine" / "RECORDS").write_text("a\ndata/7\n")
    assert load_recordings("mine", data_home=home).names == ("a", "data/7")
    assert load_recordings("mine", records=["7"], data_home=home).names == ("data/7",)
    (home / "mine" / "RECORDS").write_text("a\ndata/8\n")
    with pytest.raises(FileNotFoundError, match="no record 'data/8'"):
        load_recordings("mine", data_home=home)


def test_segments_are_no_records_of_their_own(home):
    for name in ("long_1", "long_2", "short"):
        write_record(home / "own", name, ["MLII"], 3)
    (home / "own" / "long.hea").write_text(
        "# two segments\nlong/2 1 360 14400\nlong_1 7200\nlong_2 7200\n"
    )
    recordings = load_recordings("own", data_home=home)
    assert recordings.names == ("long", "short")
    assert [recording.duration for recording in recordings] == [40, 20]
    assert load_recordings("own", records="long_2", data_home=home)[0].duration == 20


def test_several_records_of_a_person(home):
    """Beats of one person must not come under two names, or splits by subject leak."""
    for database in ("incartdb", "ptbdb", "mitdb"):
        shutil.copytree(home / "mine", home / database / "patient017")
    incart = home / "incartdb" / "patient017"
    for name, comment in (("a", "# patient 3"), ("b", "#<age>: 61\n#Patient: 3"), ("c", "# none")):
        with open(incart / f"{name}.hea", "a") as header:
            header.write(f"{comment}\n")
    records = [f"patient017/{name}" for name in "abc"]

    def subjects(database):
        return [r.subject for r in load_recordings(database, records=records, data_home=home)]

    assert subjects("incartdb") == ["patient003", "patient003", "c"]
    assert subjects("ptbdb") == ["patient017"] * 3
    assert subjects("mitdb") == ["a", "b", "c"]

    for name in ("118e06", "118e_6", "119e06", "em"):
        write_record(home / "nstdb", name, ["MLII"], 3)
    beats = load_beats("nstdb", data_home=home, cache=False)
    assert list(dict.fromkeys(zip(beats.record, beats.subject, strict=True))) == [
        ("118e06", "118"),
        ("118e_6", "118"),
        ("119e06", "119"),
    ]


@pytest.mark.realdata
def test_all_of_mitdb(mitdb, data_home, tmp_path):
    arguments = {"data_home": data_home, "cache": tmp_path, "context": ("rr_causal",)}
    beats = load_beats("mitdb", **arguments)
    counts = {letter: int((beats.target == letter).sum()) for letter in "NSVFQ"}
    assert counts == {"N": 90_631, "S": 2_781, "V": 7_236, "F": 803, "Q": 8_043}
    assert beats.data.shape == (109_494, 187 + 8)
    assert np.isfinite(beats.data).all() and not beats.invalid.any()
    assert len(set(beats.record)) == 48 and len(set(beats.subject)) == 47
    assert beats.n_dropped == 0
    not_mlii = {record for record, leads in beats.record_leads.items() if leads != ("MLII",)}
    assert not_mlii == {"102", "104"}
    assert get_data_home(data_home) == data_home

    start = time.perf_counter()
    again = load_beats("mitdb", **arguments)
    seconds = time.perf_counter() - start
    same(again, beats)
    assert seconds < 0.5  # 0.02 s on an idle machine

    ds1 = np.isin(beats.record, DS1)
    ds2 = np.isin(beats.record, DS2)
    for rows, expected in (
        (ds1, [45_866, 944, 3_788, 415, 8]),
        (ds2, [44_259, 1_837, 3_221, 388, 7]),
    ):
        assert [int((beats.target[rows] == letter).sum()) for letter in "NSVFQ"] == expected
    assert set(beats.subject[beats.record == "202"]) == {subject_of("202")}


@pytest.mark.realdata
def test_divisions_and_order(mitdb, data_home):
    recordings = load_recordings("mitdb", records="DS2", data_home=data_home)
    assert recordings.names == DS2
    beats = load_beats("mitdb", records=["114", "102"], data_home=data_home, cache=False)
    assert list(dict.fromkeys(beats.record)) == ["114", "102"]
    # Lead MLII is the second of record 114.
    raw = load_recordings("mitdb", records="114", data_home=data_home)[0]
    assert raw.leads == ("V5", "MLII")
    mlii = raw.resample(125).lead("MLII")
    r = round(int(beats.sample[5]) * 125 / 360)
    np.testing.assert_allclose(beats.data[5], mlii[r - 62 : r + 125], atol=1e-5)


def test_names_that_are_none_are_answered_with_names(tmp_path):
    (tmp_path / "mitdb").mkdir()
    with pytest.raises(FileNotFoundError, match="downloaded are .*mitdb.* Did you mean 'mitdb'"):
        load_beats("mitbih", data_home=tmp_path)
    with pytest.raises(TypeError, match=r"got 100. Write records='100'"):
        load_beats(records=100, data_home=tmp_path)


@pytest.mark.realdata
def test_ludb_has_no_beat_classes(data_home):
    if not (data_home / "ludb").is_dir():
        pytest.skip("LUDB is not there")
    beats = load_beats("ludb", records=["1"], data_home=data_home, cache=False)
    assert len(beats.data) and set(beats.target) == {""}


@pytest.mark.realdata
def test_several_databases_become_one_table(data_home, tmp_path):
    (tmp_path / "nstdb").symlink_to(data_home / "nstdb")
    (tmp_path / "ludb").mkdir()
    (tmp_path / "ludb" / "RECORDS").write_text("".join(f"data/{n}\n" for n in range(1, 11)))
    (tmp_path / "ludb" / "data").symlink_to(data_home / "ludb" / "data")
    options = {"data_home": tmp_path, "context": "rr", "scaling": "qrs", "cache": False}
    both = load_beats(("nstdb", "ludb"), leads="any", beats="annotations", **options)
    one = load_beats("nstdb", leads=0, **options)
    first = both.database == "nstdb"
    assert set(both.database) == {"nstdb", "ludb"}
    assert all(np.char.startswith(both.record[first], "nstdb/"))
    assert all(np.char.startswith(both.subject[~first], "ludb/"))
    assert len(set(both.record[~first])) == 10
    assert both.data.shape[1] == one.data.shape[1]
    assert both.feature_names[0] == "any_000"
    # Every record of nstdb has two leads, of which one table took the first.
    assert first.sum() == 2 * len(one.data)
    assert both.record_leads["nstdb/118e06"] == ("MLII", "V1")
    assert "nstdb" in both.DESCR or "Noise Stress" in both.DESCR


def test_records_are_of_one_database():
    with pytest.raises(ValueError, match="records can be selected only from a single database"):
        load_beats(("mitdb", "svdb"), records="DS1")
