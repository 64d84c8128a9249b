"""Load the Kaggle heartbeat CSVs: `load_kaggle_heartbeat` and `load_kaggle_ptbdb`."""

import os
import warnings
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from heartbeat._shown import shown
from heartbeat.datasets._cache import TableCache, cache_root
from heartbeat.datasets._kaggle_csv import N_SAMPLES, find_kaggle_csv, read_kaggle_csv
from heartbeat.datasets._registry import kaggle_files
from heartbeat.labels import AAMI_CLASSES
from heartbeat.segmentation import framed

__all__ = ["load_kaggle_heartbeat", "load_kaggle_ptbdb"]

_FS = 125.0
_SUBSETS = {"train": ("train",), "test": ("test",), "all": ("train", "test")}
_PTBDB_CLASSES = ("normal", "abnormal")

_ENOUGH_ROWS = 50
"""Smaller files with only two classes may be the beginning of a larger file."""


def load_kaggle_heartbeat(
    subset: str = "train",
    *,
    data_home: str | os.PathLike | None = None,
    as_frame: bool = False,
    return_X_y: bool = False,
    cache: bool | str | os.PathLike = True,
) -> Bunch | tuple[Any, Any]:
    """Load the beats of Kaggle's ``mitbih_train.csv`` and ``mitbih_test.csv``.

    The beats are from the MIT-BIH Arrhythmia Database: lead II at 125 Hz, from the R peak on for
    1.2 median RR intervals, each beat scaled to [0, 1] and padded with zeros to 187 samples
    (Kachuee et al. 2018). The files do not name the subject of a beat, and the same subjects are in
    train and test. **All scores on them are therefore intra-patient** and do not tell how a
    classifier does on new people. To find that out, use `load_beats` or `recover_records`.

    The files are not downloaded, because Kaggle requires an account. They are looked for in
    ``data/raw``, in the data home and in its folder ``kaggle_heartbeat`` (only in the latter two if
    `data_home` is given), as ``.csv``, ``.csv.gz``, ``.csv.zip``, or in the ``archive.zip`` of the
    whole data set. Files with fewer rows than the published ones are accepted; `DESCR` gives both
    numbers.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        File to load; ``"all"`` loads both, first the training file.
    data_home : path, optional
        Folder to look in, see `get_data_home`.
    as_frame : bool, default=False
        Whether to return `data` as a DataFrame with column names and `target` as a Series.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.
    cache : bool or path, default=True
        Whether to keep the numbers in a file that can be mapped into memory, in the user's cache
        folder or in this folder, so that the next call returns at once. A changed CSV file is read
        again.

    Returns
    -------
    Bunch
        data : ndarray of shape (n_beats, 187), dtype float32
            Beats, in [0, 1].
        target : ndarray of shape (n_beats,), dtype "<U1"
            AAMI classes ``N S V F Q`` (0 to 4 in the files).
        subset : ndarray of shape (n_beats,), dtype str
            File of each beat, ``"train"`` or ``"test"``.
        feature_names : list of str
            ``MLII_000`` to ``MLII_186``.
        target_names : list of str
            The classes in AAMI order.
        n_leads, n_context, waveform, context, layout, fs, before
            Layout, as from `load_beats`: one lead, no context, ``"kaggle"``, 125 Hz, 0 s.
        DESCR : str
            Description of the data set.

    Raises
    ------
    FileNotFoundError
        If a file is missing. The message says where to get it and where to put it.
    ValueError
        If `subset` is unknown, or a file is damaged. The message names file, row (from 1) and
        value.

    See Also
    --------
    load_beats : Beats of the same database with their subjects.
    recover_records : Finds the record of each row of these files.
    load_kaggle_ptbdb : The other files of the data set.

    References
    ----------
    M. Kachuee, S. Fazeli, M. Sarrafzadeh: ECG Heartbeat Classification: A Deep Transferable
    Representation. IEEE ICHI, 2018. arXiv:1805.00794.

    Examples
    --------
    >>> from heartbeat.datasets import load_kaggle_heartbeat
    >>> train = load_kaggle_heartbeat("train")  # doctest: +SKIP
    >>> train.data.shape  # doctest: +SKIP
    (87554, 187)
    """
    if subset not in _SUBSETS:
        raise ValueError(f"subset must be one of {sorted(_SUBSETS)}, got {shown(subset)}.")
    parts = {
        part: _load(f"mitbih_{part}.csv", np.array(AAMI_CLASSES), data_home, cache)
        for part in _SUBSETS[subset]
    }
    descr = _description("kaggle_heartbeat", {f"mitbih_{p}.csv": len(parts[p][1]) for p in parts})
    origin = np.repeat(list(parts), [len(target) for _, target in parts.values()])
    return _bunch(
        list(parts.values()), "MLII", AAMI_CLASSES, descr, as_frame, return_X_y, subset=origin
    )


def load_kaggle_ptbdb(
    *,
    data_home: str | os.PathLike | None = None,
    as_frame: bool = False,
    return_X_y: bool = False,
    cache: bool | str | os.PathLike = True,
) -> Bunch | tuple[Any, Any]:
    """Load the beats of Kaggle's ``ptbdb_normal.csv`` and ``ptbdb_abnormal.csv``.

    The beats are from the PTB Diagnostic ECG Database, in the layout of `load_kaggle_heartbeat`.
    Each beat has the diagnosis of its patient: myocardial infarction (``"abnormal"``) or none
    (``"normal"``). The files do not name the patients, so that **all scores on them are
    intra-patient**. Normal beats come first, as in the files; shuffle the beats before you split
    them.

    Parameters
    ----------
    data_home, as_frame, return_X_y, cache
        As for `load_kaggle_heartbeat`, which also says where the files are looked for.

    Returns
    -------
    Bunch
        As from `load_kaggle_heartbeat`, without `subset`; `target` is ``"normal"`` or
        ``"abnormal"``, columns are ``II_000`` to ``II_186``.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_kaggle_heartbeat`, and if a file holds beats of the other's label.

    Examples
    --------
    >>> from heartbeat.datasets import load_kaggle_ptbdb
    >>> X, y = load_kaggle_ptbdb(return_X_y=True)  # doctest: +SKIP
    >>> X.shape  # doctest: +SKIP
    (14552, 187)
    """
    parts, rows = [], {}
    for name in _PTBDB_CLASSES:
        data, target = _load(f"ptbdb_{name}.csv", np.array(_PTBDB_CLASSES), data_home, cache)
        strange = np.flatnonzero(target != name)
        if strange.size:
            raise ValueError(
                f"ptbdb_{name}.csv, row {strange[0] + 1}: the label is "
                f"{str(target[strange[0]])!r}, which does not fit the name of the file. Check that "
                "the files were not exchanged."
            )
        parts.append((data, target))
        rows[f"ptbdb_{name}.csv"] = len(target)
    descr = _description("kaggle_ptbdb", rows)
    return _bunch(parts, "II", _PTBDB_CLASSES, descr, as_frame, return_X_y)


def _load(
    name: str,
    classes: np.ndarray,
    data_home: str | os.PathLike | None,
    cache: bool | str | os.PathLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Return samples and class names of one CSV, from the cache if possible."""
    path = find_kaggle_csv(name, data_home)
    root = cache_root(cache)
    stored = None
    if root is not None:
        stat = path.stat()
        # The change time reveals a file whose modification time was set back.
        state = repr((stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
        wanted = {"name": name, "path": str(path.absolute()), "format": 2}
        stored = TableCache(root, f"kaggle-{name.removesuffix('.csv')}", wanted, state)
        found = stored.load()
        if found is not None:
            arrays, facts = found
            _warn_of_strange_values(path, arrays["target"], facts["span"], classes)
            return arrays["data"], arrays["target"]
    data, labels = read_kaggle_csv(path, name, len(classes))
    target = classes[labels]
    span = [float(data.min()), float(data.max())]
    _warn_of_strange_values(path, target, span, classes)
    if stored is not None:
        stored.store({"data": data, "target": target}, {"span": span})
    return data, target


def _warn_of_strange_values(
    path: Path, target: np.ndarray, span: Sequence[float], classes: np.ndarray
) -> None:
    """Warn about a file that has been rescaled or relabelled."""
    least, greatest = span
    if least < -0.01 or greatest > 1.01:
        warnings.warn(
            f"the beats in {path} range from {least:g} to {greatest:g}, but Kaggle's range from 0 "
            f"to 1. They seem to have been rescaled (times 255 for an image?). Divide them, or "
            f"download the original.",
            stacklevel=4,
        )
    few = len(target) < _ENOUGH_ROWS
    if not few and len(classes) > 2 and set(np.unique(target)) == set(classes[:2]):
        warnings.warn(
            f"{path} holds only the labels 0 and 1, which mean {' and '.join(classes[:2])} here. "
            f"If they stand for normal and abnormal, these are not Kaggle's labels 0 to "
            f"{len(classes) - 1}. Download the original.",
            stacklevel=4,
        )


def _bunch(
    parts: Sequence[tuple[np.ndarray, np.ndarray]],
    lead: str,
    classes: Sequence[str],
    descr: str,
    as_frame: bool,
    return_X_y: bool,
    **more: Any,
) -> Bunch | tuple[Any, Any]:
    # A single part stays mapped to its file, which is not read before it is used.
    data, target = parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))
    names = [f"{lead}_{i:03d}" for i in range(N_SAMPLES)]
    bunch = Bunch(
        data=data,
        target=target,
        **more,
        feature_names=names,
        target_names=list(classes),
        n_leads=1,
        n_context=0,
        waveform=slice(0, N_SAMPLES),
        context=slice(N_SAMPLES, N_SAMPLES),
        layout="kaggle",
        leads=(lead,),
        fs=_FS,
        before=0.0,
        DESCR=descr,
    )
    if as_frame:
        bunch = framed(bunch)
    return (bunch.data, bunch.target) if return_X_y else bunch


def _description(name: str, rows: dict[str, int]) -> str:
    text = (files("heartbeat.datasets") / "descr" / f"{name}.rst").read_text(encoding="utf-8")
    published = kaggle_files()
    lines = [f"- ``{file}``: {n} rows (published: {published[file]['rows']})" for file, n in
             rows.items()]  # fmt: skip
    return text.rstrip() + "\n\n**These files**\n\n" + "\n".join(lines) + "\n"
