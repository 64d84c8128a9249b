"""Beats of any lead of mitdb and svdb, and the draw of those that a classifier is trained on."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from heartbeat._groups import draw_rows
from heartbeat.datasets import augment_rhythm, load_beats, load_recordings
from heartbeat.labels import PACED_RECORDS
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats

DATABASES = ("mitdb", "svdb")
N_DRAWN, TURNED, GAIN = 130_000, 0.15, 0.15
"""Beats drawn to train on; share that is turned upside down; spread of the logarithm of gain."""
N_REARRANGED = {"premature": 2_000, "irregular": 1_200}
"""Beats drawn from rearranged recordings, by rhythm."""

_BY_BEAT = ("record", "subject", "lead", "database", "sample")


def load_any_lead(context: tuple[str, ...], data_home: str | None, scaling: str = "qrs") -> Bunch:
    """Return every lead of every record as a view of its own; paced records and Q left out."""
    beats = load_beats(
        DATABASES,
        leads="any",
        scaling=scaling,
        context=context,
        data_home=data_home,
        as_frame=True,
    )
    paced = np.isin(beats.record, [f"mitdb/{record}" for record in PACED_RECORDS])
    return rows_of(beats, ~paced & np.isin(beats.target, list("NSVF")))


def load_rearranged(
    context: tuple[str, ...], data_home: str | None, scaling: str = "qrs", seed: int = 0
) -> Bunch:
    """Return the beats of all records in other rhythms; `record` names where they come from."""
    parts = [
        (
            record,
            rhythm,
            segment_beats(recording, leads="any", scaling=scaling, context=context, as_frame=True),
        )
        for record, rhythm, recording in _rearranged(data_home, seed)
    ]
    records, rhythms, tables = zip(*parts, strict=True)
    n_beats = [len(table.data) for table in tables]
    return Bunch(
        data=pd.concat([table.data for table in tables], ignore_index=True),
        target=np.concatenate([table.target for table in tables]),
        record=np.repeat(records, n_beats),
        rhythm=np.repeat(rhythms, n_beats),
    )


def _rearranged(data_home: str | None, seed: int) -> Iterator[tuple[str, str, Recording]]:
    """Yield each record in each rhythm that it has the beats for."""
    for database in DATABASES:
        for number, recording in enumerate(load_recordings(database, data_home=data_home)):
            if database == "mitdb" and recording.name in PACED_RECORDS:
                continue
            for rhythm in N_REARRANGED:
                try:
                    rearranged = augment_rhythm(recording, rhythm, random_state=seed + number)
                except ValueError:  # It has too few S.
                    continue
                yield f"{database}/{recording.name}", rhythm, rearranged


def rows_of(beats: Bunch, rows: np.ndarray) -> Bunch:
    """Return some rows of a table and of what goes with it."""
    kept = {name: beats[name][rows] for name in _BY_BEAT}
    data = beats.data[rows].reset_index(drop=True)
    target = beats.target[rows].reset_index(drop=True)
    return Bunch(**(beats | kept | {"data": data, "target": target}))


def draw(
    beats: Bunch, rows: np.ndarray, rearranged: Bunch | None, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw beats to train on, with the rare of each subject oftener, turned and scaled at random.

    The draw is that of `heartbeat.resampling.SubjectSampler`. Beats of the same records in other
    rhythms follow, if there are any.
    """
    rng = np.random.RandomState(seed)
    drawn = draw_rows(np.asarray(beats.target)[rows], beats.subject[rows], N_DRAWN, rng)
    drawn = rows[np.sort(drawn)]
    X, y = _turned(beats.data.iloc[drawn], beats.waveform, rng), np.asarray(beats.target)[drawn]
    if rearranged is None:
        return X, y
    trained_on = np.isin(rearranged.record, np.unique(beats.record[rows]))
    others = np.concatenate(
        [
            rng.choice(np.flatnonzero(trained_on & (rearranged.rhythm == rhythm)), n)
            for rhythm, n in N_REARRANGED.items()
        ]
    )
    more = _turned(rearranged.data.iloc[others], beats.waveform, rng)
    X = pd.concat([X, more], ignore_index=True)
    return X, np.concatenate([y, rearranged.target[others]])


def _turned(X: pd.DataFrame, waveform: slice, rng: np.random.RandomState) -> pd.DataFrame:
    """Turn some beats upside down, and scale all."""
    X = X.reset_index(drop=True)
    sign = rng.choice([-1, 1], size=len(X), p=[TURNED, 1 - TURNED])
    gain = np.exp(GAIN * rng.standard_normal(len(X)))
    X.iloc[:, waveform] *= (sign * gain)[:, np.newaxis].astype(np.float32)
    return X
