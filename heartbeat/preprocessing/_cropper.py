"""Cropping of beats."""

import numpy as np

from heartbeat._checks import check_number, check_option, check_r_index
from heartbeat._layout import BeatLayout, n_samples
from heartbeat._shown import shown
from heartbeat.preprocessing._base import BeatTransformer


class BeatCropper(BeatTransformer):
    """Crop beats to the part between two times or two samples.

    Parameters
    ----------
    start, stop : float, int or None, default=None
        Begin and end of the part that is kept; the sample at `stop` is not included. None keeps the
        beat up to its own begin or end. In seconds they are relative to the R peak, negative before
        it, and rounded as in segmentation: after ``BeatCropper(-0.25, 0.45)``, pass
        ``before=0.25`` to later steps. In samples they count from the first sample of the beat.
    unit : {"seconds", "samples"}, default="seconds"
        Unit of `start` and `stop`.
    fs : float, default=125.0
        Sampling rate of the beats in Hz; used with seconds only.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s; used with seconds only.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    start_, stop_ : int
        Samples of a beat that are kept, from `start_` up to but not including `stop_`.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result, whose samples are numbered from 000 again.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BeatResampler : Changes the number of samples of the whole beat.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import BeatCropper
    >>> X = np.arange(187.0)[np.newaxis]
    >>> cropper = BeatCropper(-0.25, 0.45).fit(X)
    >>> cropper.start_, cropper.stop_, cropper.transform(X).shape
    (31, 118, (1, 87))
    """

    def __init__(
        self,
        start: float | None = None,
        stop: float | None = None,
        *,
        unit: str = "seconds",
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.start = start
        self.stop = stop
        self.unit = unit
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        check_option("unit", self.unit, ["seconds", "samples"])
        n_times = self.layout_.n_times
        self.start_ = 0 if self.start is None else self._sample("start", self.start, n_times)
        self.stop_ = n_times if self.stop is None else self._sample("stop", self.stop, n_times)
        if not 0 <= self.start_ < self.stop_ <= n_times:
            raise ValueError(
                f"start={shown(self.start)} and stop={shown(self.stop)} {self.unit} select the "
                f"samples {self.start_} to {self.stop_}, which a beat of {n_times} sample(s) per "
                "lead does not contain. Choose a part inside the beat."
            )
        return self.layout_.with_n_times(self.stop_ - self.start_)

    def _sample(self, name: str, value: float, n_times: int) -> int:
        value = check_number(name, value)
        if self.unit == "samples":
            if value != int(value):
                raise ValueError(f"{name} must be a whole number of samples, got {shown(value)}.")
            return int(value)
        r_index = check_r_index(self.before, self.fs, n_times)
        distance = n_samples(abs(value), self.fs)
        return r_index + (distance if value >= 0 else -distance)

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        return waveforms[..., self.start_ : self.stop_]
