"""Shape of the beats of a synthetic subject: waves as Gaussians of a moving heart vector.

After McSharry et al. (2003), who sum Gaussians along one lead, and Sameni et al. (2007), whose
Gaussians are vectors in space, so that the leads of a beat are consistent with each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["LEAD_VECTORS", "Person", "Waves", "draw_person"]

# Rows of Dower's matrix, which projects a heart vector (left, down, back) on the leads.
LEAD_VECTORS = {
    "MLII": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
    "I": (0.632, -0.235, 0.059),
}


@dataclass(frozen=True)
class Waves:
    """Gaussian waves: centres in s relative to R, widths in s, vectors (n_waves, 3) in mV."""

    centre: np.ndarray
    width: np.ndarray
    vector: np.ndarray

    @classmethod
    def of(cls, *waves: tuple[float, float, Sequence[float] | np.ndarray]) -> "Waves":
        """Make waves from (centre, width, vector) triples."""
        centre, width, vector = zip(*waves, strict=True)
        return cls(np.array(centre), np.array(width), np.array(vector, dtype=float))

    def __add__(self, other: "Waves") -> "Waves":
        return Waves(
            np.concatenate([self.centre, other.centre]),
            np.concatenate([self.width, other.width]),
            np.concatenate([self.vector, other.vector]),
        )

    def turned(self, rotation: np.ndarray, gain: float = 1.0) -> "Waves":
        """Return the waves with their vectors rotated and scaled."""
        return Waves(self.centre, self.width, gain * self.vector @ rotation.T)

    def moved(self, shift: float, stretch: float = 1.0) -> "Waves":
        """Return the waves later by `shift` seconds, and wider by `stretch`."""
        return Waves(self.centre * stretch + shift, self.width * stretch, self.vector)


@dataclass(frozen=True)
class Person:
    """A synthetic subject: a rhythm and the waves of each kind of beat.

    All `Waves` are centred on the R peak. The T waves are those at an RR interval of one second.
    """

    normal_symbol: str
    rr: float
    rr_sd: float
    pr: float
    paced_rr: float
    p: Waves
    p_ectopic: Waves
    qrs: Waves
    t: Waves
    aberrant_qrs: Waves
    aberrant_t: Waves
    v_qrs: tuple[Waves, ...]
    v_t: tuple[Waves, ...]
    paced_qrs: Waves
    paced_t: Waves


def draw_person(rng: np.random.Generator) -> Person:
    """Draw a subject: heart axis, size of the waves, conduction, rate, ectopic foci."""
    axis = _rotation(*np.deg2rad(rng.normal(0, (18, 12, 14))))
    t_axis = axis @ _rotation(*np.deg2rad(rng.normal(0, (12, 10, 12))))
    gain = np.exp(rng.normal(0, 0.22))
    # A sixth of the subjects in arrhythmia databases have a bundle branch block. Their normal beats
    # are wide, which makes it difficult to distinguish V from N between subjects.
    symbol = str(rng.choice(["N", "L", "R"], p=[0.8, 0.08, 0.12]))
    qrs, t = _CONDUCTED[symbol](rng)
    qrs = qrs.moved(0.0, stretch=rng.uniform(0.88, 1.15)).turned(axis, gain)
    t = t.moved(rng.normal(0, 0.012)).turned(t_axis, gain * rng.uniform(0.6, 1.4))
    aberrant_qrs, aberrant_t = _right_block(rng)
    foci = [
        _ventricular(_focus(rng), rng.uniform(1.1, 2.1), rng) for _ in range(rng.integers(1, 3))
    ]
    paced_qrs, paced_t = _paced(rng)
    p = _p_wave(rng).turned(axis, rng.uniform(0.6, 1.3))
    return Person(
        normal_symbol=symbol,
        rr=60 / rng.uniform(56, 96),
        rr_sd=rng.uniform(0.015, 0.06),
        pr=rng.uniform(0.13, 0.20),
        paced_rr=60 / rng.choice([60, 65, 70, 72, 75]),
        p=p,
        # A focus low in the atria inverts the P wave; one near the sinus node hardly changes it.
        p_ectopic=p.turned(_rotation(*np.deg2rad((rng.uniform(25, 170), 0, rng.normal(0, 30))))),
        qrs=qrs,
        t=t,
        aberrant_qrs=aberrant_qrs.turned(axis, gain),
        aberrant_t=aberrant_t.turned(t_axis, gain),
        v_qrs=tuple(v for v, _ in foci),
        v_t=tuple(t for _, t in foci),
        paced_qrs=paced_qrs,
        paced_t=paced_t,
    )


def _p_wave(rng: np.random.Generator) -> Waves:
    # Right atrium first (forwards), then left (backwards): upright in II, biphasic in V1.
    return Waves.of(
        (-0.013, 0.017, (0.03, 0.08, -0.06)),
        (0.015, rng.uniform(0.016, 0.022), (0.06, 0.08, 0.05)),
    )


def _t_wave(vector: tuple[float, float, float], centre: float = 0.285) -> Waves:
    # T rises slowly and falls faster.
    rise, fall = np.multiply(vector, 0.55), np.multiply(vector, 0.65)
    return Waves.of((centre - 0.035, 0.052, rise), (centre + 0.014, 0.032, fall))


def _st_segment(rng: np.random.Generator, spread: float = 0.04) -> Waves:
    return Waves.of((0.13, 0.045, tuple(rng.normal(0, spread, 3))))


def _normal(rng: np.random.Generator) -> tuple[Waves, Waves]:
    q, s = rng.uniform(0.3, 1.6, 2)
    qrs = Waves.of(
        (-0.023, 0.0080, tuple(q * np.array((-0.11, -0.08, -0.20)))),
        (0.0, 0.0110, (0.95, 1.05, 0.25)),
        (0.027, 0.0105, tuple(s * np.array((-0.16, -0.20, 0.40)))),
    )
    return qrs, _t_wave((0.26, 0.24, -0.12)) + _st_segment(rng)


def _left_block(rng: np.random.Generator) -> tuple[Waves, Waves]:
    notch = rng.uniform(0.55, 0.95)
    qrs = Waves.of(
        (-0.047, 0.019, tuple(notch * np.array((0.7, 0.65, 0.45)))),
        (0.0, 0.021, (0.85, 0.75, 0.85)),
        (0.045, 0.018, (0.1, 0.05, 0.25)),
    )
    return qrs, _t_wave((-0.26, -0.22, -0.3), 0.31) + _st_segment(rng, 0.05)


def _right_block(rng: np.random.Generator) -> tuple[Waves, Waves]:
    qrs, _ = _normal(rng)
    late = Waves.of(
        (0.055, rng.uniform(0.018, 0.026), tuple(rng.uniform(0.8, 1.3) * _RIGHT_AND_FORWARDS))
    )
    return qrs + late, _t_wave((0.3, 0.24, 0.16), 0.3) + _st_segment(rng)


_RIGHT_AND_FORWARDS = np.array((-0.45, -0.18, -0.5))
_CONDUCTED = {"N": _normal, "L": _left_block, "R": _right_block}


def _focus(rng: np.random.Generator) -> np.ndarray:
    """Draw the direction in which a ventricular ectopic beat spreads."""
    up_or_down = rng.choice([-1, 1]) * rng.uniform(0.55, 1.0)
    direction = np.array((rng.uniform(-0.8, 0.8), up_or_down, rng.uniform(-0.8, 0.8)))
    return direction / np.linalg.norm(direction)


def _ventricular(
    direction: np.ndarray, size: float, rng: np.random.Generator
) -> tuple[Waves, Waves]:
    # It spreads from cell to cell instead of along the bundles: slowly, hence wide. The heart
    # recovers in the order of excitation, hence T is opposite to the QRS complex.
    first, last = (direction + rng.normal(0, 0.35, 3) for _ in range(2))
    stretch = rng.uniform(0.85, 1.2)
    qrs = Waves.of(
        (-0.043, 0.021, tuple(0.4 * size * first)),
        (0.0, 0.024, tuple(size * direction)),
        (0.050, 0.022, tuple(rng.uniform(-0.5, 0.3) * size * last)),
    ).moved(0.0, stretch)
    against = -rng.uniform(0.28, 0.45) * size * (direction + rng.normal(0, 0.15, 3))
    slope = Waves.of((0.15, 0.05, tuple(0.35 * against)))
    return qrs, _t_wave(tuple(against), 0.33).moved(0.0, 1.1) + slope


def _paced(rng: np.random.Generator) -> tuple[Waves, Waves]:
    # From the apex of the right ventricle: upwards, to the left and back, after the spike.
    direction = np.array((0.35, -0.85, 0.4)) + rng.normal(0, 0.12, 3)
    qrs, t = _ventricular(direction, rng.uniform(0.9, 1.5), rng)
    spike = np.array((0.5, 0.8, -0.3)) * rng.choice([-1, 1]) * rng.uniform(0.4, 1.0)
    return Waves.of((-0.075, 0.0018, tuple(spike))) + qrs, t


def _rotation(frontal: float, sagittal: float, horizontal: float) -> np.ndarray:
    """Return the matrix that turns the heart vector by three angles in radians."""
    matrix = np.eye(3)
    for first, second, angle in ((0, 1, frontal), (1, 2, sagittal), (0, 2, horizontal)):
        turn = np.eye(3)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix
