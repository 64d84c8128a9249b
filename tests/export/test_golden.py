"""What earlier versions wrote is read by this one, and says so."""

import json
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import InconsistentVersionWarning

import heartbeat
from heartbeat.export import OnnxClassifier, load_pipeline
from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.transfer import BeatEncoder

FOLDER = Path(__file__).parents[1] / "golden"
VERSIONS = sorted(path.name for path in FOLDER.iterdir() if (path / "expected.json").is_file())

READERS = {
    "network.safetensors": load_classifier,
    "network.onnx": lambda path: OnnxClassifier(path).fit(),
    "pipeline.skops": load_pipeline,
}
NEEDS = {"network.onnx": "onnxruntime", "pipeline.skops": "skops"}


@pytest.fixture(scope="module")
def beats():
    return runpy.run_path(str(FOLDER / "beats.py"))["golden_beats"]()


def test_this_version_has_its_files():
    """Else write them: ``python -m tests.golden``."""
    assert heartbeat.__version__ in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", READERS)
def test_files_of_every_version_are_read(beats, version, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    path = FOLDER / version / name
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        model = READERS[name](path)
    told = [str(warning.message) for warning in caught]
    assert any(f"written by heartbeat {version}" in text for text in told) == (
        version != heartbeat.__version__
    )
    X, y = beats
    expected = json.loads((FOLDER / version / "expected.json").read_text())[path.stem]
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expected, rtol=0, atol=1e-5)
    assert np.mean(model.predict(X) == y) > 0.9


@pytest.mark.parametrize("read", ["load", "start", "encode"])
def test_networks_of_another_version_are_named(beats, monkeypatch, read):
    X, y = beats
    path = FOLDER / VERSIONS[-1] / "network.safetensors"
    monkeypatch.setattr("heartbeat._versions.__version__", "999.0")
    with pytest.warns(UserWarning, match=rf"{VERSIONS[-1]}, but this is heartbeat 999\.0"):
        if read == "load":
            load_classifier(path)
        elif read == "start":
            body = {"architecture": "kachuee", "width": 4, "depth": 2}
            CNNClassifier(**body, pretrained=path, max_epochs=1).fit(X, y)
        else:
            BeatEncoder(path).fit(X)
    load_classifier("mitdb-ds1-kaggle")  # weights of the package are of its version
