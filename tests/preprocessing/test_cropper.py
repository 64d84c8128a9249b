import numpy as np
import pytest

from heartbeat._layout import n_samples
from heartbeat.preprocessing import BeatCropper

X = np.arange(3 * 374.0).reshape(3, 374)


def test_samples_of_every_lead_are_cut_alike():
    result = BeatCropper(10, 12, unit="samples", n_leads=2).fit_transform(X)
    np.testing.assert_array_equal(result, X[:, [10, 11, 197, 198]])


@pytest.mark.parametrize("before, after", [(0.25, 0.45), (0.5, 1.0), (0.1, 0.11), (0, 0.3)])
def test_seconds_leave_r_where_segmentation_would_put_it(before, after):
    cropper = BeatCropper(-before, after, n_leads=2).fit(X)
    assert 62 - cropper.start_ == n_samples(before, 125)
    assert cropper.stop_ - 62 == n_samples(after, 125)


def test_none_is_the_end_of_the_beat():
    np.testing.assert_array_equal(BeatCropper().fit_transform(X), X)
    assert BeatCropper(0.1).fit_transform(X).shape == (3, 374 - 62 - 12)
    assert BeatCropper(stop=0).fit_transform(X).shape == (3, 62)
