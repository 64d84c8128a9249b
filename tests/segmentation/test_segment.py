from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat._layout import n_samples, resolve_layout
from heartbeat.context import context_feature_names
from heartbeat.datasets import make_recording
from heartbeat.recording import Annotations, Recording
from heartbeat.segmentation import segment_beats

FS = 360.0


def make(n=36_000, n_leads=2, fs=FS, n_beats=60, seed=0, sample=None):
    rng = np.random.default_rng(seed)
    if sample is None:
        sample = np.sort(rng.choice(np.arange(5, n - 5), n_beats, replace=False))
    symbol = rng.choice(list("NVAF/"), len(sample))
    t = np.arange(n)[:, None] / fs
    signal = np.sin(2 * np.pi * np.arange(1, n_leads + 1) * t) + 0.1 * rng.normal(size=(n, n_leads))
    leads = ("MLII", "V1", "V5")[:n_leads]
    return Recording(signal, fs, leads, "r1", "p1", annotations=Annotations(sample, symbol))


def slow_beats(recording, fs, before, after):
    """Cut beat by beat, lead by lead, sample by sample."""
    signal = recording.resample(fs).signal
    rows = []
    for sample in recording.annotations.sample:
        r = min(round(sample * fs / recording.fs), len(signal) - 1)
        first, stop = r - n_samples(before, fs), r + n_samples(after, fs)
        places = [min(max(i, 0), len(signal) - 1) for i in range(first, stop)]
        rows.append([signal[i, lead] for lead in range(signal.shape[1]) for i in places])
    return np.array(rows, dtype=np.float32)


@pytest.mark.parametrize("fs", [125.0, 360.0, 250.0])
@pytest.mark.parametrize(("before", "after"), [(0.5, 1.0), (0.2, 0.25), (0.0, 3.0), (2.0, 0.1)])
def test_equals_cutting_beat_by_beat(fs, before, after):
    recording = make(sample=[3, 200, 1000, 18_000, 35_990])
    beats = segment_beats(
        recording, fs=fs, before=before, after=after, leads=("MLII", "V1"), edges="pad"
    )
    np.testing.assert_array_equal(beats.data, slow_beats(recording, fs, before, after))


@settings(max_examples=25, deadline=None)
@given(
    sample=st.lists(st.integers(0, 3599), min_size=0, max_size=20).map(sorted),
    before=st.floats(0, 2),
    after=st.floats(0.05, 2),
)
def test_every_beat_is_kept_padded_or_dropped_and_counted(sample, before, after):
    signal = np.arange(3600.0)
    marks = Annotations(np.array(sample, dtype=int), np.full(len(sample), "N"))
    recording = Recording(signal, 360.0, "MLII", annotations=marks)
    kwargs = {"fs": 360.0, "before": before, "after": after}
    padded = segment_beats(recording, edges="pad", **kwargs)
    dropped = segment_beats(recording, edges="drop", **kwargs)
    assert len(padded.data) == len(sample) and padded.n_dropped == 0
    assert len(dropped.data) == len(sample) - padded.n_padded
    assert dropped.n_dropped == padded.n_padded and dropped.n_padded == 0
    # The signal counts its samples, so the value at R's index is R's position.
    r_index = n_samples(before, 360.0)
    np.testing.assert_array_equal(padded.data[:, r_index], padded.sample)
    np.testing.assert_array_equal(dropped.data[:, r_index], dropped.sample)
    assert np.isfinite(padded.data).all()


def test_r_is_at_the_promised_index_after_resampling():
    signal = np.zeros(36_000, dtype=np.float32)
    sample = np.arange(500, 35_000, 777)
    for k in range(-8, 9):
        signal[sample + k] = np.exp(-0.5 * (k / 3) ** 2)
    recording = Recording(signal, FS, "MLII")
    beats = segment_beats(recording, beats=sample)
    assert beats.data.shape[1] == 187
    # 125 Hz is 2.88 samples of the recording: the peak may lie half a new sample aside.
    assert set(beats.data.argmax(axis=1)) <= {61, 62, 63}
    assert (beats.data[:, 62] > 0.85).all()


def test_the_bunch():
    recording = make()
    beats = segment_beats(recording, leads=("V1", "MLII"), context=("rr", "template_causal"))
    n = len(recording.annotations)
    layout = resolve_layout(beats.data.shape[1], beats.feature_names)
    assert layout.leads == beats.leads == ("V1", "MLII")
    assert (layout.n_times, beats.n_leads, beats.n_context) == (187, 2, layout.n_context)
    assert beats.feature_names[374:] == context_feature_names(("rr", "template_causal"))
    assert beats.data[:, beats.context].shape == (n, beats.n_context)
    assert beats.data[:, beats.waveform].shape == (n, 374)
    assert beats.data.dtype == np.float32
    assert beats.target.dtype == np.dtype("<U1")
    np.testing.assert_array_equal(beats.target, recording.annotations.classes())
    np.testing.assert_array_equal(beats.sample, recording.annotations.sample)
    assert set(beats.record) == {"r1"} and set(beats.subject) == {"p1"}
    assert beats.target_names == list("NSVFQ")
    assert (beats.fs, beats.before, beats.after) == (125.0, 0.5, 1.0)


def test_a_frame_has_the_names():
    plain = segment_beats(make(), context="rr")
    framed = segment_beats(make(), context="rr", as_frame=True)
    assert list(framed.data.columns) == plain.feature_names
    assert framed.target.name == "target"
    np.testing.assert_array_equal(framed.data, plain.data)
    np.testing.assert_array_equal(framed.target, plain.target)


def test_leads_by_position_and_order():
    recording = make()
    by_name = segment_beats(recording, leads=("V1", "MLII")).data
    np.testing.assert_array_equal(segment_beats(recording, leads=(1, 0)).data, by_name)
    np.testing.assert_array_equal(segment_beats(recording, leads="V1").data, by_name[:, :187])
    for one in (1, np.int64(1), [np.int64(1)]):
        np.testing.assert_array_equal(segment_beats(recording, leads=one).data, by_name[:, :187])
    with pytest.raises(ValueError, match="leads is empty"):
        segment_beats(recording, leads=())


def test_context_is_that_of_all_beats_also_of_dropped_ones():
    recording = make(sample=np.arange(10, 35_990, 300))
    padded = segment_beats(recording, context="rr")
    dropped = segment_beats(recording, context="rr", edges="drop")
    assert dropped.n_dropped > 0
    kept = np.isin(padded.sample, dropped.sample)
    np.testing.assert_array_equal(padded.data[kept], dropped.data)


def test_non_beats_are_no_beats():
    marks = Annotations([100, 4000, 8000], ["+", "N", "~"])
    recording = Recording(np.zeros(9000), FS, "MLII", annotations=marks)
    assert segment_beats(recording).sample.tolist() == [4000]


def test_conventions():
    marks = Annotations([4000], ["j"])
    recording = Recording(np.zeros(9000), FS, "MLII", annotations=marks)
    assert segment_beats(recording).target == ["N"]
    assert segment_beats(recording, convention="ec57").target == ["S"]


def test_no_beats_make_an_empty_table():
    recording = Recording(np.zeros(9000), FS, "MLII")
    beats = segment_beats(recording, beats=[], context="rr")
    assert beats.data.shape == (0, 187 + beats.n_context)
    assert segment_beats(recording, beats=[], layout="kaggle").data.shape == (0, 187)


def test_gaps_are_bridged_and_told():
    recording = make(sample=np.arange(1000, 35_000, 500))
    signal = recording.signal.copy()
    signal[9000:9180, 0] = np.nan
    holed = Recording(signal, FS, recording.leads, annotations=recording.annotations)
    beats = segment_beats(holed, context=("rr", "template"))
    assert np.isfinite(beats.data).all()
    touched = (beats.sample - 180 < 9180) & (beats.sample + 360 > 9000)
    np.testing.assert_array_equal(beats.invalid > 0, touched)
    assert beats.invalid.max() == pytest.approx(180 / 540, abs=0.02)
    whole = segment_beats(recording)
    assert not whole.invalid.any()
    signal[:, 0] = np.nan
    beats = segment_beats(Recording(signal, FS, recording.leads), beats=[5000, 9000])
    assert not beats.data.any() and (beats.invalid == 1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layout": "middle"}, "layout must be one of"),
        ({"edges": "cut"}, "edges must be"),
        ({"fs": 0}, "fs must be a positive number"),
        ({"before": -0.1}, "before must be finite and not neg"),
        ({"after": np.nan}, "after must be"),
        ({"before": 0, "after": 0.01}, "must have at least two samples"),
        ({"layout": "kaggle", "fs": 250}, "requires fs=125"),
        ({"leads": "V9"}, "no lead 'V9'.*MLII"),
        ({"leads": ()}, "lead"),
        ({"leads": ("V1", "V1")}, "unique"),
        ({"context": "rythm"}, "unknown context block"),
        ({"convention": "mine"}, "convention must be"),
        ({"beats": "guess"}, '"annotations", "detect" or an array'),
        ({"beats": [5, 3]}, "in order, but sample 3"),
        ({"beats": [-1]}, "inside the 36000 samples"),
        ({"beats": [36_000]}, "inside the 36000 samples"),
        ({"beats": [1.5]}, "sample positions of an integer type"),
        ({"beats": [[1]]}, "one-dimensional"),
    ],
)
def test_bad_parameters_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        segment_beats(make(), **arguments)


def test_annotations_must_be_there():
    with pytest.raises(ValueError, match=r"no annotations. Use beats=\"detect\""):
        segment_beats(Recording(np.zeros(9000), FS, "MLII"))


def test_numbers_must_be_numbers():
    with pytest.raises(TypeError, match="fs must be a number, got '125'"):
        segment_beats(make(), fs="125")


def test_detected_beats_bear_the_labels_of_the_reference():
    recording = make_recording(duration=120, random_state=0)
    beats = segment_beats(recording, beats="detect", context="rr")
    reference = segment_beats(recording)
    assert abs(len(beats.data) - len(reference.data)) < 0.05 * len(reference.data)
    assert (beats.target != "").mean() > 0.95
    # What is detected are R peaks, in the middle of what was cut.
    assert np.abs(np.median(beats.data[:, 62])) > 0.5 * np.abs(np.median(reference.data[:, 62]))
    bare = replace(recording, annotations=None)
    np.testing.assert_array_equal(segment_beats(bare, beats="detect").sample, beats.sample)
    assert set(segment_beats(bare, beats="detect").target) == {""}


def test_leads_are_found_by_the_rule_and_named_as_asked():
    signal = np.zeros((3600, 3), dtype=np.float32)
    signal[:, 1] = 2.0
    recording = Recording(signal, 360.0, ("I", "II", "V1"))
    beats = segment_beats(recording, beats=[1000])
    assert (beats.leads, beats.feature_names[0]) == (("MLII",), "MLII_000")
    np.testing.assert_allclose(beats.data, 2.0, atol=1e-3)
    both = segment_beats(recording, beats=[1000], leads=iter(["lead ii", 2]))
    assert both.leads == ("lead ii", "V1")


def test_an_array_is_no_recording():
    with pytest.raises(TypeError, match=r"got ndarray. Wrap an array as .*Recording\(signal, fs"):
        segment_beats(np.zeros(1000))


def test_no_beats_are_told():
    flat = Recording(np.zeros(3600), 360.0, "MLII", "flat")
    with pytest.warns(UserWarning, match="found on MLII of recording 'flat'.* the lead is flat"):
        assert segment_beats(flat, beats="detect").data.shape == (0, 187)


def test_databases_without_classes_get_none():
    recording = replace(make(), database="ludb")
    assert set(segment_beats(recording).target) == {""}
    assert set(segment_beats(recording).symbol) > {"N"}


def test_comments_alone_are_no_beats():
    """As in an EDF file on which the patient pressed a button."""
    comment = Annotations([100], ['"'], aux=["patient button"])
    recording = Recording(
        np.zeros(3600, dtype="float32"), 360.0, "MLII", "night", annotations=comment
    )
    with pytest.raises(ValueError, match='none of the 1 annotations .* is a beat.*"detect"'):
        segment_beats(recording)
