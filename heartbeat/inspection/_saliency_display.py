"""Draw the mean saliency of each class: `SaliencyDisplay`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from heartbeat._layout import n_samples
from heartbeat.inspection._occlusion import occlusion_saliency, table_layout
from heartbeat.labels import AAMI_CLASSES

__all__ = ["SaliencyDisplay"]


class SaliencyDisplay:
    """Draw the mean beat of each class, with the mean saliency of its samples as colour.

    Create it with `from_estimator`, or with `from_saliency` for saliency that is already computed.

    Parameters
    ----------
    beats : ndarray of shape (n_classes, n_leads, n_times)
        Mean beats, in mV.
    saliency : ndarray of shape (n_classes, n_leads, n_times)
        Mean saliency.
    classes : sequence of shape (n_classes,)
        Names of the classes.
    counts : sequence of int, shape (n_classes,)
        Number of beats averaged for each class.
    leads : sequence of str, shape (n_leads,)
        Names of the leads.
    fs : float, default=125.0
        Sampling rate, in Hz.
    before : float, default=0.5
        Seconds from the first sample to the R peak.
    name : str, default="saliency"
        Title of the colour bar.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (n_leads, n_classes)
        Axes with the panels.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    occlusion_saliency : Saliency for any classifier with probabilities.
    integrated_gradients : Attributions for convolutional networks.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.inspection import SaliencyDisplay
    >>> beats = make_beats(200, random_state=0)
    >>> model = LogisticRegression(max_iter=1000).fit(beats.data, beats.target)
    >>> display = SaliencyDisplay.from_estimator(model, beats.data[:20], beats.target[:20])
    >>> display.axes_[0, 0].get_xlabel()
    's after R'
    """

    def __init__(
        self,
        beats: np.ndarray,
        saliency: np.ndarray,
        classes: Sequence[str],
        *,
        counts: Sequence[int],
        leads: Sequence[str],
        fs: float = 125.0,
        before: float = 0.5,
        name: str = "saliency",
    ):
        self.beats = beats
        self.saliency = saliency
        self.classes = classes
        self.counts = counts
        self.leads = leads
        self.fs = fs
        self.before = before
        self.name = name

    @classmethod
    def from_saliency(
        cls,
        saliency: Any,
        X: Any,
        y: Any,
        *,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        smooth: float = 0.0,
        name: str = "saliency",
    ) -> "SaliencyDisplay":
        """Average saliency by class and draw it.

        Parameters
        ----------
        saliency : array-like of shape (n_beats, n_leads * n_times)
            Saliency from `occlusion_saliency` or `integrated_gradients`.
        X : array-like of shape (n_beats, n_features)
            Beats that the saliency was computed for.
        y : array-like of shape (n_beats,)
            True or predicted class of each beat. The beats of each class are averaged.
        fs : float, default=125.0
            Sampling rate, in Hz.
        before : float, default=0.5
            Seconds from the first sample to the R peak.
        n_leads, n_context : int, optional
            Numbers of leads and of context columns of X, by default read from its column names.
        smooth : float, default=0.0
            Length in seconds of a moving average over the saliency. Use about 0.04 for integrated
            gradients, which vary strongly from sample to sample.
        name : str, default="saliency"
            Title of the colour bar.

        Returns
        -------
        SaliencyDisplay
        """
        values, layout = table_layout(X, n_leads, n_context)
        saliency = np.asarray(saliency, dtype=float)
        if saliency.shape != (len(values), layout.n_waveform):
            raise ValueError(
                f"saliency must have shape {(len(values), layout.n_waveform)}, one number for each "
                f"sample of X, got {saliency.shape}."
            )
        y = np.asarray(y)
        if y.shape != (len(values),):
            raise ValueError(f"y must have shape ({len(values)},), got {y.shape}.")
        found = np.unique(y).tolist()
        # In the order of the standard for AAMI letters, otherwise sorted.
        if set(found) <= set(AAMI_CLASSES):
            found.sort(key=AAMI_CLASSES.index)
        waveforms = layout.split(values)[0]
        saliency = saliency.reshape(waveforms.shape)
        if smooth * fs >= 1:
            saliency = uniform_filter1d(saliency, round(smooth * fs), axis=2, mode="nearest")
        display = cls(
            np.stack([waveforms[y == label].mean(axis=0) for label in found]),
            np.stack([saliency[y == label].mean(axis=0) for label in found]),
            found,
            counts=[int((y == label).sum()) for label in found],
            leads=layout.leads,
            fs=fs,
            before=before,
            name=name,
        )
        return display.plot()

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        **occlusion_keywords: Any,
    ) -> "SaliencyDisplay":
        """Draw the occlusion saliency of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier with `predict_proba`.
        X : array-like of shape (n_beats, n_features)
            Beats. A few hundred of each class are enough.
        y : array-like of shape (n_beats,)
            Class of each beat, whose probability is considered.
        fs, before, n_leads, n_context
            See `from_saliency`.
        **occlusion_keywords
            `width` and `step` of `occlusion_saliency`.

        Returns
        -------
        SaliencyDisplay
        """
        layout: dict[str, Any] = {"fs": fs, "n_leads": n_leads, "n_context": n_context}
        saliency = occlusion_saliency(estimator, X, y, **layout, **occlusion_keywords)
        return cls.from_saliency(
            saliency, X, y, before=before, name="drop in probability\nwhen hidden", **layout
        )

    def plot(self) -> "SaliencyDisplay":
        """Draw one panel for each lead and class, with a common colour scale.

        Returns
        -------
        SaliencyDisplay
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(
                "plotting requires matplotlib. Install it with pip install 'heartbeat-ecg[plot]'."
            ) from None
        n_classes, n_leads, n_times = np.shape(self.beats)
        figure, axes = plt.subplots(
            n_leads,
            n_classes,
            figsize=(min(7.0, 1.0 + 1.9 * n_classes), 0.8 + 1.7 * n_leads),
            sharex=True,
            sharey="row",
            squeeze=False,
            layout="constrained",
        )
        seconds = (np.arange(n_times) - n_samples(self.before, self.fs)) / self.fs
        half = 0.5 / self.fs
        most = max(float(np.abs(self.saliency).max()), 1e-12)
        for (lead, place), ax in np.ndenumerate(axes):
            beat = self.beats[place][lead]
            image = ax.imshow(
                self.saliency[place][lead][None],
                extent=(seconds[0] - half, seconds[-1] + half, 0, 1),
                transform=ax.get_xaxis_transform(),
                cmap="PuOr_r",
                vmin=-most,
                vmax=most,
                aspect="auto",
                interpolation="nearest",
            )
            ax.plot(seconds, beat, color="black", linewidth=1.2)
            ax.set_xlim(seconds[0], seconds[-1])
            ax.spines[["top", "right"]].set_visible(False)
            if lead == 0:
                ax.set_title(f"{self.classes[place]} ({self.counts[place]:,})", fontsize=9)
            if lead == n_leads - 1:
                ax.set_xlabel("s after R", fontsize=8)
            if place == 0:
                ax.set_ylabel(f"{self.leads[lead]} (mV)", fontsize=8)
            ax.tick_params(labelsize=7)
        low, high = np.min(self.beats, axis=(0, 2)), np.max(self.beats, axis=(0, 2))
        for row, bottom, top in zip(axes, low, high, strict=True):
            margin = 0.08 * max(top - bottom, 1e-6)
            row[0].set_ylim(bottom - margin, top + margin)
        bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.04)
        bar.set_label(self.name, fontsize=8)
        bar.ax.tick_params(labelsize=7)
        self.axes_, self.figure_ = axes, figure
        return self
