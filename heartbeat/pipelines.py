"""Functions that build recommended pipelines from the estimators of heartbeat and scikit-learn."""

from typing import Any

from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.utils import Bunch

from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.boosting._file import read_trees
from heartbeat.features import MorphologyFeatures, RandomConvolutionFeatures
from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.preprocessing import BandpassFilter
from heartbeat.weights import trees_file

__all__ = [
    "load_interpatient_classifier",
    "make_forest_baseline",
    "make_interpatient_classifier",
    "make_rocket_classifier",
]


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
    """Build a forest of extra trees on clinical features, as a baseline to compare networks with.

    The pipeline filters beats to 0.5-40 Hz, measures P wave, QRS complex and T wave, and trains
    extra trees on these features and the context columns. Use it with the context blocks ``"rr"``,
    ``"rhythm"`` and ``"template"``, which compare a beat with its neighbours: on patients that
    were not trained on, these matter more than the shape of the beat.

    Parameters
    ----------
    n_estimators : int, default=200
        Number of trees.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time in seconds from the first sample of a beat to its R peak.
    n_leads, n_context : int, optional
        Numbers of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead without context.
    n_jobs : int, optional
        Number of threads that train trees. None means 1; -1 uses all cores.
    random_state : int, RandomState or None, default=None
        Controls the randomness of the trees. Pass an int for reproducible results.

    Returns
    -------
    Pipeline
        Unfitted pipeline with the steps ``bandpassfilter``, ``morphologyfeatures`` and
        ``extratreesclassifier``.

    See Also
    --------
    make_interpatient_classifier : A network and boosted trees, for new patients and databases.
    make_rocket_classifier : Random convolutions and a linear classifier.

    Notes
    -----
    Features and trees were chosen by cross-validation over the subjects of DS1. Trained on DS1 with
    the three context blocks, the forest has an accuracy of 0.95 and an F1 of 0.96 for V on DS2,
    but misses most S beats (F1 0.11; 0.36 without record 232). ``benchmarks/classical_models.py``
    computes these figures and their intervals. `HistGradientBoostingClassifier` as the last step
    trains in half the time and finds more S beats.

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
    max_iter: int = 150,
    n_leads: int | None = None,
    n_context: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> VotingClassifier:
    """Build a classifier for new patients, leads and databases.

    It averages the probabilities of a network, which is strong on the waveform, and of boosted
    trees, which are strong on the context columns. Train it on beats with the context blocks
    ``"rr"``, ``"rhythm"`` and ``"template"``. Cut the beats with ``scaling="qrs"`` and
    ``leads="any"`` for a classifier of any single lead in any unit. For monitoring, where later
    beats are not known yet, use the blocks whose names end in ``_causal`` and
    ``scaling="qrs_causal"``.

    Parameters
    ----------
    max_epochs : int, default=8
        Number of training epochs of the network.
    max_iter : int, default=150
        Number of boosting iterations.
    n_leads, n_context : int, optional
        Numbers of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead without context.
    n_jobs : int, optional
        Number of jobs; 2 fits both classifiers at the same time.
    random_state : int, RandomState or None, default=None
        Controls the randomness of both classifiers. Pass an int for reproducible results.

    Returns
    -------
    VotingClassifier
        Unfitted classifier with the parts ``network`` (`heartbeat.neural.CNNClassifier`) and
        ``boosting`` (`heartbeat.boosting.BoostedTreesClassifier`).

    See Also
    --------
    load_interpatient_classifier : The same, trained on mitdb and svdb.
    make_forest_baseline : A baseline to compare with.
    heartbeat.datasets.augment_rhythm : Training beats of people with frequent S beats.
    heartbeat.resampling.SubjectSampler : Training beats with more of what is rare in each subject.
    heartbeat.calibration.ClassOddsClassifier : Adjust decisions if a class matters more.
    heartbeat.annotation.BeatAnnotator : Label whole recordings with the fitted classifier.

    Notes
    -----
    ``benchmarks/across_databases.py`` compares it with its parts on held-out subjects and
    databases. Take a few per cent of the training beats from `heartbeat.datasets.augment_rhythm`:
    without them, most S beats of record 232 of mitdb, which has more S than N, are missed.

    The parts are given numbers in place of labels, so that their `class_weight` cannot name classes
    by label. Pass `sample_weight` to `fit` to weight classes in training.

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
    boosting = BoostedTreesClassifier(max_iter, random_state=random_state)
    parts = [("network", network), ("boosting", boosting)]
    return VotingClassifier(parts, voting="soft", n_jobs=n_jobs)


def load_interpatient_classifier(name: str = "any-lead") -> VotingClassifier:
    """Load a classifier for new patients, leads and databases that comes with the package.

    `heartbeat.annotation.BeatAnnotator` uses it by default. Load it yourself to label beats that
    you have cut, to adapt its decisions, or to export it.

    Parameters
    ----------
    name : {"any-lead", "any-lead-causal", "any-lead-ds1"}, default="any-lead"
        Weights to load. ``"any-lead-causal"`` is for monitors, which do not know later beats;
        ``"any-lead-ds1"`` has not been trained on the records of DS2, so that it can be tested on
        them.

    Returns
    -------
    VotingClassifier
        Fitted, with the parts ``network`` and ``boosting`` that `make_interpatient_classifier`
        has. Its attribute `card_` is the model card, and ``card_.segmentation`` gives the
        parameters that cut beats as it expects them.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If there are no trees of that name, or a file has been changed.

    See Also
    --------
    make_interpatient_classifier : The same, to train on your own recordings.
    heartbeat.neural.load_classifier : The network alone, for instance for transfer learning.
    heartbeat.weights.model_card : Training data and scores.

    Examples
    --------
    >>> from heartbeat.datasets import load_sample_recording
    >>> from heartbeat.pipelines import load_interpatient_classifier
    >>> from heartbeat.segmentation import segment_beats
    >>> classifier = load_interpatient_classifier("any-lead-ds1")
    >>> segmentation = classifier.card_.segmentation
    >>> beats = segment_beats(load_sample_recording(), as_frame=True, **segmentation)
    >>> classifier.predict(beats.data).shape
    (509,)
    """
    boosting, network = read_trees(trees_file(name)), load_classifier(name)
    parts = [("network", network), ("boosting", boosting)]
    classifier = VotingClassifier(parts, voting="soft")
    classifier.estimators_ = [network, boosting]
    classifier.named_estimators_ = Bunch(**dict(parts))
    classifier.le_ = LabelEncoder().fit(network.classes_)
    classifier.classes_ = classifier.le_.classes_
    classifier.feature_names_in_ = network.feature_names_in_
    classifier.card_ = network.card_
    return classifier


def make_rocket_classifier(
    n_features: int = 10_000,
    *,
    alpha: float = 100.0,
    n_leads: int | None = None,
    n_context: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> Pipeline:
    """Build a linear classifier on random convolution features, following MiniRocket.

    The convolutions are fixed, so that only the linear classifier is trained.

    Parameters
    ----------
    n_features : int, default=10_000
        Number of convolution features. More may fit better; training time grows with the square.
    alpha : float, default=100.0
        Strength of the ridge penalty. Larger values regularise more.
    n_leads, n_context : int, optional
        Numbers of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead without context.
    n_jobs : int, optional
        Number of threads that compute features.
    random_state : int, RandomState or None, default=None
        Controls the random choice of features. Pass an int for reproducible results.

    Returns
    -------
    Pipeline
        Unfitted pipeline with the steps ``randomconvolutionfeatures``, ``standardscaler`` and
        ``ridgeclassifier``.

    See Also
    --------
    make_forest_baseline : Extra trees on clinical features.
    heartbeat.features.RandomConvolutionFeatures : The first step.

    Notes
    -----
    During training the features of all beats are in memory, with 4 bytes per value. Context columns
    follow the convolution features and are standardised and weighted in the same way.

    References
    ----------
    Dempster, Schmidt, Webb (2021). MiniRocket: a very fast (almost) deterministic transform for
    time series classification. KDD. https://doi.org/10.1145/3447548.3467231

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
        # No one else uses these features, so both steps may work in place.
        StandardScaler(copy=False),
        RidgeClassifier(alpha=alpha, copy_X=False),
    )
