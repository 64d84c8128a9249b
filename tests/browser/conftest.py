import os
import shutil

import numpy as np
import pytest

from heartbeat.browser import MarkedRecording
from heartbeat.datasets import load_sample_recording
from heartbeat.recording import Annotations, Recording


@pytest.fixture(scope="session")
def sample_recording():
    return load_sample_recording()


@pytest.fixture(scope="session")
def marked(sample_recording):
    return MarkedRecording.from_recording(sample_recording)


@pytest.fixture
def make_marked():
    """Return a flat recording with beats at given seconds."""

    def make(seconds, symbols, *, duration, fs=100.0, name="made", signal=None):
        sample = np.rint(np.asarray(seconds) * fs).astype(int)
        signal = np.zeros(round(duration * fs)) if signal is None else signal
        marks = Annotations(sample, np.array(list(symbols), dtype="<U1"))
        return MarkedRecording.from_recording(Recording(signal, fs, name=name, annotations=marks))

    return make


@pytest.fixture(scope="session")
def chromium():
    """Return a real Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium on the path: apt-get install chromium, or set $CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
