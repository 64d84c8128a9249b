"""Share of rows of the Kaggle layout for which `recover_records` finds the record and the beat.

    python benchmarks/recover_records.py                             # all 109,494 beats: minutes
    python benchmarks/recover_records.py --beats-per-record 100      # a sample of each record

The rows are not made by heartbeat, but by a Fourier resampler on a grid of random phase. R and
length vary as in the published files, and white noise is added before scaling. The true record and
beat of each row are known. If the data home has a folder ``kaggle_heartbeat``, the published rows
are tried as well and, as rows without a record, those of another database.
"""

import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser

from heartbeat.datasets import get_data_home, load_recordings, recover_records
from heartbeat.labels import AAMI_CLASSES, classes_of_symbols
from heartbeat.segmentation._kaggle import KAGGLE_FS, KAGGLE_LENGTH, crop_lengths

R_JITTER = 3
"""Samples at 125 Hz: published rows begin within three samples of an annotation."""
LENGTH_JITTER = 0.04
"""Share by which lengths differ."""


def cut_rows(recording, n_rows, noise_mv, rng):
    """Return rows in the Kaggle layout and the annotation sample of each."""
    beats = recording.annotations.beats()
    lead = recording.lead("MLII" if "MLII" in recording.leads else 0)
    phase = rng.uniform()
    signal = resample_at_phase(np.nan_to_num(lead), recording.fs, phase)
    lengths = crop_lengths(beats.sample / recording.fs)
    chosen = np.arange(len(beats)) if n_rows is None else rng.permutation(len(beats))[:n_rows]
    rows = np.zeros((len(chosen), KAGGLE_LENGTH), np.float32)
    for row, beat in zip(rows, chosen, strict=True):
        start = round(beats.sample[beat] / recording.fs * KAGGLE_FS - phase)
        # A record may end on a beat: two samples of it are left then, as of no published row.
        start = np.clip(start + rng.integers(-R_JITTER, R_JITTER + 1), 0, len(signal) - 2)
        length = int(lengths[beat] * rng.uniform(1 - LENGTH_JITTER, 1 + LENGTH_JITTER))
        cut = signal[start : start + min(length, KAGGLE_LENGTH)]
        cut = cut + rng.normal(0, noise_mv, len(cut))
        row[: len(cut)] = (cut - cut.min()) / max(np.ptp(cut), 1e-9)
    return rows, beats.sample[chosen]


def resample_at_phase(signal, fs, phase):
    """Resample to 125 Hz by Fourier transform, the grid `phase` samples late."""
    # 72 samples at 360 Hz are 25 at 125 Hz; the ends are tied so that the period has no step.
    signal = signal[: len(signal) // 72 * 72].astype(float)
    assert fs == 360, "the records of mitdb are sampled at 360 Hz"
    ramp = np.linspace(signal[0], signal[-1], len(signal))
    n = len(signal) * 25 // 72
    spectrum = np.fft.rfft(signal - ramp)[: n // 2 + 1]
    shift = np.exp(2j * np.pi * np.arange(len(spectrum)) * phase / n)
    return np.fft.irfft(spectrum * shift, n) * n / len(signal) + np.interp(
        np.arange(n) + phase, np.linspace(0, n, len(ramp)), ramp
    )


def judge(recordings, noise_mv, n_rows, seed, n_jobs):
    """Cut rows of all records, recover them, and compare with the truth."""
    rng = np.random.default_rng(seed)
    cut = [cut_rows(recording, n_rows, noise_mv, rng) for recording in recordings]
    X = np.concatenate([rows for rows, _ in cut])
    sample = np.concatenate([samples for _, samples in cut])
    record = np.repeat([r.name for r in recordings], [len(rows) for rows, _ in cut])
    start = time.perf_counter()
    found = recover_records(X, recordings, n_jobs=n_jobs)
    seconds = time.perf_counter() - start
    right = (found["record"] == record).to_numpy()
    kept = found["recovered"].to_numpy()
    return {
        "rows": f"cut from {len(recordings)} records",
        "noise_mV": noise_mv,
        "n_rows": len(X),
        "recovered": kept.mean(),
        "precision": right[kept].mean(),
        "right_record_all": right.mean(),
        "right_beat": (found["sample"].to_numpy() == sample)[right & kept].mean(),
        "seconds": seconds,
        "peak_MB": peak_megabytes(),
    }


def judge_published(recordings, folder, n_jobs):
    """Recover published rows, of which the class is known but not the record."""
    classes = {r.name: dict(zip(r.annotations.sample, r.annotations.symbol, strict=True))
               for r in recordings}  # fmt: skip
    for path in sorted(Path(folder).glob("*.csv")):
        cells = pd.read_csv(path, header=None, dtype=str)
        # A first row that once was taken for column names has endings such as ".1".
        table = cells.apply(pd.to_numeric, errors="coerce").dropna().to_numpy()
        start = time.perf_counter()
        found = recover_records(table[:, :KAGGLE_LENGTH], recordings, n_jobs=n_jobs)
        seconds = time.perf_counter() - start
        kept = found["recovered"].to_numpy()
        result = {
            "rows": path.stem,
            "n_rows": len(table),
            "recovered": kept.mean(),
            "seconds": seconds,
            "median_margin": found["margin"].median(),
        }
        if path.stem.startswith("mitbih"):
            symbols = [classes[r][s] for r, s in zip(found["record"], found["sample"], strict=True)]
            label = np.array(list(AAMI_CLASSES))[table[:, -1].astype(int)]
            same = classes_of_symbols(np.array(symbols), "literature") == label
            result["class_agrees"] = same[kept].mean()
        yield result


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="4 minutes on two cores",
        writes=["recover_records.csv"],
        incidental=["jobs"],
        data="mitdb/, and kaggle_heartbeat/ if published rows are to be tried",
    )
    parser.add_argument(
        "--beats-per-record", type=int, help="number of beats of each record (default: all)"
    )
    parser.add_argument(
        "--noise", type=float, default=0.01, help="standard deviation of the noise in mV"
    )
    parser.add_argument(
        "--sweep",
        type=float,
        nargs="*",
        default=[0.0, 0.02, 0.05, 0.1],
        help="further noise levels in mV",
    )
    parser.add_argument(
        "--sweep-beats-per-record",
        type=int,
        default=50,
        help="number of beats of each record at these levels",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of jitter and noise")
    parser.add_argument("--jobs", type=int, default=2, help="number of processes")
    arguments = parser.parse_args()
    results = parser.results(arguments)

    recordings = list(load_recordings("mitdb", data_home=arguments.data_home))
    header = protocol_header(
        "Rows of the Kaggle layout led back to their records",
        protocol=f"beats of {len(recordings)} records of mitdb cut with a Fourier resampler on a "
        f"grid of random phase, R within {R_JITTER} samples, length within {LENGTH_JITTER:.0%}",
        counted="recovered: margin of 1.2 or more, distance of .07 or less; precision: right "
        "record among the recovered; right_beat: right annotation among the rightly recovered",
        memory="of the process, with all recordings; grows over the runs, the first is the largest",
        seed=arguments.seed,
        workers=arguments.jobs,
    )
    print(header)
    runs = [(arguments.noise, arguments.beats_per_record)]
    runs += [(noise, arguments.sweep_beats_per_record) for noise in arguments.sweep]
    found = []
    for noise_mv, n_rows in runs:
        found.append(judge(recordings, noise_mv, n_rows, arguments.seed, arguments.jobs))
        print("  ".join(f"{name} {value}" for name, value in found[-1].items()), flush=True)
    found += judge_published(
        recordings, get_data_home(arguments.data_home) / "kaggle_heartbeat", arguments.jobs
    )
    table = pd.DataFrame(found)
    print(table.to_string(index=False, float_format="{:.4g}".format, na_rep=""))
    print(f"\nwritten to {results.save_table(table, 'recover_records', header)}")


if __name__ == "__main__":
    main()
