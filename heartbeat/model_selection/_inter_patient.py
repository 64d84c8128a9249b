"""The inter-patient division of MIT-BIH as a cross-validation object."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils.validation import _num_samples

from heartbeat._shown import shown
from heartbeat.labels import DS1, DS2, PACED_RECORDS, subject_of
from heartbeat.model_selection._groups import needed_groups


class InterPatientSplit(BaseCrossValidator):
    """Split beats by record: train on some records, test on others.

    The default is the inter-patient division of the MIT-BIH Arrhythmia Database by de Chazal et
    al. [1]_, with which most papers report: train on DS1, test on DS2. There is one split. Pass the
    object as ``cv=`` to the functions of scikit-learn, and the record of each beat as ``groups=``.

    Parameters
    ----------
    train, test : sequence of str, default=`labels.DS1`, `labels.DS2`
        Names of the training and the test records.
    unknown : {"raise", "ignore"}, default="raise"
        What to do with beats of records that are in neither list. ``"raise"`` raises an error;
        ``"ignore"`` leaves these beats out and warns how many they are. Use it, for instance, to
        leave out the four paced records when all 48 records were loaded.
    allow_shared : sequence of str, default=("201-202",)
        Subjects that may have records on both sides. The published division has one such subject:
        record 201 is in DS1, and record 202, of the same man, is in DS2. To exclude this, leave out
        one of the two records: ``InterPatientSplit(test=[r for r in DS2 if r != "202"],
        unknown="ignore", allow_shared=())``.

    See Also
    --------
    SubjectKFold : Cross-validation within DS1, to choose between models.
    audit_split : Checks whether a split keeps subjects apart.

    Notes
    -----
    Here `groups` are **records**, not subjects, because the published division separates the two
    records of one subject.

    References
    ----------
    .. [1] P. de Chazal, M. O'Dwyer, R. B. Reilly, "Automatic classification of heartbeats using
       ECG morphology and heartbeat interval features", IEEE Trans. Biomed. Eng. 51(7), 2004.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.model_selection import InterPatientSplit
    >>> record = np.array(["100", "101", "101", "103"])
    >>> for train, test in InterPatientSplit().split(np.zeros((4, 187)), groups=record):
    ...     print(train, test)
    [1 2] [0 3]
    """

    # With metadata routing, a search passes `groups` to its splitter without a request.
    __metadata_request__split = {"groups": True}

    def __init__(
        self,
        train: Sequence[str] = DS1,
        test: Sequence[str] = DS2,
        *,
        unknown: str = "raise",
        allow_shared: Sequence[str] = ("201-202",),
    ):
        self.train = train
        self.test = test
        self.unknown = unknown
        self.allow_shared = allow_shared

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits, which is 1.

        Parameters
        ----------
        X, y, groups : ignored
            Present for the interface of scikit-learn.

        Returns
        -------
        int
        """
        return 1

    def split(
        self, X: Any, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the row numbers of the training and test beats.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats. Only their number is used.
        y : ignored
            Present for the interface of scikit-learn.
        groups : array-like of shape (n_beats,)
            Record of each beat, ``beats.record``.

        Yields
        ------
        train, test : ndarray of int
            Row numbers.

        Raises
        ------
        ValueError
            If `groups` is missing, holds subjects or a record that is in neither list (with
            ``unknown="raise"``), or leaves a side empty, or if a subject would be on both sides.

        Warns
        -----
        UserWarning
            If beats are left out; it counts them by record.
        """
        # Names are compared as strings, because they may be given as numbers.
        train, test = (list(map(str, side)) for side in (self.train, self.test))
        self._check_sides(train, test)
        groups = needed_groups(groups, _num_samples(X), "InterPatientSplit", "beats.record")
        records, rows = np.unique(groups.astype(str), return_inverse=True)
        in_train, in_test = np.isin(records, train), np.isin(records, test)
        strangers = records[~(in_train | in_test)]
        # The subject of two records ("201-202") is not a record; ignoring it would drop both.
        subjects = {subject_of(record) for record in (*train, *test)} - {*train, *test}
        if strangers.size and (self.unknown == "raise" or subjects & set(strangers.tolist())):
            raise ValueError(self._about_strangers(strangers))
        for side, there in (("train", in_train), ("test", in_test)):
            if not there.any():
                raise ValueError(
                    f"groups must contain records of both sides, but has none of the {side} side: "
                    f"{records[:8].tolist()}."
                )
        if strangers.size:
            counts = np.bincount(rows, minlength=len(records))[~(in_train | in_test)]
            told = ", ".join(f"{r} ({n})" for r, n in zip(strangers[:8], counts[:8], strict=True))
            more = f" and {len(strangers) - 8} more" if len(strangers) > 8 else ""
            warnings.warn(
                f"{counts.sum()} of {len(rows)} rows are of records on neither side and were left "
                f"out: {told}{more}.",
                UserWarning,
                stacklevel=2,
            )
        yield np.flatnonzero(in_train[rows]), np.flatnonzero(in_test[rows])

    def _check_sides(self, train: list[str], test: list[str]) -> None:
        if self.unknown not in ("raise", "ignore"):
            raise ValueError(f'unknown must be "raise" or "ignore", got {shown(self.unknown)}.')
        both = set(train) & set(test)
        if both:
            raise ValueError(
                f"records must not be in both train and test, got {shown(sorted(both))}."
            )
        shared = {subject_of(r) for r in train} & {subject_of(r) for r in test}
        shared -= set(self.allow_shared)
        if shared:
            raise ValueError(
                f"subject(s) {shown(sorted(shared))} would be on both sides. Remove their records "
                f"from one side, or name them in allow_shared."
            )

    def _about_strangers(self, strangers: np.ndarray) -> str:
        message = f"groups name records that are on neither side: {strangers[:8].tolist()}. "
        if any("-" in name for name in strangers):
            return message + "Pass records (beats.record), not subjects (beats.subject)."
        if set(strangers) <= set(PACED_RECORDS):
            return message + 'These are the paced ones. Remove them, or set unknown="ignore".'
        return message + 'Remove their rows, or set unknown="ignore".'
