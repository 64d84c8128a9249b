import json

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.exceptions import NotFittedError

from heartbeat.neural import CNNClassifier, load_classifier, plot_history, save_classifier


@pytest.fixture
def saved(beats, quick, tmp_path):
    X, y, _ = beats
    model = CNNClassifier(n_members=2, **quick).fit(X, y)
    return model, save_classifier(model, tmp_path / "model.safetensors")


def test_what_comes_back_predicts_the_same(beats, saved):
    X, y, _ = beats
    model, path = saved
    again = load_classifier(path)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.layout_ == model.layout_
    assert again.get_params() == model.get_params() | {"random_state": None}
    with pytest.raises(ValueError, match="keeps no history"):
        plot_history(again)


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
    with pytest.raises(ValueError, match="its header does not describe one"):
        load_classifier(foreign)
    save_file({"a": np.zeros(2)}, foreign, metadata={"heartbeat": '{"format": "other/2"}'})
    with pytest.raises(ValueError, match="its format is 'other/2'"):
        load_classifier(foreign)
    with safe_open(path, framework="numpy") as file:
        header = file.metadata()
    save_file({"0.head.weight": np.zeros((3, 2), np.float32)}, foreign, metadata=header)
    with pytest.raises(ValueError, match="do not fit the architecture"):
        load_classifier(foreign)


def test_only_fitted_classifiers_are_saved(tmp_path):
    with pytest.raises(NotFittedError):
        save_classifier(CNNClassifier(), tmp_path / "m")
    assert not list(tmp_path.iterdir())
