"""Synthetic recordings and beats, for tests, documentation and work without data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils import Bunch, check_random_state

from heartbeat._checks import check_number, check_whole
from heartbeat.datasets._morphology import LEAD_VECTORS, Person, draw_person
from heartbeat.datasets._render import electrode_noise, heart_signal
from heartbeat.datasets._rhythm import arrange, class_counts, deal, rr_intervals
from heartbeat.labels import AAMI_CLASSES
from heartbeat.recording import Annotations, Recording

__all__ = ["make_beats", "make_generator", "make_recording"]

_WITHOUT_PACING = {"N": 0.89, "S": 0.04, "V": 0.06, "F": 0.01}
_FS = 360.0
"""Sampling rate in Hz of the recordings from which beats are segmented, as in mitdb."""
_START = 0.7
"""Seconds before the first beat of a recording."""
_MARGIN = 1.5
"""Minimum number of seconds before and after the beats of a recording that is segmented."""
_AROUND = 2
"""Number of beats before the first and after the last requested one, as neighbours."""


def make_recording(
    duration: float = 60.0,
    fs: float = 360.0,
    *,
    n_leads: int = 1,
    weights: Mapping[str, float] | None = None,
    noise: float = 1.0,
    name: str = "synthetic",
    random_state: int | np.random.RandomState | None = None,
) -> Recording:
    """Generate a synthetic recording of one subject, with reference annotations.

    Use it for examples and tests that need no download. The heart is modelled as a dipole whose
    vector is a sum of Gaussians for the P, QRS and T waves (McSharry et al. 2003, Sameni et al.
    2007); each lead is a projection of it. The subject is drawn at random: axis, size and width of
    the waves, bundle branch block, heart rate and its variability, ectopic foci.

    - N beats are conducted normally, or with bundle branch block (symbols ``L``, ``R``).
    - S beats are early, with a P wave of another shape or none (``J``), and are sometimes conducted
      aberrantly (``a``). They reset the sinus node.
    - V beats are early and wide, with no P wave of their own, a T wave opposite to the QRS complex,
      and a compensatory pause after them.
    - F beats are on time and have a shape between the N and the V beats of the subject.
    - Q beats are paced (``/``): a spike and a wide QRS complex, at a fixed rate.

    Parameters
    ----------
    duration : float, default=60.0
        Length in s.
    fs : float, default=360.0
        Sampling rate in Hz.
    n_leads : int, default=1
        Number of leads, taken in the order MLII, V1, V2, V4, V5, V6, I.
    weights : mapping of str to float, optional
        Approximate shares of the AAMI classes. By default
        ``{"N": 0.89, "S": 0.04, "V": 0.06, "F": 0.01}``, without paced beats.
    noise : float, default=1.0
        Factor by which baseline wander, muscle noise, mains interference and electrode motion are
        multiplied; 0 for no noise.
    name : str, default="synthetic"
        Name of the record and of the subject.
    random_state : int, RandomState or None, default=None
        Controls subject, rhythm and noise. Pass an int for the same recording every time.

    Returns
    -------
    Recording
        Signal in mV, with `annotations`.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    See Also
    --------
    make_beats : A table of beats of several subjects.
    load_sample_recording : Five minutes of a real recording.

    References
    ----------
    P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith: A dynamical model for generating
    synthetic electrocardiogram signals. IEEE Trans. Biomed. Eng. 50(3), 2003.

    R. Sameni, G. D. Clifford, C. Jutten, M. B. Shamsollahi: Multichannel ECG and noise modeling.
    EURASIP J. Adv. Signal Process., 2007.

    Examples
    --------
    >>> from heartbeat.datasets import make_recording
    >>> recording = make_recording(duration=30, random_state=0)
    >>> recording.signal.shape, recording.leads
    ((10800, 1), ('MLII',))
    >>> recording.annotations.classes("literature")[:4]
    array(['N', 'N', 'N', 'N'], dtype='<U1')
    """
    check_number("duration", duration, above=0)
    check_number("fs", fs, above=0)
    rng = make_generator(random_state)
    person = draw_person(rng)
    n_beats = int(duration / person.rr * 1.5) + 3
    counts = class_counts(n_beats, _WITHOUT_PACING if weights is None else weights)
    classes = np.concatenate([["N"], arrange(counts, rng)])
    return _record(person, classes, fs, _leads(n_leads), noise, name, rng, _START, duration)


def make_beats(
    n_beats: int = 1000,
    *,
    n_subjects: int = 10,
    weights: Mapping[str, float] | None = None,
    layout: str = "centered",
    fs: float = 125.0,
    before: float = 0.5,
    after: float = 1.0,
    n_leads: int = 1,
    context: Sequence[str] = (),
    noise: float = 1.0,
    random_state: int | np.random.RandomState | None = None,
    as_frame: bool = False,
    return_X_y: bool = False,
) -> Bunch | tuple[Any, Any]:
    """Generate a table of labelled synthetic beats of several subjects.

    Use it for examples and tests that need no download. Each subject's recording is generated by
    the model of `make_recording` at 360 Hz and cut into beats by
    `heartbeat.segmentation.segment_beats`, like a real recording. As in real data, classes are
    distributed unevenly over the subjects, and subjects differ in the shape of each wave, so that
    scores on new subjects are lower than on a random split.

    Parameters
    ----------
    n_beats : int, default=1000
        Number of beats of all subjects together.
    n_subjects : int, default=10
        Number of subjects, with one recording each. Beats are divided evenly among them.
    weights : mapping of str to float, optional
        Shares of the AAMI classes; a class that is not named does not occur. By default about the
        shares in the MIT-BIH Arrhythmia Database (N 0.83, S 0.03, V 0.06, F 0.01, Q 0.07), with at
        least ``min(n_subjects, n_beats // 40)`` beats of each class (at least one if there are five
        beats), so that small tables have all classes, in several subjects.
    layout, fs, before, after
        How beats are cut, see `heartbeat.segmentation.segment_beats`.
    n_leads : int, default=1
        Number of leads, taken in the order MLII, V1, V2, V4, V5, V6, I.
    context
        Context columns, see `heartbeat.segmentation.segment_beats`.
    noise : float, default=1.0
        Factor by which the noise of `make_recording` is multiplied; 0 for no noise.
    random_state : int, RandomState or None, default=None
        Controls subjects, rhythm and noise. Pass an int for the same beats every time.
    as_frame : bool, default=False
        Whether to return `data` as a DataFrame with column names and `target` as a Series.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        As from `load_beats`: `data` float32 of shape (n_beats, n_features) in mV, `target` AAMI
        letters, `symbol`, `record`, `subject`, `sample` (360 Hz), `feature_names`, `n_leads`,
        `n_context`, slices `waveform` and `context`, `fs`, `before`, `DESCR`.
        Beats are ordered by subject and time.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    See Also
    --------
    make_recording : The recordings that the beats are cut from.
    load_beats : Beats of real databases.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> beats = make_beats(200, n_subjects=4, random_state=0)
    >>> beats.data.shape, beats.data.dtype
    ((200, 187), dtype('float32'))
    >>> from collections import Counter
    >>> sorted(Counter(beats.target.tolist()).items())
    [('F', 4), ('N', 164), ('Q', 14), ('S', 6), ('V', 12)]
    >>> sorted(set(beats.subject.tolist()))
    ['S001', 'S002', 'S003', 'S004']
    """
    from heartbeat.segmentation import framed, segment_beats

    check_whole("n_beats", n_beats)
    check_whole("n_subjects", n_subjects)
    if n_beats < n_subjects:
        raise ValueError(
            f"n_beats must be at least n_subjects={n_subjects}, one beat for each subject, got "
            f"{n_beats}."
        )
    rng = make_generator(random_state)
    leads = _leads(n_leads)
    least = 0
    if weights is None:
        least = min(max(1, min(n_subjects, n_beats // 40)), n_beats // len(AAMI_CLASSES))
    sizes = np.full(n_subjects, n_beats // n_subjects)
    sizes[: n_beats % n_subjects] += 1
    margin = max(_MARGIN, before, after)
    tables = []
    for i, counts in enumerate(deal(class_counts(n_beats, weights, least), sizes, rng), start=1):
        person = draw_person(rng)
        around = np.full(_AROUND, "N")
        classes = np.concatenate([around, arrange(counts, rng), around])
        recording = _record(person, classes, _FS, leads, noise, f"S{i:03d}", rng, margin)
        table = segment_beats(
            recording,
            layout=layout,
            fs=fs,
            before=before,
            after=after,
            leads=leads,
            context=context,
            edges="pad",
        )
        assert recording.annotations is not None, "it was made with them"
        wanted = recording.annotations.sample[_AROUND:-_AROUND]
        tables.append((table, np.isin(table.sample, wanted)))
    beats = _joined(tables)
    if as_frame:
        beats = framed(beats)
    return (beats.data, beats.target) if return_X_y else beats


def _joined(tables: list[tuple[Bunch, np.ndarray]]) -> Bunch:
    """Concatenate the requested beats of several tables."""
    rows = ("data", "target", "symbol", "sample", "record", "subject", "invalid")
    columns = {
        name: np.concatenate([table[name][wanted] for table, wanted in tables]) for name in rows
    }
    counted = {name: sum(table[name] for table, _ in tables) for name in ("n_dropped", "n_padded")}
    # All other entries describe the layout and are equal for all subjects.
    return Bunch(**{**tables[0][0], **columns, **counted}, DESCR=make_beats.__doc__)


def _record(
    person: Person,
    classes: np.ndarray,
    fs: float,
    leads: tuple[str, ...],
    noise: float,
    name: str,
    rng: np.random.Generator,
    start: float,
    duration: float | None = None,
) -> Recording:
    """Make a recording that starts `start` seconds before the first beat."""
    check_number("noise", noise, least=0)
    intervals, sinus = rr_intervals(classes, person.rr, person.rr_sd, person.paced_rr, rng)
    times = start + np.cumsum(intervals) - intervals[0]
    n_samples = round((times[-1] + start if duration is None else duration) * fs)
    signal, symbols = heart_signal(person, classes, times, sinus, leads, n_samples, fs, rng)
    if noise:
        signal = signal + electrode_noise(n_samples, len(leads), fs, noise, rng)
    sample = np.rint(times * fs).astype(np.int64)
    seen = sample < n_samples
    return Recording(
        signal=signal.astype(np.float32),
        fs=float(fs),
        leads=leads,
        name=name,
        subject=name,
        database="synthetic",
        annotations=Annotations(sample=sample[seen], symbol=symbols[seen]),
    )


def _leads(n_leads: int) -> tuple[str, ...]:
    check_whole("n_leads", n_leads)
    if n_leads > len(LEAD_VECTORS):
        raise ValueError(
            f"n_leads must be at most {len(LEAD_VECTORS)} ({', '.join(LEAD_VECTORS)}), got "
            f"{n_leads}."
        )
    return tuple(LEAD_VECTORS)[:n_leads]


def make_generator(random_state: int | np.random.RandomState | None) -> np.random.Generator:
    # Accept scikit-learn's kinds of random_state, but use NumPy's faster generator inside.
    return np.random.default_rng(check_random_state(random_state).randint(2**31, size=4))
