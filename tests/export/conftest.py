"""Real beats, and networks that learn a little of them in a second."""

from functools import cache

import pytest

from heartbeat.datasets import load_sample_recording
from heartbeat.segmentation import segment_beats


@pytest.fixture(scope="session", autouse=True)
def one_registry():
    """Let torch's exporter collect its operators once: that takes as long as a small export."""
    try:
        from torch.onnx._internal.exporter._registration import ONNXRegistry

        collect = ONNXRegistry.from_torchlib
    except (AttributeError, ImportError):  # elsewhere in this version: exports take longer
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ONNXRegistry, "from_torchlib", staticmethod(cache(collect)))
        yield


@pytest.fixture(scope="session")
def recording():
    return load_sample_recording()


@pytest.fixture(scope="session")
def plain(recording):
    """Beats of one lead without context, as arrays."""
    return segment_beats(recording)


@pytest.fixture(scope="session")
def with_context(recording):
    """Beats and what their neighbours say, as a DataFrame."""
    return segment_beats(recording, context=("rr", "rhythm"), as_frame=True)


@pytest.fixture(scope="session")
def quick():
    return {"max_epochs": 1, "batch_size": 64, "lr": 1e-2, "random_state": 0}


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """Weights of the package as an ONNX file."""
    from heartbeat.export import export_onnx
    from heartbeat.pipelines import load_interpatient_classifier

    classifier = load_interpatient_classifier("any-lead")
    return export_onnx(classifier, tmp_path_factory.mktemp("any") / "any.onnx")
