"""Labels of whole recordings, scored as in EC57, with detected and with given beats.

    python benchmarks/end_to_end.py
    python benchmarks/end_to_end.py --weights any-lead   # trained on both databases: proves nothing

Scores of classifiers are mostly computed at beat positions that cardiologists annotated. To label a
recording, beats must be detected first, which misses some and adds false ones. Both ways are scored
here by `compare_beats` on the same lead and the same part of each recording: labels at the
reference positions, and the labels of `BeatAnnotator` for the file. Reference beats in stretches
that the annotator calls unreadable are neither right nor wrong, as in the standard; their number is
given.
"""

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser

from heartbeat.annotation import AnnotatedRecording, BeatAnnotator
from heartbeat.annotation._labeller import Labeller, make_labeller
from heartbeat.datasets import load_recordings
from heartbeat.labels import DS2
from heartbeat.metrics import ComparisonSummary, compare_beats, summarize_comparisons
from heartbeat.recording import Annotations, Recording
from heartbeat.weights._card import was_trained_on

PARTS = {"DS2": ("mitdb", DS2), "svdb": ("svdb", None)}
SHOWN = ["Q Se", "Q +P", "V Se", "V +P", "S Se", "S +P"]


def at_reference(recording: Recording, lead: str, labeller: Labeller) -> Annotations:
    """Label the reference beats of a recording by one lead."""
    single = recording.select_leads([lead]).resample(labeller.fs)
    beats = single.annotations.beats().sample
    labels, _ = labeller.label([single.signal[:, 0]], beats, np.arange(len(beats)))
    return Annotations(recording.annotations.beats().sample, labels)


def evaluate(weights: str, start: float, data_home: str | None) -> pd.DataFrame:
    """Return two rows for each part: beats given, and beats found."""
    labeller, annotator = make_labeller(weights, None), BeatAnnotator(weights)
    rows, card = [], labeller.card
    for part, (database, records) in PARTS.items():
        ways: dict[str, list] = {"at reference positions": [], "detected": []}
        seen, unreadable, duration = 0, 0.0, 0.0
        for recording in load_recordings(database, records=records, data_home=data_home):
            annotated: AnnotatedRecording = annotator.annotate(recording)
            given = at_reference(recording, annotated.lead, labeller)
            seen += card is not None and was_trained_on(card, database, recording.name)
            unreadable += annotated.summary().unreadable
            duration += annotated.duration
            for way, test in zip(ways, (given, annotated.annotations), strict=True):
                ways[way].append(
                    compare_beats(
                        recording.annotations,
                        test,
                        fs=recording.fs,
                        start=start,
                        record=recording.name,
                    )
                )
        for way, comparisons in ways.items():
            told = {"part": part, "weights": weights, "records seen": seen, "beats": way}
            share = unreadable / duration if way == "detected" else 0.0
            rows.append(told | scores(summarize_comparisons(comparisons)) | {"unreadable": share})
    return pd.DataFrame(rows)


def scores(summary: ComparisonSummary) -> dict[str, float]:
    """Return gross rates, the means over recordings, and what was left out as unreadable."""
    frame, matrix = summary.to_frame(), summary.counts
    rates = {name: frame.loc["gross", name] for name in SHOWN}
    means = {f"{name}, mean": frame.loc["average", name] for name in SHOWN[2:]}
    # Rows are the reference's five classes, then extra beats; columns the test's, o, and x.
    return rates | means | {"beats in unreadable": int(matrix[:5, 6].sum())}


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="a minute on two cores",
        writes=["end_to_end.csv"],
        data="mitdb/ and svdb/",
    )
    parser.add_argument(
        "--weights", nargs="+", default=["mitdb-ds1-centered", "any-lead-ds1"], metavar="NAME",
        help="weights to test; only those that were not trained on the recordings are meaningful",
    )  # fmt: skip
    parser.add_argument(
        "--start", type=float, default=300.0, help="seconds at the beginning that are not scored"
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    header = protocol_header(
        "From a recording to labels",
        protocol=f"compare_beats, convention ec57, from {arguments.start:g} s on; gross, and means "
        "over the recordings in which a rate is defined; lead as BeatAnnotator chooses it",
        seed="none: nothing is random",
    )
    print(header)
    table = pd.concat(
        [evaluate(name, arguments.start, arguments.data_home) for name in arguments.weights]
    )
    print(table.round(4).to_string(index=False))
    print(f"written to {results.save_table(table, 'end_to_end', header)}")


if __name__ == "__main__":
    main()
