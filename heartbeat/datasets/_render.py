"""Turn the beats of a synthetic subject into the signal at the electrodes."""

import numpy as np
from scipy.interpolate import CubicSpline

from heartbeat.datasets._morphology import LEAD_VECTORS, Person, Waves

__all__ = ["electrode_noise", "heart_signal"]


def heart_signal(
    person: Person,
    classes: np.ndarray,
    times: np.ndarray,
    sinus: np.ndarray,
    leads: tuple[str, ...],
    n_samples: int,
    fs: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ECG without noise, and the annotation symbols.

    Parameters
    ----------
    person : Person
        The synthetic subject.
    classes, times, sinus : ndarray of shape (n_beats,)
        AAMI classes, times of the R peaks in s and sinus intervals before the beats in s.
    leads : tuple of str
        Keys of `LEAD_VECTORS`.
    n_samples : int
        Length of the recording.
    fs : float
        Sampling rate in Hz.
    rng : Generator
        Random generator of the variation from beat to beat.

    Returns
    -------
    signal : ndarray of shape (n_samples, n_leads)
        In mV.
    symbols : ndarray of shape (n_beats,)
        WFDB annotation symbols.
    """
    symbols = _symbols(person, classes, rng)
    rr = np.diff(times, prepend=times[0] - person.rr)
    # The QT interval follows the heart rate with a delay, about as the square root of RR (Bazett).
    qt = np.sqrt(np.clip(0.5 * (rr + person.rr), 0.45, 1.4))
    breath = 1 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.2, 0.3) * times)
    view = np.array([LEAD_VECTORS[lead] for lead in leads]).T

    centres, widths, amplitudes = [], [], []

    def add(
        waves: Waves,
        beats: np.ndarray,
        shift: float | np.ndarray = 0.0,
        stretch: float | np.ndarray = 1.0,
        gain: float | np.ndarray = 1.0,
        spread: float = 0.04,
    ) -> None:
        """Add waves to some beats: arrays of shape (beats, waves[, leads])."""
        stretch = np.broadcast_to(stretch, beats.shape)[:, None]
        at = times[beats] + np.broadcast_to(shift, beats.shape)
        size = (gain * breath[beats])[:, None] * (
            1 + spread * rng.normal(size=(len(beats), len(waves.centre)))
        )
        centres.append((at[:, None] + waves.centre * stretch).ravel())
        widths.append(np.broadcast_to(waves.width * stretch, size.shape).ravel())
        amplitudes.append((size[:, :, None] * (waves.vector @ view)).reshape(-1, len(leads)))

    pr = person.pr - 0.01
    for kind in np.unique(symbols):
        beats = np.flatnonzero(symbols == kind)
        aberrant = kind == "a"
        if kind in "NLRAaJ":
            add(person.aberrant_qrs if aberrant else person.qrs, beats)
            add(person.aberrant_t if aberrant else person.t, beats, stretch=qt[beats])
        if kind in "NLR":
            add(person.p, beats, -pr, spread=0.1)
        elif kind in "Aa":
            add(person.p_ectopic, beats, -pr * rng.uniform(0.75, 1.1, len(beats)), spread=0.15)
        elif kind == "J":
            # The atria are excited backwards; the P wave is inside the QRS or shortly after it.
            add(person.p_ectopic, beats, 0.07, gain=-0.6)
        elif kind == "V":
            focus = rng.integers(len(person.v_qrs), size=len(beats))
            for i, (qrs, t) in enumerate(zip(person.v_qrs, person.v_t, strict=True)):
                add(qrs, beats[focus == i], spread=0.07)
                add(t, beats[focus == i], stretch=qt[beats[focus == i]], spread=0.07)
            # The sinus node is not reset: its P wave comes on time, but is not conducted.
            hidden = beats[(beats > 0) & (classes[beats - 1] != "V")]
            due = times[hidden - 1] + sinus[hidden] - pr
            add(person.p, hidden, due - times[hidden])
        elif kind == "F":
            # Two fronts meet: part of the heart beats normally, part from the ectopic focus.
            share = rng.uniform(0.3, 0.7, len(beats))
            add(person.p, beats, -pr + 0.02, spread=0.1)
            add(person.qrs, beats, gain=1 - share)
            add(person.t, beats, stretch=qt[beats], gain=1 - share)
            add(person.v_qrs[0], beats, gain=share)
            add(person.v_t[0], beats, stretch=qt[beats], gain=share)
        elif kind == "/":
            add(person.paced_qrs, beats, spread=0.02)
            add(person.paced_t, beats, stretch=qt[beats])
    signal = _sum_of_gaussians(
        np.concatenate(centres), np.concatenate(widths), np.concatenate(amplitudes), n_samples, fs
    )
    return signal, symbols


def electrode_noise(
    n_samples: int, n_leads: int, fs: float, noise: float, rng: np.random.Generator
) -> np.ndarray:
    """Return baseline wander, muscle noise, mains interference and electrode motion in mV.

    ``noise=1`` is about as much as in a quiet ambulatory recording: wander of 0.1 mV, muscle noise
    of 0.02 mV (root mean square), and electrode motion every other minute.
    """
    t = np.arange(n_samples, dtype=np.float32) / np.float32(fs)
    signal = np.empty((n_samples, n_leads), dtype=np.float32)
    for lead in range(n_leads):
        wander = rng.uniform(0.04, 0.12) * _slow(n_samples, fs, 1.6, rng)
        muscle = rng.uniform(0.01, 0.03) * np.exp(0.5 * _slow(n_samples, fs, 5.0, rng))
        signal[:, lead] = wander + muscle * rng.standard_normal(n_samples, dtype=np.float32)
        hum = np.float32(2 * np.pi * min(60.0, 0.4 * fs))
        signal[:, lead] += np.float32(rng.uniform(0, 0.008)) * np.sin(hum * t)
    for _ in range(rng.poisson(n_samples / fs / 120)):
        at, width = rng.uniform(0, n_samples / fs), rng.uniform(0.1, 0.5)
        near = slice(*np.searchsorted(t, (at - 4 * width, at + 4 * width)))
        bump = np.exp(-0.5 * ((t[near] - at) / width) ** 2)
        signal[near] += bump[:, None] * rng.normal(0, 0.4, n_leads).astype(np.float32)
    return noise * signal


def _symbols(person: Person, classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    symbols = classes.copy()
    symbols[classes == "N"] = person.normal_symbol
    symbols[classes == "Q"] = "/"
    atrial = classes == "S"
    symbols[atrial] = rng.choice(["A", "a", "J"], size=atrial.sum(), p=[0.85, 0.08, 0.07])
    return symbols


def _sum_of_gaussians(
    centres: np.ndarray, widths: np.ndarray, amplitudes: np.ndarray, n_samples: int, fs: float
) -> np.ndarray:
    """Sum Gaussians, each only where it is not negligible (four widths around its centre)."""
    reach = np.ceil(4 * widths * fs).astype(int)
    # Waves of about the same width are computed together, in a rectangular array.
    bucket = 2 ** np.ceil(np.log2(reach)).astype(int)
    margin = int(bucket.max()) + 1
    signal = np.zeros((amplitudes.shape[1], n_samples + 2 * margin))
    inside = (centres * fs > -margin) & (centres * fs < n_samples + margin - 1)
    for size in np.unique(bucket):
        waves = np.flatnonzero(inside & (bucket == size))
        if not len(waves):
            continue
        middle = np.rint(centres[waves] * fs).astype(int)
        offset = np.arange(-reach[waves].max(), reach[waves].max() + 1)
        distance = (middle / fs - centres[waves])[:, None] + offset / fs
        shape = np.exp(-0.5 * (distance / widths[waves, None]) ** 2)
        index = np.clip(middle[:, None] + offset + margin, 0, signal.shape[1] - 1)
        for lead, total in enumerate(signal):
            weights = shape * amplitudes[waves, lead, None]
            total += np.bincount(index.ravel(), weights.ravel(), minlength=len(total))
    return signal[:, margin : margin + n_samples].T


def _slow(n_samples: int, fs: float, every: float, rng: np.random.Generator) -> np.ndarray:
    """Return smooth noise of unit size that changes direction about every `every` seconds."""
    knots = np.arange(0, n_samples / fs + 4 * every, every)
    spline = CubicSpline(knots, rng.normal(size=len(knots)))
    # Computed at 10 Hz and interpolated, which takes a tenth of the time for a slow curve.
    coarse = np.arange(0, n_samples / fs + 0.2, 0.1)
    return np.interp(np.arange(n_samples) / fs, coarse, spline(coarse)).astype(np.float32)
