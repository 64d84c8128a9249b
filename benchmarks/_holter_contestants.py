"""One contestant of ``holter.py`` in its own process; arguments NAME RECORD JOBS, output JSON.

Only the standard library is imported before the clock starts, so that imports are counted.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

_NEUROKIT_SEGMENTS_S = 1800
"""Seconds whose beats NeuroKit2 segments; the rest is scaled, for it takes minutes an hour."""


def heartbeat(record: str, jobs: int) -> Callable[[], dict[str, Any]]:
    """Label a record with the default weights and write the annotations."""
    from heartbeat.annotation import BeatAnnotator, _blocks, _labeller, _working

    annotator = BeatAnnotator(n_jobs=jobs)
    # Weights are loaded once a process, however many recordings it labels.
    annotator._labeller()
    stages: dict[str, Any] = defaultdict(float)
    if jobs == 1:
        _clock(stages, "read", _working.WorkingSignal, "read")
        _clock(stages, "detect", _blocks, "detect_beats")
        _clock(stages, "quality", _blocks, "assess_quality")
        _clock(stages, "segment and context", _labeller.Labeller, "_cut")
        _clock(stages, "network and trees", _labeller.Labeller, "_predict")

    def run() -> dict[str, Any]:
        annotated = annotator.annotate(record)
        start = _now()
        annotated.save(f"{record}.hb", overwrite=True)
        stages["write"] = _now() - start
        return {"beats": len(annotated.beats), "stages": stages}

    return run


def sleepecg(record: str, jobs: int) -> Callable[[], dict[str, Any]]:
    """Read a record with wfdb and detect its beats with sleepecg; no labels."""
    import wfdb
    from sleepecg import detect_heartbeats

    def run() -> dict[str, Any]:
        start = _now()
        signal = wfdb.rdrecord(record).p_signal[:, 0]
        read = _now()
        beats = len(detect_heartbeats(signal, 360))
        return {"beats": beats, "stages": {"read": read - start, "detect": _now() - read}}

    return run


def neurokit2(record: str, jobs: int) -> Callable[[], dict[str, Any]]:
    """Read with wfdb, then NeuroKit2's `ecg_clean`, `ecg_peaks` and `ecg_segment`; no labels."""
    import neurokit2
    import wfdb

    def run() -> dict[str, Any]:
        stages, start = {}, _now()

        def lap(name: str) -> None:
            nonlocal start
            stages[name], start = _now() - start, _now()

        signal = wfdb.rdrecord(record).p_signal[:, 0]
        lap("read")
        cleaned = neurokit2.ecg_clean(signal, sampling_rate=360)
        lap("clean")
        _, found = neurokit2.ecg_peaks(cleaned, sampling_rate=360)
        peaks = found["ECG_R_Peaks"]
        lap("detect")
        n_samples = _NEUROKIT_SEGMENTS_S * 360
        early = peaks[peaks < n_samples]
        neurokit2.ecg_segment(cleaned[:n_samples], early, sampling_rate=360)
        lap("segment (scaled)")
        stages["segment (scaled)"] *= len(peaks) / max(len(early), 1)
        return {"beats": len(peaks), "stages": stages}

    return run


def _now() -> Any:
    """Return the time, and the processor's time of this thread, in seconds."""
    import numpy as np

    return np.array([time.perf_counter(), time.thread_time()])


def _clock(stages: dict[str, Any], stage: str, owner: Any, name: str) -> None:
    """Add the seconds spent in a function to its stage."""
    function = getattr(owner, name)

    def clocked(*arguments: Any, **options: Any) -> Any:
        start = _now()
        try:
            return function(*arguments, **options)
        finally:
            stages[stage] = stages[stage] + _now() - start

    setattr(owner, name, clocked)


def _memory_mb(field: str) -> float:
    """Return a field of this process's memory, in MB; NaN where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Run the contestant and print what it took."""
    name, record, jobs = sys.argv[1:]
    start, cpu = time.perf_counter(), time.process_time()
    run = globals()[name](record, int(jobs))
    imports = [time.perf_counter() - start, time.process_time() - cpu]
    memory = _memory_mb("VmRSS")
    start, cpu = time.perf_counter(), time.process_time()
    told = run()
    told["stages"] = {stage: list(map(float, taken)) for stage, taken in told["stages"].items()}
    told |= {
        "imports_s": imports,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "memory_above_imports_mb": _memory_mb("VmHWM") - memory,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
