"""Saliency by class, drawn over the mean beat."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from heartbeat._layout import n_samples
from heartbeat.inspection._occlusion import occlusion_saliency, table_layout
from heartbeat.labels import AAMI_CLASSES

__all__ = ["SaliencyDisplay"]


class SaliencyDisplay:
    """The mean beat of each class over the mean saliency of its samples.

    Parameters
    ----------
    beats : ndarray of shape (n_classes, n_leads, n_times)
        Mean beats, in mV.
    saliency : ndarray of shape (n_classes, n_leads, n_times)
        Mean saliency.
    classes : sequence of shape (n_classes,)
        Their names.
    counts : sequence of int, shape (n_classes,)
        Beats averaged.
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
    figure_ : matplotlib Figure

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
            From `occlusion_saliency` or `integrated_gradients`.
        X : array-like of shape (n_beats, n_features)
            The beats it belongs to.
        y : array-like of shape (n_beats,)
            What to average by: the true classes, or the predicted ones.
        fs : float, default=125.0
            Sampling rate, in Hz.
        before : float, default=0.5
            Seconds from the first sample to the R peak.
        n_leads, n_context : int, optional
            Layout of X, by default what its column names say.
        smooth : float, default=0.0
            Length of a running mean over the saliency, in seconds. Integrated gradients change
            from sample to sample: 0.04 makes them legible.
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
                f"saliency must have shape {(len(values), layout.n_waveform)}, a number for each "
                f"sample of X, got {saliency.shape}."
            )
        y = np.asarray(y)
        if y.shape != (len(values),):
            raise ValueError(f"y must have shape ({len(values)},), got {y.shape}.")
        found = np.unique(y).tolist()
        # The order of the standard where all are its letters, else sorted.
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
            Fitted, with `predict_proba`.
        X : array-like of shape (n_beats, n_features)
            Beats; a few hundred of each class tell as much as all.
        y : array-like of shape (n_beats,)
            Their classes, whose probabilities are looked at.
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
        """Draw a panel for each lead and class, all with one scale of colours.

        Returns
        -------
        SaliencyDisplay
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(
                "Pictures need matplotlib: pip install 'heartbeat-ecg[plot]'"
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
