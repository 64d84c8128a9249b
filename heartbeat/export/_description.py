"""Metadata of an ONNX file: a JSON text under the key ``heartbeat``."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from heartbeat._layout import BeatLayout
from heartbeat.weights import ModelCard, card_from_entries

__all__ = ["DEFAULT_FS", "METADATA_KEY", "Description", "plain_segmentation"]

METADATA_KEY = "heartbeat"
_FORMAT = "heartbeat.export.onnx/1"
DEFAULT_FS = 125.0
"""Default sampling rate of `segment_beats`."""
_UNITS = {None: "mV", "qrs": "QRS heights", "qrs_causal": "QRS heights"}


@dataclass(frozen=True)
class Description:
    """Everything that is needed to use a file, apart from the graph.

    Attributes
    ----------
    version : str
        Version of this package that wrote it.
    estimator : str
        Description of the exported estimator.
    layout : BeatLayout
        Columns of its input.
    feature_names_in : list of str or None
        Names of these columns, if the estimator was fitted on a DataFrame.
    classes : ndarray or None
        Labels in the order of the outputs; None for transformers.
    feature_names_out : list of str or None
        Names of the outputs of a transformer.
    segmentation : dict or None
        Arguments of `segment_beats` for its beats; None if unknown.
    card : ModelCard or None
        Model card, for weights of the package.
    """

    version: str
    estimator: str
    layout: BeatLayout
    feature_names_in: list[str] | None
    classes: np.ndarray | None
    feature_names_out: list[str] | None
    segmentation: dict[str, Any] | None
    card: ModelCard | None

    @property
    def fs(self) -> float | None:
        """Sampling rate of the beats in Hz, if known."""
        return None if self.segmentation is None else self.segmentation.get("fs", DEFAULT_FS)

    @property
    def units(self) -> str | None:
        """Unit of the waveform, if known."""
        if self.card is not None:
            return self.card.units
        if self.segmentation is None:
            return None
        if self.segmentation.get("layout") == "kaggle":
            return "scaled to [0, 1]"
        return _UNITS[self.segmentation.get("scaling")]

    def to_json(self) -> str:
        """Return the JSON text of this description."""
        classes = None
        if self.classes is not None:
            classes = {"values": self.classes.tolist(), "dtype": self.classes.dtype.str}
        return json.dumps(
            {
                "format": _FORMAT,
                "heartbeat": self.version,
                "estimator": self.estimator,
                "classes": classes,
                "fs": self.fs,
                "units": self.units,
                "layout": asdict(self.layout),
                "feature_names_in": self.feature_names_in,
                "feature_names_out": self.feature_names_out,
                "segmentation": self.segmentation,
                "card": None if self.card is None else asdict(self.card),
            }
        )

    @classmethod
    def from_json(cls, text: str | None) -> "Description":
        """Read the text that `to_json` wrote.

        Raises
        ------
        ValueError
            If it is not a valid description. The message says what is wrong.
        """
        if text is None:
            raise ValueError(
                f"its metadata have no entry {METADATA_KEY!r}, which heartbeat.export.export_onnx "
                "writes"
            )
        try:
            entries = json.loads(text)
            if entries["format"] != _FORMAT:
                raise ValueError(f"its format is {entries['format']!r}, not {_FORMAT!r}")
            classes, layout, card = entries["classes"], entries["layout"], entries["card"]
            return cls(
                version=entries["heartbeat"],
                estimator=entries["estimator"],
                layout=BeatLayout(
                    tuple(layout["leads"]), int(layout["n_times"]), tuple(layout["context"])
                ),
                feature_names_in=entries["feature_names_in"],
                classes=None if classes is None else np.array(classes["values"], classes["dtype"]),
                feature_names_out=entries["feature_names_out"],
                segmentation=plain_segmentation(entries["segmentation"]),
                card=None if card is None else card_from_entries(card),
            )
        except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"its description is damaged (missing or invalid: {error})") from error


def plain_segmentation(segmentation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the arguments of `segment_beats` as names and numbers, with sequences as tuples."""
    if segmentation is None:
        return None
    return {name: _plain(value) for name, value in segmentation.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    # A user-defined context block is given by its registered name.
    return value.name
