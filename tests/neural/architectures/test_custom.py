"""Architectures of users, in other processes too."""

import importlib
import runpy
import sys
import textwrap

import cloudpickle
import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from torch import nn

from heartbeat.neural import (
    CNNClassifier,
    architecture_defaults,
    list_architectures,
    load_classifier,
    register_architecture,
    save_classifier,
)
from heartbeat.neural.architectures import _registry

SMALL = {"max_epochs": 1, "early_stopping": False, "random_state": 0}
MODULE = """
from torch import nn
from heartbeat.neural import register_architecture

@register_architecture("perceptron")
def build(n_leads, n_times, *, width=8, depth=1, kernel_size=1, dropout=0.0):
    return nn.Sequential(nn.Flatten(), nn.Linear(n_leads * n_times, width), nn.ReLU())
"""


class Perceptron(nn.Sequential):
    """A body as a class."""

    def __init__(self, n_leads, n_times, *, width=8, depth=1, kernel_size=1, dropout=0.0):
        super().__init__(nn.Flatten(), nn.Linear(n_leads * n_times, width), nn.ReLU())


@pytest.fixture(autouse=True)
def clean_registry(monkeypatch):
    monkeypatch.setattr(_registry, "_REGISTRY", dict(_registry._REGISTRY))
    monkeypatch.setattr(_registry, "_RECEIVED", {})


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 30)).astype(np.float32) + np.repeat([0, 2], 20)[:, None]
    return X, np.repeat(["N", "V"], 20)


def test_a_class_is_taken_as_it_is(table, tmp_path):
    model = CNNClassifier(Perceptron, **SMALL).fit(*table)
    assert isinstance(model.net_.module_.body, Perceptron)
    assert clone(model).architecture is Perceptron
    assert architecture_defaults(Perceptron)["width"] == 8
    search = GridSearchCV(CNNClassifier(**SMALL), {"architecture": [Perceptron, "lite"]}, cv=2)
    assert np.isfinite(search.fit(*table).cv_results_["mean_test_score"]).all()
    path = save_classifier(model, tmp_path / "mine.safetensors")
    again = load_classifier(path, architecture=Perceptron)
    np.testing.assert_array_equal(again.predict_proba(table[0]), model.predict_proba(table[0]))


@pytest.mark.parametrize(
    ("architecture", "error", "message"),
    [
        (lambda n_leads, n_times: None, ValueError, "cannot import it by name"),
        (nn.Flatten(), TypeError, "must be one of .* got Flatten"),
        (7, TypeError, "got 7"),
        (nn.Flatten, TypeError, "must accept the keyword argument"),
    ],
)
def test_what_cannot_be_a_builder_is_refused(architecture, error, message, table):
    with pytest.raises(error, match=message):
        CNNClassifier(architecture, **SMALL).fit(*table)


NOTEBOOK = """
    import joblib, numpy as np
    from sklearn.model_selection import GridSearchCV
    from torch import nn
    from heartbeat.neural import CNNClassifier, register_architecture, save_classifier

    @register_architecture("mine")
    def perceptron(n_leads, n_times, *, width=8, depth=1, kernel_size=1, dropout=0.0):
        return nn.Sequential(nn.Flatten(), nn.Linear(n_leads * n_times, width), nn.ReLU())

    if __name__ == "__main__":
        X = np.random.default_rng(0).standard_normal((40, 30)) + np.repeat([0, 2], 20)[:, None]
        y = np.repeat(["N", "V"], 20)
        model = CNNClassifier(max_epochs=1, early_stopping=False, random_state=0)
        grid = {"architecture": ["mine", "lite", perceptron]}
        search = GridSearchCV(model, grid, cv=2, n_jobs=2, error_score="raise", refit=False)
        search.fit(X, y)
        print(np.isfinite(search.cv_results_["mean_test_score"]).sum())
        for number, architecture in enumerate(["mine", perceptron]):
            model.set_params(architecture=architecture).fit(X, y)
            joblib.dump(model, f"{number}.joblib")
            np.save(f"{number}.npy", model.predict_proba(X))
        save_classifier(model.set_params(architecture="mine").fit(X, y), "mine.safetensors")
"""


def test_a_notebook_s_architecture_works_in_workers_and_where_it_is_unknown(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "notebook.py").write_text(textwrap.dedent(NOTEBOOK))
    monkeypatch.chdir(tmp_path)
    runpy.run_path("notebook.py", run_name="__main__")
    assert capsys.readouterr().out == "3\n"
    del _registry._REGISTRY["mine"]
    X = np.random.default_rng(0).standard_normal((40, 30)) + np.repeat([0, 2], 20)[:, None]
    for number in range(2):
        model = joblib.load(tmp_path / f"{number}.joblib")
        np.testing.assert_array_equal(model.predict_proba(X), np.load(tmp_path / f"{number}.npy"))
        assert clone(model).fit(X, np.repeat(["N", "V"], 20)).classes_.tolist() == ["N", "V"]


def test_files_hold_no_code_and_say_what_to_import(tmp_path, table):
    _registry._register("mine", Perceptron)
    path = save_classifier(CNNClassifier("mine", **SMALL).fit(*table), tmp_path / "m.safetensors")
    del _registry._REGISTRY["mine"]
    with pytest.raises(ValueError, match="unknown architecture 'mine'.*import that module first"):
        load_classifier(path)
    assert load_classifier(path, architecture=Perceptron).predict(table[0]).shape == (40,)


def test_a_module_s_architecture_comes_by_import(tmp_path, monkeypatch, table):
    (tmp_path / "my_networks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("my_networks")
    joblib.dump(CNNClassifier("perceptron", **SMALL).fit(*table), tmp_path / "model.joblib")

    def forget():
        """Go on as a process that has not seen the module."""
        monkeypatch.delitem(sys.modules, "my_networks")
        importlib.invalidate_caches()
        del _registry._REGISTRY["perceptron"]

    forget()
    model = joblib.load(tmp_path / "model.joblib")
    assert model.predict([[0.0] * 30, [2.0] * 30]).tolist() == ["N", "V"]
    assert "my_networks" in sys.modules
    (tmp_path / "my_networks.py").unlink()
    forget()
    model = joblib.load(tmp_path / "model.joblib")
    with pytest.raises(ValueError, match="'perceptron' cannot be built in this process") as told:
        model.predict(table[0])
    assert "No module named 'my_networks'" in str(told.value)


def test_a_cell_that_is_run_again_reaches_workers_that_have_the_old_one():
    def carried(width):
        @register_architecture("mine")
        def build(n_leads, n_times, *, width=width, depth=1, kernel_size=1, dropout=0.0):
            return nn.Flatten()

        code = _registry.carried_builders()
        del _registry._REGISTRY["mine"]
        return {"mine": code["mine"]}

    for width in (4, 8):
        _registry.receive_builders(carried(width))
        assert "mine" in list_architectures()
        assert architecture_defaults("mine")["width"] == width


def test_what_was_received_last_goes_on_unopened():
    """A worker that holds an old architecture hands on the new one, even if it cannot build it."""
    _registry.receive_builders({"mine": cloudpickle.dumps(Perceptron)})
    assert architecture_defaults("mine")["width"] == 8
    _registry.receive_builders({"mine": b"code of a module that is not here"})
    assert _registry.carried_builders()["mine"] == b"code of a module that is not here"
    with pytest.raises(ValueError, match="'mine' cannot be built in this process"):
        architecture_defaults("mine")


def test_what_is_registered_here_stays():
    _registry._register("mine", Perceptron)
    carried = {"mine": _registry.carried_builders()["mine"]}
    _registry.receive_builders(carried)
    assert _registry._RECEIVED == {}
