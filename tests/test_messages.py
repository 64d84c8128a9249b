"""What every public estimator says of bad parameters and bad tables, and how values look in it."""

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from heartbeat._shown import in_plain_words, shown
from tests.test_common import instances, public_estimators

N_BEATS, N_TIMES = 40, 190
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N_BEATS, N_TIMES))
Y = np.array(list("NVSF") * 10)
GROUPS = np.repeat(list("abcde"), 8)

ESTIMATORS = {
    type(each).__name__: each for kind in ("estimator", "sampler") for each in instances(kind)
}
WRAPPERS = {name for name, each in ESTIMATORS.items() if hasattr(each, "estimator")}
NUMPYS = re.compile(
    r"\bnp\.(float|int|uint|str|bool|True|False)\w*|numpy\.(float|int|str_|bool)\w*\("
)
"""How NumPy 2 shows its scalars, and that nobody who reads a message wrote."""


def use(estimator, X=X, y=Y, groups=GROUPS, X_new=None):
    """Fit and apply an estimator; samplers resample."""
    X_new = X if X_new is None else X_new
    if hasattr(estimator, "fit_resample"):
        return estimator.fit_resample(X, y, groups=groups)
    estimator.fit(X, y)
    return estimator.transform(X_new) if hasattr(estimator, "transform") else (
        estimator.predict(X_new)
    )  # fmt: skip


def all_parameters():
    return [
        (name, parameter)
        for name, estimator in sorted(ESTIMATORS.items())
        for parameter in inspect.signature(type(estimator)).parameters
    ]


VALUES = [
    np.float64(-1.5),
    np.float64(np.nan),
    np.int64(-3),
    np.str_("zzz"),
    [np.str_("zzz")],
    (np.float64(2.5), np.float64(-1.5)),
    {np.str_("zzz"): np.float64(-1)},
    np.bool_(True),
]
# What a parameter needs beside it to be looked at.
TOGETHER = {
    ("BaselineRemover", "before"): {"method": "spline"},
    ("BeatCropper", "before"): {"start": -0.1, "stop": 0.1},
    ("BeatCropper", "fs"): {"start": -0.1, "stop": 0.1},
    ("BeatResampler", "before"): {"n_times": None, "target_fs": 100},
    ("BeatScaler", "before"): {"method": "r_amplitude"},
    ("BeatScaler", "fs"): {"method": "r_amplitude"},
}
# Their checks are those of a library that does not say which parameter it looked at.
NAMELESS = {("sampling_strategy", "target class")}


@pytest.mark.parametrize(("name", "parameter"), all_parameters())
def test_every_parameter_names_itself_and_the_value_in_plain_words(name, parameter):
    n_refused = 0
    for value in VALUES:
        estimator = clone(ESTIMATORS[name]).set_params(**TOGETHER.get((name, parameter), {}))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                use(estimator.set_params(**{parameter: value}))
        except (TypeError, ValueError) as error:
            n_refused += 1
            message = str(error)
            assert not NUMPYS.search(message), f"{value!r}: {message}"
            if (parameter, "target class") in NAMELESS and "target class" in message:
                continue
            told = parameter in message or shown(value).strip("'") in message
            assert told, f"{value!r}: {message}"
    # Parameters that are yes or no take anything, as scikit-learn's do, and some are read late.
    loose = {"class_conditional", "early_stopping", "warm_start", "verbose", "consecutive"}
    late = {"early_stopping", "validation_fraction"}
    assert n_refused or parameter in loose | late or _is_flag(name, parameter)


def _is_flag(name, parameter):
    return isinstance(inspect.signature(type(ESTIMATORS[name])).parameters[parameter].default, bool)


NAN, INF = X.copy(), X.copy()
NAN[3, 5], INF[3, 5] = np.nan, np.inf
TABLES = {
    "one-dimensional": (X[0], "[Rr]eshape|2D|2-D"),
    "three-dimensional": (X.reshape(N_BEATS, 10, 19), "dim(ension)?s? 3|3D|<= 2"),
    "no beats": (X[:0], "0 sample|minimum of 1"),
    "no columns": (X[:, :0], "0 feature|minimum of 1"),
    "infinite": (INF, "infinity|infinite"),
    "words": (np.full((N_BEATS, N_TIMES), "a"), "convert|numeric|dtype"),
    "complex": (X + 1j, "[Cc]omplex"),
    "nothing": (None, "array-like|None|NoneType|scalar"),
}


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_bad_tables_are_named(name, table):
    bad, message = TABLES[table]
    n = len(bad) if hasattr(bad, "__len__") else N_BEATS
    with pytest.raises((TypeError, ValueError), match=message) as told:
        use(clone(ESTIMATORS[name]), bad, Y[:n], GROUPS[:n])
    # Of the classifier inside: scikit-learn's own words.
    assert name in WRAPPERS or not NUMPYS.search(str(told.value))


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_a_table_of_another_width_is_named(name):
    estimator = clone(ESTIMATORS[name])
    if hasattr(estimator, "fit_resample"):
        message = "features cannot be 3 lead"
        with pytest.raises(ValueError, match=message):
            use(estimator.set_params(n_leads=3))
        return
    with pytest.raises(ValueError, match=rf"{N_TIMES - 1} features.*{N_TIMES} features"):
        use(estimator, X_new=X[:, 1:])


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_names_of_columns_that_contradict_each_other(name):
    estimator = clone(ESTIMATORS[name])
    columns = [f"II_{i:03d}" for i in range(N_TIMES)]
    frame = pd.DataFrame(X, columns=columns)
    if "n_leads" in estimator.get_params():
        twisted = frame.set_axis([columns[1], columns[0], *columns[2:]], axis=1)
        with pytest.raises(ValueError, match=r"column 'II_001' \(position 0\) is out of order"):
            use(estimator, twisted)
    if not hasattr(estimator, "fit_resample"):
        with pytest.raises(ValueError, match="feature names"):
            use(clone(ESTIMATORS[name]), frame, X_new=frame.add_prefix("other_"))


NEEDS_CLASSES = [
    name
    for name, each in sorted(ESTIMATORS.items())
    if hasattr(each, "fit_resample") or hasattr(each, "predict_proba")
]
LABELS = {
    "too few": (Y[:-1], "inconsistent numbers of samples|39"),
    "missing": (np.where(np.arange(N_BEATS) == 0, np.nan, 1.0), "NaN|nan|Unknown label type"),
    "continuous": (RNG.normal(size=N_BEATS), "Unknown label type|continuous"),
    "two columns": (np.stack([Y, Y], axis=1), "shape|multilabel|multiclass-multioutput|[Uu]nknown"),
    "one class": (np.full(N_BEATS, "N"), "one class|1 class|more than 1"),
}


@pytest.mark.parametrize("labels", sorted(LABELS))
@pytest.mark.parametrize("name", NEEDS_CLASSES)
def test_bad_labels_are_named(name, labels):
    y, message = LABELS[labels]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            use(clone(ESTIMATORS[name]), y=y)
        except (TypeError, ValueError) as error:
            assert re.search(message, str(error)), str(error)
            # Of the classifier inside: scikit-learn's own words.
            if name not in WRAPPERS:
                assert not NUMPYS.search(str(error))
        else:
            # Whoever augments or cleans needs no second class, and may not look at labels at all.
            assert labels in ("one class", "continuous")


SAMPLERS = [name for name, each in sorted(ESTIMATORS.items()) if hasattr(each, "fit_resample")]


@pytest.mark.parametrize("name", SAMPLERS)
def test_groups_of_another_length(name):
    with pytest.raises(ValueError, match=r"groups must hold one value for each of the 40 beats"):
        use(clone(ESTIMATORS[name]), groups=GROUPS[:-1])


def test_every_public_estimator_is_asked():
    assert set(ESTIMATORS) == {cls.__name__ for cls in public_estimators()}


def _functions():
    from heartbeat import labels, quality
    from heartbeat.context import resolve_context
    from heartbeat.datasets import load_beats, make_beats, make_recording
    from heartbeat.detection import detect_beats
    from heartbeat.metrics import aami_report, aami_scores, compare_beats, reliability_curve
    from heartbeat.model_selection import SubjectKFold
    from heartbeat.recording import Annotations, Recording, write_annotations
    from heartbeat.segmentation import segment_beats

    recording = make_recording(20, random_state=0)
    marks = Annotations([100], np.array(["N"]))
    bad = np.float64(-1.5)
    y = np.array(["N", "V", "S", "N"])
    return {
        "labels": lambda: labels.classes_of_symbols(y, np.str_("zzz")),
        "Recording fs": lambda: Recording(np.zeros(5), bad),
        "Recording leads": lambda: Recording(np.zeros((5, 2)), 250, y[[0, 0]]),
        "crop": lambda: recording.crop(np.float64(5), np.float64(2)),
        "select_leads": lambda: recording.select_leads(np.str_("V9")),
        "resample": lambda: recording.resample(bad),
        "Annotations index": lambda: marks[np.int64(0)],
        "Annotations sample": lambda: Annotations(np.array([-1]), np.array(["N"])),
        "symbol": lambda: write_annotations("x", Annotations([1], np.array(["B2"]))),
        "annotator": lambda: write_annotations("x", marks, np.str_("a b")),
        "segment fs": lambda: segment_beats(recording, fs=bad),
        "segment before": lambda: segment_beats(recording, before=np.float64(np.inf)),
        "segment layout": lambda: segment_beats(recording, layout=np.str_("zzz")),
        "segment leads": lambda: segment_beats(recording, leads=[np.str_("V9")]),
        "segment beats": lambda: segment_beats(recording, beats=np.str_("zzz")),
        "segment scaling": lambda: segment_beats(recording, scaling=np.str_("zzz")),
        "segment context": lambda: segment_beats(recording, context=[np.str_("zzz")]),
        "context": lambda: resolve_context([np.str_("zzz")]),
        "detect": lambda: detect_beats(recording, lead=np.str_("V9")),
        "quality": lambda: quality.assess_quality(recording.lead(0), bad),
        "load_beats": lambda: load_beats(np.str_("zzz")),
        "make_beats": lambda: make_beats(np.int64(-3)),
        "make_recording": lambda: make_recording(bad),
        "make_beats weights": lambda: make_beats(9, weights={np.str_("N"): bad}),
        "make_beats seed": lambda: make_beats(9, random_state=bad),
        "report": lambda: aami_report(y, y, confidence=bad),
        "report labels": lambda: aami_report(y, np.array(["N", "V", "S", "zzz"])),
        "scores": lambda: aami_scores(y, np.array([0, 1, 2, 3])),
        "calibration": lambda: reliability_curve(y, np.ones((4, 3)) / 3, list("NSV"), n_bins=bad),
        "compare": lambda: compare_beats(marks, marks, fs=bad),
        "compare window": lambda: compare_beats(marks, marks, fs=250, window=bad),
        "folds": lambda: list(SubjectKFold(np.int64(9)).split(X, Y, GROUPS)),
        "folds seed": lambda: list(
            SubjectKFold(2, shuffle=True, random_state=bad).split(X, Y, GROUPS)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(_functions()))
def test_functions_show_values_in_plain_words(name):
    with pytest.raises((TypeError, ValueError, LookupError, FileNotFoundError)) as told:
        _functions()[name]()
    assert type(told.value) is not KeyError
    assert not NUMPYS.search(str(told.value)), str(told.value)


def test_values_as_people_write_them():
    assert shown(np.array([1.5, 2])) == "[1.5, 2. ]"
    assert shown({"a": [np.float32(0.5), (np.str_("N"),)]}) == "{'a': [0.5, ('N',)]}"
    assert shown(np.arange(100)).startswith("[ 0,  1,  2, ...")
    assert shown("N") == "'N'" and shown(None) == "None"
    record = np.zeros(1, [("a", "i4")])[0]
    assert "np." not in shown(record)
    with pytest.raises(KeyError), in_plain_words():
        raise KeyError(np.str_("left alone"))
    with pytest.raises(ValueError, match="^as it is$"), in_plain_words():
        raise ValueError("as it is")
    with pytest.raises(ValueError, match="^got True, 'S' and -3$"), in_plain_words():
        raise ValueError(f"got {np.bool_(True)!r}, {np.str_('S')!r} and {np.int64(-3)!r}")
