import json
import pickle

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import make_beats
from heartbeat.neural import CNNClassifier, load_classifier, plot_history, save_classifier


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.members_ *= 2
    fitted.n_members = 2
    return fitted, save_classifier(fitted, tmp_path / "model.safetensors")


def test_what_comes_back_predicts_the_same(beats, saved):
    X, y, _ = beats
    model, path = saved
    again = load_classifier(path)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.layout_ == model.layout_
    assert again.get_params() == model.get_params()
    with pytest.raises(ValueError, match="does not store the training history"):
        plot_history(again)


def test_what_comes_back_trains_on(beats, quick, tmp_path):
    """From where it ended, with all classes that it knows, though new beats may lack some."""
    X, y, _ = beats
    model = CNNClassifier(warm_start=True, **quick).fit(X, y)
    again = load_classifier(save_classifier(model, tmp_path / "m"))
    some = y != "V"
    expected = model.fit(X[some], y[some]).predict_proba(X)
    np.testing.assert_array_equal(again.fit(X[some], y[some]).predict_proba(X), expected)
    assert list(again.classes_) == ["N", "S", "V"]


def test_saved_files_are_readable_by_whom_the_system_says(saved, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"")
    assert saved[1].stat().st_mode == other.stat().st_mode


def test_what_goes_on_training_is_the_same(beats, quick, tmp_path):
    """Weights of integer classes have integer keys, which JSON has not; seeds are kept."""
    X, y, _ = beats
    y = np.searchsorted(["N", "S", "V"], y)
    weight = {np.int64(0): 1.0, 1: 2.0, 2: np.float32(3.0)}
    model = CNNClassifier(class_weight=weight, **quick).fit(X, y)
    again = load_classifier(save_classifier(model, tmp_path / "m"))
    assert again.class_weight == {0: 1.0, 1: 2.0, 2: 3.0}
    assert again.random_state == 0
    np.testing.assert_array_equal(again.fit(X, y).predict_proba(X), model.predict_proba(X))
    model.set_params(random_state=np.random.RandomState(0))
    assert load_classifier(save_classifier(model, tmp_path / "m")).random_state is None


def test_the_network_is_what_was_fitted_whatever_was_set_since(beats, quick, tmp_path):
    X, y, _ = beats
    model = CNNClassifier(**quick).fit(X, y)
    expected = model.predict_proba(X)
    model.set_params(width=16, architecture="kachuee")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), expected)
    loaded = load_classifier(save_classifier(model, tmp_path / "m"))
    np.testing.assert_array_equal(loaded.predict_proba(X), expected)
    assert loaded.width == 16


@pytest.mark.parametrize("labels", [[0, 1, 2], [1.0, 2.0, 3.0]], ids=str)
def test_labels_and_column_names_keep_their_kind(beats, quick, tmp_path, labels):
    X, y, _ = beats
    y = np.array(labels)[np.searchsorted(["N", "S", "V"], y)]
    table = pd.DataFrame(X, columns=[f"MLII_{i:03d}" for i in range(40)])
    model = CNNClassifier(width=np.int64(8), **{k: v for k, v in quick.items() if k != "width"})
    path = save_classifier(model.fit(table, y), tmp_path / "m")
    again = load_classifier(path)
    assert again.predict(table).dtype == y.dtype
    np.testing.assert_array_equal(again.feature_names_in_, model.feature_names_in_)


def test_the_file_is_plain_data(saved):
    _, path = saved
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["heartbeat"])
    assert description["classes"]["values"] == ["N", "S", "V"]
    assert list(path.parent.iterdir()) == [path]


def test_files_that_are_none_of_ours(saved, tmp_path):
    model, path = saved
    with pytest.raises(FileNotFoundError, match="no saved classifier"):
        load_classifier(tmp_path / "missing")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="not a readable safetensors file"):
        load_classifier(damaged)
    foreign = tmp_path / "foreign"
    save_file({"a": np.zeros(2)}, foreign)
    with pytest.raises(ValueError, match="its header does not describe its content"):
        load_classifier(foreign)
    save_file({"a": np.zeros(2)}, foreign, metadata={"heartbeat": '{"format": "other/2"}'})
    with pytest.raises(ValueError, match="its format is 'other/2'"):
        load_classifier(foreign)
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["heartbeat"])
    save_file({"0.a": np.zeros(2)}, foreign, metadata={"heartbeat": json.dumps(description)})
    with pytest.raises(ValueError, match="is damaged: the SHA256 of its weights"):
        load_classifier(foreign)
    # As a release wrote it that did not say the SHA256.
    del description["sha256"]
    header = {"heartbeat": json.dumps(description)}
    unknown = header["heartbeat"].replace('"lr":', '"magic": 1, "lr":')
    save_file({"a": np.zeros(2)}, foreign, metadata={"heartbeat": header["heartbeat"]})
    with pytest.raises(ValueError, match="not a classifier saved by heartbeat"):
        load_classifier(foreign)
    save_file({"0.a": np.zeros(2)}, foreign, metadata={"heartbeat": unknown})
    with pytest.raises(ValueError, match="does not support: .*magic"):
        load_classifier(foreign)
    save_file({"0.head.weight": np.zeros((3, 2), np.float32)}, foreign, metadata=header)
    with pytest.raises(ValueError, match="do not fit the architecture"):
        load_classifier(foreign)


def test_only_fitted_classifiers_are_saved(tmp_path):
    with pytest.raises(NotFittedError):
        save_classifier(CNNClassifier(), tmp_path / "m")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", [{"layout": None}, {"classes": [1]}, {"n_members": "two"}, {"body": ...}], ids=str
)
def test_a_garbled_description_is_refused(saved, tmp_path, damage):
    _, path = saved
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["heartbeat"]) | damage
    description = {name: value for name, value in description.items() if value is not ...}
    garbled = tmp_path / "garbled"
    save_file({"0.a": np.zeros(2)}, garbled, metadata={"heartbeat": json.dumps(description)})
    with pytest.raises(ValueError, match="its header is damaged"):
        load_classifier(garbled)


def test_what_cannot_be_saved_says_what_can(saved, tmp_path):
    model, _ = saved
    with pytest.raises(TypeError, match=r"got Pipeline.*pipeline\[-1\]"):
        save_classifier(make_pipeline(model), tmp_path / "m")
    with pytest.raises(FileNotFoundError, match="no folder .*nowhere"):
        save_classifier(model, tmp_path / "nowhere" / "m")
    with pytest.raises(IsADirectoryError, match="Give the path of a file inside it"):
        save_classifier(model, tmp_path)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("as_frame", [False, True])
def test_beats_that_are_cut_otherwise_are_told_how_the_weights_need_them(as_frame):
    classifier = load_classifier("mitdb-ds1-centered")
    beats = make_beats(20, n_subjects=2, random_state=0, as_frame=as_frame)
    remedy = r"\*\*model_card\('mitdb-ds1-centered'\).segmentation"
    with pytest.raises(ValueError, match=remedy):
        classifier.predict(beats.data)
    with pytest.raises(ValueError, match=remedy):
        classifier.set_params(warm_start=True).fit(beats.data, beats.target)
