import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import make_beats
from heartbeat.inspection import integrated_gradients
from heartbeat.neural import CNNClassifier

pytest.importorskip("captum")


@pytest.fixture(scope="module")
def beats():
    return make_beats(200, n_leads=2, context="rr", random_state=0)


@pytest.fixture(scope="module")
def model(beats):
    classifier = CNNClassifier(
        width=8,
        max_epochs=8,
        batch_size=16,
        n_leads=2,
        n_context=beats.n_context,
        n_members=2,
        random_state=0,
    )
    return classifier.fit(beats.data, beats.target)


def flat(beats, rows):
    X = beats.data[rows].copy()
    waveforms = X[:, beats.waveform].reshape(len(X), 2, -1)
    X[:, beats.waveform] = np.broadcast_to(
        np.median(waveforms, axis=2, keepdims=True), waveforms.shape
    ).reshape(len(X), -1)
    return X


def test_attributions_add_up_to_what_the_probability_gains(beats, model):
    rows, label = slice(0, 30), "V"
    column = model.classes_.tolist().index(label)
    found = integrated_gradients(model, beats.data[rows], [label] * 30, n_steps=64)
    assert found.shape == (30, 2 * 187)
    gain = (model.predict_proba(beats.data[rows]) - model.predict_proba(flat(beats, rows)))[
        :, column
    ]
    assert found.sum(axis=1) == pytest.approx(gain, abs=0.02)
    assert np.abs(gain).max() > 0.02


def test_the_predicted_class_is_explained_by_default(beats, model):
    X = beats.data[:10]
    found = integrated_gradients(model, X, n_steps=8)
    assert np.allclose(found, integrated_gradients(model, X, model.predict(X), n_steps=8))


def test_the_model_is_left_as_it_was(beats, model):
    before = model.predict_proba(beats.data)
    integrated_gradients(model, beats.data[:5], n_steps=4)
    assert (model.predict_proba(beats.data) == before).all()


def test_bad_input_is_named(beats, model, monkeypatch):
    pipeline = make_pipeline(model)
    with pytest.raises(TypeError, match="got Pipeline.*pass the last step"):
        integrated_gradients(pipeline, beats.data[:2])
    with pytest.raises(TypeError, match="occlusion_saliency"):
        integrated_gradients(LogisticRegression(), beats.data[:2])
    with pytest.raises(ValueError, match="only classes of the model"):
        integrated_gradients(model, beats.data[:1], ["x"])
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(ImportError, match=r"pip install 'heartbeat-ecg\[explain\]'"):
        integrated_gradients(model, beats.data[:2])
