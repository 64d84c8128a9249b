"""Nested cross-validation in which both loops keep subjects apart."""

from typing import Any

from sklearn import config_context
from sklearn.model_selection import cross_validate


def nested_cross_validate(
    search: Any, X: Any, y: Any, *, groups: Any, cv: Any, **options: Any
) -> dict[str, Any]:
    """Cross-validate a search, handing the subjects to the outer and to the inner splitter.

    The score of a search on the folds that chose its parameters is too good. Here every outer
    fold has a search of its own, which sees neither the fold's beats nor its subjects.

    Parameters
    ----------
    search : estimator
        A `GridSearchCV` or its kin, with a splitter that takes groups as its ``cv``.
    X : array-like of shape (n_beats, n_features)
        Beats.
    y : array-like of shape (n_beats,)
        Their classes.
    groups : array-like of shape (n_beats,)
        Their subjects.
    cv : cross-validation object
        The outer splitter, one that takes groups.
    **options
        For `sklearn.model_selection.cross_validate`: ``scoring``, ``return_estimator``, ...

    Returns
    -------
    dict
        As `sklearn.model_selection.cross_validate` returns it.

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
    with config_context(enable_metadata_routing=True):
        return cross_validate(search, X, y, cv=cv, params={"groups": groups}, **options)
