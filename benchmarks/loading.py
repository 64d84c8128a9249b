"""Time and memory until beats are loaded.

Recordings: the 48 records of mitdb, read and segmented, without and with a cache, compared with
wfdb's own reading of the same files. CSV: a file of the published size and number format, generated
for this purpose, read by this package and by pandas, pyarrow and polars.

    HEARTBEAT_DATA=... python benchmarks/loading.py

Each measurement runs in its own process, and imports are not counted. The files are in the cache of
the operating system, so that the speed of the disk has no effect.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser

N_ROWS = 87_554  # as many as mitbih_train.csv


def wfdb_alone(folder, cache):
    import wfdb

    for header in sorted((folder / "mitdb").glob("*.hea")):
        wfdb.rdrecord(str(header.with_suffix("")))
        wfdb.rdann(str(header.with_suffix("")), "atr")


def recordings(folder, cache):
    from heartbeat.datasets import load_recordings

    for recording in load_recordings("mitdb", data_home=folder):
        assert recording.n_samples == 650_000


def beats_cold(folder, cache):
    from heartbeat.datasets import load_beats

    assert len(load_beats("mitdb", data_home=folder, cache=False).data) == 109_494


def beats_warm(folder, cache):
    from heartbeat.datasets import load_beats

    assert len(load_beats("mitdb", data_home=folder, cache=cache).data) == 109_494


def beats_warm_read(folder, cache):
    from heartbeat.datasets import load_beats

    assert np.isfinite(load_beats("mitdb", data_home=folder, cache=cache).data.sum())


def csv_cold(folder, cache):
    from heartbeat.datasets import load_kaggle_heartbeat

    load_kaggle_heartbeat("train", data_home=folder, cache=False)


def csv_warm(folder, cache):
    from heartbeat.datasets import load_kaggle_heartbeat

    load_kaggle_heartbeat("train", data_home=folder, cache=cache)


def csv_warm_read(folder, cache):
    from heartbeat.datasets import load_kaggle_heartbeat

    beats = load_kaggle_heartbeat("train", data_home=folder, cache=cache)
    assert np.isfinite(beats.data.sum())


def csv_pandas_c(folder, cache):
    pd.read_csv(folder / "mitbih_train.csv", header=None, dtype=np.float32, engine="c").to_numpy()


def csv_pandas_pyarrow(folder, cache):
    frame = pd.read_csv(folder / "mitbih_train.csv", header=None, engine="pyarrow")
    frame.to_numpy(dtype=np.float32)


def csv_polars(folder, cache):
    import polars

    frame = polars.read_csv(
        folder / "mitbih_train.csv",
        has_header=False,
        schema={f"c{i}": polars.Float32 for i in range(188)},
    )
    frame.to_numpy()


RECORDINGS = {
    "wfdb: read 48 records": (wfdb_alone, 3),
    "heartbeat: read 48 records": (recordings, 3),
    "heartbeat: 48 records to beats, cold": (beats_cold, 3),
    "heartbeat: the same, and kept in the cache": (beats_warm, 1),
    "heartbeat: the same, warm": (beats_warm, 7),
    "heartbeat: the same, warm, and read through": (beats_warm_read, 7),
}
CSV = {
    "heartbeat: CSV, cold": (csv_cold, 3),
    "heartbeat: CSV, cold, and kept in the cache": (csv_warm, 1),
    "heartbeat: CSV, warm": (csv_warm, 7),
    "heartbeat: CSV, warm, and read through": (csv_warm_read, 7),
    "pandas, C engine": (csv_pandas_c, 3),
    "pandas, pyarrow engine": (csv_pandas_pyarrow, 3),
    "polars": (csv_polars, 3),
}


def measure(name, folder, cache, threads):
    """Run a measurement in a process of its own; None where a library is missing."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "POLARS_MAX_THREADS": str(threads),
        "ARROW_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        ),
    }
    command = [sys.executable, __file__, "--run", name, "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--cache", str(cache)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        print(f"left out {name!r}: {reason}", file=sys.stderr)
        return None
    return {"what": name, **json.loads(done.stdout.splitlines()[-1])}


def run_one(name, folder, cache):
    """Time one measurement in this process: the first call and the best of the others."""
    import heartbeat.datasets
    import heartbeat.segmentation  # noqa: F401

    call, repeat = {**RECORDINGS, **CSV}[name]
    for module in ("wfdb", "joblib", "sklearn.utils", "scipy.signal", "polars", "pyarrow"):
        with suppress(ImportError):  # the measurement that needs it says so
            __import__(module)
    heartbeat.datasets.make_beats(20, n_subjects=2, random_state=0)  # imports what segmenting needs
    before = _peak_mb()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        call(folder, cache)
        seconds.append(time.perf_counter() - start)
    result = {
        "seconds": min(seconds),
        "first_call_s": seconds[0],
        "peak_mb": _peak_mb() - before,
    }
    print(json.dumps(result))


def _peers():
    for name in ("polars", "pyarrow"):
        with suppress(PackageNotFoundError):
            yield name, version(name)


def _peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def write_csv(folder):
    """Write a file like mitbih_train.csv: its size, its number format."""
    from heartbeat.datasets import make_beats
    from heartbeat.labels import AAMI_CLASSES

    beats = make_beats(N_ROWS, n_subjects=47, layout="kaggle", random_state=0)
    labels = np.searchsorted(np.sort(AAMI_CLASSES), beats.target)
    labels = np.argsort(AAMI_CLASSES)[labels]
    # The sum turns negative zeros into zeros: the published files have none.
    table = np.column_stack([beats.data, labels.astype(np.float32)]) + np.float32(0)
    np.savetxt(folder / "mitbih_train.csv", table, fmt="%.18e", delimiter=",")
    assert (folder / "mitbih_train.csv").stat().st_size == 411_503_800


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="a minute on one core",
        writes=["loading.csv"],
        incidental=["csv", "folder", "cache"],
    )
    parser.add_argument("--threads", type=int, default=1, help="threads of all libraries")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="DIR",
        help="folder with a mitbih_train.csv (default: generate one)",
    )
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_one(arguments.run, arguments.folder, arguments.cache)
        return
    results = parser.results(arguments)
    from heartbeat.datasets import get_data_home

    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary), Path(temporary, "cache")
        home = get_data_home()
        if (home / "mitdb").is_dir():
            rows += [measure(name, home, cache, arguments.threads) for name in RECORDINGS]
        else:
            print(f"left out the recordings: no mitdb in {home}", file=sys.stderr)
        if arguments.csv is None:
            write_csv(folder)
        csv = arguments.csv or folder
        rows += [measure(name, csv, cache, arguments.threads) for name in CSV]
    table = pd.DataFrame([row for row in rows if row is not None])
    header = protocol_header(
        "Loading: recordings and CSVs to beats in memory",
        recordings="mitdb, 48 records, MLII, centered layout, 187 samples at 125 Hz",
        csv=f"{N_ROWS} rows of 188 cells, '%.18e', 411.5 MB, made-up beats (seed 0)",
        protocol="a process each; seconds: best of 3 (warm: 7); first_call_s: the first of them; "
        "peak_mb: growth of the resident set, mapped files (a CSV of 412 MB) included; "
        "imports not counted; files in the page cache",
        peers=", ".join(f"{name} {version}" for name, version in _peers()),
        threads=arguments.threads,
    )
    print(header, "", table.round(3).to_string(index=False), sep="\n")
    print("written:", results.save_table(table, "loading", header))


if __name__ == "__main__":
    main()
