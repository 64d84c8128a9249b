"""A rival of ``rivals.py``, in an environment of its own: ``CODEC SIGNALS LABELS``.

Labels each ``SIGNALS/*.npz`` that is not in the folder LABELS. Nothing of heartbeat is imported.

An input holds ``signal`` (one lead, in mV), ``fs``, and ``beats`` (where the reference has them,
in samples). An output holds ``WAY_sample`` and ``WAY_symbol`` (WFDB symbols) for each way of
labelling, ``seconds`` of the processor, and ``megabytes``, the most that the process has held.
"""

import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import openecg
from _rivals_labels import measured, unlabelled, write_labels
from openecg.deploy import CODEC_FS, CODEC_SEQ, bundled_codec_onnx_path
from openecg.eval import ALL_SUPER_QRS_CLASSES
from openecg.layered import BEAT_FUSION, BEAT_NONE, BEAT_PACED, BEAT_SINUS, BEAT_VPC, EVAL_MARGIN_S
from scipy.signal import resample_poly

SYMBOLS = {BEAT_SINUS: "N", BEAT_VPC: "V", BEAT_PACED: "/", BEAT_FUSION: "F"}
"""Symbols of beat types; a beat that is unknown or that has no type is Q."""
HALF_WINDOW = round(0.06 * CODEC_FS)
"""A beat has the type of most samples this near, as in ``openecg.report``."""


class Codec:
    """The int8 codec as ``openecg.deploy.OnnxCodec`` runs it, but on one thread.

    In place of the rhythm, which nobody asks for, it tells the type of every sample, whether or
    not the frame head finds a QRS there.
    """

    def __init__(self, version: str):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = str(bundled_codec_onnx_path(version))
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])

    def encode(self, signal: np.ndarray, fs: int) -> openecg.LayeredCodec:
        window = openecg.rank_normalize(signal).astype(np.float32)
        heads = self.session.run(["frame_logits", "beat_logits"], {"signal": window[np.newaxis]})
        frame, beat = heads[0][0].argmax(axis=-1), heads[1][0]
        gated = np.where(np.isin(frame, ALL_SUPER_QRS_CLASSES), beat.argmax(axis=-1), BEAT_NONE)
        types = 1 + beat[:, 1:].argmax(axis=-1)
        return openecg.LayeredCodec(fs=fs, channels=np.stack([frame, gated, types]))


def label(codec: Codec, signal: np.ndarray, fs: int, beats: np.ndarray) -> dict[str, np.ndarray]:
    """Return positions and symbols of each way of labelling a lead."""
    shared = math.gcd(fs, CODEC_FS)
    lead = resample_poly(signal.astype(np.float64), CODEC_FS // shared, fs // shared)
    lead = lead.astype(np.float32)
    # Windows must tile the signal: `encode_stream` misplaces the labels of a last one that does
    # not follow the others at their distance.
    stride = CODEC_SEQ - 2 * round(EVAL_MARGIN_S * CODEC_FS)
    over = max(0, CODEC_SEQ - len(lead)) or -(len(lead) - CODEC_SEQ) % stride
    padded = np.pad(lead, (0, over), mode="edge")
    tracks = openecg.encode_stream(padded, fs=CODEC_FS, model=codec).channels[:, : len(lead)]
    found = openecg.detect_qrs(lead, CODEC_FS)
    given = np.round(beats * CODEC_FS / fs).astype(np.int64)
    at_found = np.round(found * fs / CODEC_FS).astype(np.int64)
    return {
        "given_sample": beats,
        "given_symbol": symbols(tracks[2], given),
        "detected_sample": at_found,
        "detected_symbol": symbols(tracks[2], found),
        "reported_sample": at_found,
        "reported_symbol": symbols(tracks[1], found),
    }


def symbols(track: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Return the symbol of what most samples around each peak are."""
    told = []
    for peak in peaks:
        near = track[max(0, peak - HALF_WINDOW) : peak + HALF_WINDOW + 1]
        near = near[near != BEAT_NONE]
        told.append(SYMBOLS.get(int(np.bincount(near).argmax()), "Q") if near.size else "Q")
    return np.array(told, dtype="<U1")


def main() -> None:
    version, signals, labels = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    codec = Codec(version)
    for name, given in unlabelled(signals, labels):
        told, cost = measured(label, codec, given["signal"], int(given["fs"]), given["beats"])
        write_labels(labels, name, told, cost)


if __name__ == "__main__":
    main()
