"""`CNNClassifier` as a part of what scikit-learn and imbalanced-learn build."""

import numpy as np
import pytest
import torch
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from joblib import Parallel, cpu_count, delayed, parallel_config
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    StratifiedGroupKFold,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback

from heartbeat.neural import CNNClassifier, load_classifier, save_classifier
from heartbeat.neural._seeding import borrowed_threads


def make(quick, **parameters):
    return CNNClassifier(**(quick | {"max_epochs": 3} | parameters))


@pytest.mark.parametrize("name", ["groups", "sample_weight"])
def test_what_a_sampler_before_the_network_does_not_resample(beats, quick, name):
    """The error names the way in which they are resampled together, which works."""
    X, y, groups = (part[:-1] for part in beats)  # the last class has a beat less
    given = {"groups": groups, "sample_weight": np.ones(len(X))}[name]
    sampler = RandomOverSampler(random_state=0)
    model = make_imblearn_pipeline(sampler, make(quick))
    n_resampled = len(sampler.fit_resample(X, y)[0])
    message = f"{name} has {len(X)} values, .* given {n_resampled} beats.*resampler=.*resample_with"
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, **{f"cnnclassifier__{name}": given})
    make(quick, resampler=sampler).fit(X, y, **{name: given})


def test_grid_search_over_architectures_in_two_processes(beats, quick):
    X, y, _ = beats
    grid = {"architecture": ["lite", "kachuee"], "augment": [None, "default"]}
    search = GridSearchCV(make(quick), grid, cv=2, n_jobs=2, scoring="f1_macro").fit(X, y)
    alone = GridSearchCV(make(quick), grid, cv=2, scoring="f1_macro").fit(X, y)
    assert search.best_score_ > 0.5
    np.testing.assert_allclose(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"], atol=0.05
    )


def test_grid_search_over_fine_tuning(beats, quick, tmp_path):
    X, y, _ = beats
    path = save_classifier(make(quick, max_epochs=8).fit(X, y), tmp_path / "m.safetensors")
    grid = {"layer_decay": [0.3, 1.0], "unfreeze_every": [None, 1]}
    search = GridSearchCV(make(quick, pretrained=path, trainable=2, lr=1e-3), grid, cv=2)
    search.fit(X, y)
    assert search.best_score_ > 0.8
    assert len(search.cv_results_["params"]) == 4
    best = search.best_estimator_
    again = load_classifier(save_classifier(best, tmp_path / "best.safetensors"))
    assert again.get_params()["layer_decay"] == search.best_params_["layer_decay"]
    assert again.unfreeze_every == search.best_params_["unfreeze_every"]
    assert clone(best).get_params() == best.get_params()


def test_halving_search(beats, quick):
    X, y, _ = beats
    search = HalvingGridSearchCV(
        make(quick),
        {"lr": [0.01, 1e-5]},
        resource="max_epochs",
        max_resources=4,
        min_resources=2,
        factor=2,
        cv=2,
        random_state=0,
    )
    assert search.fit(X, y).best_params_ == {"lr": 0.01, "max_epochs": 4}


def test_cross_validation_by_subject(beats, quick):
    X, y, groups = beats
    scores = cross_validate(
        make(quick), X, y, groups=groups, cv=StratifiedGroupKFold(2), return_estimator=True
    )
    assert scores["test_score"].mean() > 0.5
    assert all(hasattr(model, "history_") for model in scores["estimator"])


def test_calibration(beats, quick):
    X, y, _ = beats
    model = CalibratedClassifierCV(make(quick), method="sigmoid", cv=2).fit(X, y)
    assert model.predict_proba(X).shape == (len(X), 3)


def test_voting_and_stacking(beats, quick):
    X, y, _ = beats
    members = [("cnn", make(quick)), ("linear", LogisticRegression())]
    assert VotingClassifier(members, voting="soft").fit(X, y).score(X, y) > 0.8
    assert StackingClassifier(members, cv=2).fit(X, y).score(X, y) > 0.8


def test_a_pipeline_of_imbalanced_learn(beats, quick):
    X, y, _ = beats
    kept = (y != "V") | (np.arange(len(y)) < 30)
    model = make_imblearn_pipeline(
        StandardScaler().set_output(transform="pandas"),
        RandomOverSampler(random_state=0),
        make(quick),
    )
    assert model.fit(X[kept], y[kept]).score(X, y) > 0.6


@pytest.mark.parametrize("routing", [False, True])
def test_groups_and_weights_reach_the_fit(beats, quick, routing):
    """With metadata routing switched on and off."""
    X, y, groups = beats
    weight = np.linspace(0.5, 1.5, len(y))
    model = make(quick, early_stopping=True, validation_fraction=0.3)
    with config_context(enable_metadata_routing=routing):
        if routing:
            model.set_fit_request(groups=True, sample_weight=True)
            pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model)
            pipeline.fit(X, y, groups=groups, sample_weight=weight)
            # Before 1.8 a pipeline hands no weights to its own `score`, asked for or not.
            scores = cross_validate(
                pipeline,
                X,
                y,
                cv=GroupKFold(2),
                scoring=make_scorer(accuracy_score).set_score_request(sample_weight=True),
                params={"groups": groups, "sample_weight": weight},
            )
            assert len(scores["test_score"]) == 2
        else:
            pipeline = make_pipeline(StandardScaler(), model)
            pipeline.fit(X, y, cnnclassifier__groups=groups, cnnclassifier__sample_weight=weight)
    by_hand = make(quick, early_stopping=True, validation_fraction=0.3)
    by_hand.fit(StandardScaler().fit_transform(X), y, groups=groups, sample_weight=weight)
    np.testing.assert_array_equal(
        pipeline.predict_proba(X), by_hand.predict_proba(StandardScaler().fit_transform(X))
    )


class Interrupt(Callback):
    def on_epoch_end(self, net, **kwargs):
        raise KeyboardInterrupt


def test_ctrl_c_ends_a_search(beats, quick):
    """The loop of skorch swallows Ctrl-C: a search would go on with the next candidate."""
    X, y, _ = beats
    search = GridSearchCV(make(quick, callbacks=[Interrupt()]), {"lr": [0.01, 0.02]}, cv=2)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, y)
    assert not hasattr(search, "best_params_")


class Threads(Callback):
    def on_epoch_end(self, net, **kwargs):
        net.history.record("threads", torch.get_num_threads())


def fit_and_report(model, X, y, n_threads=None):
    if n_threads is not None:
        torch.set_num_threads(n_threads)
    before = torch.get_num_threads()
    model.fit(X, y)
    return before, torch.get_num_threads(), model.history_["threads"].iloc[0]


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_a_fit_in_a_worker_takes_its_share_of_the_cores(beats, quick, backend, monkeypatch):
    X, y, _ = beats
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    model = make(quick, callbacks=[Threads()], max_epochs=1)
    with parallel_config(backend, n_jobs=2):
        reports = Parallel()(delayed(fit_and_report)(model, X, y) for _ in range(2))
    cores = 1 if backend == "threading" else max(1, cpu_count() // 2)
    assert all(threads <= cores for *_, threads in reports)
    if backend == "loky":
        assert all(before == after for before, after, _ in reports)


def test_a_fit_in_a_thread_takes_one_core_whatever_the_environment_says(beats, quick, monkeypatch):
    """Unlike loky's, the workers' environment is the caller's: all cores, not their share."""
    X, y, _ = beats
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    model = make(quick, callbacks=[Threads()], max_epochs=1)
    here = torch.get_num_threads()
    try:
        with parallel_config("threading", n_jobs=2):
            reports = Parallel()(delayed(fit_and_report)(model, X, y, 2) for _ in range(2))
    finally:
        torch.set_num_threads(here)
    assert reports == [(2, 2, 1)] * 2


def test_the_number_of_threads_is_restored(beats, quick):
    X, y, _ = beats
    before = torch.get_num_threads()
    with borrowed_threads(before + 1) as granted:
        assert torch.get_num_threads() == granted == before + 1
    assert torch.get_num_threads() == before
    with pytest.raises(RuntimeError), borrowed_threads(before + 1):
        raise RuntimeError
    assert torch.get_num_threads() == before
    model = make(quick, callbacks=[Threads()], max_epochs=1).fit(X, y)
    assert model.history_["threads"].iloc[0] == before
