import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

from heartbeat._safetensors import errors_as_damage, read_described, write_described

FORMAT = "heartbeat.example/1"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "example.safetensors"
    write_described({"a": np.arange(3)}, {"format": FORMAT, "size": np.int64(3)}, path)
    return path


def read(path):
    return read_described(path, FORMAT, "an example")


def test_what_was_written_is_read(path):
    description, arrays = read(path)
    assert description == {"format": FORMAT, "size": 3}
    np.testing.assert_array_equal(arrays["a"], np.arange(3))
    assert list(path.parent.iterdir()) == [path]


def test_what_json_cannot_hold_leaves_the_file_unchanged(path):
    before = path.read_bytes()
    with pytest.raises(TypeError, match="cannot save .* because a set cannot be stored as JSON"):
        write_described({}, {"format": FORMAT, "classes": {1}}, path)
    assert path.read_bytes() == before
    with pytest.raises(IsADirectoryError, match="is a folder"):
        write_described({}, {"format": FORMAT}, path.parent)


@pytest.mark.parametrize("keep", [0, 100])
def test_a_damaged_file_is_named(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="example.safetensors is not a readable safetensors file"):
        read(path)


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        (None, "its header does not describe its content"),
        ({"heartbeat": "[" * 100_000}, "its header does not describe its content"),
        ({"heartbeat": "{}"}, "its header does not describe its content"),
        ({"heartbeat": '{"format": "other/2"}'}, "its format is 'other/2', not "),
    ],
)
def test_files_of_others_are_named(path, metadata, found):
    save_file({"a": np.zeros(2)}, path, metadata=metadata)
    with pytest.raises(ValueError, match=f"is not an example saved by heartbeat: {found}"):
        read(path)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn])
def test_arrays_that_numpy_does_not_have_are_refused(path, dtype, known):
    if known:  # a package that onnx needs adds such types to NumPy
        pytest.importorskip("ml_dtypes")
    metadata = {"heartbeat": f'{{"format": "{FORMAT}"}}'}
    save_tensors({"a": torch.zeros(2, dtype=dtype)}, path, metadata=metadata)
    with pytest.raises(ValueError, match="is not an example saved by heartbeat: "):
        read(path)


@pytest.mark.parametrize("error", [KeyError("size"), TypeError("size"), OverflowError("size")])
def test_invalid_entries_count_as_damage(path, error):
    with (
        pytest.raises(ValueError, match="header is damaged .*size.* Copy or save it again"),
        errors_as_damage(path, "an example"),
    ):
        raise error
