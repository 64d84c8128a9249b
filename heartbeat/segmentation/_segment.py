"""`segment_beats`: one recording in, one table of beats out."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import Bunch

from heartbeat._layout import BeatLayout, n_samples, remember_layout, resolve_layout
from heartbeat._shown import shown
from heartbeat.context import (
    CONTEXT_AFTER,
    CONTEXT_BEFORE,
    BeatSequence,
    ContextBlock,
    compute_context,
    context_feature_names,
    resolve_context,
)
from heartbeat.labels import AAMI_CLASSES, UNCLASSIFIED_DATABASES, classes_of_symbols
from heartbeat.segmentation._kaggle import (
    KAGGLE_FS,
    KAGGLE_LENGTH,
    crop_lengths,
    cut_kaggle,
    to_adc_units,
)
from heartbeat.segmentation._positions import find_beats
from heartbeat.segmentation._qrs_units import SCALINGS, in_band, qrs_peaks, qrs_units
from heartbeat.segmentation._signal import (
    bridge_gaps,
    cut,
    invalid_share,
    resample_linear,
)

if TYPE_CHECKING:
    from heartbeat.recording import Recording

__all__ = ["ANY_LEAD", "LAYOUTS", "check_layout", "framed", "segment_beats"]

LAYOUTS = ("centered", "kaggle")

ANY_LEAD = "any"
"""Name of the columns of beats that may be of any lead."""

_BY_ROW = ("data", "target", "symbol", "sample", "record", "subject", "lead", "invalid")


def segment_beats(
    recording: "Recording",
    *,
    beats: str | np.ndarray = "annotations",
    layout: str = "centered",
    fs: float = 125.0,
    before: float = 0.5,
    after: float = 1.0,
    leads: str | int | Iterable[str | int] = ("MLII",),
    context: str | Iterable[str | ContextBlock] = (),
    scaling: str | None = None,
    edges: str = "pad",
    convention: str = "literature",
    as_frame: bool = False,
) -> Bunch:
    """Cut a recording into a table of beats for scikit-learn, one row per beat.

    Nothing is filtered. Clean the recording first (`heartbeat.preprocessing.clean`), or the beats
    afterwards with the transformers of `heartbeat.preprocessing`.

    Parameters
    ----------
    recording : Recording
        Recording to cut.
    beats : {"annotations", "detect"} or array-like of int, default="annotations"
        Where the beats are. ``"annotations"`` takes the reference annotations; ``"detect"`` takes
        the R peaks that `heartbeat.detection.detect_beats` finds on the first of `leads`; an array
        gives their positions in samples of the recording.
    layout : {"centered", "kaggle"}, default="centered"
        How a beat is cut. ``"centered"`` takes a fixed time around R, in mV; choose it for new
        work. ``"kaggle"`` reproduces the Kaggle heartbeat files: 1.2 median RR intervals from R on,
        scaled to [0, 1] and padded with zeros to 187 samples at 125 Hz; `before` and `after` are
        not used.
    fs : float, default=125.0
        Sampling rate of the beats in Hz. The recording is resampled to it, and beat positions are
        rounded to the nearest sample.
    before, after : float, default=0.5 and 1.0
        Time kept before and after R in s. R is at index ``floor(before * fs)``.
    leads : str, int, or iterable of them, default=("MLII",)
        Names or positions of the leads, in the order of the columns. Names are matched as
        `heartbeat.recording.find_lead` does; MLII, for instance, gives lead II of a 12-lead
        recording. Columns have the names given here, so that tables from several devices fit the
        same classifier. ``"any"`` makes a table of single-lead beats with columns ``any_000`` and
        so on: each beat has one row for each lead of the recording, ordered by lead, and `lead` of
        the Bunch names the lead of each row.
    context : str or iterable of str, default=()
        Context blocks to append as columns, see `heartbeat.context.list_context_blocks`. They are
        computed from all beats of the recording, including those that `edges` drops.
    scaling : {None, "qrs", "qrs_causal"}, default=None
        Scaling of the waveforms, for the centered layout only. ``None`` keeps them in mV.
        ``"qrs"`` makes beats, and the waveforms that context blocks see, independent of gain,
        offset and sign of the lead; choose it where devices or electrode positions differ. The
        lead is filtered to 0.5-40 Hz, R is moved to the largest deflection within 0.1 s, and each
        beat is divided by the median height of the 101 QRS complexes around it, with the sign that
        makes them upright. ``"qrs_causal"`` uses only the beat and the 50 beats before it, as is
        necessary for live signals.
    edges : {"pad", "drop"}, default="pad"
        What to do with beats that reach beyond an end of the recording. ``"pad"`` repeats the last
        sample (zeros in the Kaggle layout); ``"drop"`` leaves the beats out.
    convention : {"literature", "ec57"}, default="literature"
        AAMI class of escape beats, see `heartbeat.labels.classes_of_symbols`.
    as_frame : bool, default=False
        Whether to return `data` as a DataFrame, whose column names describe the layout, and
        `target` as a Series.

    Returns
    -------
    Bunch
        data : ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context), float32
            Beats: the leads one after another, then the context columns. All values are finite.
        target : ndarray or Series of shape (n_beats,), dtype "<U1"
            AAMI class; ``""`` for beats without a reference class, and for all beats of databases
            whose annotations have no classes (`heartbeat.labels.UNCLASSIFIED_DATABASES`).
        symbol : ndarray of shape (n_beats,), dtype str
            Annotation symbol of each beat.
        sample : ndarray of shape (n_beats,), dtype int64
            R peaks in samples of the recording, at its own sampling rate.
        record, subject, lead : ndarray of shape (n_beats,), dtype str
            Names of the recording, the subject, and the lead or leads (``"MLII+V1"``).
        invalid : ndarray of shape (n_beats,), dtype float32
            Share of the beat's samples that are invalid (NaN) in the recording and are interpolated
            linearly in `data`.
        n_leads, n_context : int
            Numbers of leads and context columns, as estimators take them.
        waveform, context : slice
            Columns of `data`.
        feature_names : list of str
            Column names, such as ``MLII_000`` and ``rr_prev_s``.
        target_names : list of str
            The AAMI classes in order.
        layout, scaling : str
            The parameters.
        fs, before, after : float
            Sampling rate of the beats in Hz, and time before and after R in s.
        leads : tuple of str
            Names of the leads in the columns: those given, or the recording's for a position.
        n_dropped, n_padded : int
            Number of beats too near an end that were left out, or padded.

    Raises
    ------
    TypeError
        If `recording` is not a `Recording`, or `fs`, `before` or `after` is not a number.
    ValueError
        If a parameter has an unknown value, a lead or the annotations are missing, or a position
        lies outside the recording.

    Warns
    -----
    UserWarning
        If no beats are found, because classifiers do not accept an empty table.

    See Also
    --------
    heartbeat.datasets.load_beats : Cuts all recordings of a database.
    heartbeat.detection.detect_beats : Finds the R peaks.
    heartbeat.context.list_context_blocks : Names of the context blocks.

    Examples
    --------
    >>> from heartbeat.recording import Annotations, Recording
    >>> from heartbeat.segmentation import segment_beats
    >>> signal = np.sin(np.arange(3600) / 30).astype(np.float32)[:, None]
    >>> notes = Annotations(sample=np.array([400, 700, 3590]), symbol=np.array(["N", "V", "N"]))
    >>> recording = Recording(signal, fs=360.0, leads=("MLII",), name="r", annotations=notes)
    >>> beats = segment_beats(recording, context="rr")
    >>> beats.data.shape, beats.target.tolist(), beats.n_padded
    ((3, 203), ['N', 'V', 'N'], 1)
    >>> segment_beats(recording, edges="drop", fs=250.0, before=0.2, after=0.3).data.shape
    (2, 125)
    """
    if not hasattr(recording, "select_leads"):
        raise TypeError(
            f"recording must be a Recording, got {type(recording).__name__}. Wrap an array as "
            f"heartbeat.recording.Recording(signal, fs=360), in mV, with samples in rows."
        )
    blocks = resolve_context(context)
    check_layout(layout, fs, before, after, edges, scaling)
    leads = (leads,) if isinstance(leads, (str, int, np.integer)) else tuple(leads)
    if leads == (ANY_LEAD,):
        options = {"layout": layout, "fs": fs, "before": before, "after": after}
        options |= {"context": blocks, "scaling": scaling, "edges": edges, "convention": convention}
        bunch = _each_lead(recording, beats, options)
        return framed(bunch) if as_frame else bunch
    chosen = recording.select_leads(leads)
    sample, symbol = find_beats(chosen, beats)
    if isinstance(beats, str) and beats == "detect" and not len(sample):
        warnings.warn(
            f"no beats were found on {chosen.leads[0]} of recording {recording.name!r}, so that "
            f"the table is empty and cannot be classified. Check whether the lead is flat, noisy, "
            f"or not in mV.",
            stacklevel=2,
        )
    times = sample / chosen.fs

    if layout == "kaggle":
        signal = resample_linear(chosen.signal.T, chosen.fs, fs)
        before, after = 0.0, KAGGLE_LENGTH / KAGGLE_FS
    else:
        signal = chosen.resample(fs).signal.T
    signal, invalid = bridge_gaps(np.ascontiguousarray(signal))
    r = np.minimum(np.rint(times * fs).astype(np.int64), signal.shape[1] - 1)
    if scaling is not None:
        r = qrs_peaks(signal, r, fs)
        times = r / fs
        signal = in_band(signal, fs)

    if layout == "kaggle":
        start, length = r, crop_lengths(times)
        waveforms, complete = cut_kaggle(to_adc_units(signal), start, length)
    else:
        start = r - n_samples(before, fs)
        n_times = n_samples(before, fs) + n_samples(after, fs)
        length = np.full(len(r), n_times)
        waveforms, complete = cut(signal, start, n_times)
    columns = np.zeros((len(r), 0), dtype=np.float32)
    if blocks or scaling is not None:
        r_index = n_samples(CONTEXT_BEFORE, fs)
        around, _ = cut(signal, r - r_index, r_index + n_samples(CONTEXT_AFTER, fs))
        if scaling is not None:
            units = qrs_units(around, fs, r_index, scaling)[:, :, np.newaxis]
            waveforms /= units
            around /= units
        columns = compute_context(BeatSequence(times, around, fs, r_index), blocks)

    table = BeatLayout(
        _column_leads(chosen, leads), waveforms.shape[2], tuple(context_feature_names(blocks))
    )
    remember_layout(table)
    rows = complete if edges == "drop" else np.ones(len(r), dtype=bool)
    data = np.hstack([waveforms.reshape(len(r), table.n_waveform), columns])
    bunch = Bunch(
        data=data if rows.all() else data[rows],
        target=_targets(recording, symbol[rows], convention),
        symbol=symbol[rows],
        sample=sample[rows],
        record=np.full(rows.sum(), recording.name),
        subject=np.full(rows.sum(), recording.subject),
        lead=np.full(rows.sum(), "+".join(chosen.leads)),
        invalid=invalid_share(invalid, start, start + length)[rows],
        n_leads=table.n_leads,
        n_context=table.n_context,
        waveform=table.waveform_slice,
        context=table.context_slice,
        feature_names=table.column_names(),
        target_names=list(AAMI_CLASSES),
        layout=layout,
        scaling=scaling,
        fs=float(fs),
        before=float(before),
        after=float(after),
        leads=table.leads,
        n_dropped=int((~rows).sum()),
        n_padded=int((~complete[rows]).sum()),
    )
    return framed(bunch) if as_frame else bunch


def _each_lead(recording: "Recording", beats: str | np.ndarray, options: dict[str, Any]) -> Bunch:
    """Segment each lead separately, at the same beats, and concatenate the tables."""
    if isinstance(beats, str):
        beats = find_beats(recording, beats)[0]
    parts = [
        segment_beats(recording, beats=beats, leads=position, **options)
        for position in range(recording.n_leads)
    ]
    bunch = parts[0]
    for name in _BY_ROW:
        bunch[name] = np.concatenate([part[name] for part in parts])
    for name in ("n_dropped", "n_padded"):
        bunch[name] = sum(part[name] for part in parts)
    table = resolve_layout(bunch.data.shape[1], bunch.feature_names)
    bunch.feature_names = replace(table, leads=(ANY_LEAD,)).column_names()
    bunch.leads = (ANY_LEAD,)
    return bunch


def _targets(recording: "Recording", symbol: np.ndarray, convention: str) -> np.ndarray:
    target = classes_of_symbols(symbol, convention)
    return np.zeros_like(target) if recording.database in UNCLASSIFIED_DATABASES else target


def _column_leads(chosen: "Recording", leads: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the requested lead names, with the recording's own names for positions."""
    return tuple(
        lead if isinstance(lead, str) else name
        for lead, name in zip(leads, chosen.leads, strict=True)
    )


def framed(bunch: Bunch) -> Bunch:
    """Return `data` and `target` with names."""
    import pandas as pd

    bunch.data = pd.DataFrame(bunch.data, columns=bunch.feature_names, copy=False)
    bunch.target = pd.Series(bunch.target, name="target")
    return bunch


def check_layout(
    layout: str, fs: float, before: float, after: float, edges: str, scaling: str | None
) -> None:
    """Raise an error for invalid parameters."""
    if scaling not in SCALINGS:
        raise ValueError(f"scaling must be one of {SCALINGS}, got {shown(scaling)}.")
    if scaling is not None and layout != "centered":
        raise ValueError(
            f'scaling={shown(scaling)} requires layout="centered". The Kaggle layout has its own '
            "scaling, so set scaling=None."
        )
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {LAYOUTS}, got {shown(layout)}.")
    if edges not in ("pad", "drop"):
        raise ValueError(f'edges must be "pad" or "drop", got {shown(edges)}.')
    for name, value in (("fs", fs), ("before", before), ("after", after)):
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{name} must be a number, got {shown(value)}.")
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and not negative, got {shown(value)}.")
    if fs == 0:
        raise ValueError("fs must be a positive number of Hz, got 0.")
    if layout == "kaggle" and fs != KAGGLE_FS:
        raise ValueError(
            f'layout="kaggle" requires fs={KAGGLE_FS}, the rate of these data, got fs={shown(fs)}.'
        )
    if layout == "centered" and n_samples(before, fs) + n_samples(after, fs) < 2:
        raise ValueError(
            f"a beat must have at least two samples, but before={before} s and after={after} s at "
            f"fs={fs} Hz give fewer."
        )
