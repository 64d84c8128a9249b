"""What holds for any recording and any table of beats that hypothesis can think of."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from heartbeat._layout import resolve_layout
from heartbeat.datasets import load_prepared
from heartbeat.features import MorphologyFeatures
from heartbeat.model_selection import SubjectKFold
from heartbeat.preprocessing import BaselineRemover, BeatResampler, BeatScaler
from heartbeat.recording import Annotations, read_recording, write_annotations, write_recording
from heartbeat.resampling import SubjectUnderSampler
from tests.strategies import annotations, beats_tables, recordings

few = settings(max_examples=15)
FIELDS = ("sample", "symbol", "aux", "subtype", "chan", "num")


def assert_same_marks(a: Annotations, b: Annotations) -> None:
    for name in FIELDS:
        assert getattr(a, name).tolist() == getattr(b, name).tolist(), name


@few
@given(recordings())
def test_what_is_written_is_read_back(recording):
    with tempfile.TemporaryDirectory() as folder:
        again = read_recording(write_recording(Path(folder) / "r.npz", recording))
    np.testing.assert_array_equal(again.signal, recording.signal)
    assert (again.fs, again.leads, again.name) == (recording.fs, recording.leads, recording.name)
    assert (again.annotations is None) == (recording.annotations is None)
    if recording.annotations is not None:
        assert_same_marks(again.annotations, recording.annotations)


@few
@given(annotations(5_000), st.sampled_from([None, 250, 360, 128.5]))
def test_annotations_are_read_back_by_wfdb(marks, fs):
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "r.npy", np.zeros(5_000))
        write_annotations(Path(folder) / "r", marks, "hb", fs=fs)
        again = read_recording(Path(folder) / "r.npy", fs=fs or 100, annotator="hb").annotations
    assert_same_marks(again, marks)


@few
@given(recordings(), st.floats(0.3, 3.0))
def test_resampling_keeps_gaps_names_and_length(recording, ratio):
    fs = round(recording.fs * ratio, 1)  # of two decimals the filters may have a million taps
    fresh = recording.resample(fs)
    assert fresh.n_samples == -(-recording.n_samples * fs // recording.fs) or (
        abs(fresh.n_samples - recording.n_samples * fs / recording.fs) <= 1
    )
    assert fresh.leads == recording.leads and fresh.fs == fs
    assert not np.isinf(fresh.signal).any()
    missing = np.isnan(recording.signal)
    assert (np.isnan(fresh.signal).all(axis=0) >= missing.all(axis=0)).all()
    assert (np.isnan(fresh.signal).any(axis=0) <= missing.any(axis=0)).all()


@few
@given(recordings(), st.data())
def test_a_part_is_what_the_whole_has_there(recording, data):
    last = recording.n_samples
    first = data.draw(st.integers(0, last - 1))
    stop = data.draw(st.integers(first + 1, last))
    part = recording.crop(first / recording.fs, stop / recording.fs)
    np.testing.assert_array_equal(part.signal, recording.signal[first:stop])
    if recording.annotations is not None:
        sample = recording.annotations.sample
        inside = sample[(sample >= first) & (sample < stop)]
        assert part.annotations.sample.tolist() == (inside - first).tolist()


@few
@given(beats_tables())
def test_a_table_tells_its_layout(table):
    frame, *_ = table
    layout = resolve_layout(frame.shape[1], frame.columns)
    assert layout.column_names() == list(frame.columns)
    waveforms, context = layout.split(frame.to_numpy())
    assert waveforms.shape == (len(frame), layout.n_leads, layout.n_times)
    np.testing.assert_array_equal(context, frame[list(layout.context)])


TRANSFORMERS = [
    BeatScaler("minmax"),
    BeatScaler("zscore"),
    BaselineRemover("median"),
    BeatResampler(n_times=7),
    MorphologyFeatures(before=0.0),
]


@few
@given(beats_tables(), st.sampled_from(TRANSFORMERS))
def test_transformers_take_rows_one_by_one_and_any_table(table, transformer):
    frame, *_ = table
    transformer = clone(transformer).set_output(transform="pandas")
    whole = transformer.fit_transform(frame)
    assert len(whole) == len(frame) and np.isfinite(whole.to_numpy()).all()
    assert list(whole.columns) == transformer.get_feature_names_out().tolist()
    if not isinstance(transformer, MorphologyFeatures):  # which has a template of all beats
        apart = pd.concat([transformer.transform(frame.iloc[[i]]) for i in range(len(frame))])
        np.testing.assert_allclose(apart, whole, rtol=1e-5, atol=1e-5)


@few
@given(beats_tables(min_beats=4))
def test_no_subject_is_on_both_sides_and_every_beat_is_tested_once(table):
    frame, target, subjects = table
    n_splits = min(3, len(set(subjects)))
    if n_splits < 2:
        return
    tested = np.zeros(len(frame), dtype=int)
    for train, test in SubjectKFold(n_splits).split(frame, target, subjects):
        assert not set(subjects[train]) & set(subjects[test])
        tested[test] += 1
    assert (tested == 1).all()


@few
@given(beats_tables(min_beats=4))
def test_under_sampling_chooses_among_the_rows(table):
    frame, target, subjects = table
    if len(set(target)) < 2:
        return
    sampler = SubjectUnderSampler(random_state=0)
    chosen, labels = sampler.fit_resample(frame, target, groups=subjects)
    rows = sampler.sample_indices_
    assert len(set(rows.tolist())) == len(rows) == len(labels)
    np.testing.assert_array_equal(chosen, frame.iloc[rows])
    np.testing.assert_array_equal(labels, target[rows])
    assert set(labels) == set(target)


@few
@given(beats_tables())
def test_prepared_beats_are_loaded_as_they_were(table):
    frame, target, subjects = table
    n = len(frame)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beats.npz"
        np.savez(
            path, data=frame.to_numpy(), target=target, symbol=target, subject=subjects,
            record=subjects, sample=np.arange(n), invalid=np.zeros(n, np.float32), fs=125.0,
            before=0.5, feature_names=np.array(frame.columns.tolist()),
        )  # fmt: skip
        beats = load_prepared(path, as_frame=True)
    assert list(beats.data.columns) == list(frame.columns)
    np.testing.assert_array_equal(beats.data, frame)
    assert beats.target.tolist() == target.tolist()
    assert beats.subject.tolist() == subjects.tolist()
