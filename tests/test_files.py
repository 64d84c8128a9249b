from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from heartbeat._files import expanded, written_whole
from heartbeat.annotation import BeatAnnotator, annotate_files
from heartbeat.datasets import load_sample_recording
from heartbeat.evaluation import evaluate_folder, write_evaluation
from heartbeat.export import load_pipeline, save_pipeline
from heartbeat.neural import load_classifier, save_classifier
from heartbeat.recording import read_recording, write_annotations, write_recording


@pytest.fixture
def home(tmp_path, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    return tmp_path


def test_a_tilde_stands_for_the_home_folder(home):
    assert expanded("~/night.edf") == home / "night.edf"
    for other in ("night~.edf", "~no-such-user.edf", "a/~"):
        assert expanded(other) == Path(other)


def test_recordings_and_labels_in_the_home_folder(home):
    recording = load_sample_recording().crop(stop=30)
    assert write_recording("~/night.npz", recording) == home / "night.npz"
    assert read_recording("~/night.npz").n_samples == recording.n_samples
    write_annotations("~/night", recording.annotations, fs=recording.fs)
    assert annotate_files("~/night.npz", "~/labels")["status"].tolist() == ["written"]
    annotated = BeatAnnotator().annotate("~/night.npz")
    for name in ("labels/other.hb", "night.csv", "night.html"):
        (annotated.report if name.endswith("html") else annotated.save)(f"~/{name}")
    evaluation = evaluate_folder(
        "~", "~/labels", annotators=("hb", "hb"), records=["night"], start=0
    )
    write_evaluation(evaluation, "~/scores.csv")
    # Other libraries may keep caches in the home folder.
    written = [*home.glob("*.*"), *home.glob("labels/*")]
    found = {path.relative_to(home).as_posix() for path in written if path.is_file()}
    assert found == {
        "labels/night.hb", "labels/other.hb", "night.csv", "night.hb", "night.html", "night.npz",
        "scores.csv",
    }  # fmt: skip


def test_models_in_the_home_folder(home):
    scaler = StandardScaler().fit([[0.0], [2.0]])
    np.testing.assert_array_equal(
        load_pipeline(save_pipeline(scaler, "~/scaler.skops")).mean_, scaler.mean_
    )
    save_classifier(load_classifier("mitdb-ds1-centered"), "~/network.safetensors")
    load_classifier("~/network.safetensors")
    assert {path.name for path in home.iterdir()} == {"scaler.skops", "network.safetensors"}


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "beats.npz"
    with written_whole(path) as temporary:
        assert temporary.suffix == ".npz" and temporary.parent == tmp_path
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["beats.npz"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "beats.npz"
    path.write_text("old")
    with pytest.raises(OSError, match="disk full"), written_whole(path) as temporary:
        temporary.write_text("half")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["beats.npz"]
