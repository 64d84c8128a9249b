"""Occlusion saliency: effect of hiding parts of a beat on the predicted probability."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_array

from heartbeat._layout import BeatLayout, resolve_layout

__all__ = ["class_columns", "occlusion_saliency", "table_layout"]

_MOST_ROWS = 8192
"""Number of rows that are predicted at once, which bounds the memory."""


def occlusion_saliency(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    width: float = 0.08,
    step: float = 0.024,
    fs: float = 125.0,
    n_leads: int | None = None,
    n_context: int | None = None,
) -> np.ndarray:
    """Measure how the probability of a class drops when a window of the beat is hidden.

    A window is replaced by the straight line between its ends, so that no artificial step appears.
    The saliency of a sample is the mean drop over all windows that contain it, for each lead
    separately. Negative values mark parts that are evidence against the class.

    Parameters
    ----------
    model : classifier
        Any fitted classifier or Pipeline with `predict_proba`.
    X : array-like of shape (n_beats, n_features)
        Beats table.
    y : array-like of shape (n_beats,), optional
        Class whose probability is considered, for each beat. By default the predicted class.
    width : float, default=0.08
        Length of a window in seconds. The default is about the length of a QRS complex.
    step : float, default=0.024
        Distance between windows in seconds. Smaller values give a finer resolution and take longer.
    fs : float, default=125.0
        Sampling rate of the beats, in Hz.
    n_leads, n_context : int, optional
        Numbers of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead without context. Context columns are not hidden.

    Returns
    -------
    ndarray of shape (n_beats, n_leads * n_times)
        Drop in probability, from -1 to 1, in the order of the waveform columns of X.

    Raises
    ------
    TypeError
        If the model has no `predict_proba`.
    ValueError
        If y contains a class that the model was not trained on, or `width` or `step` is too short
        or too long.

    See Also
    --------
    integrated_gradients : Attributions for convolutional networks.
    SaliencyDisplay : Draw the mean saliency of each class.

    References
    ----------
    Zeiler, Fergus (2014). Visualizing and understanding convolutional networks. ECCV.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.inspection import occlusion_saliency
    >>> beats = make_beats(200, random_state=0)
    >>> model = LogisticRegression(max_iter=1000).fit(beats.data, beats.target)
    >>> occlusion_saliency(model, beats.data[:5]).shape
    (5, 187)
    """
    values, layout = table_layout(X, n_leads, n_context)
    size, stride = round(width * fs), round(step * fs)
    if not 1 <= stride <= size <= layout.n_times:
        raise ValueError(
            f"width={width} s and step={step} s are {size} and {stride} samples at {fs:g} Hz, but "
            f"width must be from 1 to {layout.n_times} samples, and step from 1 sample to width."
        )
    whole = _probabilities(model, X)
    columns = class_columns(model.classes_, y, whole)
    rows = np.arange(len(values))
    whole = whole[rows, columns]

    last = layout.n_times - size
    starts = np.append(np.arange(0, last, stride), last)
    windows = [(lead, start) for lead in range(layout.n_leads) for start in starts.tolist()]
    total = np.zeros((len(values), layout.n_leads, layout.n_times))
    count = np.zeros((layout.n_leads, layout.n_times))
    at_once = max(_MOST_ROWS // max(len(values), 1), 1)
    for first in range(0, len(windows), at_once):
        chosen = windows[first : first + at_once]
        hidden = np.tile(values, (len(chosen), 1)).reshape(len(chosen), *values.shape)
        for copy, (lead, start) in zip(hidden, chosen, strict=True):
            _hide(layout.split(copy)[0][:, lead], start, size)
        hidden = hidden.reshape(-1, values.shape[1])
        if isinstance(X, pd.DataFrame):
            hidden = pd.DataFrame(hidden, columns=X.columns)
        left = _probabilities(model, hidden).reshape(len(chosen), len(values), -1)
        for (lead, start), probability in zip(chosen, left, strict=True):
            total[:, lead, start : start + size] += (whole - probability[rows, columns])[:, None]
            count[lead, start : start + size] += 1
    saliency = total / np.maximum(count, 1)
    return saliency.reshape(len(values), layout.n_waveform)


def table_layout(
    X: Any, n_leads: int | None, n_context: int | None
) -> tuple[np.ndarray, BeatLayout]:
    """Return the values of a beats table and its layout."""
    names = list(X.columns) if isinstance(X, pd.DataFrame) else None
    values = check_array(X, dtype=[np.float32, np.float64])
    return values, resolve_layout(values.shape[1], names, n_leads, n_context)


def class_columns(classes: np.ndarray, y: Any, probability: np.ndarray) -> np.ndarray:
    """Return the column of each beat's class, by default the most probable one."""
    if y is None:
        return probability.argmax(axis=1)
    y = np.asarray(y)
    if y.shape != (len(probability),):
        raise ValueError(f"y must have shape ({len(probability)},), got {y.shape}.")
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"y must hold only classes of the model, {classes.tolist()}, got {unknown.tolist()}."
        )
    return np.searchsorted(classes, y)


def _probabilities(model: Any, X: Any) -> np.ndarray:
    if not hasattr(model, "predict_proba"):
        raise TypeError(
            f"{type(model).__name__} has no predict_proba. Wrap it in CalibratedClassifierCV."
        )
    return np.asarray(model.predict_proba(X))


def _hide(lead: np.ndarray, start: int, size: int) -> None:
    """Put a straight line between the samples around a window, constant at the ends of the beat."""
    stop = start + size
    around = [lead[:, place] for place in (start - 1, stop) if 0 <= place < lead.shape[1]]
    # A window over the whole beat has no neighbours and is replaced by its mean.
    left, right = (around[0], around[-1]) if around else (lead.mean(axis=1),) * 2
    share = np.arange(1, size + 1) / (size + 1)
    lead[:, start:stop] = left[:, None] + (right - left)[:, None] * share
