import numpy as np
import pytest

from heartbeat.datasets import make_recording


@pytest.mark.parametrize("kind", ["noise", "baseline", "P waves"])
def test_pauses_are_inserted_between_beats(scripts, kind):
    from _pauses import insert_pauses

    recording = make_recording(200, n_leads=2, random_state=0)
    fs = recording.fs
    paused = insert_pauses(recording, kind, np.random.default_rng(0))
    before, after = (r.annotations.beats().sample for r in (recording, paused))
    longer = np.diff(after) - np.diff(before)
    assert np.count_nonzero(longer) == 3
    assert np.all(longer[longer > 0] >= int(2.5 * fs))
    assert longer.sum() == paused.n_samples - recording.n_samples
    around = np.arange(-20, 20)[:, np.newaxis]
    np.testing.assert_allclose(
        paused.signal[after[1:-1] + around], recording.signal[before[1:-1] + around]
    )
    if kind == "noise":
        gap = np.argmax(longer)
        middle = after[gap] + (after[gap + 1] - after[gap]) // 2
        assert np.ptp(paused.signal[middle - 180 : middle + 180], axis=0).max() < 0.2
