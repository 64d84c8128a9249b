import numpy as np
import pytest

from heartbeat import resampling
from heartbeat.resampling import (
    change_amplitude,
    change_offset,
    drop_leads,
    flip_polarity,
    shift_time,
    stretch_time,
    warp_time,
)

R = 62
TIME = (np.arange(187) - R) / 125


def bump(centre, width):
    return np.exp(-0.5 * ((TIME - centre) / width) ** 2)


def beats(n_beats=20, n_leads=2, dtype=np.float32):
    """Return beats with a P wave, a QRS complex and a T wave, each lead of another size."""
    beat = 0.1 * bump(-0.18, 0.02) + bump(0, 0.012) + 0.3 * bump(0.28, 0.04)
    leads = np.stack([beat * (1 + lead) for lead in range(n_leads)])
    return np.tile(leads, (n_beats, 1, 1)).astype(dtype)


CHANGES = [
    "add_mains_noise",
    "add_muscle_noise",
    "add_wander",
    "add_white_noise",
    "change_amplitude",
    "change_offset",
    "drop_leads",
    "flip_polarity",
    "shift_time",
    "stretch_time",
]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_changes_copies_by_seed_and_keeps_shape_and_dtype(name, dtype):
    change = getattr(resampling, name)
    X = beats(dtype=dtype)
    before = X.copy()
    once, again = change(X, random_state=3), change(X, random_state=3)
    assert once.shape == X.shape and once.dtype == dtype
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, X)
    assert not np.array_equal(once, change(X, random_state=4))
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("name", CHANGES)
def test_leaves_the_global_generators_alone(name):
    torch = pytest.importorskip("torch")
    state = np.random.get_state()  # noqa: NPY002
    torch_state = torch.get_rng_state()
    getattr(resampling, name)(beats(), random_state=None)
    getattr(resampling, name)(torch.from_numpy(beats()), random_state=None)
    # All of the state: the generator's key alone changes only every 624 draws.
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)


@pytest.mark.parametrize("name", CHANGES)
def test_tensors_are_changed_as_arrays_are(name):
    torch = pytest.importorskip("torch")
    change = getattr(resampling, name)
    X = torch.from_numpy(beats(2000))
    generator = torch.Generator().manual_seed(0)
    changed = change(X, random_state=generator)
    assert isinstance(changed, torch.Tensor) and changed.dtype == X.dtype
    assert changed.shape == X.shape
    assert not torch.equal(changed, change(X, random_state=generator))  # the generator went on
    # Different draws, the same distribution.
    array = change(X.numpy(), random_state=0)
    np.testing.assert_allclose(changed.std(0).numpy(), array.std(0), atol=0.06)
    np.testing.assert_allclose(changed.mean(0).numpy(), array.mean(0), atol=0.06)


def test_warp_is_the_same_for_tensors():
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(0).normal(size=(5, 2, 187)).astype(np.float32)
    given = {
        "stretch": np.linspace(0.8, 1.25, 5, dtype=np.float32),
        "qrs_stretch": np.linspace(0.9, 1.1, 5, dtype=np.float32),
        "shift": np.arange(-2, 3),
    }
    tensors = {name: torch.from_numpy(value) for name, value in given.items()}
    np.testing.assert_allclose(
        warp_time(torch.from_numpy(X), **tensors).numpy(), warp_time(X, **given), atol=1e-4
    )


@pytest.mark.parametrize("ndim", [2, 3])
def test_flat_and_stacked_leads_are_both_taken(ndim):
    X = beats(n_leads=1)
    X = X[:, 0] if ndim == 2 else X
    assert stretch_time(X, random_state=0).shape == X.shape
    assert change_offset(X, random_state=0).shape == X.shape


def test_warp_by_one_is_the_identity():
    X = np.random.default_rng(0).normal(size=(5, 2, 187)).astype(np.float32)
    np.testing.assert_allclose(warp_time(X), X, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_stretch_keeps_the_qrs_and_moves_the_waves(factor):
    X = beats(1, 1, np.float64)
    changed = warp_time(X, stretch=factor)
    qrs = slice(R - 12, R + 16)
    np.testing.assert_allclose(changed[..., qrs], X[..., qrs], atol=1e-12)
    t_wave = R + 20 + changed[0, 0, R + 20 :].argmax()
    p_wave = changed[0, 0, : R - 14].argmax()
    assert t_wave - R == pytest.approx(15 + (0.28 * 125 - 15) * factor, abs=1)
    assert R - p_wave == pytest.approx(12 + (0.18 * 125 - 12) * factor, abs=1)


def test_qrs_is_stretched_when_asked():
    X = beats(1, 1, np.float64)
    half = [(warp_time(X, qrs_stretch=q)[0, 0] > 0.5).sum() for q in (1.0, 1.15)]
    fine = warp_time(X, qrs_stretch=1.15)[0, 0]
    assert half[1] >= half[0]
    np.testing.assert_allclose(
        fine[R : R + 10], np.interp(np.arange(10) / 1.15, np.arange(187 - R), X[0, 0, R:])
    )


def test_shift_moves_whole_samples_alike_in_all_leads():
    X = beats(200)
    changed = shift_time(X, 0.024, random_state=0)
    peaks = changed.argmax(axis=-1)
    assert (peaks[:, 0] == peaks[:, 1]).all()
    assert set(peaks[:, 0] - R) == set(range(-3, 4))
    np.testing.assert_allclose(changed.max(-1), X.max(-1), rtol=1e-4)


def test_gain_and_offset_stay_within_their_strengths():
    X = beats(500)
    gain = change_amplitude(X, 0.5, random_state=0)[..., R] / X[..., R]
    assert gain.min() >= 1 / 1.5 - 1e-6 and gain.max() <= 1.5 + 1e-6
    np.testing.assert_allclose(gain[:, 0], gain[:, 1], rtol=1e-5)
    offset = change_offset(X, 0.1, random_state=0) - X
    assert np.ptp(offset, axis=-1).max() < 1e-5
    assert np.abs(offset / np.ptp(X, axis=-1, keepdims=True)).max() <= 0.1 + 1e-5


def test_some_lead_always_stays():
    X = beats(300, 3)
    flat = drop_leads(X, 1.0, random_state=0).std(axis=-1) < 1e-6
    np.testing.assert_array_equal(flat.sum(axis=1), 2)
    assert flat.mean(axis=0).min() > 0.5  # no lead is favoured
    single = beats(3, 1)
    kept = drop_leads(single, 1.0, random_state=0)
    np.testing.assert_array_equal(kept, single)
    assert not np.shares_memory(kept, single)


def test_polarity_turns_whole_beats_about_their_mean():
    X = beats(400)
    changed = flip_polarity(X, 0.25, random_state=0)
    turned = changed[..., R] < X.mean(-1)
    assert (turned[:, 0] == turned[:, 1]).all()
    assert 0.15 < turned[:, 0].mean() < 0.35
    np.testing.assert_allclose(changed.mean(-1), X.mean(-1), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "strength"),
    [(change_amplitude, 1.5), (change_offset, 0.6), (stretch_time, 0.3), (shift_time, 0.1)],
)
def test_unphysiological_strengths_are_refused(change, strength):
    with pytest.raises(ValueError, match=f"between 0 and .*got {strength}"):
        change(beats(), strength)
    with pytest.raises(ValueError, match="-0.1"):
        change(beats(), -0.1)


@pytest.mark.parametrize("n_leads", [1, 2])
@pytest.mark.parametrize("change", [drop_leads, flip_polarity])
def test_what_is_no_probability_is_refused(change, n_leads):
    with pytest.raises(ValueError, match=">= 0 and <= 1, got 1.5"):
        change(beats(n_leads=n_leads), 1.5)


@pytest.mark.parametrize(
    "change", [change_amplitude, stretch_time, resampling.add_white_noise, drop_leads]
)
def test_what_is_no_number_is_refused(change):
    with pytest.raises(ValueError, match="must be a finite number.*, got 'much'"):
        change(beats(), "much")


@pytest.mark.parametrize(
    "name", ["add_mains_noise", "add_muscle_noise", "add_wander", "shift_time", "stretch_time"]
)
@pytest.mark.parametrize("fs", [0, "125", float("nan")])
def test_impossible_sampling_rates_are_refused(name, fs):
    with pytest.raises(ValueError, match=f"fs must be a finite number > 0, got {fs!r}"):
        getattr(resampling, name)(beats(), fs=fs)


def test_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="floats"):
        change_amplitude(np.ones((2, 187), dtype=int))
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="floats"):
        change_amplitude(torch.ones((2, 187), dtype=torch.int32))


def test_random_state_must_be_one():
    with pytest.raises(TypeError, match="random_state"):
        change_amplitude(beats(), random_state="seed")


def test_numpy_random_states_go_on():
    for generator in (np.random.default_rng(0), np.random.RandomState(0)):
        first = change_amplitude(beats(), random_state=generator)
        assert not np.array_equal(first, change_amplitude(beats(), random_state=generator))
