"""Missed and false beats of `detect_beats`, compared with sleepecg, NeuroKit2 and wfdb's XQRS.

    python benchmarks/detection.py
    python benchmarks/detection.py --choose   # fits the three regressions again and prints them

Beats are counted as in EC57: matched one to one within 150 ms, on whole records without ventricular
flutter. One lead is used: MLII, or the first if there is none; our detector is also run on both
leads. Its regressions were fitted on DS1 and svdb, the third one also with pauses of 2.5 to 15 s
that were inserted into them; DS2 and the four paced records were not used.
Seconds are processor seconds of the detection alone, for a day of such signals.

The second table uses five minutes of record 208 with mains interference of a multiple of the
signal's standard deviation. Each detector is compared with its own result without interference.

Detectors that are not installed are left out with a message. With ``--detectors``, the rows of the
other detectors are kept.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
from _common import protocol_header
from _pauses import KINDS, insert_pauses
from _results import Results
from _script import BenchmarkParser
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from heartbeat.datasets import load_recordings, load_sample_recording
from heartbeat.detection import detect_beats
from heartbeat.detection._candidates import MEASURES, find_candidates, shapes
from heartbeat.detection._detect import every, working_step
from heartbeat.detection._envelopes import Envelopes, envelopes
from heartbeat.detection._neighbours import NEIGHBOUR_MEASURES
from heartbeat.detection._pauses import PAUSE_MEASURES, measure_in_pauses
from heartbeat.detection._scores import Score
from heartbeat.detection._search import (
    HOPELESS,
    first_beats,
    scored_candidates,
    second_measures,
)
from heartbeat.labels import DS1, DS2, PACED_RECORDS
from heartbeat.metrics import compare_beats
from heartbeat.recording import Annotations, Recording

MINE, MINE_BOTH = "heartbeat", "heartbeat, both leads"
PARTS = {
    "mitdb": ("mitdb", None),
    "DS1": ("mitdb", DS1),
    "DS2": ("mitdb", DS2),
    "mitdb, paced": ("mitdb", PACED_RECORDS),
    "svdb": ("svdb", None),
}
DETECTORS = (MINE, MINE_BOTH, "sleepecg", "neurokit2", "wfdb XQRS")

# The choice: a missed beat weighs as much as two false ones.
WEIGHTS = {0: 1.0, 1: 2.0}
LEADS = ((0,), (1,), (0, 1))
# In pauses, a missed beat weighs as much as thirty false ones.
WEIGHTS_IN_PAUSES = {0: 1.0, 1: 30.0}


def detector(name: str) -> Callable[[np.ndarray, float], np.ndarray] | None:
    """Return a function of a lead in mV and its rate, or None where it is not installed."""
    if name == MINE:
        return lambda lead, fs: detect_beats(lead, fs=fs)
    try:
        if name == "sleepecg":
            from sleepecg import detect_heartbeats

            return detect_heartbeats
        if name == "neurokit2":
            import neurokit2

            return partial(_neurokit, neurokit2)
        from wfdb.processing import xqrs_detect

        return lambda lead, fs: np.asarray(xqrs_detect(lead, fs, verbose=False), dtype=np.int64)
    except ImportError as error:
        print(f"{name} is left out: {error}")
        return None


def _neurokit(neurokit2, lead: np.ndarray, fs: float) -> np.ndarray:
    rate = round(fs)
    clean = neurokit2.ecg_clean(lead, sampling_rate=rate)
    return np.asarray(neurokit2.ecg_peaks(clean, sampling_rate=rate)[1]["ECG_R_Peaks"])


def run(name: str, recordings: Sequence[Recording]) -> pd.DataFrame | None:
    """Return one row a recording: what was found, missed and invented, and seconds."""
    find = None if name == MINE_BOTH else detector(name)
    if find is None and name != MINE_BOTH:
        return None
    rows = []
    for recording in recordings:
        first = recording.leads.index("MLII") if "MLII" in recording.leads else 0
        lead = np.nan_to_num(recording.lead(first).astype(np.float64))
        start = time.process_time()
        if name == MINE_BOTH:
            others = [i for i in range(recording.n_leads) if i != first]
            beats = detect_beats(recording, [first, *others])
        else:
            beats = find(lead, recording.fs)
        seconds = time.process_time() - start
        beats = np.sort(np.asarray(beats, dtype=np.int64))
        test = Annotations(beats, np.full(len(beats), "N"))
        counts = compare_beats(recording.annotations, test, fs=recording.fs, start=0).counts
        rows.append(
            {
                "database": recording.database,
                "record": recording.name,
                "found": counts[:5, :5].sum(),
                "missed": counts[:5, 5].sum(),
                "false": counts[5, :5].sum(),
                "V": counts[2, :6].sum(),
                "V missed": counts[2, 5],
                "seconds": seconds,
                "length": recording.n_samples / recording.fs,
            }
        )
    return pd.DataFrame(rows)


def summary(part: str, name: str, rows: pd.DataFrame) -> dict[str, object]:
    se = rows["found"] / (rows["found"] + rows["missed"])
    ppv = rows["found"] / (rows["found"] + rows["false"])
    total = rows[["found", "missed", "false", "V", "V missed", "seconds", "length"]].sum()
    worst = (rows["missed"] + rows["false"]).nlargest(3).index
    return {
        "part": part,
        "detector": name,
        "Se": total["found"] / (total["found"] + total["missed"]),
        "+P": total["found"] / (total["found"] + total["false"]),
        "V missed": total["V missed"] / total["V"],
        "Se, mean over records": se.mean(),
        "+P, mean over records": ppv.mean(),
        "missed": int(total["missed"]),
        "false": int(total["false"]),
        "worst (missed+false)": " ".join(
            f"{row['record']} ({row['missed']}+{row['false']})"
            for _, row in rows.loc[worst].iterrows()
        ),
        "seconds a day": 86400 * total["seconds"] / total["length"],
    }


def evaluate(data_home: str | None, names: Sequence[str]) -> pd.DataFrame:
    recordings = [
        recording
        for database in ("mitdb", "svdb")
        for recording in load_recordings(database, data_home=data_home)
    ]
    table = []
    for name in names:
        rows = run(name, recordings)
        if rows is None:
            continue
        for part, (database, records) in PARTS.items():
            chosen = rows["database"] == database
            if records is not None:
                chosen &= rows["record"].isin(records)
            table.append(summary(part, name, rows[chosen]))
    return pd.DataFrame(table)


def mains(names: Sequence[str]) -> pd.DataFrame:
    """Return how many beats mains interference takes and gives."""
    recording = load_sample_recording()
    lead, fs = recording.lead("MLII").astype(np.float64), recording.fs
    rows = []
    for name in names:
        find = None if name == MINE_BOTH else detector(name)
        if find is None:
            continue
        clean = np.sort(find(lead.copy(), fs))
        reference = Annotations(clean, np.full(len(clean), "N"))
        for hz in (50, 60):
            for times in (1, 10, 100):
                hum = times * lead.std() * np.sin(2 * np.pi * hz * np.arange(len(lead)) / fs)
                beats = np.sort(np.asarray(find(lead + hum, fs), dtype=np.int64))
                test = Annotations(beats, np.full(len(beats), "N"))
                counts = compare_beats(reference, test, fs=fs, start=0).counts
                rows.append(
                    {
                        "detector": name,
                        "mains (Hz)": hz,
                        "times the SD": times,
                        "beats": len(clean),
                        "lost": counts[:5, 5].sum(),
                        "false": counts[5, :5].sum(),
                    }
                )
    return pd.DataFrame(rows)


def with_others(table: pd.DataFrame, results: Results, name: str) -> pd.DataFrame:
    """Return a table with the rows of other detectors that are there already, in order."""
    if results.path(f"{name}.csv").is_file():
        before = results.read_table(name)
        others = before[~before["detector"].isin(table["detector"])]
        table = pd.concat([table, others])
    places = {key: i for i, key in enumerate((*PARTS, *DETECTORS))}
    columns = [column for column in ("part", "detector") if column in table]
    return table.sort_values(columns, key=lambda keys: keys.map(places), kind="stable")


def choose(data_home: str | None) -> None:
    """Fit the three regressions, one after the other, and print them.

    The third one is fitted to candidates that the shipped second one takes for beats.
    """
    examples, in_pauses = [], []
    for database, records in (("mitdb", DS1), ("svdb", None)):
        for recording in load_recordings(database, records=records, data_home=data_home):
            for found, fs in _envelopes(recording):
                candidates = find_candidates(found, fs)
                shape = shapes(found, candidates.position, fs)
                truth = _truth(candidates.position / fs, recording)
                examples.append((candidates, shape, truth, fs))
            rng = np.random.default_rng(int(recording.name))
            paused = [insert_pauses(recording, kind, rng) for kind in KINDS]
            for with_pauses in (recording, *paused):
                in_pauses += _suspects(with_pauses)
    first = _fit([example[0].measures for example in examples], [e[2] for e in examples])
    second = []
    for candidates, shape, truth, fs in examples:
        score = first(candidates.measures)
        some = score > HOPELESS
        likely, shape = candidates.take(some), {band: s[some] for band, s in shape.items()}
        beats = first_beats(likely, score[some], fs)
        second.append((second_measures(likely, shape, score[some], beats, fs), truth[some]))
    measures, truths = zip(*second, strict=True)
    scores = {"FIRST": (MEASURES, first)}
    scores["SECOND"] = ((*MEASURES, *NEIGHBOUR_MEASURES), _fit(measures, truths))
    measures, truths = zip(*in_pauses, strict=True)
    scores["THIRD"] = (PAUSE_MEASURES, _fit(measures, truths, WEIGHTS_IN_PAUSES))
    for name, (names, score) in scores.items():
        print(f"{name}: intercept {score.intercept:.4g}")
        weights = [f"{weight:.4g}" for weight in score.weights]
        print(pd.Series(weights, index=names).to_string())
        print(", ".join(weights))


def _envelopes(recording: Recording) -> Iterator[tuple[Envelopes, float]]:
    """Yield the envelopes of each lead and of both, and their rate."""
    step = working_step(recording.fs)
    signal = np.nan_to_num(recording.signal.T.astype(np.float64))
    few = np.stack([every(lead, step, 0, recording.fs) for lead in signal])
    for leads in LEADS:
        yield envelopes(few[list(leads)], recording.fs / step), recording.fs / step


def _suspects(recording: Recording) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return measures and truth of the candidates that may lie in a pause."""
    examples = []
    for found, fs in _envelopes(recording):
        candidates, beats, score = scored_candidates(found, fs)
        likely = score > 0
        suspects, measures = measure_in_pauses(
            found,
            candidates.position[likely],
            score[likely],
            candidates.position[beats],
            fs,
        )
        truth = _truth(candidates.position / fs, recording)[likely][suspects]
        examples.append((measures, truth))
    return examples


def _truth(seconds: np.ndarray, recording: Recording) -> np.ndarray:
    """Return 1 for the candidate next to each beat, 0 for others, -1 where it is not clear."""
    beats = recording.annotations.beats().sample / recording.fs
    nearest = _nearest(seconds, beats)
    truth = np.where(np.abs(beats[_nearest(beats, seconds)] - seconds) < 0.15, -1, 0)
    truth[nearest[np.abs(seconds[nearest] - beats) <= 0.1]] = 1
    marks = recording.annotations
    for begin, end in zip(*(marks.sample[marks.symbol == s] for s in "[]"), strict=True):
        inside = (seconds > begin / recording.fs - 1) & (seconds < end / recording.fs + 1)
        truth[inside] = -1
    return truth


def _nearest(sorted_values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    after = np.searchsorted(sorted_values, wanted).clip(1, len(sorted_values) - 1)
    nearer_before = wanted - sorted_values[after - 1] < sorted_values[after] - wanted
    return after - nearer_before


def _fit(
    measures: Sequence[np.ndarray],
    truths: Sequence[np.ndarray],
    weights: Mapping[int, float] = WEIGHTS,
) -> Score:
    X, y = np.concatenate(measures), np.concatenate(truths)
    X, y = X[y >= 0], y[y >= 0]
    scaler = StandardScaler().fit(X)
    model = LogisticRegression(class_weight=dict(weights), max_iter=500).fit(scaler.transform(X), y)
    slopes = model.coef_[0] / scaler.scale_
    return Score(slopes, float(model.intercept_[0] - slopes @ scaler.mean_))


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="5 minutes on one core, most of them XQRS",
        writes=["detection.csv", "detection_mains.csv"],
        rows=["detectors"],
        data="mitdb/ and svdb/",
    )
    parser.add_argument(
        "--detectors",
        nargs="+",
        choices=DETECTORS,
        default=list(DETECTORS),
        help="detectors to run",
    )
    parser.add_argument("--choose", action="store_true", help="fit the regressions again")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    if arguments.choose:
        choose(arguments.data_home)
        return
    facts = {"protocol": "EC57, 150 ms, whole records, flutter left out; fitted on DS1 and svdb"}
    try:
        facts["beside"] = f"neurokit2 {version('neurokit2')}"
    except PackageNotFoundError:
        facts["beside"] = "neurokit2 not installed"
    header = protocol_header("Beat detection", **facts, seed="none: nothing is random")
    print(header)
    table = evaluate(arguments.data_home, arguments.detectors)
    table = with_others(table, results, "detection")
    print(table.round(4).to_string(index=False))
    print(f"written to {results.save_table(table, 'detection', header)}")
    header = protocol_header(
        "Beat detection under mains interference",
        protocol="record 208, 5 minutes, lead MLII; compared with what the same detector finds "
        "without",
        beside=facts["beside"],
        seed="none: nothing is random",
    )
    table = with_others(mains(arguments.detectors), results, "detection_mains")
    print(table.to_string(index=False))
    print(f"written to {results.save_table(table, 'detection_mains', header)}")


if __name__ == "__main__":
    main()
