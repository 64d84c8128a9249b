"""Time and memory to label a day of ECG, one lead at 360 Hz, from a WFDB file to annotations.

    python benchmarks/holter.py
    python benchmarks/holter.py --days 7 --contestants heartbeat   # memory must stay the same

The day consists of the first leads of mitdb's records, one after another, in format 212. Each
contestant runs in its own process, with imports counted separately. Contestants take turns, and the
round with the fewest seconds counts. Processor seconds are given as well, because only they can be
compared on a machine that others use. Those of the total are of all threads; those of a stage are
of the main thread, without the threads in which batches of the network run. Stages are measured
with one job. A peer's row lacks what it cannot do (label beats, judge the signal, write
annotations). The floor is a lower bound for any program with this network: reading the bytes, and
the multiplications of the network at the speed of a large matrix product.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header, time_call
from _script import BenchmarkParser

from heartbeat.datasets import get_data_home
from heartbeat.recording._wfdb_library import wfdb

FS = 360
CONTESTANTS = ("heartbeat", "sleepecg", "neurokit2")
_WORKER = Path(__file__).with_name("_holter_contestants.py")


def write_days(days: float, data_home: str | None, folder: Path) -> Path:
    """Write a WFDB record of so many days, made of mitdb's first leads; return its path."""
    n_samples = round(days * 24 * 3600 * FS)
    headers = sorted((get_data_home(data_home) / "mitdb").glob("*.hea"))
    leads = [
        wfdb.rdrecord(str(header.with_suffix("")), channels=[0], physical=False).d_signal[:, 0]
        for header in headers
    ]
    day = np.concatenate(leads).astype(np.int16)
    wfdb.wrsamp(
        "days",
        FS,
        ["mV"],
        ["ECG1"],
        d_signal=np.resize(day, n_samples)[:, np.newaxis],
        fmt=["212"],
        adc_gain=[200.0],
        baseline=[1024],
        write_dir=str(folder),
    )
    return folder / "days"


def measure(name: str, record: Path, jobs: int) -> dict:
    """Run a contestant in a process of its own; return what it tells."""
    command = [sys.executable, str(_WORKER), name, str(record), str(jobs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rows_of(contestant: str, told: dict) -> list[dict]:
    """Return the rows of a contestant: its total, imports, stages."""
    total = {
        "contestant": contestant,
        "stage": "total",
        "seconds": told["seconds"],
        "cpu_seconds": told["cpu_seconds"],
        "memory_above_imports_mb": told["memory_above_imports_mb"],
        "beats": told["beats"],
    }
    if "segment (scaled)" in told["stages"]:
        total["seconds"] = sum(wall for wall, _ in told["stages"].values())
        total["cpu_seconds"] = sum(cpu for _, cpu in told["stages"].values())
    stages = told["stages"] | {"imports, apart": told["imports_s"]}
    named = ("contestant", "stage", "seconds", "cpu_seconds")
    return [
        total,
        *(dict(zip(named, (contestant, s, *t), strict=True)) for s, t in stages.items()),
    ]


def floor(record: Path, n_beats: int, threads: int) -> list[dict]:
    """Return the seconds of reading the bytes, and of the network's arithmetic at the GEMM peak."""
    import torch

    from heartbeat.neural import load_classifier

    read, _ = time_call(Path(f"{record}.dat").read_bytes)
    network = load_classifier("any-lead").net_.module_.eval()
    counted = []
    for layer in network.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            layer.register_forward_hook(
                lambda layer, _, out: counted.append(out[0].numel() * layer.weight[0].numel())
            )
    with torch.inference_mode():
        network(torch.zeros(1, network.n_leads * network.n_times + network.n_context))
    torch.set_num_threads(threads)
    a = torch.rand(1024, 1024)
    product, _ = time_call(lambda: a @ a, repeat=30)
    peak = 2 * 1024**3 / product
    arithmetic = 2 * sum(counted) * n_beats / peak
    stages = {
        "read the bytes": read,
        f"{sum(counted) / 1e6:.2f} M multiply-adds a beat at {peak / 1e9:.0f} GFLOPS": arithmetic,
    }
    return [{"contestant": "floor", "stage": s, "seconds": t} for s, t in stages.items()]


def compare(
    record: Path, contestants: Sequence[str], jobs: Sequence[int], rounds: int
) -> pd.DataFrame:
    """Let all contestants take turns; return their rows, the quickest round of each."""
    entrants = {f"{name}, jobs {n}": (name, n) for name in contestants for n in jobs}
    entrants = {
        words if name == "heartbeat" else name: (name, n) for words, (name, n) in entrants.items()
    }
    best: dict[str, dict] = {}
    for _ in range(rounds):
        for words, (name, n) in entrants.items():
            told = measure(name, record, n)
            if words not in best or told["seconds"] < best[words]["seconds"]:
                best[words] = told
            print(f"{words}: {told['seconds']:.2f} s ({time.strftime('%H:%M:%S')})", flush=True)
    rows = [row for words, told in best.items() for row in rows_of(words, told)]
    return pd.DataFrame([*rows, *floor(record, max(t["beats"] for t in best.values()), max(jobs))])


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="two minutes on two cores",
        writes=["holter.csv"],
        data="mitdb/",
    )
    parser.add_argument("--days", type=float, default=1.0, help="length of the recording in days")
    parser.add_argument(
        "--jobs", type=int, nargs="+", default=[1, 2], help="numbers of threads of heartbeat"
    )
    parser.add_argument("--rounds", type=int, default=3, help="number of runs of each contestant")
    parser.add_argument(
        "--contestants", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS),
        help="contestants; those that are not installed are left out",
    )  # fmt: skip
    arguments = parser.parse_args()
    results = parser.results(arguments)
    present = [name for name in arguments.contestants if find_spec(name) is not None]
    header = protocol_header(
        "A day of ECG, labelled",
        data=f"{arguments.days:g} days of one lead at {FS} Hz, format 212, made of mitdb's records",
        timing=f"quickest of {arguments.rounds} rounds; contestants take turns, a process each",
        not_installed=", ".join(sorted(set(arguments.contestants) - set(present))) or "none",
        seed="none: nothing is random",
    )
    print(header)
    with tempfile.TemporaryDirectory(prefix="heartbeat-") as folder:
        record = write_days(arguments.days, arguments.data_home, Path(folder))
        table = compare(record, present, arguments.jobs, arguments.rounds)
    print(table.round(3).to_string(index=False, na_rep=""))
    print(f"written to {results.save_table(table, 'holter', header)}")


if __name__ == "__main__":
    main()
