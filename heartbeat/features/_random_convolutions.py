"""Features of random convolutions, as in MiniRocket."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from heartbeat._checks import check_n_jobs, check_whole, fresh_random_state
from heartbeat._layout import BeatLayout
from heartbeat.features._base import BeatFeatures
from heartbeat.features._kernels import (
    KERNELS,
    LENGTH,
    LIMIT,
    choose_dilations,
    convolve,
    count_above,
    n_padding,
    scratch_for,
)

_GOLDEN = (np.sqrt(5) + 1) / 2
_N_LEADING = LENGTH - 2

# Random training beats per dilation, and how many of them a kernel's thresholds are taken from.
_N_DRAWN, _N_PER_KERNEL = 64, 8


class RandomConvolutionFeatures(BeatFeatures):
    """Compute thousands of random convolution features of beats, as MiniRocket does.

    The features of MiniRocket [1]_ come from 84 fixed kernels of nine weights at dilations from 1
    up to the length of the beat. A feature is the share of samples at which the output of a kernel
    exceeds a threshold. Thresholds are quantiles of the output on random training beats; labels
    are not used.

    Use the features with a linear classifier. On unknown beats of known patients this comes near a
    neural network. On unknown patients, `MorphologyFeatures` together with context columns give
    better scores (see ``benchmarks/classical_models.py``).

    Parameters
    ----------
    n_features : int, default=10_000
        Number of features without the context columns, rounded down to a multiple of 84: the
        default gives 9,996. Fewer features take less time and memory.
    max_dilations : int, default=32
        Largest number of dilations of each kernel.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.
    n_jobs : int or None, default=None
        Number of threads that transform blocks of beats. None means 1 unless in a
        `joblib.parallel_config` context; -1 means all processors.
    random_state : int, RandomState or None, default=None
        Controls which beats give the thresholds and which leads are combined. Pass an int for the
        same features every time. With None every call of `fit` gives others; NumPy's global
        generator is not used.

    Attributes
    ----------
    center_, scale_ : ndarray of shape (n_leads,)
        Voltage in mV that is rounded to 0, and number of integer steps per mV.
    dilations_ : ndarray of shape (n_dilations,)
        Distances between the weights of a kernel in samples.
    combined_leads_ : list of list of tuple of int
        Leads whose mean is convolved, for each dilation and each position of the first weight of 2
        in a kernel.
    thresholds_ : ndarray of shape (n_features_out,), int16
        Thresholds, in integer steps.
    layout_ : BeatLayout
        Layout of the input.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    heartbeat.pipelines.make_rocket_classifier : Pipeline of these features and a linear classifier.
    MorphologyFeatures : A small number of features with clinical meaning.

    Notes
    -----
    ``ppv_048_d4_q2`` is the share of samples at which the kernel with weights of 2 at positions
    0, 4 and 8 and with dilation 4 exceeds its threshold number 2. With several leads, each kernel
    is applied to the mean of a random subset of them, as in ``MLII+V1_ppv_048_d4_q2``.

    Beats are rounded to about 11 bits and sign, the resolution at which ECGs are recorded. All
    further computation is exact integer arithmetic, so that the features of a beat do not depend on
    the other beats in the table, their order or the number of threads. The centre and range of the
    rounding are learnt for each lead from the training beats. The range is twice the 99.9 %
    quantile of the absolute values; larger values are clipped. An offset or gain that all training
    and test beats share therefore has no effect.

    The result is float32 for every dtype of the input. In addition to the result, `transform` needs
    about 10 MB of memory per thread.

    References
    ----------
    .. [1] A. Dempster, D. F. Schmidt, G. I. Webb, MiniRocket: a very fast (almost) deterministic
       transform for time series classification, KDD 2021, 248-257.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.features import RandomConvolutionFeatures
    >>> beats = make_beats(100, random_state=0)
    >>> rocket = RandomConvolutionFeatures(n_features=500, random_state=0)
    >>> rocket.fit_transform(beats.data).shape
    (100, 420)
    >>> rocket.get_feature_names_out()[:2].tolist()
    ['ppv_012_d1_q0', 'ppv_013_d1_q0']
    """

    def __init__(
        self,
        n_features: int = 10_000,
        *,
        max_dilations: int = 32,
        n_leads: int | None = None,
        n_context: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ):
        self.n_features = n_features
        self.max_dilations = max_dilations
        self.n_leads = n_leads
        self.n_context = n_context
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn(self, waveforms: np.ndarray) -> None:
        n_features = check_whole("n_features", self.n_features, len(KERNELS))
        max_dilations = check_whole("max_dilations", self.max_dilations)
        check_n_jobs(self.n_jobs)
        rng = fresh_random_state(self.random_state)
        n_beats, n_leads, n_times = waveforms.shape
        self.dilations_, self._n_each = choose_dilations(
            n_times, n_features // len(KERNELS), max_dilations
        )
        self.combined_leads_ = [
            [_draw_leads(n_leads, rng) for _ in range(_N_LEADING)] for _ in self.dilations_
        ]
        some = waveforms[rng.permutation(n_beats)[:2048]].astype(np.float64)
        self.center_ = np.median(some, axis=(0, 2))
        size = np.quantile(np.abs(some - self.center_[:, np.newaxis]), 0.999, axis=(0, 2))
        self.scale_ = LIMIT / np.where(size > 0, 2 * size, 1)
        self.thresholds_ = self._draw_thresholds(waveforms, rng)

    def _draw_thresholds(self, waveforms: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
        """Take quantiles of every kernel's output on random training beats."""
        n_features = len(KERNELS) * self._n_each.sum()
        # Multiples of the golden ratio fill the unit interval evenly at every number of them.
        levels = (np.arange(1, n_features + 1) * _GOLDEN) % 1
        thresholds = np.empty(n_features, dtype=np.int16)
        first = 0
        for number, n in enumerate(self._n_each):
            beats = rng.randint(len(waveforms), size=_N_DRAWN)
            padded = self._pad(self._round(waveforms[beats]))
            for convolved in self._convolve(padded, number):
                some = convolved[:, rng.choice(_N_DRAWN, _N_PER_KERNEL, replace=False)]
                stop = first + n
                thresholds[first:stop] = np.quantile(some, levels[first:stop])
                first = stop
        return thresholds

    def _measure_blocks(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        Parallel(n_jobs=self.n_jobs, require="sharedmem")(
            delayed(self._measure)(waveforms[rows], out[rows])
            for rows in self._blocks(len(waveforms))
        )

    def _measure(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        padded = self._pad(self._round(waveforms))
        n_times, n_columns = self.layout_.n_times, padded.shape[-1]
        scratch = scratch_for(n_times, n_columns)
        dtype = np.uint8 if n_times < 256 else np.uint32
        first = 0
        for number, n in enumerate(self._n_each):
            counts = np.empty((len(KERNELS), n, n_columns), dtype=dtype)
            n_samples = np.empty((len(KERNELS), n), dtype=np.float32)
            for kernel, convolved in enumerate(self._convolve(padded, number)):
                start = first + kernel * n
                thresholds = self.thresholds_[start : start + n]
                count_above(convolved, thresholds, scratch, counts[kernel])
                n_samples[kernel] = len(convolved)
            stop = first + len(KERNELS) * n
            by_beat = np.ascontiguousarray(counts.reshape(-1, n_columns).T)
            np.divide(by_beat[: len(out)], n_samples.ravel(), out=out[:, first:stop])
            first = stop

    def _round(self, waveforms: np.ndarray) -> np.ndarray:
        """Return waveforms (n_beats, n_leads, n_times) in integer steps."""
        dtype = waveforms.dtype
        steps = waveforms - self.center_[:, np.newaxis].astype(dtype)
        steps *= self.scale_[:, np.newaxis].astype(dtype)
        np.clip(steps, -LIMIT, LIMIT, out=steps)
        return np.rint(steps, out=steps).astype(np.int16)

    def _pad(self, steps: np.ndarray) -> np.ndarray:
        """Return signals (n_leads, padding + n_times + padding, n_beats rounded up to eights)."""
        n_beats, n_leads, n_times = steps.shape
        margin = n_padding(self.dilations_[-1])
        shape = (n_leads, n_times + 2 * margin, -(-n_beats // 8) * 8)
        padded = np.zeros(shape, dtype=np.int16)
        padded[:, margin : margin + n_times, :n_beats] = steps.transpose(1, 2, 0)
        return padded

    def _convolve(self, padded: np.ndarray, number: int) -> Iterator[np.ndarray]:
        """Yield the output of every kernel at dilation `number`, on the leads drawn for it."""
        means = {}
        for leads in self.combined_leads_[number]:
            if leads not in means:
                chosen = [padded[lead] for lead in leads]
                means[leads] = sum(chosen[1:], start=chosen[0]) // np.int16(len(leads))
        signals = [means[leads] for leads in self.combined_leads_[number]]
        return convolve(signals, int(self.dilations_[number]), self.layout_.n_times, number % 2)

    def _all_names(self, layout: BeatLayout) -> list[str]:
        names = []
        for dilation, n, combined in zip(
            self.dilations_, self._n_each, self.combined_leads_, strict=True
        ):
            for kernel in KERNELS:
                name = f"ppv_{''.join(map(str, kernel))}_d{dilation}"
                if layout.n_leads > 1:
                    name = "+".join(layout.leads[i] for i in combined[kernel[0]]) + f"_{name}"
                names += [f"{name}_q{i}" for i in range(n)]
        return names

    def _dtype_out(self, dtype: np.dtype) -> np.dtype:
        return np.dtype(np.float32)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _draw_leads(n_leads: int, rng: np.random.RandomState) -> tuple[int, ...]:
    """Draw which leads to average: rarely many, as MiniRocket's multivariate form does."""
    most = min(n_leads, LENGTH)
    size = min(int(2 ** rng.uniform(0, np.log2(most + 1))), most)
    return tuple(sorted(rng.choice(n_leads, size, replace=False).tolist()))
