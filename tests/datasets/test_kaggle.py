import gzip
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heartbeat.datasets import _kaggle as module
from heartbeat.datasets import load_kaggle_heartbeat, load_kaggle_ptbdb


def write_rows(path, labels, seed=0, fmt="%.18e", newline="\n"):
    table = np.random.default_rng(seed).random((len(labels), 188)).astype(np.float32)
    table[:, 120:] = 0
    table[:, -1] = labels
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, table, fmt=fmt, delimiter=",", newline=newline)
    return table


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HEARTBEAT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    working = tmp_path / "working"
    working.mkdir()
    monkeypatch.chdir(working)
    return tmp_path / "home"


def load(home, **parameters):
    return load_kaggle_heartbeat(data_home=home, **{"cache": False, **parameters})


@pytest.mark.parametrize("fmt", ["%.18e", "%.9g", "%s"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_numbers_in_any_format(home, fmt, newline):
    table = write_rows(home / "mitbih_train.csv", [0, 1, 2, 3, 4], fmt=fmt, newline=newline)
    beats = load(home)
    np.testing.assert_array_equal(beats.data, table[:, :-1])
    assert beats.data.dtype == np.float32 and beats.data.flags.c_contiguous
    assert beats.target.tolist() == ["N", "S", "V", "F", "Q"]


def test_bunch(home):
    write_rows(home / "mitbih_train.csv", [0, 0, 2])
    beats = load(home)
    assert beats.feature_names[0] == "MLII_000" and len(beats.feature_names) == 187
    assert (beats.n_leads, beats.n_context, beats.fs, beats.layout) == (1, 0, 125.0, "kaggle")
    assert beats.data[:, beats.waveform].shape == (3, 187)
    assert beats.data[:, beats.context].shape == (3, 0)
    assert "intra-patient" in beats.DESCR
    assert "``mitbih_train.csv``: 3 rows (published: 87554)" in beats.DESCR
    assert "subject" not in beats


def test_subsets(home):
    train = write_rows(home / "mitbih_train.csv", [0, 1, 2])
    test = write_rows(home / "mitbih_test.csv", [4, 0], seed=1)
    both = load(home, subset="all")
    np.testing.assert_array_equal(both.data, np.concatenate([train, test])[:, :-1])
    assert both.subset.tolist() == ["train"] * 3 + ["test"] * 2
    assert load(home, subset="test").target.tolist() == ["Q", "N"]
    with pytest.raises(ValueError, match="subset must be one of .* got 'validation'"):
        load(home, subset="validation")


def test_frames_and_pairs(home):
    table = write_rows(home / "mitbih_train.csv", [0, 1])
    frame = load(home, as_frame=True)
    assert isinstance(frame.data, pd.DataFrame) and isinstance(frame.target, pd.Series)
    X, y = load(home, return_X_y=True)
    np.testing.assert_array_equal(X, table[:, :-1])
    assert y.tolist() == ["N", "S"]


def zip_up(source, target, member):
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, member)


@pytest.mark.parametrize(
    "place",
    [
        "mitbih_train.csv",
        "kaggle_heartbeat/mitbih_train.csv",
        "mitbih_train.csv.gz",
        "mitbih_train.csv.zip",
        "kaggle_heartbeat/archive.zip",
        "heartbeat.zip",
    ],
)
def test_places_and_packings(home, tmp_path, place):
    source = tmp_path / "source.csv"
    table = write_rows(source, [0, 1, 2])
    target = home / place
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.endswith(".gz"):
        target.write_bytes(gzip.compress(source.read_bytes()))
    elif place.endswith(".zip"):
        zip_up(source, target, "folder/mitbih_train.csv")
    else:
        shutil.copy(source, target)
    np.testing.assert_array_equal(load(home).data, table[:, :-1])


def test_data_raw_comes_before_the_data_home(home, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_DATA", str(home))
    write_rows(home / "mitbih_train.csv", [0])
    assert len(load_kaggle_heartbeat(cache=False).data) == 1
    write_rows(Path("data/raw/mitbih_train.csv"), [0, 1])
    assert len(load_kaggle_heartbeat(cache=False).data) == 2
    assert len(load(home).data) == 1  # a folder given by name is the only one


def test_what_is_not_there_is_asked_for(home):
    with pytest.raises(FileNotFoundError) as caught:
        load(home)
    message = str(caught.value)
    assert "mitbih_train.csv was not found in any of" in message and str(home) in message
    assert "kaggle.com/datasets/shayanfazeli/heartbeat" in message


def edit(path, row, column, text):
    lines = path.read_text().splitlines()
    cells = lines[row].split(",")
    cells[column] = text
    lines[row] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("fmt", ["%.18e", "%.6f"])
@pytest.mark.parametrize(
    "row, column, text, message",
    [
        (2, 10, "abc", r"row 3, column 11: 'abc' is not a finite number\.$"),
        (
            0,
            0,
            "sample",
            r"row 1, column 1: 'sample' is not a finite number \(if it is a header, remove",
        ),
        (1, 5, "", r"row 2, column 6: '' is not a finite number"),
        (1, 5, "nan", r"row 2, column 6: 'nan' is not a finite number"),
        (1, 5, "inf", r"row 2, column 6: 'inf' is not a finite number"),
        (1, 5, "1e999", r"row 2, column 6: '1e999' is not a finite number"),
        (3, 187, "5.000000000000000000e+00", r"row 4: label '5.0*e\+00' .* 0 to 4"),
        (3, 187, "-1", r"row 4: label '-1'"),
        (3, 187, "1.5", r"row 4: label '1.5'"),
        (3, 187, "1,1", r"row 4 has 189 columns, expected 188"),
    ],
)
def test_faults_are_named_with_file_and_row(home, fmt, row, column, text, message):
    path = home / "mitbih_train.csv"
    write_rows(path, [0, 1, 2, 3, 4], fmt=fmt)
    edit(path, row, column, text)
    with pytest.raises(ValueError, match=message) as caught:
        load(home)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("fmt", ["%.18e", "%.6f"])
@pytest.mark.parametrize("cut", [1000, 26, 5000])
def test_truncated_files(home, fmt, cut):
    path = home / "mitbih_train.csv"
    write_rows(path, [0, 1, 2, 3, 4], fmt=fmt)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ValueError, match=r"row [345] has \d+ columns, .* ends in the middle"):
        load(home)


def test_a_row_that_is_too_short(home):
    path = home / "mitbih_train.csv"
    write_rows(path, [0, 1, 2])
    path.write_text(path.read_text() + "1,2,3\n")
    with pytest.raises(ValueError, match=r"row 4 has 3 columns, expected 188\.$"):
        load(home)


def test_an_empty_file(home):
    home.mkdir()
    (home / "mitbih_train.csv").write_bytes(b"")
    with pytest.raises(ValueError, match="the file is empty"):
        load(home)


def test_a_last_line_without_its_end_is_a_row(home):
    path = home / "mitbih_train.csv"
    table = write_rows(path, [0, 1, 2])
    path.write_bytes(path.read_bytes()[:-1])
    np.testing.assert_array_equal(load(home).data, table[:, :-1])


@pytest.mark.parametrize("suffix", ["gz", "zip"])
def test_truncated_archives(home, tmp_path, suffix):
    source, target = tmp_path / "source.csv", home / f"mitbih_train.csv.{suffix}"
    write_rows(source, [0, 1, 2])
    home.mkdir()
    if suffix == "gz":
        target.write_bytes(gzip.compress(source.read_bytes()))
    else:
        zip_up(source, target, "mitbih_train.csv")
    target.write_bytes(target.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged or was not downloaded to its end"):
        load(home)


def test_an_archive_without_the_file(home, tmp_path):
    source = tmp_path / "source.csv"
    write_rows(source, [0])
    zip_up(source, home / "mitbih_train.csv.zip", "other.csv")
    with pytest.raises(
        ValueError, match=r"does not contain mitbih_train.csv, only \['other.csv'\]"
    ):
        load(home)


def test_cache_is_used_and_never_stale(home, monkeypatch):
    path = home / "mitbih_train.csv"
    write_rows(path, [0] * 400)
    first = load(home, cache=True)
    reads = []
    original = module.read_kaggle_csv
    monkeypatch.setattr(module, "read_kaggle_csv", lambda *a: reads.append(a) or original(*a))
    second = load(home, cache=True)
    assert not reads
    np.testing.assert_array_equal(second.data, first.data)
    np.testing.assert_array_equal(second.target, first.target)
    second.data[:] = 7  # a private copy of the mapped file
    np.testing.assert_array_equal(load(home, cache=True).data, first.data)
    table = write_rows(path, [1] * 400, seed=5)  # the same size
    changed = load(home, cache=True)
    assert len(reads) == 1
    np.testing.assert_array_equal(changed.data, table[:, :-1])
    assert set(changed.target) == {"S"}


def test_ptbdb(home):
    normal = write_rows(home / "ptbdb_normal.csv", [0, 0])
    abnormal = write_rows(home / "ptbdb_abnormal.csv", [1, 1, 1], seed=1)
    beats = load_kaggle_ptbdb(data_home=home, cache=False)
    np.testing.assert_array_equal(beats.data, np.concatenate([normal, abnormal])[:, :-1])
    assert beats.target.tolist() == ["normal"] * 2 + ["abnormal"] * 3
    assert beats.feature_names[-1] == "II_186"
    assert "published: 10506" in beats.DESCR and "intra-patient" in beats.DESCR
    write_rows(home / "ptbdb_normal.csv", [0, 1])
    with pytest.raises(ValueError, match="ptbdb_normal.csv, row 2: the label is 'abnormal'"):
        load_kaggle_ptbdb(data_home=home, cache=False)


@pytest.mark.realdata
def test_published_rows(home, data_home):
    for subset in ("train", "test"):
        source = data_home / "kaggle_heartbeat" / f"mitbih_{subset}_first10.csv"
        if not source.is_file():
            pytest.skip(f"{source} is not there")
        home.mkdir(exist_ok=True)
        shutil.copy(source, home / f"mitbih_{subset}.csv")
        beats = load(home, subset=subset)
        expected = pd.read_csv(source, header=None).to_numpy(np.float32)
        np.testing.assert_array_equal(beats.data, expected[:, :-1])
        assert set(beats.target) == {"N"}


@pytest.mark.realdata
def test_published_ptbdb_rows(home, data_home):
    source = data_home / "kaggle_heartbeat" / "ptbdb_abnormal_first10.csv"
    if not source.is_file():
        pytest.skip(f"{source} is not there")
    write_rows(home / "ptbdb_normal.csv", [0])
    target = home / "ptbdb_abnormal.csv"
    shutil.copy(source, target)
    if ".1," in source.read_text().splitlines()[0]:
        # The first row went through a program that took it for a header and numbered the cells
        # that came twice, as happens to CSVs without one.
        with pytest.raises(ValueError, match=r"row 1.* header.*Remove it"):
            load_kaggle_ptbdb(data_home=home, cache=False)
        target.write_text(source.read_text().split("\n", 1)[1])
    beats = load_kaggle_ptbdb(data_home=home, cache=False)
    expected = pd.read_csv(target, header=None).to_numpy(np.float32)
    np.testing.assert_array_equal(beats.data[1:], expected[:, :-1])
    assert beats.data.min() == 0 and beats.data.max() == 1


def test_what_programs_do_to_kaggles_files_is_named(home):
    path = home / "ptbdb_normal.csv"
    write_rows(home / "ptbdb_abnormal.csv", [1, 1])
    write_rows(path, [0, 0, 0])
    rows = path.read_text().splitlines()
    header = ",".join(str(i) for i in range(188))
    for text, message in [
        (path.read_text().replace(",", ";"), "separated by semicolons"),
        ("\n".join([header, *rows]), r"row 1 is a header \('0', '1', ...\)"),
        ("\n".join([header.replace("187", "label"), *rows]), "row 1 is a header"),
        ("\n".join(f"{i},{row}" for i, row in enumerate(rows)), "row 1 has 189 .* an index that"),
        ("\n".join(["," + header, *(f"0,{row}" for row in rows)]), "an index .*, and a header row"),
    ]:
        path.write_text(text + "\n")
        with pytest.raises(ValueError, match=message):
            load_kaggle_ptbdb(data_home=home, cache=False)


def test_scaled_values_and_binary_labels_are_told(home, tmp_path):
    write_rows(home / "mitbih_test.csv", [0, 1] * 30)
    for _ in range(2):  # from the file, then from the cache
        with pytest.warns(UserWarning, match="only the labels 0 and 1, which mean N and S here"):
            load_kaggle_heartbeat("test", data_home=home, cache=tmp_path / "cache")
    write_rows(home / "mitbih_test.csv", [0, 1, 2])
    rows = np.loadtxt(home / "mitbih_test.csv", delimiter=",")
    rows[:, :-1] *= 255
    np.savetxt(home / "mitbih_test.csv", rows, delimiter=",")
    for _ in range(2):
        with pytest.warns(
            UserWarning, match="range from .* to 2.*, but Kaggle's range from 0 to 1"
        ):
            load_kaggle_heartbeat("test", data_home=home, cache=tmp_path / "cache")


def test_a_zip_that_points_nowhere(home):
    """Offsets before the start of the file: the system says "Invalid argument", and no name."""
    write_rows(home / "mitbih_train.csv", [0, 1])
    path = home / "mitbih_train.csv.zip"
    zip_up(home / "mitbih_train.csv", path, "mitbih_train.csv")
    (home / "mitbih_train.csv").unlink()
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = b"\xff\xff\xff\x7f"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"mitbih_train.csv.zip is damaged .* Download it again"):
        load(home)
