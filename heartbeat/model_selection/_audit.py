"""Find out whether a split has the same person on both sides."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.validation import _num_samples

from heartbeat.model_selection._groups import needed_groups

# A test beat of a subject in the training set is as near to it as its beats are to each other, so
# that this share is about one half. For beats of other subjects it is near zero.
_INTRA_PATIENT_CLOSENESS = 0.4


@dataclass(frozen=True)
class SplitAudit:
    """Whether a split keeps the subjects of training and test set apart.

    `audit_split` returns it; ``print`` explains the findings in words.

    Attributes
    ----------
    verdict : {"intra-patient", "mixed", "inter-patient"}
        Whether all, some or none of the test beats are from subjects of the training set. It
        follows from the groups if they were given, and from `closeness` otherwise, which cannot
        recognise a mixed split.
    n_train, n_test : int
        Number of training and test beats.
    shared_subjects : tuple or None
        Subjects on both sides; None without groups.
    shared_test_share : float or None
        Share of the test beats that are of these subjects.
    same_subject_share : float or None
        Share of the test beats whose nearest training beat is of the same subject.
    same_class_share : float or None
        Share of the test beats whose nearest training beat is of the same class, which is the
        accuracy of a one-nearest-neighbour classifier. None without `y`.
    closeness : float
        Probability that a test beat is nearer to the training set than a training beat is to the
        rest of the training set. It is near 0.5 if both sides have the same subjects, and near 0
        if they have different ones.
    duplicates : int
        Number of test beats that are exact copies of training beats.
    n_compared : int
        Number of beats of each side that were compared.

    See Also
    --------
    InterPatientSplit, SubjectKFold : Splits that keep subjects apart.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.model_selection import audit_split
    >>> rng = np.random.default_rng(0)
    >>> subject = np.repeat(np.arange(10), 40)
    >>> X = rng.normal(size=(10, 30))[subject] + 0.1 * rng.normal(size=(400, 30))
    >>> audit = audit_split(X, groups=subject, train=subject < 5, test=subject >= 5)
    >>> audit.verdict, audit.shared_subjects
    ('inter-patient', ())
    """

    verdict: str
    n_train: int
    n_test: int
    shared_subjects: tuple | None = field(repr=False)
    shared_test_share: float | None
    same_subject_share: float | None
    same_class_share: float | None
    closeness: float
    duplicates: int
    n_compared: int

    def __str__(self) -> str:
        lines = [f"{self.verdict} split: {self.n_train:,} training, {self.n_test:,} test beats"]
        if self.shared_subjects is not None:
            lines.append(
                f"  subjects on both sides: {len(self.shared_subjects)}, "
                f"with {self.shared_test_share:.1%} of the test beats"
            )
            lines.append(
                f"  nearest training beat is of the same subject: {self.same_subject_share:.1%}"
            )
        if self.same_class_share is not None:
            lines.append(
                f"  nearest training beat is of the same class: {self.same_class_share:.1%}"
            )
        lines.append(
            f"  test beats are nearer to the training set than its own: {self.closeness:.1%}"
            " (same people: about 50 %)"
        )
        if self.duplicates:
            lines.append(f"  test beats that are copies of training beats: {self.duplicates}")
        return "\n".join(lines)


def audit_split(
    X: Any,
    y: Any = None,
    groups: Any = None,
    train: Any = None,
    test: Any = None,
    *,
    max_beats: int = 10_000,
    random_state: Any = 0,
) -> SplitAudit:
    """Check whether a split of beats has the same subjects in training and test set.

    Use it before you believe a high accuracy. Beats of one subject resemble each other. If a
    subject is on both sides, a classifier can recognise the subject instead of the class, and its
    score says little about new subjects.

    With `groups` the shared subjects are counted. Without them, as for the Kaggle CSV files, the
    beats are compared: the distance of each test beat to the nearest training beat, against the
    distance of training beats to the nearest other training beat.

    Parameters
    ----------
    X : array-like of shape (n_beats, n_features)
        Beats, scaled as for the classifier.
    y : array-like of shape (n_beats,), optional
        Class of each beat.
    groups : array-like of shape (n_beats,), optional
        Subject of each beat, if known.
    train, test : array-like of int or bool
        Rows of the training and the test beats, as row numbers or as a mask.
    max_beats : int, default=10_000
        Largest number of beats of each side that are compared, drawn at random. The time needed
        grows with its square.
    random_state : int, RandomState instance or None, default=0
        Controls which beats are drawn.

    Returns
    -------
    SplitAudit
        Verdict and figures; ``print(audit)`` explains them in words.

    Raises
    ------
    ValueError
        If a side is missing or has fewer than two beats, or if a row is on both sides.

    See Also
    --------
    InterPatientSplit, SubjectKFold : Splits that keep subjects apart.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.model_selection import audit_split
    >>> rng = np.random.default_rng(0)
    >>> subject = np.repeat(np.arange(10), 40)
    >>> X = rng.normal(size=(10, 30))[subject] + 0.1 * rng.normal(size=(400, 30))
    >>> even, odd = np.arange(0, 400, 2), np.arange(1, 400, 2)
    >>> audit_split(X, groups=subject, train=even, test=odd).verdict
    'intra-patient'
    >>> audit_split(X, train=subject < 5, test=subject >= 5).verdict
    'inter-patient'
    """
    n_rows = _num_samples(X)
    X = check_array(X, dtype=[np.float32, np.float64])
    rows = {"train": _rows(train, n_rows, "train"), "test": _rows(test, n_rows, "test")}
    common = np.intersect1d(rows["train"], rows["test"])
    if common.size:
        raise ValueError(
            f"train and test must not overlap, but share {common.size} row(s), such as {common[0]}."
        )
    if y is not None:
        y = column_or_1d(y)
        check_consistent_length(X, y)
    if groups is not None:
        groups = needed_groups(groups, n_rows, "audit_split", "beats.subject")
    rng = check_random_state(random_state)
    # One half of the training beats is the reference; test beats are compared with the other half.
    few = {side: _draw(r, max_beats, rng) for side, r in rows.items()}
    probe, reference = _halves(few["train"], rng)

    neighbours = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(X[reference])
    to_test, nearest = (a[:, 0] for a in neighbours.kneighbors(X[few["test"]]))
    to_probe = neighbours.kneighbors(X[probe])[0][:, 0]
    nearest = reference[nearest]
    closeness = _probability_less(to_test, to_probe)

    shared = shared_share = same_subject = None
    if groups is not None:
        common = np.intersect1d(groups[rows["train"]], groups[rows["test"]])
        shared_share = float(np.isin(groups[rows["test"]], common).mean())
        same_subject = float((groups[nearest] == groups[few["test"]]).mean())
        shared = tuple(common.tolist())
    return SplitAudit(
        verdict=_verdict(shared_share, closeness),
        n_train=len(rows["train"]),
        n_test=len(rows["test"]),
        shared_subjects=shared,
        shared_test_share=shared_share,
        same_subject_share=same_subject,
        same_class_share=None if y is None else float((y[nearest] == y[few["test"]]).mean()),
        closeness=closeness,
        duplicates=_count_copies(X, rows["train"], rows["test"]),
        n_compared=len(few["test"]),
    )


def _verdict(shared_test_share: float | None, closeness: float) -> str:
    if shared_test_share is None:
        return "intra-patient" if closeness > _INTRA_PATIENT_CLOSENESS else "inter-patient"
    if shared_test_share == 0:
        return "inter-patient"
    return "intra-patient" if shared_test_share == 1 else "mixed"


def _rows(side: Any, n_rows: int, name: str) -> np.ndarray:
    if side is None:
        raise ValueError(f"{name} is missing. Pass the rows of both sides as train= and test=.")
    side = np.asarray(side)
    if side.dtype == bool:
        if side.shape != (n_rows,):
            raise ValueError(
                f"{name} must be a mask with one value for each of the {n_rows} rows, got shape "
                f"{side.shape}."
            )
        side = np.flatnonzero(side)
    if len(side) < 2:
        raise ValueError(f"{name} must hold at least two beats, got {len(side)}.")
    if side.ndim != 1 or side.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be row numbers or a mask, got {side.dtype} of shape {side.shape}."
        )
    outside = side[(side < 0) | (side >= n_rows)]
    if outside.size:
        raise ValueError(f"{name} must hold row numbers from 0 to {n_rows - 1}, got {outside[0]}.")
    return side


def _draw(rows: np.ndarray, most: int, rng: np.random.RandomState) -> np.ndarray:
    return rows if len(rows) <= most else rng.choice(rows, most, replace=False)


def _halves(rows: np.ndarray, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    rows = rng.permutation(rows)
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]


def _probability_less(one: np.ndarray, other: np.ndarray) -> float:
    """Return the probability that a value of `one` is below one of `other`, with ties halved."""
    other = np.sort(other)
    below = np.searchsorted(other, one, "left") + np.searchsorted(other, one, "right")
    return float(1 - below.mean() / (2 * len(other)))


def _count_copies(X: np.ndarray, train: np.ndarray, test: np.ndarray) -> int:
    def hashes(rows: np.ndarray) -> np.ndarray:
        return np.fromiter((hash(row.tobytes()) for row in X[rows]), np.int64, len(rows))

    return int(np.isin(hashes(test), hashes(train)).sum())
