"""Cost of `heartbeat classify` with and without torch: installed size, start-up, a day of ECG.

    python benchmarks/deployment.py  # installs the torch-free environment first
    python benchmarks/deployment.py --hours 1 --rounds 1 --torch-free DIR  # a short trial

Two contestants label the same recordings with the weights ``any-lead``, as whole processes started
from the shell: torch with the shipped file, and onnxruntime with the file of `export_onnx` in a
virtual environment without torch (``--torch-free`` names an existing one). Installed size is that
of all distributions that a contestant needs, according to their own records. "start" labels the
five minutes of `load_sample_recording` and compares them with the reference. "day" is one synthetic
hour of `make_recording`, repeated, as a WFDB record of format 16. Contestants take turns, and the
minimum over the rounds counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser

from heartbeat.datasets import make_recording
from heartbeat.export import export_onnx
from heartbeat.pipelines import load_interpatient_classifier

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS, FS, SEED = "any-lead", 128.0, 0
MIX = {"N": 0.80, "S": 0.05, "V": 0.15}
TORCH_FREE = (
    "numpy", "scipy", "pandas", "joblib", "scikit-learn", "wfdb", "sleepecg", "onnxruntime",
)  # fmt: skip
WITH_TORCH = (*TORCH_FREE[:-1], "torch", "skorch", "safetensors", "imbalanced-learn", "PyWavelets")

# Run by the interpreter of an environment: what distributions need, all together, and their size.
_MEASURE = """
import json, sys
from importlib.metadata import PackageNotFoundError, distribution
from packaging.requirements import Requirement
waiting, found, total = sys.argv[1:], {}, 0
while waiting:
    name = waiting.pop().lower().replace("_", "-")
    if name in found:
        continue
    try:
        dist = distribution(name)
    except PackageNotFoundError:
        continue
    found[name] = sum((file.size or 0) for file in dist.files or ())
    for line in dist.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            waiting.append(wanted.name)
try:
    import torch
    has_torch = True
except ImportError:
    has_torch = False
print(json.dumps({"installed_mb": sum(found.values()) / 1e6, "packages": len(found),
                  "has_torch": has_torch}))
"""

# Run by a small interpreter: the peak of a child of this large one would be at least its own.
_RUN = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
wall = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(json.dumps({"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mb": peak}))
sys.exit(done.returncode)
"""


def make_torch_free(folder: Path) -> Path:
    """Make a virtual environment with what the torch-free path needs, as pinned."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = folder / "bin" / "pip"
    pins = ["-c", ROOT / "requirements.txt"]
    subprocess.run([pip, "install", "--quiet", *pins, *TORCH_FREE, "packaging"], check=True)
    return folder


def measured_run(command: Sequence[object], threads: int) -> dict[str, float]:
    """Run a process to its end; wall and processor seconds, and the most memory it had."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _RUN, *map(str, command)],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {done.stderr[-500:]}")
    return json.loads(done.stdout)


def write_day(folder: Path, hours: int) -> Path:
    """Write a record of so many hours."""
    hour = make_recording(3600, FS, weights=MIX, random_state=SEED)
    adc = np.rint(hour.lead(0) * 200).astype("<i2")
    with open(folder / "day.dat", "wb") as file:
        for _ in range(hours):
            file.write(adc.tobytes())
    header = f"day 1 {FS:g} {hours * len(adc)}\nday.dat 16 200/mV 16 0 0 0 0 {hour.leads[0]}\n"
    (folder / "day.hea").write_text(header)
    return folder / "day"


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="five minutes on two cores, most of it installing",
        writes=["deployment.csv"],
        incidental=["torch_free"],
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="number of runs of each contestant for start"
    )
    parser.add_argument("--hours", type=int, default=24, help="length of the day in hours")
    parser.add_argument("--threads", type=int, default=1, help="threads of each contestant")
    parser.add_argument(
        "--torch-free", type=Path, metavar="DIR", help="existing virtual environment without torch"
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = arguments.torch_free or make_torch_free(folder / "environment")
        onnx = export_onnx(load_interpatient_classifier(WEIGHTS), folder / f"{WEIGHTS}.onnx")
        contestants = {
            "torch": (sys.executable, WEIGHTS, WITH_TORCH),
            "onnxruntime, no torch": (environment / "bin" / "python", onnx, TORCH_FREE),
        }
        day = write_day(folder, arguments.hours)
        rows: dict[str, dict] = {}
        for way, (python, _, packages) in contestants.items():
            done = subprocess.run(
                [python, "-c", _MEASURE, *packages], capture_output=True, text=True, check=True
            )
            rows[way] = {"path": way, **json.loads(done.stdout)}
            assert rows[way].pop("has_torch") == (way == "torch")
            rows[way]["model_mb"] = onnx.stat().st_size / 1e6
        rows["torch"]["model_mb"] = (
            ROOT / "heartbeat" / "weights" / f"{WEIGHTS}.safetensors"
        ).stat().st_size / 1e6
        for what, rounds in (("start", arguments.rounds), ("day", 1)):
            recording = [] if what == "start" else [day]
            for _ in range(rounds):
                for way, (python, weights, _) in contestants.items():
                    output = folder / way.split(",")[0]
                    output.mkdir(exist_ok=True)
                    command = [python, "-m", "heartbeat", "classify", *recording, "--force"]
                    command += ["--weights", weights, "--output", output, "--format", "csv"]
                    command += ["--jobs", arguments.threads]
                    for name, value in measured_run(command, arguments.threads).items():
                        key = f"{what}_{name}"
                        rows[way][key] = min(rows[way].get(key, np.inf), value)
        labels = [
            pd.read_csv(
                folder / way.split(",")[0] / "day.csv",
                usecols=["sample", "label"],
                keep_default_na=False,
            )
            for way in contestants
        ]
    different = int((labels[0]["label"] != labels[1]["label"]).sum())
    assert (labels[0]["sample"] == labels[1]["sample"]).all()
    table = pd.DataFrame(rows.values())
    header = protocol_header(
        "Deployment: heartbeat classify with torch, and with onnxruntime in an environment without",
        weights=WEIGHTS,
        start="the five minutes of load_sample_recording, whole process, comparison included; "
        f"least of {arguments.rounds} rounds, contestants take turns",
        day=f"{arguments.hours} h, one lead at {FS:g} Hz, WFDB format 16, {len(labels[0])} beats, "
        f"one hour of make_recording (seed {SEED}) repeated; one round",
        agreement=f"{different} of {len(labels[0])} beats have another label without torch",
        size="all distributions needed, as their records list them; model_mb is the file",
        seconds="cpu_s is user and system time of the process; wall_s depends on who else computes",
        threads=arguments.threads,
    )
    print(header, "", table.round(3).T.to_string(header=False), sep="\n")
    print("written:", results.save_table(table, "deployment", header))


if __name__ == "__main__":
    main()
