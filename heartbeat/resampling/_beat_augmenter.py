"""Over-sampling by changed copies of beats."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler

from heartbeat._checks import fresh_random_state
from heartbeat._compat import HasMethods, Interval, StrOptions
from heartbeat._layout import BeatLayout, resolve_layout
from heartbeat.resampling import _noise
from heartbeat.resampling._augmentations import (
    change_offset,
    draw_gains,
    draw_shift,
    draw_stretch,
    drop_leads,
    flip_polarity,
    warp_with,
)
from heartbeat.resampling._base import LAYOUT, TIMING, GroupedSamplerMixin, check_groups
from heartbeat.resampling._bounds import BOUNDS, SNR_BOUNDS, check_snr
from heartbeat.resampling._context import change_context
from heartbeat.resampling._dice import Dice, roll_dice
from heartbeat.resampling._noisy import add_wander_from

__all__ = ["BeatAugmenter"]

# Beats changed at a time: few enough for their samples and intermediate results to fit the cache.
_BLOCK = 128


def _strength(name: str) -> list:
    return [Interval(Real, 0, BOUNDS[name], closed="both")]


_SNR = [Interval(Real, *SNR_BOUNDS, closed="both"), tuple, list, None]
_PROBABILITY = [Interval(Real, 0, 1, closed="both")]


class BeatAugmenter(GroupedSamplerMixin, BaseOverSampler):
    """Over-sample rare classes by augmented copies of beats that keep their class.

    A new beat is a copy of a beat of its class with random changes of amplitude, timing and noise.
    The changes are limited to what is physiologically plausible.

    Context columns are changed with the waveform. RR intervals in seconds (``rr_*_s``) are
    stretched by the same factor and corrected for the shift of R; columns in millivolts (``*_mV``)
    are multiplied by the gain. Ratios of RR intervals are kept, because another heart rate does
    not make a beat premature.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are over-sampled and to how many beats, as in imbalanced-learn. ``"auto"``
        brings every class to the size of the largest; a dict such as ``{"S": 5000}`` gives the
        number of beats that each of its classes is to have.
    sources : {"beats", "subjects"}, default="beats"
        Which beats are copied. ``"beats"`` draws all beats of a class with equal probability.
        ``"subjects"`` first draws among the subjects with beats of the class and needs `groups`;
        choose it if most beats of a class are those of one subject, such as 90 % of class F in DS1
        (record 208).
    amplitude : float, default=0.2
        Range of the gains: between 1 / (1 + amplitude) and 1 + amplitude. At most 1.
    offset : float, default=0.05
        Largest constant offset, as a share of the peak-to-peak amplitude of the beat and lead. At
        most 0.5.
    stretch : float, default=0.1
        Range of the factors by which the parts around the QRS complex are stretched: between
        1 / (1 + stretch) and 1 + stretch. At most 0.25.
    qrs_stretch : float, default=0.0
        The same for the QRS complex. At most 0.15. With 0 it keeps its width, which distinguishes
        normal from ventricular beats.
    jitter : float, default=0.016
        Largest shift of R in either direction in s, at most 0.05. Shifts are whole numbers of
        samples.
    wander : float, default=0.05
        Largest standard deviation of baseline wander (0.05 to 0.5 Hz), as a share of the
        peak-to-peak amplitude of the beat and lead. At most 0.15.
    white_snr : float, (float, float) or None, default=(20.0, 40.0)
        Signal-to-noise ratio of white noise in dB, from -6 to 60. With a pair (lowest, highest)
        each beat draws its own; None adds no noise. The power is the variance over a lead of a
        beat.
    muscle_snr : float, (float, float) or None, default=(20.0, 40.0)
        The same for noise like that of muscles (Gaussian, from 20 Hz).
    mains_snr : float, (float, float) or None, default=None
        The same for mains interference.
    mains_frequency : float, default=60.0
        Frequency of the mains interference in Hz, below half of `fs`.
    electrode_snr : float, (float, float) or None, default=None
        The same for recorded electrode noise, which needs `electrode_noise`.
    electrode_noise : Recording, array-like of shape (n_samples,) or (n_samples, n_channels), or \
            None, default=None
        Recorded noise, such as record ``em`` of the MIT-BIH noise stress database. An array must
        be sampled at `fs`. A recording is resampled in every call; pass an array if you call
        `augment` for each batch.
    lead_dropout : float, default=0.0
        Probability that a lead of a beat is set to a constant. At least one lead of each beat is
        kept.
    polarity : float, default=0.0
        Probability that a beat is inverted, as by swapped electrodes. An inverted normal beat can
        look like a ventricular one: use this only for data in which swapped electrodes occur.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.
    context_names : sequence of str or None, default=None
        Names of the context columns of a plain array. They say which columns are RR intervals;
        None leaves the context of a plain array unchanged. Not used for DataFrames, which have
        column names.
    random_state : int, RandomState instance or None, default=None
        Controls the random draws. Pass an int for the same result every time. With None every call
        gives another result; NumPy's global generator is not used.

    Attributes
    ----------
    sampling_strategy_ : dict
        Number of new beats of each class.
    sample_indices_ : ndarray of shape (n_resampled,)
        Row of the input that each resampled row equals or is a changed copy of.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    BeatSMOTE : Over-samples by interpolation between two beats.
    BeatMixup : Over-samples by mixing two beats of one subject.
    resample_with : Resamples groups and weights with the table.

    Notes
    -----
    ``heartbeat.resampling.BOUNDS`` holds the limits of the changes. The kinds of noise are those of
    [1]_. Offset, wander and noise are relative to the beat, so that beats in mV and scaled beats
    can be augmented with the same parameters.

    If a compressed beat needs samples from outside its window, the outermost sample is repeated,
    for at most the share `stretch` of the window. Noise is cut from a stretch of at most
    2 ** 18 samples (35 minutes at 125 Hz), which is generated in each call. In large tables several
    beats therefore have the same piece of noise.

    References
    ----------
    .. [1] Friesen et al., A comparison of the noise sensitivity of nine QRS detection algorithms,
       IEEE Trans. Biomed. Eng. 37 (1990) 85-98.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import BeatAugmenter
    >>> X = np.random.default_rng(0).normal(size=(100, 187)).astype(np.float32)
    >>> y = np.repeat(["N", "S"], [90, 10])
    >>> X_more, y_more = BeatAugmenter(random_state=0).fit_resample(X, y)
    >>> X_more.shape, X_more.dtype, int((y_more == "S").sum())
    ((180, 187), dtype('float32'), 90)

    Augment the batches of a training loop, arrays or tensors:

    >>> BeatAugmenter(white_snr=None).augment(X[:8], random_state=0).shape
    (8, 187)
    """

    _parameter_constraints: dict = {
        **BaseOverSampler._parameter_constraints,
        "sources": [StrOptions({"beats", "subjects"})],
        "amplitude": _strength("amplitude"),
        "offset": _strength("offset"),
        "stretch": _strength("stretch"),
        "qrs_stretch": _strength("qrs_stretch"),
        "jitter": _strength("shift"),
        "wander": _strength("wander"),
        "white_snr": _SNR,
        "muscle_snr": _SNR,
        "mains_snr": _SNR,
        "mains_frequency": [Interval(Real, 0, None, closed="neither")],
        "electrode_snr": _SNR,
        "electrode_noise": ["array-like", HasMethods("resample"), None],
        "lead_dropout": _PROBABILITY,
        "polarity": _PROBABILITY,
        **TIMING,
        **LAYOUT,
        "context_names": ["array-like", None],
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        sources: str = "beats",
        amplitude: float = 0.2,
        offset: float = 0.05,
        stretch: float = 0.1,
        qrs_stretch: float = 0.0,
        jitter: float = 0.016,
        wander: float = 0.05,
        white_snr: float | tuple[float, float] | None = (20.0, 40.0),
        muscle_snr: float | tuple[float, float] | None = (20.0, 40.0),
        mains_snr: float | tuple[float, float] | None = None,
        mains_frequency: float = 60.0,
        electrode_snr: float | tuple[float, float] | None = None,
        electrode_noise: Any = None,
        lead_dropout: float = 0.0,
        polarity: float = 0.0,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        context_names: Sequence[str] | None = None,
        random_state: Any = None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.sources = sources
        self.amplitude = amplitude
        self.offset = offset
        self.stretch = stretch
        self.qrs_stretch = qrs_stretch
        self.jitter = jitter
        self.wander = wander
        self.white_snr = white_snr
        self.muscle_snr = muscle_snr
        self.mains_snr = mains_snr
        self.mains_frequency = mains_frequency
        self.electrode_snr = electrode_snr
        self.electrode_noise = electrode_noise
        self.lead_dropout = lead_dropout
        self.polarity = polarity
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context
        self.context_names = context_names
        self.random_state = random_state

    def augment(self, X: Any, *, random_state: Any = None) -> Any:
        """Augment every beat of a table, for example each batch of a training loop.

        Parameters
        ----------
        X : ndarray or torch.Tensor of shape (n_beats, n_features)
            Beats table. After `fit_resample` it has the layout of the table seen there, otherwise
            that of `n_leads` and `n_context`. Tensors may be on any device.
        random_state : None, int, RandomState, numpy or torch Generator, default=None
            Controls the random draws. Pass an int for the same result every time, or a generator,
            which gives other draws in each call. With None every call gives another result.

        Returns
        -------
        ndarray or torch.Tensor of shape (n_beats, n_features)
            Changed beats, of the dtype and on the device of `X`.

        Raises
        ------
        ValueError
            If a parameter is out of its bounds or the layout does not fit.
        TypeError
            If `X` does not hold floating-point numbers.
        """
        self._validate_params()
        dice = roll_dice(X, random_state)
        layout = getattr(self, "layout_", None)
        if layout is None or layout.n_features != X.shape[1]:
            layout = resolve_layout(X.shape[1], None, self.n_leads, self.n_context)
        return self._change(X, layout, dice, self._noises(dice, len(X), layout))

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = check_groups(groups, len(X))
        rng = fresh_random_state(self.random_state)
        drawn, y_new = [], []
        for label, n_new in self.sampling_strategy_.items():
            candidates = np.flatnonzero(y == label)
            drawn.append(self._draw_sources(rng, candidates, groups, n_new))
            y_new.append(np.full(n_new, label, dtype=y.dtype))
        sources = np.concatenate([np.empty(0, dtype=np.intp), *drawn])
        dice = roll_dice(X, rng)
        noises = self._noises(dice, len(sources), self.layout_)

        resampled = np.empty((len(X) + len(sources), X.shape[1]), dtype=X.dtype)
        resampled[: len(X)] = X
        for start in range(0, len(sources), _BLOCK):
            block = sources[start : start + _BLOCK]
            rows = slice(len(X) + start, len(X) + start + len(block))
            resampled[rows] = self._change(X[block], self.layout_, dice, noises)
        self.sample_indices_ = np.concatenate([np.arange(len(X)), sources])
        return resampled, np.concatenate([y, *y_new])

    def _draw_sources(
        self,
        rng: np.random.RandomState,
        candidates: np.ndarray,
        groups: np.ndarray | None,
        n_new: int,
    ) -> np.ndarray:
        if self.sources == "beats":
            return candidates[rng.randint(len(candidates), size=n_new)]
        if groups is None:
            raise ValueError(
                "sources='subjects' draws subjects first and requires groups. Call "
                "fit_resample(X, y, groups=...)."
            )
        _, subject, counts = np.unique(groups[candidates], return_inverse=True, return_counts=True)
        by_subject = candidates[np.argsort(subject, kind="stable")]
        starts = np.cumsum(counts) - counts
        drawn = rng.randint(len(counts), size=n_new)
        return by_subject[starts[drawn] + (rng.random_sample(n_new) * counts[drawn]).astype(int)]

    def _noises(self, dice: Dice, n_beats: int, layout: BeatLayout) -> list[tuple[Any, Any]]:
        """Generate the noise once for all blocks of beats."""
        if self.electrode_snr is not None and self.electrode_noise is None:
            raise ValueError(
                "electrode_snr requires recorded noise. Set electrode_noise, for example to record "
                "'em' of the MIT-BIH noise stress database."
            )
        size = 2 * max(n_beats, 1) * layout.n_waveform
        noises = []
        if self.wander:
            noises.append(("wander", _noise.coloured_bank(dice, _noise.WANDER_BAND, self.fs, size)))
        if self.white_snr is not None:
            noises.append(("white_snr", _noise.white_bank(dice, size)))
        if self.muscle_snr is not None:
            noises.append(
                ("muscle_snr", _noise.coloured_bank(dice, _noise.MUSCLE_BAND, self.fs, size))
            )
        if self.electrode_snr is not None:
            bank = _noise.recorded_bank(dice, self.electrode_noise, self.fs, layout.n_times)
            noises.append(("electrode_snr", bank))
        for name in ("white_snr", "muscle_snr", "mains_snr", "electrode_snr"):
            if getattr(self, name) is not None:
                check_snr(getattr(self, name), name)
        return noises

    def _names(self, layout: BeatLayout) -> tuple[str, ...]:
        if self.context_names is None or hasattr(self, "feature_names_in_"):
            return layout.context
        if len(self.context_names) != layout.n_context:
            raise ValueError(
                f"context_names must hold a name for each of the {layout.n_context} context "
                f"columns, got {len(self.context_names)}: {list(self.context_names)}."
            )
        return tuple(self.context_names)

    def _change(self, X: Any, layout: BeatLayout, dice: Dice, noises: list) -> Any:
        """Change each beat of a table once."""
        n_beats = len(X)
        waveforms, context = layout.split(X)
        gain = draw_gains(dice, n_beats, self.amplitude)
        stretch = draw_stretch(dice, n_beats, "stretch", self.stretch)
        qrs_stretch = draw_stretch(dice, n_beats, "qrs_stretch", self.qrs_stretch)
        shift = draw_shift(dice, n_beats, self.jitter, self.fs)
        if self.stretch or self.qrs_stretch or self.jitter:
            waveforms = warp_with(
                dice, waveforms, stretch=stretch, qrs_stretch=qrs_stretch, shift=shift,
                fs=self.fs, before=self.before,
            )  # fmt: skip
        waveforms = waveforms * gain.reshape(-1, 1, 1)
        if self.polarity:
            waveforms = flip_polarity(waveforms, self.polarity, random_state=dice)
        # Noise is measured against the beat, so leads go flat only after it.
        if self.offset:
            waveforms = change_offset(waveforms, self.offset, random_state=dice)
        for name, bank in noises:
            strength = getattr(self, name)
            add = add_wander_from if name == "wander" else _noise.add_windows
            waveforms = add(dice, waveforms, bank, strength)
        if self.mains_snr is not None:
            waveforms = _noise.mains(dice, waveforms, self.mains_frequency, self.fs, self.mains_snr)
        if self.lead_dropout:
            waveforms = drop_leads(waveforms, self.lead_dropout, random_state=dice)
        context = change_context(
            dice, context, self._names(layout), gain=gain, stretch=stretch, qrs_stretch=qrs_stretch,
            shift=shift, fs=self.fs,
        )  # fmt: skip
        flat = waveforms.reshape(n_beats, layout.n_waveform)
        return dice.xp.concatenate([flat, context], 1) if layout.n_context else flat
