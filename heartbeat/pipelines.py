"""Recommended pipelines, as plain functions that return what a user could have written."""

from typing import Any

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.features import MorphologyFeatures, RandomConvolutionFeatures
from heartbeat.preprocessing import BandpassFilter

__all__ = ["make_forest_baseline", "make_rocket_classifier"]


def make_forest_baseline(
    n_estimators: int = 200,
    *,
    fs: float = 125.0,
    before: float = 0.5,
    n_leads: int | None = None,
    n_context: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> Pipeline:
    """Build the forest on clinical features: the baseline that a network has to beat.

    A band-pass of 0.5-40 Hz, the measures of the P wave, the QRS complex and the T wave, and extra
    trees on them and on the context columns. Give it context: with the blocks ``"rr"``,
    ``"rhythm"`` and ``"template"`` the beat is seen against its neighbours, which across patients
    matters more than its shape.

    Parameters
    ----------
    n_estimators : int, default=200
        Number of trees.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Seconds from the first sample of a beat to its R peak.
    n_leads, n_context : int, optional
        Leads and context columns of the table, for plain arrays of more than one lead without
        context; DataFrames tell them by their column names.
    n_jobs : int, optional
        Threads that grow trees.
    random_state : int, RandomState or None, default=None
        Seed of the trees.

    Returns
    -------
    Pipeline
        Steps ``bandpassfilter``, ``morphologyfeatures``, ``extratreesclassifier``.

    Notes
    -----
    Features and trees were chosen by cross-validation over the subjects of DS1. Trained there,
    with the three blocks, the forest reaches on DS2 an accuracy of 0.95 and an F1 of 0.96 for V,
    while it misses most S beats (F1 0.11; 0.36 without record 232): the tables of
    ``benchmarks/classical_models.py`` have the intervals. `HistGradientBoostingClassifier` as the
    last step trains in half the time and finds more of S.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.pipelines import make_forest_baseline
    >>> beats = make_beats(300, context=("rr",), random_state=0, as_frame=True)
    >>> forest = make_forest_baseline(50, random_state=0).fit(beats.data, beats.target)
    >>> forest.predict(beats.data)[:3].tolist() == beats.target[:3].tolist()
    True
    """
    layout = {"n_leads": n_leads, "n_context": n_context}
    return make_pipeline(
        BandpassFilter(fs=fs, **layout),
        MorphologyFeatures(fs=fs, before=before, **layout),
        ExtraTreesClassifier(n_estimators, n_jobs=n_jobs, random_state=random_state),
    )


def make_rocket_classifier(
    n_features: int = 10_000,
    *,
    alpha: float = 100.0,
    n_leads: int | None = None,
    n_context: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> Pipeline:
    """Build random convolutions under a linear classifier, MiniRocket's recipe.

    Parameters
    ----------
    n_features : int, default=10_000
        Number of convolution features. Training costs grow with its square.
    alpha : float, default=100.0
        Strength of the ridge penalty.
    n_leads, n_context : int, optional
        Leads and context columns of the table, for plain arrays of more than one lead without
        context; DataFrames tell them by their column names.
    n_jobs : int, optional
        Threads that transform beats.
    random_state : int, RandomState or None, default=None
        Seed of the features.

    Returns
    -------
    Pipeline
        Steps ``randomconvolutionfeatures``, ``standardscaler``, ``ridgeclassifier``.

    Notes
    -----
    Training holds the features of all beats in memory once, 4 bytes each. Context columns follow
    the convolution features and are standardised and weighed like them.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.pipelines import make_rocket_classifier
    >>> beats = make_beats(300, random_state=0)
    >>> rocket = make_rocket_classifier(840, random_state=0).fit(beats.data, beats.target)
    >>> rocket.score(beats.data, beats.target) > 0.95
    True
    """
    return make_pipeline(
        RandomConvolutionFeatures(
            n_features,
            n_leads=n_leads,
            n_context=n_context,
            n_jobs=n_jobs,
            random_state=random_state,
        ),
        # Nobody else holds the features: both may work in place.
        StandardScaler(copy=False),
        RidgeClassifier(alpha=alpha, copy_X=False),
    )
