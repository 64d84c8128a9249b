"""Folders of recordings labelled: every one once, whole or not at all, whatever happens."""

import shutil

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier

from heartbeat.annotation import BeatAnnotator, annotate_files
from heartbeat.annotation import _files as files_module
from heartbeat.datasets import load_sample_recording
from heartbeat.recording._wfdb_library import wfdb
from heartbeat.segmentation import segment_beats


@pytest.fixture(scope="module")
def annotator():
    """A quick one that has learnt five minutes."""
    beats = segment_beats(load_sample_recording(), context="rr", as_frame=True)
    return BeatAnnotator(
        DecisionTreeClassifier(max_depth=4, random_state=0).fit(beats.data, beats.target)
    )


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A minute of the sample recording as a WFDB record."""
    folder = tmp_path_factory.mktemp("record")
    signal = load_sample_recording().lead("MLII")[: 60 * 360, np.newaxis]
    wfdb.wrsamp(
        "one", 360, ["mV"], ["MLII"], signal.astype(float), fmt=["16"],
        write_dir=str(folder),
    )  # fmt: skip
    return folder / "one"


@pytest.fixture
def ward(record, tmp_path):
    """A folder with three records, two of them in folders of their own, and room for labels."""
    folder = tmp_path / "ward"
    for name in ("a", "one/b", "two/b"):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        header = record.with_suffix(".hea").read_text().replace("one", place.name)
        place.with_suffix(".hea").write_text(header)
        shutil.copy(record.with_suffix(".dat"), place.with_suffix(".dat"))
    (tmp_path / "labels").mkdir()
    return folder


def written(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_folder_is_labelled_as_it_is_laid_out(ward, annotator, n_jobs):
    output = ward.parent / "labels"
    table = annotate_files(ward, output, annotator=annotator, n_jobs=n_jobs)
    assert written(output) == ["a.hb", "one/b.hb", "two/b.hb"]
    assert table["status"].tolist() == ["written"] * 3
    alone = annotator.annotate(ward / "a")
    assert table["n_beats"].tolist() == [len(alone.beats)] * 3
    assert table["n_V"].iloc[0] == (alone.beats["label"] == "V").sum()
    alone.save(output / "alone.hb")
    assert (output / "a.hb").read_bytes() == (output / "alone.hb").read_bytes()


def test_what_is_there_stays_and_what_is_left_is_done(ward, annotator):
    output = ward.parent / "labels"
    (output / "a.csv").write_text("mine")
    table = annotate_files(ward, output, annotator=annotator, format="csv")
    assert table["status"].tolist() == ["already there", "written", "written"]
    assert (output / "a.csv").read_text() == "mine"
    table = annotate_files(ward, output, annotator=annotator, format="csv", overwrite=True)
    assert table["status"].tolist() == ["written"] * 3
    assert (output / "a.csv").read_text() == (output / "one" / "b.csv").read_text()


def test_a_run_that_is_killed_goes_on(ward, annotator, monkeypatch):
    output = ward.parent / "labels"
    labelled = []
    real = files_module._label_file

    def killed(token, annotator, path, *others):
        if labelled:
            raise KeyboardInterrupt
        labelled.append(path)
        return real(token, annotator, path, *others)

    monkeypatch.setattr(files_module, "_label_file", killed)
    with pytest.raises(KeyboardInterrupt):
        annotate_files(ward, output, annotator=annotator)
    assert written(output) == ["a.hb"]
    monkeypatch.undo()
    table = annotate_files(ward, output, annotator=annotator)
    assert table["status"].tolist() == ["already there", "written", "written"]


@pytest.mark.parametrize("error", [OSError("no space left"), IndexError("a surprise")])
def test_one_that_fails_leaves_nothing_and_stops_nothing(ward, annotator, monkeypatch, error):
    output = ward.parent / "labels"
    real = files_module.BeatAnnotator.annotate

    def annotate(self, path):
        if path.parent.name == "one":
            raise error
        return real(self, path)

    monkeypatch.setattr(BeatAnnotator, "annotate", annotate)
    (ward / "two" / "b.dat").write_bytes(b"")
    table = annotate_files(ward, output, annotator=annotator)
    assert table["status"].tolist() == ["written", "failed", "failed"]
    assert str(error) in table["error"][1]
    assert "is empty (0 bytes)" in table["error"][2]
    assert written(output) == ["a.hb"]


def test_a_full_disk_leaves_no_half_a_file(ward, annotator, monkeypatch):
    def full(*arguments, **options):
        raise OSError("no space left")

    output = ward.parent / "labels"
    monkeypatch.setattr("os.replace", full)
    table = annotate_files(ward, output, annotator=annotator)
    assert table["error"].str.contains("cannot be written (no space left)", regex=False).all()
    assert written(output) == []


def test_a_worker_killed_after_writing_is_not_repeated(ward, annotator):
    """The scheduler gives its recordings to another, which finds the file."""
    target = ward.parent / "labels" / "a.hb"
    options = ("wfdb", False, None, False)
    first = files_module._label_file("t", annotator, ward / "a", target, *options)
    before = target.stat().st_mtime_ns
    again = files_module._label_file("t", annotator, ward / "a", target, *options)
    assert (first[0], again[0]) == ("written", "written")
    assert target.stat().st_mtime_ns == before


@pytest.mark.parametrize("paths", [["one/b"], ["a", "one/b"]], ids=["one", "several"])
def test_each_run_has_its_own_annotator(ward, tmp_path, paths):
    beats = segment_beats(load_sample_recording(), context="rr", as_frame=True)
    for label in "NV":
        always = DummyClassifier(strategy="constant", constant=label)
        annotator = BeatAnnotator(always.fit(beats.data, np.resize(["N", "V"], len(beats.data))))
        output = tmp_path / label
        output.mkdir()
        table = annotate_files([ward / path for path in paths], output, annotator=annotator)
        assert (table[f"n_{label}"] > 50).all()


def test_files_of_one_record_are_one_recording(ward, annotator):
    named = [ward / "a.hea", ward / "a.dat", ward / "a"]
    table = annotate_files(named, ward.parent / "labels", annotator=annotator)
    assert table["recording"].tolist() == [str(ward / "a")]


def test_the_folder_of_the_labels_is_created(ward, annotator, tmp_path):
    table = annotate_files(ward / "a", tmp_path / "new", annotator=annotator)
    assert table["status"].tolist() == ["written"]
    assert written(tmp_path / "new") == ["a.hb"]


def test_files_without_a_sampling_rate_are_labelled_with_fs(annotator, tmp_path):
    lead = load_sample_recording().lead("MLII")[:10_800]
    np.savetxt(tmp_path / "bare.csv", lead, fmt="%.3f")
    output = tmp_path / "labels"
    (failed,) = annotate_files(tmp_path / "bare.csv", output, annotator=annotator)["error"]
    assert "does not contain its sampling rate" in failed
    table = annotate_files(tmp_path / "bare.csv", output, annotator=annotator, fs=360)
    assert table["status"].tolist() == ["written"]
    assert table["duration_s"].tolist() == [30.0]


def test_what_cannot_be_planned_is_refused(ward, annotator, tmp_path):
    with pytest.raises(FileNotFoundError, match="Create it first"):
        annotate_files(ward, tmp_path / "nowhere" / "labels")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="file is a file, but a folder"):
        annotate_files(ward, tmp_path / "file")
    with pytest.raises(ValueError, match="several recordings would be written to .*b.hb"):
        annotate_files([ward / "one", ward / "two"], tmp_path)
    with pytest.raises(ValueError, match="without WFDB records"):
        annotate_files(tmp_path / "labels", tmp_path)
    with pytest.raises(ValueError, match="format must be one of"):
        annotate_files(ward, tmp_path, format="xml")
    with pytest.raises(ValueError, match="n_jobs must be None or an integer other than 0"):
        annotate_files(ward, tmp_path, n_jobs=0)
    with pytest.raises(TypeError, match="annotator must be a BeatAnnotator, .* got 'any-lead'"):
        annotate_files(ward, tmp_path, annotator="any-lead")
    with pytest.raises(ValueError, match="'any' is neither the name of weights"):
        annotate_files(ward, tmp_path, annotator=BeatAnnotator("any"))
    with pytest.raises(FileNotFoundError, match="no saved classifier at .*none.safetensors"):
        annotate_files(ward, tmp_path, annotator=BeatAnnotator(tmp_path / "none.safetensors"))


def test_no_recordings_give_an_empty_table(tmp_path):
    table = annotate_files([], tmp_path)
    assert table.columns.tolist() == ["recording", "output", "status", "error"]
    assert not len(table)
