"""Measures of waves, computed for blocks of beats.

A block has the shape (n_times, n_beats). Reductions over time then add whole rows, which is fast,
and no measure needs a loop over beats.
"""

from collections.abc import Iterator

import numpy as np

Measures = Iterator[tuple[str, np.ndarray]]


def shape_measures(wave: np.ndarray, times: np.ndarray, dt: float) -> Measures:
    """Yield amplitudes, times, slopes and moments of a wave.

    Parameters
    ----------
    wave : ndarray of shape (n_times, n_beats)
        Voltage above the isoelectric level, in mV.
    times : ndarray of shape (n_times,)
        Time of each row relative to R, in ms.
    dt : float
        Sampling interval in ms.
    """
    top, bottom = wave.max(axis=0), wave.min(axis=0)
    yield "max_mv", top
    yield "min_mv", bottom
    yield "range_mv", top - bottom
    yield "max_time_ms", times[wave.argmax(axis=0)]
    yield "min_time_ms", times[wave.argmin(axis=0)]
    yield "area_mv_ms", wave.sum(axis=0) * dt
    squared = wave * wave
    energy = squared.sum(axis=0)
    yield "energy_mv2_ms", energy * dt
    centroid = ratio(times @ squared, energy)
    yield "centroid_ms", centroid
    spread = ratio((times * times) @ squared, energy) - centroid * centroid
    yield "spread_ms", np.sqrt(np.maximum(spread, 0))
    if len(wave) > 1:
        slope = np.diff(wave, axis=0)
        yield "max_slope_mv_s", slope.max(axis=0) * (1000 / dt)
        yield "min_slope_mv_s", slope.min(axis=0) * (1000 / dt)
        yield "path_mv", np.abs(slope).sum(axis=0)
    yield from moment_measures(wave)


def moment_measures(wave: np.ndarray) -> Measures:
    """Yield standard deviation, skewness and excess kurtosis, 0 where the wave is flat."""
    deviation = wave - exact_mean(wave)
    squared = deviation * deviation
    variance = squared.mean(axis=0)
    std = np.sqrt(variance)
    yield "std_mv", std
    yield "skewness", ratio(np.mean(squared * deviation, axis=0), variance * std)
    np.multiply(squared, squared, out=squared)
    flat = variance == 0
    yield "kurtosis", np.where(flat, 0, ratio(squared.mean(axis=0), variance * variance) - 3)


def width_measures(wave: np.ndarray, r_row: int, dt: float) -> Measures:
    """Yield the width of a complex between its steep slopes and that of its R wave at half height.

    Parameters
    ----------
    wave : ndarray of shape (n_times, n_beats)
        Voltage above the isoelectric level, in mV.
    r_row : int
        Row of the R peak.
    dt : float
        Sampling interval in ms.
    """
    if len(wave) > 1:
        steepness = np.abs(np.diff(wave, axis=0))
        steep = steepness >= 0.2 * steepness.max(axis=0)
        first = steep.argmax(axis=0)
        last = len(steep) - 1 - steep[::-1].argmax(axis=0)
        width = (last - first + 1).astype(wave.dtype) * wave.dtype.type(dt)
        yield "width_ms", np.where(steepness.any(axis=0), width, 0)
    above = np.abs(wave) > 0.5 * np.abs(wave[r_row])
    same_side = above & ((wave > 0) == (wave[r_row] > 0))
    run = _run_length(same_side[r_row::-1]) + _run_length(same_side[r_row + 1 :])
    yield "half_width_ms", run.astype(wave.dtype) * wave.dtype.type(dt)


def template_measures(wave: np.ndarray, template: np.ndarray) -> Measures:
    """Yield the correlation of a wave with a template and their difference in mV.

    Parameters
    ----------
    wave : ndarray of shape (n_times, n_beats)
        Voltage in mV.
    template : ndarray of shape (n_times,)
        Voltage of the template in mV.
    """
    deviation = wave - wave.mean(axis=0)
    reference = (template - template.mean()).astype(wave.dtype)
    product = reference @ deviation
    energy, reference_energy = (deviation * deviation).sum(axis=0), reference @ reference
    yield "template_correlation", ratio(product, np.sqrt(energy * reference_energy))
    np.subtract(deviation, reference[:, np.newaxis], out=deviation)
    yield "template_distance_mv", np.sqrt(np.mean(deviation * deviation, axis=0))


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotient, and 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def exact_mean(wave: np.ndarray) -> np.ndarray:
    """Return the mean of every column, without rounding error if the column is constant.

    A disconnected lead would otherwise seem to have waves of the size of the rounding error.
    """
    return wave[0] + (wave - wave[0]).mean(axis=0)


def _run_length(flags: np.ndarray) -> np.ndarray:
    """Return the number of leading rows that are true, for every column."""
    if not len(flags):
        return np.zeros(flags.shape[1], dtype=np.intp)
    return np.where(flags.all(axis=0), len(flags), flags.argmin(axis=0))
