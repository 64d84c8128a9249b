"""Noise stress test: scores of a classifier at several signal-to-noise ratios."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from heartbeat._checks import fresh_random_state
from heartbeat._shown import shown
from heartbeat.datasets import load_recordings
from heartbeat.inspection._beat_noise import noisy_tables
from heartbeat.inspection._noise import add_noise
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import aami_scores
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats

__all__ = ["noise_stress"]

_OVERALL = ("accuracy", "macro_f1", "j_kappa")


def noise_stress(
    model: Any,
    data: Bunch | Iterable[Recording],
    *,
    noise: Mapping[str, Any] | Iterable[str] = ("bw", "em", "ma"),
    snr: float | Iterable[float] = (24, 18, 12, 6, 0, -6),
    segment: Callable[[Recording], Bunch] = segment_beats,
    alternate: bool = False,
    macro_classes: Iterable[str] | None = None,
    data_home: str | os.PathLike | None = None,
    random_state: Any = 0,
) -> pd.DataFrame:
    """Score a classifier on beats with increasing noise.

    The signal-to-noise ratio is defined as in the MIT-BIH Noise Stress Test Database, see
    `add_noise`.

    Parameters
    ----------
    model : classifier
        Fitted classifier that predicts AAMI letters.
    data : Bunch, or iterable of Recording
        Test data. In a table of beats (from `load_beats` or `segment_beats`) the waveform gets
        noise and the context columns do not change, see `add_noise_to_beats`. Recordings with
        annotations get noise before they are cut, so that it also affects context columns computed
        from the waveform; prefer them if they are available.
    noise : mapping of str to (Recording or array), or iterable of str, default=("bw", "em", "ma")
        Noise by name, or names of records of the Noise Stress Test Database in the data home:
        baseline wander (``"bw"``), electrode motion (``"em"``) and muscle noise (``"ma"``).
    snr : iterable of float, default=(24, 18, 12, 6, 0, -6)
        Signal-to-noise ratios in dB.
    segment : callable, default=segment_beats
        Function that cuts a recording into beats as for training, such as
        ``functools.partial(segment_beats, context="rr")``. Not used for tables.
    alternate : bool, default=False
        For recordings, whether two minutes with and two minutes without noise alternate after five
        clean minutes. All beats are scored, also those without noise.
    macro_classes : iterable of str, optional
        Classes whose F1 is averaged to macro-F1, see `heartbeat.metrics.aami_scores`.
    data_home : path, optional
        Folder of the databases, see `heartbeat.datasets.get_data_home`.
    random_state : int, RandomState instance or None, default=0
        Controls which part of the noise each beat gets (tables) or where in the noise each
        recording begins (recordings).

    Returns
    -------
    DataFrame
        One row per noise and signal-to-noise ratio, after a first row without noise
        (``noise="none"``, ``snr=inf``). The columns are ``noise``, ``snr``, ``n_beats``,
        ``accuracy``, ``macro_f1``, ``j_kappa``, and ``"N Se"``, ``"N +P"``, ``"N F1"`` and so on
        for each class.

    Raises
    ------
    FileNotFoundError
        If noise is given by name and the database is not in the data home.
    ValueError
        If a noise, a signal-to-noise ratio or the layout of the beats cannot be used.

    See Also
    --------
    add_noise : Add noise to a recording.
    add_noise_to_beats : Add noise to a table of beats.

    References
    ----------
    Moody, Muldrow, Mark (1984). A noise stress test for arrhythmia detectors. Computers in
    Cardiology 11:381-384.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.inspection import noise_stress
    >>> beats = make_beats(300, random_state=0)
    >>> model = LogisticRegression(max_iter=1000).fit(beats.data, beats.target)
    >>> noise = {"white": np.random.default_rng(0).normal(size=10_000)}
    >>> table = noise_stress(model, beats, noise=noise, snr=[24, -6])
    >>> table["noise"].tolist(), table["snr"].tolist()
    (['none', 'white', 'white'], [inf, 24.0, -6.0])
    >>> bool(table["accuracy"].iloc[1] > table["accuracy"].iloc[2])
    True
    """
    snrs = [float(value) for value in (snr if isinstance(snr, Iterable) else [snr])]
    if not snrs or not np.isfinite(snrs).all():
        raise ValueError(f"snr must hold finite numbers of dB, got {shown(snr)}.")
    noises = _noises(noise, data_home)
    # A table gets the same noise at all strengths; recordings are segmented again for each.
    if isinstance(data, Bunch):
        versions = _of_table(data, noises, snrs, random_state)
    else:
        recordings = list(data)
        if not all(isinstance(recording, Recording) for recording in recordings) or not recordings:
            raise TypeError(
                "data must be a Bunch of beats or a sequence of at least one Recording."
            )
        versions = _of_recordings(recordings, noises, snrs, segment, alternate, random_state)
    rows = []
    for name, strength, X, y in versions:
        scores = aami_scores(y, model.predict(X), macro_classes=macro_classes)
        row = {"noise": name, "snr": strength, "n_beats": len(y)}
        row |= {overall: getattr(scores, overall) for overall in _OVERALL}
        table = scores.to_frame()
        for letter in AAMI_CLASSES:
            row |= {f"{letter} {score}": table.loc[letter, score] for score in ("Se", "+P", "F1")}
        rows.append(row)
    return pd.DataFrame(rows)


def _of_table(
    beats: Bunch, noises: dict[str, Any], snrs: list[float], random_state: Any
) -> Iterator[tuple]:
    y = np.asarray(beats.target)
    yield "none", np.inf, beats.data, y
    for name, noise in noises.items():
        tables = noisy_tables(beats, noise, snrs, random_state)
        for strength, X in zip(snrs, tables, strict=True):
            yield name, strength, X, y


def _of_recordings(
    recordings: Sequence[Recording],
    noises: dict[str, Any],
    snrs: list[float],
    segment: Callable[[Recording], Bunch],
    alternate: bool,
    random_state: Any,
) -> Iterator[tuple]:
    yield "none", np.inf, *_cut(map(segment, recordings))
    starts = fresh_random_state(random_state).randint(2**20, size=len(recordings))
    for name, noise in noises.items():
        for strength in snrs:
            noisy = (
                add_noise(recording, noise, strength, alternate=alternate, start=int(start))
                for recording, start in zip(recordings, starts, strict=True)
            )
            yield name, strength, *_cut(map(segment, noisy))


def _cut(tables: Iterable[Bunch]) -> tuple[np.ndarray, np.ndarray]:
    parts = [(table.data, np.asarray(table.target)) for table in tables]
    return np.concatenate([X for X, _ in parts]), np.concatenate([y for _, y in parts])


def _noises(noise: Any, data_home: Any) -> dict[str, Any]:
    if isinstance(noise, Mapping):
        return dict(noise)
    names = [noise] if isinstance(noise, str) else list(noise)
    return dict(zip(names, load_recordings("nstdb", records=names, data_home=data_home),
                    strict=True))  # fmt: skip
