"""`RandomConvolutionFeatures` compared with aeon's MiniRocket: speed, and accuracy with a ridge.

    python benchmarks/random_convolutions.py --data-home DATA --aeon-python AEON_VENV/bin/python

aeon cannot share heartbeat's environment, because it limits the version of pandas. It runs in its
own environment, and beats and features are exchanged as files. Without ``--aeon-python`` only
heartbeat is measured.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.datasets import load_beats
from heartbeat.features import RandomConvolutionFeatures

# Runs in aeon's environment. One warm-up call, so that compilation is not counted.
_AEON = """
import sys, time, numpy as np
from aeon.transformations.collection.convolution_based import MiniRocket
folder, n_features, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
train, test = (np.load(f"{folder}/{side}.npy")[:, np.newaxis] for side in ("train", "test"))
rocket = MiniRocket(n_kernels=n_features, random_state=seed, n_jobs=1)
start = time.process_time()
rocket.fit(train)
fit = time.process_time() - start
rocket.transform(test[:8])
np.save(f"{folder}/train_features.npy", rocket.transform(train))
seconds = []
for _ in range(3):
    start = time.process_time()
    features = rocket.transform(test)
    seconds.append(time.process_time() - start)
np.save(f"{folder}/test_features.npy", features)
print(fit, len(test) / min(seconds))
"""


def own_features(train, test, n_features: int, seed: int):
    """Return both sides' features, seconds of fitting and beats transformed per second."""
    rocket = RandomConvolutionFeatures(n_features, random_state=seed)
    start = time.process_time()
    rocket.fit(train)
    fit_s = time.process_time() - start
    train_features = rocket.transform(train)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        test_features = rocket.transform(test)
        seconds.append(time.process_time() - start)
    return train_features, test_features, fit_s, len(test) / min(seconds)


def aeon_features(train, test, n_features: int, seed: int, python: str):
    """Return the same from aeon, run by the interpreter of its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "train.npy"), train)
        np.save(Path(folder, "test.npy"), test)
        arguments = [python, "-c", _AEON, folder, str(n_features), str(seed)]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True)
        fit_s, rate = map(float, done.stdout.split()[-2:])
        sides = [np.load(Path(folder, f"{side}_features.npy")) for side in ("train", "test")]
    return *sides, fit_s, rate


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="20 seconds on one core, without aeon",
        writes=["random_convolutions.csv"],
        published=["--aeon-python AEON_VENV/bin/python --seeds 3 --train 4000 --test 6000"],
        incidental=["aeon_python"],
        data="mitdb/",
    )
    parser.add_argument("--aeon-python", help="interpreter of an environment with aeon")
    parser.add_argument("--seeds", type=int, default=2, help="number of runs")
    parser.add_argument("--features", type=int, default=10_000, help="number of features")
    parser.add_argument("--train", type=int, default=8000, help="number of training beats")
    parser.add_argument("--test", type=int, default=12_000, help="number of test beats")
    options = parser.parse_args()
    results = parser.results(options)

    beats = load_beats("mitdb", data_home=options.data_home)
    makers = {"heartbeat RandomConvolutionFeatures": own_features}
    if options.aeon_python:
        makers["aeon MiniRocket"] = lambda *data: aeon_features(*data, options.aeon_python)
    rows = []
    for seed in range(options.seeds):
        train, test, y_train, y_test = train_test_split(
            np.asarray(beats.data),
            np.asarray(beats.target),
            train_size=options.train,
            test_size=options.test,
            stratify=beats.target,
            random_state=seed,
        )
        for name, make in makers.items():
            train_features, test_features, fit_s, rate = make(train, test, options.features, seed)
            ridge = make_pipeline(StandardScaler(), RidgeClassifier(alpha=100.0))
            predicted = ridge.fit(train_features, y_train).predict(test_features)
            rows.append(
                {
                    "features": name,
                    "seed": seed,
                    "n features": train_features.shape[1],
                    "fit s": fit_s,
                    "transform beats/s": rate,
                    "accuracy": accuracy_score(y_test, predicted),
                    "macro F1": f1_score(y_test, predicted, average="macro"),
                }
            )
            print(f"done: {name}, seed {seed}", file=sys.stderr, flush=True)
    header = protocol_header(
        "Random convolutions: speed, and accuracy under the same ridge classifier",
        protocol=f"mitdb, MLII, 187 samples; {options.train:,} beats to train, {options.test:,} to "
        "test, drawn at random and stratified (intra-patient: the same people on both sides); "
        "standardised features, ridge penalty 100",
        seeds=f"0 to {options.seeds - 1}, of the draw and of the features",
        threads="one each; processor time to transform the test beats, best of 3, compiled before",
    )
    table = pd.DataFrame(rows)
    print(header, table.to_string(index=False, float_format="%.5g"), sep="\n\n")
    results.save_table(table, "random_convolutions", header)


if __name__ == "__main__":
    main()
