"""Share of pure noise that `assess_quality` finds, and share of patients' beats that it loses.

    python benchmarks/signal_quality.py
    python benchmarks/signal_quality.py --choose   # fits the regression again and prints it

The noise records of nstdb (bw, em, ma) hold no ECG, so that their second halves should be
unreadable; the first halves were used for fitting. Lost beats are reference beats in unreadable
stretches, on the first and the second lead of mitdb and svdb. DS1 and svdb were used for fitting,
DS2 was not.
"""

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from heartbeat.datasets import get_data_home, load_recordings
from heartbeat.detection import detect_beats
from heartbeat.labels import DS1, DS2
from heartbeat.quality import CELL_S, MEASURES, assess_quality, quality_measures
from heartbeat.recording import Recording, read_recording

FS = 125.0
NOISE = ("bw", "em", "ma")
NOISE_WEIGHT, C = 3, 0.1


def noise_records(data_home: str | None) -> list[Recording]:
    folder = get_data_home(data_home) / "nstdb"
    return [read_recording(folder / name, annotator=None).resample(FS) for name in NOISE]


def evaluate(data_home: str | None) -> pd.DataFrame:
    """Return a row for each noise lead and for each part of the databases."""
    rows = []
    for noise in noise_records(data_home):
        for lead in range(noise.n_leads):
            quality = assess_quality(noise.lead(lead), FS)
            half = noise.n_samples // 2
            late = np.clip(quality.stretches - half, 0, None)
            share = np.diff(late, axis=1).sum() / (noise.n_samples - half)
            rows.append({"part": f"{noise.name}, lead {lead}, second half", "unreadable": share})
    parts = {"DS1": ("mitdb", DS1), "DS2": ("mitdb", DS2), "svdb": ("svdb", None)}
    for part, (database, records) in parts.items():
        lost: dict[int, list[tuple[int, int, str]]] = {0: [], 1: []}
        for recording in load_recordings(database, records=records, data_home=data_home):
            resampled = recording.resample(FS)
            beats = resampled.annotations.beats().sample
            for lead in lost:
                stretches = assess_quality(resampled.lead(lead), FS).stretches
                inside = sum(int(((beats >= a) & (beats < b)).sum()) for a, b in stretches)
                lost[lead].append((inside, len(beats), recording.name))
        for lead, counts in lost.items():
            inside, total = (sum(count[i] for count in counts) for i in (0, 1))
            worst = max(counts, key=lambda count: count[0] / count[1])
            rows.append(
                {
                    "part": f"{part}, lead {lead}",
                    "beats lost": inside / total,
                    "worst record": f"{worst[2]} ({worst[0] / worst[1]:.1%})",
                }
            )
    return pd.DataFrame(rows)


def choose(data_home: str | None) -> None:
    """Fit the regression and print its constants; the threshold is chosen from the table."""
    measures, is_noise = [], []

    def add(lead: np.ndarray, until: float, noise: bool) -> None:
        rows = quality_measures(lead, FS, detect_beats(lead, fs=FS))[0]
        rows = rows[: round(until * len(rows))]
        measures.append(rows)
        is_noise.append(np.full(len(rows), noise))

    for noise in noise_records(data_home):
        for lead in range(noise.n_leads):
            add(noise.lead(lead), 0.5, True)
    for database, records in (("mitdb", DS1), ("svdb", None)):
        for recording in load_recordings(database, records=records, data_home=data_home):
            resampled = recording.resample(FS)
            for lead in range(resampled.n_leads):
                add(np.nan_to_num(resampled.lead(lead)), 1.0, False)
    X, y = np.concatenate(measures), np.concatenate(is_noise)
    scaler = StandardScaler().fit(X)
    model = LogisticRegression(class_weight={True: NOISE_WEIGHT, False: 1}, C=C)
    model.fit(scaler.transform(X), y)
    columns = {"centre": scaler.mean_, "scale": scaler.scale_, "weight": model.coef_[0]}
    print(pd.DataFrame(columns, index=MEASURES).round(4))
    print(f"intercept {model.intercept_[0]:.3f}; the package's threshold lies 1 below it")


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="15 seconds on one core",
        writes=["signal_quality.csv"],
        data="nstdb/, mitdb/ and svdb/",
    )
    parser.add_argument("--choose", action="store_true", help="fit the regression again")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    if arguments.choose:
        choose(arguments.data_home)
        return
    header = protocol_header(
        "Signal quality",
        protocol=f"at {FS:g} Hz, cells of {CELL_S:g} s; noise: second halves of nstdb's bw, em, ma",
        seed="none: nothing is random",
    )
    table = evaluate(arguments.data_home)
    print(header)
    print(table.round(4).to_string(index=False))
    print(f"written to {results.save_table(table, 'signal_quality', header)}")


if __name__ == "__main__":
    main()
