"""Scorers by name, for searches and cross-validation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._scores import aami_scores, j_kappa_score

__all__ = ["get_scorer", "get_scorer_names"]


def _class_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    score: str,
    letter: str,
    sample_weight: ArrayLike | None = None,
) -> float:
    scores = aami_scores(y_true, y_pred, sample_weight=sample_weight, zero_division=0.0)
    return getattr(scores, score)[letter]


def _macro_f1(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    macro_classes: str | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    scores = aami_scores(
        y_true, y_pred, sample_weight=sample_weight, macro_classes=macro_classes, zero_division=0.0
    )
    return 0.0 if np.isnan(scores.macro_f1) else scores.macro_f1


# A function and its arguments apart from labels and predictions.
_SCORERS: dict[str, tuple[Any, dict[str, str]]] = {
    "j_kappa": (j_kappa_score, {}),
    "aami_macro_f1": (_macro_f1, {}),
    "aami_macro_f1_NSVF": (_macro_f1, {"macro_classes": "NSVF"}),
    **{
        f"aami_{score}_{letter}": (_class_score, {"score": score, "letter": letter})
        for score in ("se", "ppv", "f1")
        for letter in AAMI_CLASSES
    },
}


def get_scorer(scoring: str | Callable[..., float]) -> Callable[..., float]:
    """Return the scorer of that name, for `cross_val_score` and the searches of scikit-learn.

    scikit-learn's searches take only its own names as a string: ``scoring="j_kappa"`` is refused
    there, ``scoring=get_scorer("j_kappa")`` works.

    Parameters
    ----------
    scoring : str or callable
        Name of the scorer. ``"j_kappa"`` suits a search for a classifier of N, S and V beats;
        ``"aami_macro_f1"`` weighs all classes equally, and ``"aami_macro_f1_NSVF"`` all but Q.
        ``"aami_<score>_<class>"`` is the score ``se``, ``ppv`` or ``f1`` of one class, such as
        ``"aami_f1_S"``. Other names, and callables, go to :func:`sklearn.metrics.get_scorer`.

    Returns
    -------
    callable
        ``scorer(estimator, X, y_true, sample_weight=None)``; larger is better. Like the scorers of
        scikit-learn it takes metadata requests (``set_score_request``). A score whose denominator
        is zero is 0, so that a fold without the class can be ranked.

    Raises
    ------
    ValueError
        If no scorer has that name.

    See Also
    --------
    get_scorer_names : Names of the scorers.
    j_kappa_score, aami_scores : The scores as functions.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> search = GridSearchCV(
    ...     DecisionTreeClassifier(random_state=0),
    ...     {"max_depth": [1, 2]},
    ...     scoring={"j_kappa": get_scorer("j_kappa"), "S": get_scorer("aami_f1_S")},
    ...     refit="j_kappa",
    ...     cv=2,
    ... )
    >>> search.fit([[0], [1], [2], [3]] * 4, list("NSVN") * 4).best_params_
    {'max_depth': 2}
    """
    # Imported here because it takes 0.1 s, and comparing annotations does not need it.
    import sklearn.metrics

    if not isinstance(scoring, str):
        return sklearn.metrics.get_scorer(scoring)
    if scoring in _SCORERS:
        # A new object, so that metadata requests do not affect other users of the name.
        function, told = _SCORERS[scoring]
        return sklearn.metrics.make_scorer(function, **told)
    try:
        return sklearn.metrics.get_scorer(scoring)
    except ValueError:
        raise ValueError(
            f"unknown scorer {scoring!r}. Choose one of {', '.join(sorted(_SCORERS))}, or one of "
            "scikit-learn's in sklearn.metrics.get_scorer_names()."
        ) from None


def get_scorer_names() -> list[str]:
    """List the names that `get_scorer` takes, including those of scikit-learn.

    Returns
    -------
    list of str
        Names in alphabetical order.

    See Also
    --------
    get_scorer : Returns the scorer of a name.

    Examples
    --------
    >>> [name for name in get_scorer_names() if name.startswith("aami_f1")]
    ['aami_f1_F', 'aami_f1_N', 'aami_f1_Q', 'aami_f1_S', 'aami_f1_V']
    """
    import sklearn.metrics

    return sorted({*_SCORERS, *sklearn.metrics.get_scorer_names()})
