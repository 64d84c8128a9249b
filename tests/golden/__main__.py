"""Write the golden files of this version: once for each release, never again.

    python -m tests.golden

They go to ``tests/golden/VERSION``; the tests of every later version read them.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import heartbeat
from heartbeat.export import export_onnx, save_pipeline
from heartbeat.features import WaveletFeatures
from heartbeat.neural import CNNClassifier, save_classifier
from heartbeat.preprocessing import BandpassFilter, BeatScaler
from tests.golden.beats import golden_beats


def main() -> None:
    folder = Path(__file__).parent / heartbeat.__version__
    if folder.exists():
        raise SystemExit(f"{folder} is there: what a release wrote is not written again")
    X, y = golden_beats()
    network = CNNClassifier("kachuee", width=4, depth=2, max_epochs=30, lr=0.01, batch_size=16)
    network.set_params(random_state=0).fit(X, y)
    steps = BandpassFilter(fs=40.0, high=15.0), BeatScaler("zscore"), WaveletFeatures()
    pipeline = make_pipeline(*steps, StandardScaler(), LogisticRegression())
    pipeline.set_output(transform="pandas").fit(X, y)
    folder.mkdir()
    save_classifier(network, folder / "network.safetensors")
    export_onnx(network, folder / "network.onnx", check=X)
    save_pipeline(pipeline, folder / "pipeline.skops")
    expected = {
        name: np.round(model.predict_proba(X)[:, 1], 6).tolist()
        for name, model in (("network", network), ("pipeline", pipeline))
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"written to {folder}")


if __name__ == "__main__":
    main()
