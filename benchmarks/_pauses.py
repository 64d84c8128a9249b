"""Insert pauses into recordings: noise, the recording's own baseline, or P waves without beats."""

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter

from heartbeat.recording import Annotations, Recording

__all__ = ["KINDS", "insert_pauses"]

KINDS = ("noise", "baseline", "P waves")

# Lengths of a pause (s), distance of two pauses (s), and limits of the RR interval they are put in.
LENGTHS, EVERY = (2.5, 15.0), 60.0
RR = (0.6, 1.6)

# Where the signal between the T and the next P wave begins and ends, and where a pause is
# inserted (shares of the RR interval), and how long before the R peak a P wave ends (s).
BEGIN, END, AT = 0.55, 0.75, 0.62
P_WAVE_ENDS = 0.085

# Limits of the standard deviation of noise (mV) and of the frequency above which it falls (Hz).
NOISE, CORNER = (0.002, 0.02), (0.5, 50.0)
ORDER = 12


def insert_pauses(recording: Recording, kind: str, rng: np.random.Generator) -> Recording:
    """Return the recording with one pause a minute.

    Parameters
    ----------
    recording : Recording
        With annotations.
    kind : {"noise", "baseline", "P waves"}
        Content of the pauses: noise of 2 to 20 microvolts, noise like that between the T and P
        waves of the recording, or that and P waves of the recording.
    rng : numpy.random.Generator
        Source of random numbers.
    """
    fs, beats = recording.fs, recording.annotations.beats().sample
    signal = np.nan_to_num(recording.signal.astype(np.float64))
    make = _maker(signal, beats, fs, kind, rng)
    parts, marks, last = [], recording.annotations.sample.copy(), 0
    rr = np.diff(beats)
    usual = np.flatnonzero((rr > RR[0] * fs) & (rr < RR[1] * fs))
    for time in np.arange(EVERY / 3, len(signal) / fs - EVERY / 2, EVERY):
        later = usual[beats[usual] >= time * fs]
        if not len(later) or beats[later[0]] < last:
            continue
        at = int(beats[later[0]] + AT * rr[later[0]])
        pause = make(int(rng.uniform(*LENGTHS) * fs))
        parts += [signal[last:at], signal[at - 3 : at + 3].mean(axis=0) + pause]
        marks[recording.annotations.sample >= at] += len(pause)
        last = at
    signal = np.concatenate([*parts, signal[last:]])
    annotations = Annotations(marks, recording.annotations.symbol)
    return Recording(signal, fs, recording.leads, annotations=annotations)


def _maker(
    signal: np.ndarray, beats: np.ndarray, fs: float, kind: str, rng: np.random.Generator
) -> Callable[[int], np.ndarray]:
    if kind == "noise":
        return lambda n: np.stack([_noise(n, fs, rng) for _ in signal.T], axis=1)
    baselines = [_baseline(lead, beats, fs) for lead in signal.T]

    def baseline(n: int) -> np.ndarray:
        noise = [lfilter([1], taps, rng.normal(scale=sd, size=n + 2000)) for taps, sd in baselines]
        return np.stack(noise, axis=1)[-n:]

    if kind == "baseline":
        return baseline
    rr = np.diff(beats)
    usual = np.flatnonzero((rr > RR[0] * fs) & (rr < RR[1] * fs))

    def p_waves(n: int) -> np.ndarray:
        parts, first, share = [], rng.integers(len(usual)), rng.uniform(0.45, 0.9)
        while sum(map(len, parts)) < n:
            at = usual[first % len(usual)]
            first += 1
            parts.append(baseline(int(share * rr[at])))
            wave = signal[int(beats[at] + BEGIN * rr[at]) : int(beats[at + 1] - P_WAVE_ENDS * fs)]
            parts.append(
                wave - np.linspace(wave[:5].mean(axis=0), wave[-5:].mean(axis=0), len(wave))
            )
        return np.concatenate(parts)[:n]

    return p_waves


def _noise(n: int, fs: float, rng: np.random.Generator) -> np.ndarray:
    keep = np.exp(-2 * np.pi * np.exp(rng.uniform(*np.log(CORNER))) / fs)
    noise = lfilter([1], [1, -keep], rng.normal(size=n + 2000))[2000:]
    return noise / noise.std() * np.exp(rng.uniform(*np.log(NOISE)))


def _baseline(lead: np.ndarray, beats: np.ndarray, fs: float) -> tuple[np.ndarray, float]:
    """Return an autoregressive model of the signal between T and P waves: taps and residual SD."""
    windows = []
    for start, stop in zip(beats[:-1], beats[1:], strict=True):
        part = lead[int(start + BEGIN * (stop - start)) : int(start + END * (stop - start))]
        if RR[0] * fs < stop - start < RR[1] * fs and len(part) > ORDER + 1 and len(windows) < 150:
            x = np.arange(len(part))
            part = part - np.polyval(np.polyfit(x, part, 1), x)
            windows.append(np.lib.stride_tricks.sliding_window_view(part, ORDER + 1))
    rows = np.concatenate(windows)[:, ::-1]
    now, before = rows[:, 0], rows[:, 1:]
    square = before.T @ before
    taps = np.linalg.solve(square + 1e-6 * np.trace(square) / ORDER * np.eye(ORDER), before.T @ now)
    roots = np.roots(np.append(1, -taps))
    # Stable, and without drift.
    roots *= np.minimum(1, 0.985 / np.maximum(np.abs(roots), 1e-9))
    return np.real(np.poly(roots)), float(np.std(now - before @ taps))
