import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from heartbeat.datasets import make_beats
from heartbeat.inspection import SaliencyDisplay, occlusion_saliency


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def beats():
    return make_beats(60, n_leads=2, context="rr", random_state=0)


def test_each_class_and_lead_has_its_mean_beat_and_saliency(beats):
    saliency = np.random.default_rng(0).normal(size=(60, 2 * 187))
    display = SaliencyDisplay.from_saliency(
        saliency, beats.data, beats.target, n_leads=2, n_context=beats.n_context
    )
    assert display.classes == [c for c in "NSVFQ" if c in beats.target]
    assert display.axes_.shape == (2, len(display.classes))
    rows = beats.target == "N"
    line, image = display.axes_[1, 0].lines[0], display.axes_[1, 0].images[0]
    assert np.allclose(line.get_ydata(), beats.data[rows, 187:374].mean(axis=0), atol=1e-6)
    assert np.allclose(image.get_array()[0], saliency[rows, 187:].mean(axis=0))
    assert line.get_xdata()[62] == 0
    assert display.axes_[0, 0].get_title() == f"N ({rows.sum()})"


def test_all_panels_have_one_scale_of_colours(beats):
    saliency = np.random.default_rng(0).normal(size=(60, 2 * 187))
    display = SaliencyDisplay.from_saliency(
        saliency, beats.data, beats.target, n_leads=2, n_context=beats.n_context
    )
    limits = {ax.images[0].get_clim() for ax in display.axes_.flat}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high


def test_from_estimator_draws_occlusion():
    beats = make_beats(60, random_state=0)
    y = np.where(beats.target == "N", 0, 1)
    model = LogisticRegression(max_iter=1000).fit(beats.data, y)
    display = SaliencyDisplay.from_estimator(model, beats.data, y, width=0.1)
    saliency = occlusion_saliency(model, beats.data, y, width=0.1)
    assert display.classes == [0, 1]
    assert np.allclose(display.saliency[1, 0], saliency[y == 1].mean(axis=0))


def test_smoothing_spreads_what_it_keeps():
    beats = make_beats(10, random_state=0)
    saliency = np.zeros((10, 187))
    saliency[:, 62] = 1
    y = ["N"] * 10
    display = SaliencyDisplay.from_saliency(saliency, beats.data, y, smooth=0.04)
    assert display.saliency[0, 0, 60:65] == pytest.approx([0.2] * 5)
    assert display.saliency.sum() == pytest.approx(1)


def test_bad_input_is_named(beats, monkeypatch):
    with pytest.raises(ValueError, match="saliency must have shape"):
        SaliencyDisplay.from_saliency(np.zeros((60, 5)), beats.data, beats.target)
    bare = make_beats(10, random_state=0)
    with pytest.raises(ValueError, match="y must have shape"):
        SaliencyDisplay.from_saliency(np.zeros((10, 187)), bare.data, ["N"])
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'heartbeat-ecg\[plot\]'"):
        SaliencyDisplay.from_saliency(np.zeros((10, 187)), bare.data, bare.target)
