"""Results of `fit`, with the networks and the resampling that are rebuilt from them if needed."""

from typing import Any

import numpy as np
import torch

from heartbeat.neural._encoding import LayerOutput, build_encoder, encode_rows
from heartbeat.neural._inference import map_batches
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._state import Weights
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.transfer._source import Source
from heartbeat.transfer._window import Window

__all__ = ["Encoding"]


class Encoding:
    """Encodes beats to features; weights are read for the first beats.

    It is pickled without networks, and without weights unless they were given.

    Parameters
    ----------
    source : Source
        Source of the weights.
    output : LayerOutput
        The layer whose output is returned.
    window : Window or None
        Conversion of beats to the input of the weights; None if no conversion is needed.
    weights : list of Weights, optional
        One for each member; by default read from the source.
    """

    _operator: LinearMap | None
    _networks: list[BeatNetwork]
    _device: torch.device | None
    _reduced: bool

    def __init__(
        self,
        source: Source,
        output: LayerOutput,
        window: Window | None,
        weights: list[Weights] | None = None,
    ):
        self.source = source
        self.output = output
        self.window = window
        self._weights = weights
        self._forget()

    def with_weights(self, *, stored: bool) -> "Encoding":
        """Return a copy with or without its weights."""
        weights = self._read() if stored else None
        return Encoding(self.source, self.output, self.window, weights)

    def prepare(self, device: torch.device, *, reduced: bool) -> None:
        """Prepare the networks and the resampling for `encode`, unless they are prepared.

        Raises
        ------
        FileNotFoundError
            If the file of the weights no longer exists.
        ValueError
            If it is damaged, or holds other weights than before.
        """
        if self._device is None and self.window is not None:
            self._operator = self.window.operator()
        if (self._device, self._reduced) != (device, reduced):
            source, output = self.source, self.output
            self._networks = [
                build_encoder(
                    source.body, source.layout, source.n_classes, weights, output,
                    reduced=reduced, device=device,
                )
                for weights in self._read()
            ]  # fmt: skip
            self._device, self._reduced = device, reduced

    def encode(
        self, waveforms: np.ndarray, context: np.ndarray, out: np.ndarray, batch_size: int
    ) -> None:
        """Encode beats, after `prepare`.

        Parameters
        ----------
        waveforms : ndarray of shape (n_beats, n_leads, n_times)
            Beats of the user.
        context : ndarray of shape (n_beats, n_context)
            Context columns that the network uses; may have no columns.
        out : ndarray of shape (n_beats, n_encoded_leads, n_members, n_features)
            Array for the result.
        batch_size : int
            Number of beats per batch.
        """

        def encode_some(rows: slice) -> None:
            self._encode(waveforms[rows], context[rows], out[rows])

        assert self._device is not None, "prepare must be called first"
        map_batches(encode_some, len(waveforms), batch_size, self._device)

    def _encode(self, waveforms: np.ndarray, context: np.ndarray, out: np.ndarray) -> None:
        beats = np.ascontiguousarray(waveforms, dtype=np.float32)
        if self._operator is not None:
            beats = self._operator(beats)
        rows = beats.reshape(-1, self.source.layout.n_waveform)
        if context.shape[1]:
            rows = np.hstack([rows, context.astype(np.float32)])
        assert self._device is not None, "prepare must be called first"
        for member, encoded in enumerate(encode_rows(self._networks, rows, self._device)):
            out[:, :, member] = encoded.reshape(out[:, :, member].shape)

    def _read(self) -> list[Weights]:
        return self.source.read() if self._weights is None else self._weights

    def _forget(self) -> None:
        self._operator = None
        self._networks = []
        self._device = None
        self._reduced = False

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for name in ("_operator", "_networks", "_device", "_reduced"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
