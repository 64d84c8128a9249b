"""Shared parts of the displays: import of matplotlib, colours, grids of axes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito's palette, whose colours can be distinguished with all common colour vision
# deficiencies. Markers also differ in shape, so that a grey print can be read.
CLASS_COLORS = {
    "N": "#0072B2",
    "S": "#009E73",
    "V": "#D55E00",
    "F": "#CC79A7",
    "Q": "#000000",
}
SCORE_STYLES = {
    "Se": ("#0072B2", "o"),
    "+P": ("#E69F00", "s"),
    "F1": ("#000000", "D"),
}
PAPER_WIDTH = 7.0
"""Width between the margins of a page in inches."""


def require_pyplot() -> Any:
    """Return ``matplotlib.pyplot``, or raise an error that says how to install it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(
            "plotting requires matplotlib. Install it with pip install 'heartbeat-ecg[plot]'."
        ) from None
    return plt


def axes_or_new(
    ax: "Axes | None", *, width: float = PAPER_WIDTH / 2, height: float = 2.8
) -> "tuple[Axes, Any]":
    """Return the axes given, or those of a new figure, and their figure."""
    if ax is not None:
        return ax, ax.figure
    figure, ax = require_pyplot().subplots(figsize=(width, height), layout="constrained")
    return ax, figure


def split_axes(ax: "Axes", n_rows: int, n_columns: int, **keywords: Any) -> np.ndarray:
    """Return a grid of axes in place of `ax`, which becomes an empty frame."""
    place = ax.get_subplotspec()
    if place is None:
        raise ValueError(
            "this display divides its axes, which must therefore belong to a grid. Create them "
            "with figure.subplots() or figure.add_subplot(), not with figure.add_axes()."
        )
    ax.set_axis_off()
    return place.subgridspec(n_rows, n_columns, **keywords).subplots(squeeze=False)


def clock_formatter(
    last: float, begin: datetime | None = None
) -> tuple[Callable[[float], str], str]:
    """Return a formatter for times up to `last`, and the unit that it uses.

    Parameters
    ----------
    last : float
        Largest time, in s.
    begin : datetime.datetime, default=None
        Begin of the recording; None formats the time since the begin.
    """
    if begin is not None:
        return lambda t: f"{begin + timedelta(seconds=round(t, 3)):%H:%M:%S}", "time of day"
    if last <= 60:
        return lambda t: f"{t:g}", "s"
    if last < 3600:
        return lambda t: f"{int(round(t) // 60)}:{round(t) % 60:02d}", "min:s"
    return lambda t: str(timedelta(seconds=round(t))), "h:min:s"


def tidy(ax: "Axes") -> None:
    """Remove the upper and right side of the frame."""
    ax.spines[["top", "right"]].set_visible(False)


class FromProbabilities:
    """Displays of probabilities that have `from_predictions`; this adds `from_estimator`."""

    from_predictions: Callable[..., Self]

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        **curve_keywords: Any,
    ) -> Self:
        """Predict probabilities with a fitted classifier and draw the curve.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier with `predict_proba`.
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of str, shape (n_beats,)
            Reference classes.
        name : str, default=None
            Name in the legend. None takes the name of the estimator's class.
        ax, **curve_keywords
            See `from_predictions`.

        Returns
        -------
        display

        Raises
        ------
        TypeError
            If the classifier has no `predict_proba`.
        """
        own_name = type(estimator).__name__
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f"{own_name} has no predict_proba. Wrap it in CalibratedClassifierCV, or use "
                "from_predictions."
            )
        return cls.from_predictions(
            y,
            estimator.predict_proba(X),
            classes=estimator.classes_,
            name=own_name if name is None else name,
            ax=ax,
            **curve_keywords,
        )
