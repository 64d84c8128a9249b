"""heartbeat in ``rivals.py``, as ``_rivals_worker.py`` is a rival: ``WEIGHTS SIGNALS LABELS``.

WEIGHTS is the name of shipped weights, or a file of a network for any lead.
"""

import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from end_to_end import at_reference
from train_weights import CONTEXT

from heartbeat.annotation import BeatAnnotator
from heartbeat.annotation._labeller import make_labeller
from heartbeat.recording import Annotations, Recording


def main() -> None:
    weights, signals, labels = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    own = {"leads": ("any",), "scaling": "qrs", "context": CONTEXT}
    segmentation = own if Path(weights).suffix else None
    annotator = BeatAnnotator(weights, segmentation=segmentation)
    labeller = make_labeller(weights, segmentation)
    for path in sorted(signals.glob("*.npz")):
        if (labels / path.name).is_file():
            continue
        with np.load(path) as given:
            beats = given["beats"]
            recording = Recording(
                given["signal"][:, np.newaxis],
                float(given["fs"]),
                (str(given["lead"]),),
                name=path.stem,
                annotations=Annotations(beats, np.full(len(beats), "N")),
            )
        start = time.process_time()
        detected = annotator.annotate(recording).annotations
        seconds = time.process_time() - start
        unit = 2**20 if sys.platform == "darwin" else 2**10
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        at_beats = at_reference(recording, recording.leads[0], labeller)
        temporary = labels / f"{path.stem}.part"
        with open(temporary, "wb") as file:
            np.savez(
                file,
                seconds=seconds,
                megabytes=megabytes,
                given_sample=at_beats.sample,
                given_symbol=at_beats.symbol,
                detected_sample=detected.sample,
                detected_symbol=detected.symbol,
                detected_subtype=detected.subtype,
            )
        os.replace(temporary, labels / path.name)
        print(f"{path.stem}: {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
