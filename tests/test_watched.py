import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import GridSearchCV

from heartbeat._watched import is_watched
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import BandpassFilter

SMALL = {"max_epochs": 2, "early_stopping": False, "random_state": 0}


@pytest.fixture
def notebook(monkeypatch):
    """What a module finds in the kernel of a notebook, where standard output is no terminal."""
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


@pytest.fixture(scope="module")
def table():
    X = np.random.default_rng(0).standard_normal((40, 187)) + np.repeat([0, 2], 20)[:, None]
    return X.astype(np.float32), np.repeat(["N", "V"], 20)


def test_terminals_are_watched_and_files_are_not():
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    assert is_watched(terminal)
    assert not is_watched(io.StringIO())
    assert not is_watched(None)


def test_notebooks_are_watched(notebook):
    assert is_watched(io.StringIO())


def test_a_plain_ipython_without_terminal_is_not(monkeypatch):
    shell = SimpleNamespace(get_ipython=object)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    assert not is_watched(io.StringIO())


def test_epochs_show_in_a_notebook_in_a_pipeline_and_in_a_search(notebook, table, capsys):
    pipeline = make_pipeline(BandpassFilter(), CNNClassifier(verbose=1, **SMALL))
    GridSearchCV(pipeline, {"cnnclassifier__width": [4]}, cv=2).fit(*table)
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    epochs = [line[0] for line in lines if line[0].isdigit()]
    assert epochs == ["1", "2"] * 3


def test_nothing_shows_in_a_log_unless_asked_for(table, capsys):
    CNNClassifier(verbose=1, **SMALL).fit(*table)
    assert capsys.readouterr().out == ""
    CNNClassifier(verbose=2, **SMALL).fit(*table)
    assert "train_loss" in capsys.readouterr().out


def test_a_bar_on_the_network_moves_inside_imbalanced_learn_s_pipeline(table, capfd):
    callback = pytest.importorskip("sklearn.callback", reason="needs scikit-learn 1.9")
    pytest.importorskip("rich", reason="scikit-learn draws its bar with rich")
    network = CNNClassifier(**SMALL).set_callbacks(callback.ProgressBar())
    make_pipeline(BandpassFilter(), network).fit(*table)
    assert "CNNClassifier" in "".join(capfd.readouterr())
