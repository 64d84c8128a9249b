"""Time to label many recordings with `annotate_files`: in one process, several, and on a cluster.

    python benchmarks/many_recordings.py

Recordings are cut from the first leads of mitdb and written as WFDB records of format 212. For one
process, processor seconds are measured as well, from which `docs/beyond_one_machine.md` estimates
the time for more recordings and machines. They are those of one thread if ``OMP_NUM_THREADS=1`` is
set, as dask does for its workers. Wall seconds can only be compared on a machine that nobody else
uses. A small first run of each way, before the clock starts, measures the start-up: processes,
imports, weights.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser

from heartbeat.annotation import annotate_files
from heartbeat.datasets import load_recordings
from heartbeat.recording._wfdb_library import wfdb

FS = 360


def write_recordings(n: int, seconds: float, data_home: str | None, folder: Path) -> None:
    """Write n records of so many seconds, each from another place."""
    signal = np.concatenate([r.signal[:, 0] for r in load_recordings("mitdb", data_home=data_home)])
    length = round(seconds * FS)
    folder.mkdir()
    for number, start in enumerate(np.linspace(0, len(signal) - length, n).astype(int)):
        wfdb.wrsamp(
            f"r{number:06d}",
            FS,
            ["mV"],
            ["ECG1"],
            signal[start : start + length, np.newaxis].astype(float),
            fmt=["212"],
            write_dir=str(folder),
        )


TRIM = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"
"""Below so many bytes, memory stays with a worker. Dask's default doubles the time on Linux."""


@contextmanager
def cluster(n_workers: int) -> Iterator[None]:
    """Spread joblib's work over worker processes of distributed."""
    import dask
    from distributed import Client, LocalCluster

    with (
        dask.config.set({TRIM: 128 * 2**20}),
        LocalCluster(n_workers, threads_per_worker=1, dashboard_address=None) as workers,
        Client(workers),
        joblib.parallel_config(backend="dask"),
    ):
        yield


def ways(jobs: int) -> dict[str, tuple[Callable, int | None]]:
    """Return what the work is done within, and the number of jobs, by name."""
    return {
        "one process": (nullcontext, 1),
        f"joblib, {jobs} processes": (lambda: joblib.parallel_config("loky"), jobs),
        f"cluster, {jobs} workers": (lambda: cluster(jobs), None),
    }


def measure(
    within: Callable, n_jobs: int | None, recordings: Path, few: Path, folder: Path
) -> dict:
    """Label the few, then all; return the seconds of both and the processor's of the latter."""
    with within():
        times = []
        for inputs in (few, recordings):
            output = folder / f"labels-{inputs.name}"
            output.mkdir()
            start = time.perf_counter(), time.process_time()
            table = annotate_files(inputs, output, n_jobs=n_jobs)
            times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
            if (table["status"] != "written").any():
                raise RuntimeError(f"not all were labelled: {table['error'].unique()}")
            shutil.rmtree(output)
    return {
        "start_s": times[0][0],
        "seconds_each": times[1][0] / len(table),
        "cpu_seconds_each": times[1][1] / len(table) if n_jobs == 1 else np.nan,
    }


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="five minutes on two cores",
        writes=["many_recordings.csv"],
        data="mitdb/",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        nargs="+",
        default=[10, 1800, 86400],
        help="lengths of the recordings in seconds",
    )
    parser.add_argument(
        "--recordings",
        type=int,
        nargs="+",
        default=[400, 48, 4],
        help="number of recordings of each length",
    )
    parser.add_argument("--jobs", type=int, default=2, help="number of processes and workers")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    header = protocol_header(
        "Many recordings, labelled and written",
        data=f"one lead at {FS} Hz, cut from mitdb, format 212",
        weights="the default of BeatAnnotator",
        seed="none: nothing is random",
    )
    print(header)
    rows = []
    for seconds, n in zip(arguments.seconds, arguments.recordings, strict=True):
        for way, (within, n_jobs) in ways(arguments.jobs).items():
            with tempfile.TemporaryDirectory(prefix="heartbeat-") as name:
                folder = Path(name)
                write_recordings(n, seconds, arguments.data_home, folder / "all")
                write_recordings(2 * arguments.jobs, 10, arguments.data_home, folder / "few")
                measured = measure(within, n_jobs, folder / "all", folder / "few", folder)
            rows.append({"seconds": seconds, "recordings": n, "way": way, **measured})
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    print(table.round(3).to_string(index=False, na_rep=""))
    print(f"written to {results.save_table(table, 'many_recordings', header)}")


if __name__ == "__main__":
    main()
