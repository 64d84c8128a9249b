"""Recommended pipelines, as plain functions that return what a user could have written."""

from typing import Any

from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.features import MorphologyFeatures, RandomConvolutionFeatures
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import BandpassFilter

__all__ = ["make_forest_baseline", "make_interpatient_classifier", "make_rocket_classifier"]


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
    layout: dict[str, Any] = {"n_leads": n_leads, "n_context": n_context}
    return make_pipeline(
        BandpassFilter(fs=fs, **layout),
        MorphologyFeatures(fs=fs, before=before, **layout),
        ExtraTreesClassifier(n_estimators, n_jobs=n_jobs, random_state=random_state),
    )


def make_interpatient_classifier(
    *,
    max_epochs: int = 8,
    max_iter: int = 250,
    n_leads: int | None = None,
    n_context: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> VotingClassifier:
    """Build the classifier for people, leads and databases that were not trained on.

    The mean of the probabilities of a network, which sees the waveform best, and of boosted trees,
    which see the context columns best. Give it beats with the blocks ``"rr"``, ``"rhythm"`` and
    ``"template"``; cut with ``scaling="qrs"`` and ``leads="any"`` it takes any single lead in any
    unit. For a monitor, which cannot wait for later beats, take the blocks whose names end in
    ``_causal`` and ``scaling="qrs_causal"``.

    Parameters
    ----------
    max_epochs : int, default=8
        Epochs of the network.
    max_iter : int, default=250
        Rounds of boosting.
    n_leads, n_context : int, optional
        Leads and context columns of the table, for plain arrays of more than one lead or with
        context; DataFrames tell them by their column names.
    n_jobs : int, optional
        Fit the two at the same time with 2.
    random_state : int, RandomState or None, default=None
        Seed of both.

    Returns
    -------
    VotingClassifier
        With the parts ``network`` (`heartbeat.neural.CNNClassifier`) and ``boosting``
        (`sklearn.ensemble.HistGradientBoostingClassifier`).

    See Also
    --------
    make_forest_baseline : The baseline to compare with.
    heartbeat.calibration.ClassOddsClassifier : Moves its decisions, where a class matters more.
    heartbeat.annotation.BeatAnnotator : Labels whole recordings with the fitted classifier.

    Notes
    -----
    ``benchmarks/across_databases.py`` compares it with its parts on people and databases left out.
    The network alone labels several times faster.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.pipelines import make_interpatient_classifier
    >>> beats = make_beats(300, context=("rr",), random_state=0, as_frame=True)
    >>> model = make_interpatient_classifier(max_epochs=2, max_iter=10, random_state=0)
    >>> model.fit(beats.data, beats.target).score(beats.data, beats.target) > 0.9
    True
    """
    network = CNNClassifier(
        "lite",
        dropout=0.3,
        augment=2.0,
        ema=0.999,
        early_stopping=False,
        max_epochs=max_epochs,
        n_leads=n_leads,
        n_context=n_context,
        random_state=random_state,
    )
    boosting = HistGradientBoostingClassifier(
        max_iter=max_iter,
        learning_rate=0.08,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        random_state=random_state,
    )
    parts = [("network", network), ("boosting", boosting)]
    return VotingClassifier(parts, voting="soft", n_jobs=n_jobs)


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
