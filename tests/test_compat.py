"""Progress through scikit-learn's callbacks, where its version has them."""

import importlib
import sys

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from heartbeat import _compat
from heartbeat.neural import CNNClassifier

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")


class Recorder:
    """Counts the epochs it is told of, and stops after some."""

    max_propagation_depth = None

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.ended = []

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.ended.append(context.task_name)
        return self.stop_after is not None and self.ended.count("epoch") >= self.stop_after

    def teardown(self, estimator, context):
        pass


def table():
    rng = np.random.default_rng(0)
    return rng.standard_normal((40, 20)), np.arange(40) % 2


def test_epochs_are_told():
    recorder = Recorder()
    model = CNNClassifier(max_epochs=3, width=8, random_state=0)
    model.set_callbacks(recorder).fit(*table())
    assert recorder.ended == ["epoch", "epoch", "epoch", "fit"]


def test_a_callback_may_stop():
    model = CNNClassifier(max_epochs=9, width=8, random_state=0)
    model.set_callbacks(Recorder(stop_after=2)).fit(*table())
    assert len(model.history_) == 2


def test_a_search_hands_its_callbacks_down():
    recorder = Recorder()
    search = GridSearchCV(CNNClassifier(max_epochs=2, width=8), {"lr": [0.01, 0.02]}, cv=2)
    search.set_callbacks(recorder).fit(*table())
    assert recorder.ended.count("epoch") == 2 * (2 * 2 + 1)


def test_without_the_callback_api_everything_is_silent(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    try:
        old = importlib.reload(_compat)
        assert old.with_callbacks(len) is len
        with old.fit_progress(old.CallbackSupport(), 3, "epoch") as progress:
            assert progress.end_step() is False
    finally:
        monkeypatch.undo()
        importlib.reload(_compat)
