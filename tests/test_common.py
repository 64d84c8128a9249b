"""Both check suites, scikit-learn's and imbalanced-learn's, over every public estimator."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest
from imblearn.base import SamplerMixin
from imblearn.utils.estimator_checks import (
    parametrize_with_checks as parametrize_with_sampler_checks,
)
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

import heartbeat
from heartbeat.export import TRUSTED_TYPES

# Estimators that are slow or need an argument are checked with these parameters.
PARAMETERS: dict[str, dict] = {
    "AbstainingClassifier": {"estimator": LogisticRegression(), "random_state": 0},
    "ClassOddsClassifier": {"estimator": LogisticRegression(), "odds": None},
    # The checks' tables have a few columns: no room for a beat with its R peak at 0.5 s.
    "BeatAligner": {"before": 0.0},
    "BeatResampler": {"n_times": 5},
    # Two calls must agree, and random_state=None draws fresh entropy.
    "BeatAugmenter": {"random_state": 0},
    # Waveforms of a few samples, padded; deeper layers differ in the last digit by size of batch.
    "BeatEncoder": {"before": 0.0, "fs": 125.0, "edges": "pad", "layer": 1},
    "BeatMixup": {"random_state": 0},
    "BeatSMOTE": {"random_state": 0},
    "BoostedTreesClassifier": {"max_iter": 20, "random_state": 0},
    "CNNClassifier": {"max_epochs": 8, "batch_size": 32, "width": 8, "random_state": 0},
    "MorphologyFeatures": {"before": 0.0},
    "RandomConvolutionFeatures": {"n_features": 168},
    "SubjectBalancer": {"random_state": 0},
    "SubjectSampler": {"random_state": 0},
    "SubjectUnderSampler": {"random_state": 0},
    "WaveletDenoiser": {"wavelet": "haar"},
    "WholeRecordingClassifier": {
        "estimator": LogisticRegression(),
        "cv": 2,
        "before": 0.0,
        "random_state": 0,
    },
}

# Why a check fails, by estimator and check. There are few, and each has its reason.
EXPECTED_FAILURES: dict[str, dict[str, str]] = {
    "AbstainingClassifier": {
        "check_classifiers_train": (
            'predict says "don\'t know" where the check wants the likeliest class'
        ),
    },
    "CNNClassifier": {
        "check_sample_weight_equivalence_on_dense_data": (
            "mini-batches and batch statistics go by rows, not by weights"
        ),
    },
    "WholeRecordingClassifier": {
        "check_methods_subset_invariance": "the label of a beat depends on its whole recording",
    },
}


# These take recordings, not tables, and are never fitted; their own tests hold that they have
# parameters and can be cloned as scikit-learn's estimators can.
OF_RECORDINGS = {"BeatAnnotator"}
# What these are is in a file, and `fit` changes nothing of it; tests/export holds the rest.
OF_FILES = {"OnnxClassifier", "OnnxTransformer"}


def public_estimators() -> list[type]:
    """Return every estimator class that a public module names in its ``__all__``."""
    found = {}
    for module in pkgutil.walk_packages(heartbeat.__path__, "heartbeat."):
        if any(part.startswith("_") for part in module.name.split(".")):
            continue
        public = importlib.import_module(module.name)
        for name in getattr(public, "__all__", ()):
            member = getattr(public, name)
            if inspect.isclass(member) and issubclass(member, BaseEstimator):
                found[name] = member
    for name in OF_RECORDINGS:
        assert not hasattr(found.pop(name), "fit")
    for name in OF_FILES:
        del found[name]
    return [found[name] for name in sorted(found)]


def instances(kind: str) -> list[BaseEstimator]:
    samplers = [issubclass(cls, SamplerMixin) == (kind == "sampler") for cls in public_estimators()]
    return [
        cls(**PARAMETERS.get(cls.__name__, {}))
        for cls, wanted in zip(public_estimators(), samplers, strict=True)
        if wanted
    ]


def expected_failures(estimator: BaseEstimator) -> dict[str, str]:
    return EXPECTED_FAILURES.get(type(estimator).__name__, {})


def as_list(mark):
    """Return a parametrize mark whose cases are a list: pytest 9 deprecates generators."""
    return pytest.mark.parametrize(mark.args[0], list(mark.args[1]), **mark.kwargs)


@as_list(parametrize_with_checks(instances("estimator"), expected_failed_checks=expected_failures))
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:Subject.* was given no groups")
@as_list(parametrize_with_checks(instances("sampler"), expected_failed_checks=expected_failures))
def test_scikit_learn_checks_of_samplers(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:Subject.* was given no groups")
@as_list(parametrize_with_sampler_checks(instances("sampler")))
def test_imbalanced_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("sampler", instances("sampler"), ids=lambda each: type(each).__name__)
def test_samplers_leave_the_global_generator_alone(sampler):
    X = np.random.default_rng(0).normal(size=(60, 5))
    y, groups = np.repeat(["N", "V"], [40, 20]), np.tile(list("aab"), 20)
    state = np.random.get_state()  # noqa: NPY002
    sampler.set_params(random_state=None).fit_resample(X, y, groups=groups)
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


@pytest.mark.parametrize("cls", public_estimators(), ids=lambda cls: cls.__name__)
def test_every_parameter_is_documented(cls):
    documented = re.findall(r"^([\w, ]+) : ", inspect.getdoc(cls) or "", flags=re.MULTILINE)
    names = {name for entry in documented for name in entry.split(", ")}
    missing = set(inspect.signature(cls).parameters) - names
    assert not missing, f"{cls.__name__}: not in the docstring: {sorted(missing)}"


@pytest.mark.parametrize("cls", public_estimators(), ids=lambda cls: cls.__name__)
def test_docstring_has_an_example(cls):
    assert "Examples\n" in (inspect.getdoc(cls) or ""), f"{cls.__name__} shows no example"


@pytest.mark.parametrize("cls", public_estimators(), ids=lambda cls: cls.__name__)
def test_saved_pipelines_may_hold_it(cls):
    assert f"{cls.__module__}.{cls.__qualname__}" in TRUSTED_TYPES
