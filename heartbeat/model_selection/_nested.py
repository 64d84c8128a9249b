"""Nested cross-validation in which both loops keep subjects apart."""

import time
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.utils import check_consistent_length

from heartbeat._compat import rows_of


def nested_cross_validate(
    search: Any,
    X: Any,
    y: Any,
    *,
    groups: Any,
    cv: Any,
    scoring: Any = None,
    return_estimator: bool = False,
) -> dict[str, Any]:
    """Estimate how well a parameter search does on new subjects, by nested cross-validation.

    The best score of a search is too optimistic, because the same folds chose the parameters. Here
    each outer fold runs a search of its own that sees neither the beats nor the subjects of that
    fold. Both the outer and the inner splitter get the subjects.
    :func:`sklearn.model_selection.cross_validate` passes groups to the inner splitter only with
    metadata routing.

    Parameters
    ----------
    search : estimator
        A `GridSearchCV` or similar search whose ``cv`` is a splitter that takes groups, such as
        `SubjectKFold`. Its ``n_jobs`` sets how many inner fits run in parallel.
    X : array-like of shape (n_beats, n_features)
        Beats.
    y : array-like of shape (n_beats,)
        Class of each beat.
    groups : array-like of shape (n_beats,)
        Subject of each beat.
    cv : cross-validation object
        Outer splitter, which takes groups.
    scoring : str, callable, list, tuple or dict, optional
        Scores of the outer folds. By default the score by which the search chooses.
    return_estimator : bool, default=False
        Whether to return the fitted searches.

    Returns
    -------
    dict
        ``test_score`` (or ``test_<name>`` for several scores) and ``fit_time`` in seconds are
        arrays with one entry per outer fold. ``best_params`` and, if asked for, ``estimator`` are
        lists with one entry per outer fold.

    See Also
    --------
    SubjectKFold : A splitter for both loops.
    heartbeat.metrics.get_scorer : Scorers for rare beat classes.

    References
    ----------
    G. C. Cawley, N. L. C. Talbot, "On Over-fitting in Model Selection and Subsequent Selection Bias
    in Performance Evaluation", Journal of Machine Learning Research 11, 2010.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.model_selection import GridSearchCV
    >>> from heartbeat.model_selection import SubjectKFold, nested_cross_validate
    >>> X, y = make_classification(60, random_state=0)
    >>> subject = [i // 5 for i in range(60)]
    >>> search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=SubjectKFold(2))
    >>> scores = nested_cross_validate(search, X, y, groups=subject, cv=SubjectKFold(3))
    >>> scores["test_score"].shape
    (3,)
    """
    check_consistent_length(X, y, groups)
    y, groups = np.asarray(y), np.asarray(groups)
    scorer = check_scoring(search, scoring)
    folds: list[dict[str, Any]] = []
    for train, test in cv.split(X, y, groups):
        start = time.perf_counter()
        fitted = clone(search).fit(rows_of(X, train), y[train], groups=groups[train])
        fit_time = time.perf_counter() - start
        score = scorer(fitted, rows_of(X, test), y[test])
        scores = score if isinstance(score, dict) else {"score": score}
        fold = {f"test_{name}": value for name, value in scores.items()}
        fold |= {"fit_time": fit_time, "best_params": fitted.best_params_, "estimator": fitted}
        folds.append(fold)
    results = {name: [fold[name] for fold in folds] for name in folds[0]}
    if not return_estimator:
        del results["estimator"]
    as_lists = ("best_params", "estimator")
    return {
        name: values if name in as_lists else np.array(values) for name, values in results.items()
    }
