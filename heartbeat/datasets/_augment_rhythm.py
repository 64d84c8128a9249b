"""`augment_rhythm`: the beats of a recording in another rhythm."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.ndimage import uniform_filter1d

from heartbeat._checks import check_whole
from heartbeat._shown import shown
from heartbeat.datasets._synthetic import make_generator
from heartbeat.recording import Annotations, Recording

__all__ = ["augment_rhythm"]

_FEWEST = {"N": 50, "S": 5}
"""Beats of a class that a recording must have to be rearranged."""
_P_ONSET = 0.27
"""Seconds before R at which a beat begins: before most P waves."""
_FADE = 0.10
"""Seconds at the end of a beat that lead over to the next."""
_QRS_END = 0.15
"""Seconds after R at which the QRS complex is over."""
_SMOOTH = 0.04
"""Seconds that are averaged over to tell waves from noise."""
_SHORTEST, _LONGEST = 0.28, 3.0
"""Seconds between two R peaks, at least and at most."""


def augment_rhythm(
    recording: Recording,
    rhythm: str = "premature",
    *,
    n_beats: int = 1000,
    random_state: int | np.random.RandomState | None = None,
) -> Recording:
    """Rearrange the beats of an annotated recording into another rhythm, to train on.

    Databases hold few people with frequent supraventricular beats. A classifier that is trained on
    them learns that such beats are the exception in a recording, and misses them in people in whom
    they are the rule. This function makes recordings of rare rhythms from the beats of one person:
    it cuts the signal between the beats, and puts the pieces together in a new order with new RR
    intervals. Context columns of the result, such as those of the block ``"rhythm"``, are those of
    the new rhythm.

    Parameters
    ----------
    recording : Recording
        Recording with annotations.
    rhythm : {"premature", "irregular"}, default="premature"
        ``"premature"`` alternates runs of S beats with runs of N beats. Their mean lengths are
        drawn at random, between bigeminy, single premature beats, and long runs of S with few N.
        ``"irregular"`` takes only N beats at irregular intervals, as in atrial fibrillation, where
        early beats are not S.
    n_beats : int, default=1000
        Number of beats.
    random_state : int, RandomState or None, default=None
        Controls the order of the beats and the intervals. Pass an int for the same recording every
        time.

    Returns
    -------
    Recording
        Recording with the same leads, sampling rate and subject, and with annotations. Its name
        ends in ``~premature`` or ``~irregular``.

    Raises
    ------
    ValueError
        If the recording has fewer than 50 N beats or, for ``"premature"``, fewer than 5 S beats, or
        a parameter is out of its range.

    See Also
    --------
    heartbeat.resampling.BeatAugmenter : Changes the waveform of beats, not their rhythm.
    heartbeat.segmentation.segment_beats : Cuts the result into a table of beats.
    make_recording : A synthetic recording, for which no recording is needed.

    Notes
    -----
    Keep an augmented recording on the same side of a split as its subject, and never test on it:
    its rhythm is made up. ``benchmarks/across_databases.py`` measures the effect on unseen people.

    In a premature rhythm, intervals are drawn from those of the recording: from N to S, from S to
    N, and between N beats. Within a run of S they stay near one value. All are scaled by a common
    factor between 0.78 and 1.42, and the pauses after S by another between 1 and 1.6. In an
    irregular rhythm, intervals are log-normal with a coefficient of variation between 12 and 30 %.
    No interval is shorter than 0.28 s or longer than 3 s.

    A beat begins 0.27 s before its R peak, or later if it is early. A beat that must last longer
    than it did is followed by a flat line with the noise of the beat. The baseline is zero where
    beats meet.

    Examples
    --------
    >>> from heartbeat.datasets import augment_rhythm, make_recording
    >>> recording = make_recording(300, weights={"N": 9, "S": 1}, random_state=0)
    >>> premature = augment_rhythm(recording, n_beats=200, random_state=0)
    >>> premature.name, len(premature.annotations)
    ('synthetic~premature', 200)
    >>> bool(np.mean(premature.annotations.classes() == "S") > 0.2)
    True
    """
    if rhythm not in _PLANS:
        raise ValueError(f"rhythm must be one of {tuple(_PLANS)}, got {shown(rhythm)}.")
    check_whole("n_beats", n_beats, least=2)
    rng = make_generator(random_state)
    marks = (recording.annotations or Annotations([], [])).beats()
    # The first and the last beat lack a neighbour.
    classes = marks.classes()[1:-1]
    for letter, fewest in _FEWEST.items():
        found = int(np.sum(classes == letter))
        if found < fewest and (letter == "N" or rhythm == "premature"):
            raise ValueError(
                f"recording {recording.name!r} has {found} annotated {letter} beats, but a "
                f"{rhythm} rhythm is made of at least {fewest}. Choose another recording"
                + (", or rhythm='irregular'." if letter == "S" else ".")
            )
    seconds = marks.sample / recording.fs
    order, intervals = _PLANS[rhythm](classes, np.diff(seconds)[:-1], n_beats, rng)
    intervals = np.clip(intervals, _SHORTEST, _LONGEST)
    signal, sample = _splice(recording.signal, recording.fs, marks.sample, order + 1, intervals)
    return replace(
        recording,
        signal=signal,
        name=f"{recording.name}~{rhythm}",
        annotations=Annotations(sample, marks.symbol[order + 1]),
        begin=None,
    )


def _premature(
    classes: np.ndarray, rr: np.ndarray, n_beats: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return which beats follow one another, and the RR interval before each, in s."""
    previous = np.concatenate([["N"], classes[:-1]])

    def intervals(before: str, letter: str) -> np.ndarray:
        found = rr[(previous == before) & (classes == letter)]
        return found if len(found) else rr[classes == letter]

    normal = intervals("N", "N")
    usual = np.median(normal)
    near = np.abs(normal / usual - 1) < 0.3
    normal = normal[near] if near.any() else np.array([usual])
    coupling, returning = intervals("N", "S"), intervals("S", "N")
    in_runs = min(np.median(coupling) * rng.uniform(0.95, 1.2), 0.92 * usual)
    returning = returning * rng.uniform(1, 1.6)

    mean_n = np.exp(rng.uniform(np.log(1), np.log(20)))
    mean_s = rng.choice([0.2, 1, 3, 6])
    # More runs than there can be beats; those of S are at most 25 beats long.
    n_lengths = 1 + rng.exponential(mean_n - 1, n_beats).astype(int)
    s_lengths = np.minimum(1 + rng.exponential(mean_s, n_beats).astype(int), 25)
    lengths = np.column_stack([n_lengths, s_lengths]).ravel()
    premature = np.repeat(np.arange(2 * n_beats) % 2 == 1, lengths)[:n_beats]
    after_premature = np.concatenate([[False], premature[:-1]])

    order = np.where(
        premature,
        rng.choice(np.flatnonzero(classes == "S"), n_beats),
        rng.choice(np.flatnonzero(classes == "N"), n_beats),
    )
    chosen = np.select(
        [premature & after_premature, premature, after_premature],
        [
            in_runs * np.exp(0.03 * rng.standard_normal(n_beats)),
            rng.choice(coupling, n_beats),
            rng.choice(returning, n_beats),
        ],
        rng.choice(normal, n_beats),
    )
    return order, chosen * np.exp(rng.uniform(-0.25, 0.35))


def _irregular(
    classes: np.ndarray, rr: np.ndarray, n_beats: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return which N beats follow one another, and the RR interval before each, in s."""
    order = rng.choice(np.flatnonzero(classes == "N"), n_beats)
    usual = np.median(rr) * rng.uniform(0.7, 1.1)
    return order, usual * np.exp(rng.uniform(0.12, 0.3) * rng.standard_normal(n_beats))


_Plan = Callable[[np.ndarray, np.ndarray, int, np.random.Generator], tuple[np.ndarray, np.ndarray]]
_PLANS: dict[str, _Plan] = {"premature": _premature, "irregular": _irregular}


def _splice(
    signal: np.ndarray, fs: float, peaks: np.ndarray, order: np.ndarray, intervals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return beats, one after another at these intervals, and the samples of their R peaks.

    `order` counts the beats of `peaks`; each has one before and one after it.
    """
    own = np.diff(peaks) / fs
    # A beat does not begin within the QRS complex before it, neither here nor where it was.
    onset = np.minimum(_P_ONSET, np.minimum(0.5 * intervals, 0.6 * own[order - 1]))
    onset = np.maximum(np.round(onset * fs).astype(int), 1)
    ends = np.round(np.minimum(_P_ONSET, 0.4 * own[order]) * fs).astype(int)
    sample = onset[0] + np.concatenate([[0], np.cumsum(np.round(intervals[1:] * fs).astype(int))])
    after_last = int(0.6 * own[order[-1]] * fs)
    starts = np.append(sample - onset, sample[-1] + after_last)
    spliced = np.empty((starts[-1], signal.shape[1]), dtype=np.float32)
    for i, beat in enumerate(order):
        first = peaks[beat] - onset[i]
        piece = signal[first : peaks[beat + 1] - ends[i]]
        spliced[starts[i] : starts[i + 1]] = _lasting(
            piece, starts[i + 1] - starts[i], onset[i], fs
        )
    return spliced, sample


def _lasting(piece: np.ndarray, n_samples: int, r_index: int, fs: float) -> np.ndarray:
    """Return a beat that lasts so long, from zero to zero; a pause has the noise of its end."""
    piece = piece[:n_samples] - np.nan_to_num(piece[:1])
    n_fade = min(int(_FADE * fs), len(piece) // 3)
    if n_fade:
        down = np.linspace(0, 1, n_fade, dtype=np.float32)[:, np.newaxis]
        piece[-n_fade:] -= down * np.nan_to_num(piece[-1])
    n_more = n_samples - len(piece)
    after_qrs = np.nan_to_num(piece[r_index + int(_QRS_END * fs) :])
    if not n_more or not len(after_qrs):
        return np.pad(piece, [(0, n_more), (0, 0)])
    waves = uniform_filter1d(after_qrs, max(int(_SMOOTH * fs), 1), axis=0, mode="nearest")
    noise = np.pad(after_qrs - waves, [(0, n_more), (0, 0)], mode="reflect")
    return np.concatenate([piece, noise[-n_more:]])
