import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC

from heartbeat.datasets import make_beats
from heartbeat.inspection import occlusion_saliency


class LooksAt(ClassifierMixin, BaseEstimator):
    """Says V with a probability that is the value of one column; counts what it was shown."""

    def __init__(self, column):
        self.column = column
        self.classes_ = np.array(["N", "V"])
        self.largest = 0

    def predict_proba(self, X):
        self.largest = max(self.largest, len(X))
        v = np.asarray(X)[:, self.column]
        return np.column_stack([1 - v, v])


def peaks(n_features=187, column=62):
    X = np.zeros((4, n_features))
    X[:, column] = [0.9, 0.8, 0.6, 0.7]
    return X


def test_only_windows_that_hide_what_counts_matter():
    model = LooksAt(62)
    saliency = occlusion_saliency(model, peaks(), width=5 / 125, step=1 / 125)
    assert saliency.shape == (4, 187)
    # Every window that hides sample 62 puts it on the zero line: nine samples share in them.
    reached = np.flatnonzero(saliency[0])
    assert reached.tolist() == list(range(58, 67))
    assert saliency[:, 62] == pytest.approx([0.9, 0.8, 0.6, 0.7])
    assert (saliency[:, 58] < saliency[:, 60]).all()


def test_the_other_class_gains_what_one_loses():
    model = LooksAt(62)
    v, n = (occlusion_saliency(model, peaks(), [label] * 4) for label in "VN")
    assert np.allclose(v, -n)
    assert np.allclose(v, occlusion_saliency(model, peaks()))


def test_a_line_stands_in_for_the_window():
    X = np.tile(np.linspace(0, 1, 187), (2, 1))
    # A ramp loses nothing where a straight line takes its place.
    saliency = occlusion_saliency(LooksAt(80), X)
    assert np.abs(saliency).max() < 1e-12


def test_leads_are_hidden_one_by_one_and_context_not_at_all():
    X = peaks(2 * 50 + 3, column=50 + 20)
    saliency = occlusion_saliency(LooksAt(70), X, n_leads=2, n_context=3)
    assert saliency.shape == (4, 100)
    assert not saliency[:, :50].any()
    assert saliency[0, 70] == pytest.approx(saliency[0].max()) and saliency[0, 70] > 0.5
    in_context = occlusion_saliency(LooksAt(101), peaks(103, 101), n_leads=2, n_context=3)
    assert not in_context.any()


def test_every_sample_is_reached_whatever_the_step():
    X = np.full((1, 187), 0.5)
    for column in (0, 100, 186):
        X[:] = 0.5
        X[0, column] = 0.9
        saliency = occlusion_saliency(LooksAt(column), X, width=0.1, step=0.1)
        assert saliency[0, column] == pytest.approx(0.4)


def test_a_window_may_hide_the_whole_beat():
    X = np.zeros((1, 50))
    X[0, 10] = 1
    saliency = occlusion_saliency(LooksAt(10), X, width=50 / 125, step=0.1)
    assert saliency == pytest.approx(np.full((1, 50), 1 - 1 / 50))


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("heartbeat.inspection._occlusion._MOST_ROWS", 20)
    model = LooksAt(62)
    few = occlusion_saliency(model, peaks())
    assert model.largest <= 20
    monkeypatch.undo()
    assert np.allclose(few, occlusion_saliency(LooksAt(62), peaks()))


def test_dataframes_keep_their_names():
    beats = make_beats(20, n_leads=2, context="rr", as_frame=True, random_state=0)

    class Named(LooksAt):
        def predict_proba(self, X):
            assert isinstance(X, pd.DataFrame)
            assert X.columns.tolist() == beats.data.columns.tolist()
            return np.full((len(X), 2), 0.5)

    saliency = occlusion_saliency(Named(0), beats.data)
    assert saliency.shape == (20, 2 * 187)


def test_bad_input_is_named():
    with pytest.raises(TypeError, match="LinearSVC has no predict_proba"):
        occlusion_saliency(LinearSVC(), peaks())
    with pytest.raises(ValueError, match=r"only classes of the model, \['N', 'V'\], got \['F'\]"):
        occlusion_saliency(LooksAt(62), peaks(), ["F"] * 4)
    with pytest.raises(ValueError, match="y must have shape"):
        occlusion_saliency(LooksAt(62), peaks(), ["N"])
    for width, step in ((0.001, 0.01), (3, 0.01), (0.1, 0.001), (0.1, 0.2)):
        with pytest.raises(ValueError, match="width must be from 1 to"):
            occlusion_saliency(LooksAt(62), peaks(), width=width, step=step)
