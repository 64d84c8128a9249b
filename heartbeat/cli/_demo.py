"""``heartbeat demo``: label a sample recording, then compare a random forest with a CNN."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from heartbeat._files import written_whole
from heartbeat.cli._output import output_path

# The first minutes of the sample recording stand for what a cardiologist has labelled.
_LABELLED_S = 180.0
# A detected beat matches a reference beat at most this far away, as in EC57.
_MATCH_S = 0.15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat demo``."""
    parser.add_argument(
        "--data",
        choices=("synthetic", "mitdb"),
        default="synthetic",
        help="data set to compare models on: synthetic (default) or mitdb (train DS1, test DS2)",
    )
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")
    parser.add_argument(
        "--output", "-o", default="heartbeat_demo.png", metavar="PNG", help="figure to write"
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")


def run(arguments: argparse.Namespace) -> None:
    """Label the sample recording, compare two models on it, draw it, compare them on others."""
    from heartbeat.metrics._plotting import require_pyplot

    output = output_path(arguments.output, (".png",))
    if not 0 <= arguments.seed < 2**32:
        raise ValueError(f"--seed must be between 0 and 2**32 - 1, got {arguments.seed}")
    require_pyplot()  # fail before the work, not after it
    if arguments.data == "mitdb":
        beats = _mitdb(arguments.data_home)
    _annotate_sample()
    _compare_on_sample(output, arguments.seed)
    if arguments.data == "mitdb":
        _headline("Inter-patient: trained on the 22 records of DS1, tested on the 22 of DS2")
        in_test = _in_ds2(beats)
    else:
        _headline("Inter-patient: synthetic beats of 30 subjects, trained on 20, tested on 10")
        beats, in_test = _synthetic(arguments.seed)
    _compare(beats, in_test, beats.subject[in_test], arguments.seed)


def _annotate_sample() -> None:
    """Show what the package is for: a recording in, its labelled beats out."""
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.datasets import load_sample_recording
    from heartbeat.metrics import compare_beats

    recording = load_sample_recording()
    _headline("Five real minutes, labelled: record 208 of the MIT-BIH Arrhythmia Database")
    annotated = BeatAnnotator().annotate(recording)
    # All shipped weights were trained on this person, which the notes in the summary say.
    print(annotated.summary())
    print()
    print(
        compare_beats(
            recording.annotations,
            annotated.annotations,
            fs=recording.fs,
            start=0.0,
            record=f"{recording.name}, all five minutes",
        )
    )


def _compare_on_sample(output: Path, seed: int) -> None:
    from heartbeat.datasets import load_sample_recording
    from heartbeat.segmentation import segment_beats

    recording = load_sample_recording()
    _headline("The same recording: a random forest and a CNN, trained on the first three minutes")
    beats = segment_beats(recording, beats="detect", context="rr")
    labelled = beats.target != ""
    n_reference = len(recording.annotations.beats())
    print(
        f"{len(beats.data)} beats detected; {labelled.sum()} of them within "
        f"{1000 * _MATCH_S:.0f} ms of the "
        f"{n_reference} beats that two cardiologists annotated"
    )
    print(
        f"trained on the first {_LABELLED_S / 60:.0f} minutes of this patient, tested on the rest"
        " (intra-patient, so these scores do not apply to other patients)"
    )
    in_test = beats.sample >= _LABELLED_S * recording.fs
    models = _compare(beats, in_test & labelled, None, seed, usable=labelled)
    _draw(recording, beats, in_test, models["CNN"], output)


def _mitdb(data_home: str | None) -> Any:
    from heartbeat.datasets import load_beats
    from heartbeat.labels import DS1, DS2

    return load_beats("mitdb", records=DS1 + DS2, context="rr", data_home=data_home)


def _in_ds2(beats: Any) -> Any:
    import numpy as np

    from heartbeat.labels import DS2

    return np.isin(beats.record, DS2)


def _synthetic(seed: int) -> tuple[Any, Any]:
    import numpy as np

    from heartbeat.datasets import make_beats

    beats = make_beats(9000, n_subjects=30, context="rr", random_state=seed)
    return beats, np.isin(beats.subject, np.unique(beats.subject)[20:])


def _models(beats: Any, n_train: int, seed: int) -> dict:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline

    from heartbeat.neural import CNNClassifier
    from heartbeat.preprocessing import BandpassFilter

    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    forest = RandomForestClassifier(
        100, class_weight="balanced_subsample", n_jobs=-1, random_state=seed
    )
    # A few beats need many epochs for the same number of training steps.
    epochs = int(min(max(200_000 // n_train, 6), 60))
    cnn = CNNClassifier(max_epochs=epochs, class_weight="balanced", random_state=seed, **layout)
    return {
        "random forest": make_pipeline(BandpassFilter(fs=beats.fs, **layout), forest),
        "CNN": make_pipeline(BandpassFilter(fs=beats.fs, **layout), cnn),
    }


def _compare(beats: Any, in_test: Any, groups: Any, seed: int, usable: Any = True) -> dict:
    """Train both models, print their scores, and return them."""
    from heartbeat.metrics import aami_report

    in_train = ~in_test & usable
    X, y = beats.data, beats.target
    models = _models(beats, in_train.sum(), seed)
    for name, model in models.items():
        _progress(f"training the {name} on {in_train.sum():,} beats ...")
        start = time.perf_counter()
        model.fit(X[in_train], y[in_train])
        trained = time.perf_counter() - start
        predicted = model.predict(X[in_test])
        _progress("")
        print(f"\n{name}: trained in {trained:.1f} s on {in_train.sum():,} beats")
        print(aami_report(y[in_test], predicted, groups=groups))
    return models


def _draw(recording: Any, beats: Any, in_test: Any, model: Any, output: Path) -> None:
    """Draw half a minute with reference and predicted labels, including missed beats."""
    import numpy as np

    from heartbeat.metrics import RecordingDisplay

    reference = recording.annotations.beats()
    distance = np.abs(reference.sample[:, None] - beats.sample).min(axis=1)
    missed = distance > _MATCH_S * recording.fs
    display = RecordingDisplay.from_predictions(
        recording,
        np.concatenate([beats.sample[in_test], reference.sample[missed]]),
        np.concatenate([beats.target[in_test], reference.classes()[missed]]),
        np.concatenate([model.predict(beats.data[in_test]), np.full(missed.sum(), "")]),
        start=_LABELLED_S,
        stop=_LABELLED_S + 30,
    )
    with written_whole(output) as temporary:
        display.figure_.savefig(temporary, dpi=150, bbox_inches="tight")
    print(f"\nThirty seconds of it, labelled by the CNN: {output}")


def _headline(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def _progress(text: str) -> None:
    """Show progress in a terminal only; an empty text removes it."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
