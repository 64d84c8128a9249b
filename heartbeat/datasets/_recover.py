"""Find the recording and the beat that a row of the Kaggle CSVs was segmented from."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.utils import check_array

from heartbeat._progress import show_progress
from heartbeat.datasets._beat_search import (
    Candidates,
    best_of_each_recording,
    exact_matches,
    row_lengths,
)
from heartbeat.recording import Recording
from heartbeat.segmentation._kaggle import KAGGLE_FS, KAGGLE_LENGTH

__all__ = ["recover_records"]

_RIVALS = 5
"""Number of recordings whose best beats are compared on all samples."""
_FINALISTS, _CLOSE_FINALISTS = 8, 128
"""Numbers of beats compared on all samples: per likely recording, then in the one found."""
_NO_DISTANCE = 1e-6
_SHARE = 1024
"""Number of rows that are compared at once, which bounds the memory."""
_LENGTH_RANGE = 1.06
"""Largest ratio of lengths among these rows; the longer rows are compared only in part."""


def recover_records(
    X: Any,
    recordings: Iterable[Recording],
    *,
    lead: str = "MLII",
    min_margin: float = 1.2,
    max_distance: float = 0.07,
    length_tolerance: float = 0.12,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Find the record and the beat that each row of the Kaggle heartbeat CSV files was cut from.

    The CSV files do not name the record of a beat, so that they can only be split by beat, with the
    same subjects on both sides. Once the records are known, they can be split by subject.

    Each row is compared with all annotated beats of a similar RR interval, first on smoothed
    samples. The best beats of the five most similar recordings are then compared on all samples and
    at all shifts of up to three samples. Offset and gain are fitted each time. Rows without a clear
    result are compared with all beats.

    Parameters
    ----------
    X : array-like of shape (n_rows, 187)
        Rows of ``mitbih_train.csv`` or ``mitbih_test.csv``: 125 Hz, scaled, padded with zeros.
    recordings : iterable of Recording
        Recordings with reference annotations that the rows may be from, such as
        ``load_recordings("mitdb")``.
    lead : str, default="MLII"
        Lead that the rows were cut from. A recording without this lead is compared by its first
        lead.
    min_margin : float, default=1.2
        A row counts as recovered if the nearest beat of any other recording is at least this many
        times as far away as the nearest beat. Raise it for fewer wrong records.
    max_distance : float, default=0.07
        Largest `distance` of a row that counts as recovered.
    length_tolerance : float, default=0.12
        Relative difference, in the first search, between the length of a row before its padding and
        the length of a beat in the Kaggle layout.
    n_jobs : int, optional
        Number of joblib workers, each with a part of the rows. None means 1 unless in a
        `joblib.parallel_config` context; -1 means all processors.
    progress : bool, optional
        Whether to show on standard error how many rows are done. None shows it in a terminal or a
        notebook.

    Returns
    -------
    DataFrame of n_rows rows
        - ``record``, ``subject`` : record and subject of the nearest beat, whether or not the row
          counts as recovered;
        - ``sample`` : position of the beat's annotation, in samples of the recording;
        - ``distance`` : root mean square difference in units of the row, whose range is 1, after
          offset, gain and shift are fitted;
        - ``margin`` : distance of the nearest beat of any other recording, divided by `distance`;
        - ``recovered`` : whether `margin` and `distance` are within the limits.

    Raises
    ------
    ValueError
        If `X` does not have 187 columns, or no recording has beats.

    See Also
    --------
    load_kaggle_heartbeat : Loads the rows.

    Notes
    -----
    Give all recordings that the rows may be from. A row whose recording is missing is assigned to
    the most similar other recording, and may count as recovered. ``benchmarks/recover_records.py``
    measures how often rows that were resampled in another way, with noise, are recovered, and how
    often the record is correct.

    Examples
    --------
    >>> from heartbeat.datasets import make_recording, recover_records
    >>> from heartbeat.segmentation import segment_beats
    >>> recordings = [
    ...     make_recording(30, name=name, random_state=seed) for seed, name in enumerate("ab")
    ... ]
    >>> rows = segment_beats(recordings[1], layout="kaggle", leads=[0]).data
    >>> found = recover_records(rows, recordings, lead="lead")
    >>> found["record"].unique().tolist()
    ['b']
    """
    X = check_array(X, dtype=np.float32)
    if X.shape[1] != KAGGLE_LENGTH:
        raise ValueError(
            f"X must have the {KAGGLE_LENGTH} samples of the Kaggle CSVs as columns, without the "
            f"label, got {X.shape[1]} columns."
        )
    candidates = [Candidates(recording, lead, KAGGLE_FS) for recording in recordings]
    candidates = [c for c in candidates if len(c)]
    if not candidates:
        raise ValueError(
            "no recording has annotated beats. Pass recordings with their reference annotations."
        )
    lengths = row_lengths(X)
    shares = _shares_of_similar_length(lengths)
    searches = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
        delayed(_search)(X[share], lengths[share], candidates, length_tolerance, min_margin)
        for share in shares
    )
    parts = []
    with show_progress(progress, "recovering records", len(X), "rows") as shown:
        for part in searches:
            parts.append(part)
            shown.advance(len(part))
    found = pd.concat(parts, ignore_index=True)
    found["recovered"] = (found["margin"] >= min_margin) & (found["distance"] <= max_distance)
    found.index = np.concatenate(shares)
    return found.sort_index()


def _shares_of_similar_length(lengths: np.ndarray) -> list[np.ndarray]:
    """Split the rows into groups of similar length, which are compared with all beats at once."""
    order = np.argsort(lengths, kind="stable")
    shares, first = [], 0
    while first < len(order):
        longest = lengths[order[first]] * _LENGTH_RANGE
        last = np.searchsorted(lengths[order], longest, side="right")
        shares.append(order[first : min(last, first + _SHARE)])
        first += len(shares[-1])
    return shares


def _search(
    X: np.ndarray, lengths: np.ndarray, candidates: Any, tolerance: float, min_margin: float
) -> pd.DataFrame:
    """Search among beats of similar RR interval and, for uncertain rows, among all beats."""
    found = _nearest(X, lengths, candidates, tolerance)
    doubtful = np.flatnonzero(found["margin"] < min_margin)
    if doubtful.size:
        again = _nearest(X[doubtful], lengths[doubtful], candidates, None)
        nearer = (again["distance"] < found["distance"].to_numpy()[doubtful]) | (
            again["record"] == found["record"].to_numpy()[doubtful]
        )
        # The margin of the wider search is used, because it has compared all candidates.
        found.loc[doubtful[nearer]] = again[nearer].set_axis(doubtful[nearer])
    return found


def _nearest(
    X: np.ndarray, lengths: np.ndarray, candidates: Any, tolerance: float | None
) -> pd.DataFrame:
    likeness = best_of_each_recording(X, lengths, candidates, tolerance)
    rivals = np.argsort(-likeness, axis=1)[:, :_RIVALS]
    distance = np.full(rivals.shape, np.inf)
    for i in np.unique(rivals):
        row, place = np.nonzero(rivals == i)
        distance[row, place], _ = exact_matches(X[row], lengths[row], candidates[i], _FINALISTS)
    by_distance = np.argsort(distance, axis=1, kind="stable")
    best, rows = by_distance[:, 0], np.arange(len(X))
    # A distance below float32 rounding is 0; this keeps the ratio of two perfect matches finite.
    other = distance[rows, by_distance[:, 1]] if rivals.shape[1] > 1 else np.inf
    margin = (other + _NO_DISTANCE) / (distance[rows, best] + _NO_DISTANCE)
    recording = rivals[rows, best]
    # The beats of a patient are similar, so that finding the beat takes a finer comparison.
    nearest, beat = np.empty(len(X)), np.empty(len(X), dtype=np.int64)
    for i in np.unique(recording):
        row = recording == i
        nearest[row], beat[row] = exact_matches(
            X[row], lengths[row], candidates[i], _CLOSE_FINALISTS
        )
    return pd.DataFrame(
        {
            "record": np.array([c.record for c in candidates], dtype=object)[recording],
            "subject": np.array([c.subject for c in candidates], dtype=object)[recording],
            "sample": beat,
            "distance": nearest,
            "margin": margin,
        }
    )
