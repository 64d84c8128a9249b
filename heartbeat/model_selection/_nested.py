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
    """Cross-validate a search, handing the subjects to the outer and to the inner splitter.

    The score of a search on the folds that chose its parameters is too good. Here every outer
    fold has a search of its own, which sees neither the fold's beats nor its subjects.
    (`sklearn.model_selection.cross_validate` keeps the groups to itself, unless metadata routing is
    on and every estimator in the search has been told what to do with them.)

    Parameters
    ----------
    search : estimator
        A `GridSearchCV` or its kin, with a splitter that takes groups as its ``cv``. Its own
        ``n_jobs`` works on the inner folds.
    X : array-like of shape (n_beats, n_features)
        Beats.
    y : array-like of shape (n_beats,)
        Their classes.
    groups : array-like of shape (n_beats,)
        Their subjects.
    cv : cross-validation object
        The outer splitter, one that takes groups.
    scoring : str, callable, list, tuple or dict, optional
        Scores of the outer folds; by default the one that the search chooses by.
    return_estimator : bool, default=False
        Return the fitted searches, too.

    Returns
    -------
    dict
        ``test_score`` (or ``test_<name>`` for several scores) and ``fit_time`` in seconds, arrays
        with an entry an outer fold; ``best_params``, a list; ``estimator``, a list, if asked for.

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
