"""What hypothesis draws for the tests: recordings, annotations, tables of beats, of any shape."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from heartbeat.labels import AAMI_CLASSES
from heartbeat.recording import Annotations, Recording
from heartbeat.recording._wfdb_library import WFDB_SYMBOLS

__all__ = ["annotations", "beats_tables", "rates", "recordings"]

_LEADS = ("I", "II", "III", "aVR", "V1", "V5", "MLII", "ECG", "Lead 1", "ΔV", "x_000")
# What WFDB's notes can hold, blanks at their ends excepted, which its readers may take away.
_NOTES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)


def rates() -> st.SearchStrategy[float]:
    """Draw sampling rates in Hz, whole and odd ones."""
    return st.one_of(
        st.sampled_from([100.0, 125.0, 128.0, 250.0, 257.0, 360.0, 500.0, 1000.0]),
        st.floats(50, 2000).map(lambda rate: round(rate, 2)),
    )


@st.composite
def annotations(draw, n_samples: int, *, max_size: int = 20) -> Annotations:
    """Draw annotations of a recording of `n_samples` samples, notes and numbers included."""
    sample = draw(st.lists(st.integers(0, n_samples - 1), max_size=max_size).map(sorted))
    n = len(sample)

    def each(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=n, max_size=n))

    symbol = each(st.sampled_from(sorted(WFDB_SYMBOLS)))
    # At sample 0 a note would be a definition: see `write_annotations`.
    symbol = ["N" if at == 0 and mark == '"' else mark for at, mark in zip(sample, symbol)]  # noqa: B905
    return Annotations(
        np.array(sample, dtype=np.int64),
        np.array(symbol, dtype="<U2"),
        np.array(each(_NOTES), dtype="<U20"),
        np.array(each(st.integers(-128, 127)), dtype=np.int64),
        np.array(each(st.integers(0, 255)), dtype=np.int64),
        np.array(each(st.integers(0, 127)), dtype=np.int64),
    )


@st.composite
def recordings(draw, *, max_samples: int = 200, max_leads: int = 3, gaps: bool = True) -> Recording:
    """Draw recordings: short and long, flat and wild, with gaps, names and annotations."""
    n_leads = draw(st.integers(1, max_leads))
    n_samples = draw(st.integers(1, max_samples))
    values = st.floats(-32, 32, width=32)
    values = st.one_of(values, st.just(np.nan)) if gaps else values
    signal = draw(npst.arrays(np.float32, (n_samples, n_leads), elements=values, fill=values))
    leads = draw(st.permutations(_LEADS))[:n_leads]
    marks = draw(st.none() | annotations(n_samples))
    name = draw(st.text(st.sampled_from("abcXYZ019_-"), min_size=1, max_size=12))
    return Recording(signal, draw(rates()), leads, name, annotations=marks)


@st.composite
def beats_tables(draw, *, max_beats: int = 30, min_beats: int = 2) -> tuple[pd.DataFrame, ...]:
    """Draw tables of beats with their classes and subjects: (frame, target, subjects).

    The columns are named as heartbeat names them: any number of leads, samples and context.
    """
    n_beats = draw(st.integers(min_beats, max_beats))
    n_leads, n_times = draw(st.integers(1, 3)), draw(st.integers(1, 40))
    leads = draw(st.permutations(("MLII", "V1", "V5", "II")))[:n_leads]
    context = draw(st.lists(st.sampled_from(("rr_prev_s", "rr_next_s", "size")), unique=True))
    columns = [f"{lead}_{i:03d}" for lead in leads for i in range(n_times)] + context
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    values = st.floats(-8, 8, width=32)
    data = draw(npst.arrays(dtype, (n_beats, len(columns)), elements=values, fill=values))
    target = draw(st.lists(st.sampled_from(AAMI_CLASSES), min_size=n_beats, max_size=n_beats))
    subjects = draw(st.lists(st.sampled_from("abcd"), min_size=n_beats, max_size=n_beats))
    return pd.DataFrame(data, columns=columns), np.array(target), np.array(subjects)
