"""Speed and memory of each waveform transformer, compared with scipy beat by beat and in one call.

    OMP_NUM_THREADS=1 python benchmarks/preprocessing_speed.py --data-home DATA
    OMP_NUM_THREADS=1 python benchmarks/preprocessing_speed.py --synthetic 20000
    ... --aeon-python AEON_VENV/bin/python      # RandomConvolutionFeatures and MiniRocket, too

Each reference is one function along the last axis, in plain numpy, scipy.signal, scipy.ndimage or
PyWavelets. It is timed in a loop over single beats and in one call for a block of beats, and its
result is compared with that of the transformer.
"""

import os
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

# One core is what is measured, whatever the machine has.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pywt
from _common import protocol_header
from _script import BenchmarkParser
from scipy import ndimage, signal

from heartbeat.datasets import load_beats, make_beats
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatAligner,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    NotchFilter,
    SubjectNormalizer,
    WaveletDenoiser,
)

FS = 125
R = 62


@dataclass(frozen=True)
class Case:
    """A transformer and what it is compared with, a function of beats along the last axis."""

    transformer: object
    reference: Callable[[np.ndarray], np.ndarray] | None = None


def zero_phase(sos: np.ndarray) -> Callable:
    def reference(x):
        n_times = x.shape[-1]
        padded = signal.sosfiltfilt(sos, pad(x, 2 * n_times), axis=-1, padtype=None)
        return padded[..., 2 * n_times : 3 * n_times]

    return reference


def pad(x: np.ndarray, width: int) -> np.ndarray:
    return np.pad(x, [(0, 0)] * (x.ndim - 1) + [(width, width)], mode="reflect")


def two_medians(x):
    baseline = ndimage.median_filter(pad(x, 49), size=25, axes=(-1,))
    return x - ndimage.median_filter(baseline, size=75, axes=(-1,))[..., 49:-49]


def pr_level(x):
    return x - x[..., R - 12 : R - 7].mean(axis=-1, keepdims=True)


def notch(x):
    phase = 2 * np.pi * 60 * np.arange(x.shape[-1]) / FS
    basis = np.column_stack([np.cos(phase), np.sin(phase), np.ones_like(phase)])
    coefficients = np.linalg.lstsq(basis, x.T)[0]
    sos = signal.tf2sos(*signal.iirnotch(60, 30, fs=FS))
    return zero_phase(sos)(x - (basis[:, :2] @ coefficients[:2]).T)


def wavelet(x):
    approximation, *details = pywt.wavedec(x, "sym4", level=3, axis=-1)
    noise = np.median(np.abs(details[-1]), axis=-1, keepdims=True) / 0.6745
    threshold = noise * np.sqrt(2 * np.log(x.shape[-1]))
    details = [np.sign(d) * np.maximum(np.abs(d) - threshold, 0) for d in details]
    return pywt.waverec([approximation, *details], "sym4", axis=-1)[..., : x.shape[-1]]


def minmax(x):
    low, high = x.min(axis=-1, keepdims=True), x.max(axis=-1, keepdims=True)
    return (x - low) / np.where(high > low, high - low, np.inf)


def zscore(x):
    deviation = x.std(axis=-1, keepdims=True)
    return (x - x.mean(axis=-1, keepdims=True)) / np.where(deviation > 1e-6, deviation, np.inf)


def robust(x):
    low, median, high = np.percentile(x, [25, 50, 75], axis=-1, keepdims=True)
    return (x - median) / np.where(high > low, high - low, np.inf)


def r_amplitude(x):
    centered = x - np.median(x, axis=-1, keepdims=True)
    height = np.abs(centered[..., R - 12 : R + 13]).max(axis=-1, keepdims=True)
    return centered / np.where(height > 0, height, np.inf)


def resample(x):
    return signal.resample_poly(pad(x, 50), 2, 1, axis=-1)[..., 99 : 99 + 375]


def crop(x):
    return x[..., R - 31 : R + 56].copy()


CASES = [
    Case(BandpassFilter(), zero_phase(BandpassFilter()._sections(FS))),
    Case(BaselineRemover(), zero_phase(BaselineRemover()._sections(FS))),
    Case(BaselineRemover("median"), two_medians),
    Case(BaselineRemover("spline"), pr_level),
    Case(NotchFilter(60), notch),
    Case(WaveletDenoiser(), wavelet),
    Case(BeatScaler("minmax"), minmax),
    Case(BeatScaler("zscore"), zscore),
    Case(BeatScaler("robust"), robust),
    Case(BeatScaler("r_amplitude"), r_amplitude),
    Case(BeatResampler(target_fs=250), resample),
    Case(BeatCropper(-0.25, 0.45), crop),
    Case(BeatAligner()),
    Case(SubjectNormalizer()),
]


def measure(case: Case, X: np.ndarray, n_loop: int, n_block: int) -> dict[str, object]:
    """Time a transformer on all beats and its reference on the first ones."""
    transformer = case.transformer.fit(X)
    seconds, result = cpu_time(lambda: transformer.transform(X))
    row = {
        "transformer": repr(case.transformer),
        "beats_per_s": len(X) / seconds,
        "peak_mb_beyond_result": peak_bytes(lambda: transformer.transform(X)) / 1e6
        - result.nbytes / 1e6,
    }
    if case.reference is None:
        return row
    loop_s, expected = cpu_time(lambda: np.stack([case.reference(x) for x in X[:n_loop]]), 2)
    block_s, _ = cpu_time(lambda: case.reference(X[:n_block]), 2)
    own_block_s, _ = cpu_time(lambda: transformer.transform(X[:n_block]))
    return row | {
        "times_the_loop": loop_s / n_loop * len(X) / seconds,
        "times_one_call": block_s / own_block_s,
        "rms_difference": np.sqrt(np.mean((expected - result[:n_loop]) ** 2)),
    }


def cpu_time(call: Callable, repeat: int = 3) -> tuple[float, np.ndarray]:
    """Return the least processor time of `repeat` calls, in seconds, and the last result.

    With one thread this is the wall time of an idle machine; on a shared one it is far less noisy.
    """
    best = np.inf
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        best = min(best, time.process_time() - start)
    return best, result


def peak_bytes(call: Callable) -> int:
    """Return the largest memory held during a call, its result included."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def compare_with_aeon(X: np.ndarray, python: str, n_beats: int = 4000) -> pd.DataFrame:
    """Return beats/s of both transforms to 10,000 features, in one run on the same beats."""
    from random_convolutions import aeon_features, own_features

    rows = np.random.default_rng(0).permutation(len(X))[: 2 * n_beats]
    train, test = X[rows[:n_beats]], X[rows[n_beats:]]
    return pd.DataFrame(
        [
            {"transformer": name, "fit_s": fit_s, "beats_per_s": rate}
            for name, (_, _, fit_s, rate) in {
                "heartbeat RandomConvolutionFeatures": own_features(train, test, 10_000, 0),
                "aeon MiniRocket": aeon_features(train, test, 10_000, 0, python),
            }.items()
        ]
    )


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="20 seconds on one core",
        writes=["preprocessing_speed.csv", "preprocessing_speed_random_convolutions.csv"],
        incidental=["aeon_python"],
        data="mitdb/",
    )
    parser.add_argument(
        "--synthetic", type=int, metavar="N", help="use N synthetic beats instead of mitdb"
    )
    parser.add_argument("--loop", type=int, default=500, help="number of beats for the loop")
    parser.add_argument(
        "--block", type=int, default=5000, help="number of beats for the single call"
    )
    parser.add_argument("--aeon-python", help="interpreter of an environment with aeon")
    options = parser.parse_args()
    results = parser.results(options)

    if options.synthetic:
        beats = make_beats(options.synthetic, random_state=0)
    else:
        beats = load_beats("mitdb", data_home=options.data_home)
    X = np.ascontiguousarray(beats.data, dtype=np.float32)
    # The first rows in the file are one person's: a reference is timed on everybody's.
    X = X[np.random.default_rng(0).permutation(len(X))]

    header = protocol_header(
        "Waveform transformers on one core",
        beats=f"{len(X)} of {'make_beats' if options.synthetic else 'mitdb'}, {X.shape[1]} samples "
        "at 125 Hz, one lead, float32, order shuffled with seed 0",
        timing="processor time of transform on one thread, best of 3; references best of 2",
        references=f"in a loop over {options.loop} single beats; one call over {options.block}",
        memory="largest traced allocation during transform, less the result",
    )
    table = pd.DataFrame([measure(case, X, options.loop, options.block) for case in CASES])
    print(header, "", table.to_string(index=False, float_format="{:,.3g}".format), sep="\n")
    results.save_table(table, "preprocessing_speed", header)
    if options.aeon_python:
        rockets = compare_with_aeon(X, options.aeon_python)
        print("", rockets.to_string(index=False, float_format="{:,.3g}".format), sep="\n")
        results.save_table(rockets, "preprocessing_speed_random_convolutions", header)


if __name__ == "__main__":
    main()
