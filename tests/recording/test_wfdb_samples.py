"""The quick way to read plain signal files gives what wfdb gives, sample for sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.recording._wfdb_library import wfdb
from heartbeat.recording._wfdb_samples import plain_signal

N_SAMPLES = 501


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Records of both formats, with one to five signals, of extreme and invalid samples too."""
    folder = tmp_path_factory.mktemp("records")
    rng = np.random.default_rng(0)
    for fmt, least in (("16", -(2**15)), ("212", -(2**11))):
        for n in range(1, 6):
            samples = rng.integers(least, -least, (N_SAMPLES, n))
            samples[:4, 0] = [least, least + 1, -least - 1, 0]
            wfdb.wrsamp(
                f"r{fmt}x{n}", 360, ["mV"] * n, [f"s{i}" for i in range(n)], d_signal=samples,
                fmt=[fmt] * n, adc_gain=[200.0, 37.3, 1000.0, 0.7, 151.0][:n],
                baseline=[1024, 0, -7, 3, 100][:n], write_dir=str(folder),
            )  # fmt: skip
    return folder


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_sample_is_wfdbs(records, data):
    fmt = data.draw(st.sampled_from(["16", "212"]))
    n = data.draw(st.integers(1, 5))
    channel = data.draw(st.integers(0, n - 1))
    start = data.draw(st.integers(0, N_SAMPLES - 1))
    stop = data.draw(st.integers(start + 1, N_SAMPLES))
    path = records / f"r{fmt}x{n}"
    signal = plain_signal(path, wfdb.rdheader(str(path)), channel)
    expected = wfdb.rdrecord(str(path), start, stop, channels=[channel], return_res=32).p_signal
    values = signal.read(start, stop)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, expected[:, 0])


def test_a_file_that_has_become_shorter_is_told(records, tmp_path):
    path = tmp_path / "r212x1"
    path.with_suffix(".hea").write_bytes((records / "r212x1.hea").read_bytes())
    path.with_suffix(".dat").write_bytes((records / "r212x1.dat").read_bytes()[:300])
    signal = plain_signal(path, wfdb.rdheader(str(path)), 0)
    assert len(signal.read(100, 200)) == 100
    with pytest.raises(ValueError, match="it ends after 200 samples"):
        signal.read(100, 300)


@pytest.mark.parametrize(("field", "value"), [("byte_offset", 5), ("skew", 3), ("fmt", "80")])
def test_what_is_not_plain_is_left_to_wfdb(records, field, value):
    path = records / "r16x2"
    header = wfdb.rdheader(str(path))
    setattr(header, field, [value, value])
    assert plain_signal(path, header, 1) is None


@pytest.mark.realdata
@pytest.mark.parametrize("record", ["mitdb/208", "svdb/800", "nstdb/em"])
def test_real_records(data_home, record):
    path = data_home / record
    whole = wfdb.rdrecord(str(path), return_res=32).p_signal
    header = wfdb.rdheader(str(path))
    for channel in range(2):
        signal = plain_signal(path, header, channel)
        np.testing.assert_array_equal(signal.read(0, len(whole)), whole[:, channel])
