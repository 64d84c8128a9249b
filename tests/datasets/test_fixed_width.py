import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from heartbeat.datasets._fixed_width import parse_fixed_width, read_bytes


def written(table, newline="\n"):
    text = io.BytesIO()
    np.savetxt(text, table, fmt="%.18e", delimiter=",", newline=newline)
    return np.frombuffer(text.getvalue(), dtype=np.uint8)


values = st.floats(0, float(np.float32(9.5)), width=32, allow_subnormal=False).filter(
    lambda v: v == 0 or 1e-20 < v < 9.99
)


@settings(deadline=None, max_examples=50)
@given(arrays(np.float32, (3, 4), elements=values), st.sampled_from(["\n", "\r\n"]))
def test_reads_what_was_written(table, newline):
    np.testing.assert_array_equal(parse_fixed_width(written(table, newline), 4), table)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2 * 100 - 1), st.integers(0, 255))
def test_a_changed_byte_is_noticed_or_changes_the_number(position, byte):
    """A byte that spoils the format is never read as some number."""
    table = np.linspace(0, 9, 8, dtype=np.float32).reshape(2, 4)
    raw = written(table).copy()
    raw[position] = byte
    found = parse_fixed_width(raw, 4)
    if found is None:
        return
    general = np.loadtxt(io.BytesIO(raw.tobytes()), delimiter=",", dtype=np.float64, ndmin=2)
    np.testing.assert_array_equal(found, general.astype(np.float32))


@pytest.mark.parametrize(
    "text", ["", "1,2\n", "-1.000000000000000000e+00,1.000000000000000000e+00\n", "1" * 50]
)
def test_other_formats_are_left_to_others(text):
    assert parse_fixed_width(np.frombuffer(text.encode(), dtype=np.uint8), 2) is None


@pytest.mark.parametrize("text", ["0.000000000000000010e+00", "0.000000001234567890e+00"])
def test_numbers_that_begin_with_nought_are_left_to_others(text):
    assert parse_fixed_width(np.frombuffer(f"{text}\n".encode(), dtype=np.uint8), 1) is None


def test_large_exponents_are_left_to_others():
    assert parse_fixed_width(written(np.array([[1e5, 1.0]])), 2) is None
    assert parse_fixed_width(written(np.array([[1e-30, 1.0]])), 2) is None


def test_longer_than_a_block():
    table = np.random.default_rng(0).random((5000, 7)).astype(np.float32)
    np.testing.assert_array_equal(parse_fixed_width(written(table), 7), table)


def test_read_bytes(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"")
    assert read_bytes(path).size == 0
    path.write_bytes(b"abc")
    assert bytes(read_bytes(path)) == b"abc"
