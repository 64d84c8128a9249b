import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from heartbeat.metrics import BeatOutcomeDisplay


@pytest.fixture
def beats():
    rng = np.random.default_rng(0)
    y_true, y_pred = np.array(list("VVVVNNNF") * 40), np.array(list("VVNSVNNV") * 40)
    return rng.standard_normal((320, 187)), y_true, y_pred


def test_titles_count_outcomes_and_what_was_confused(beats):
    display = BeatOutcomeDisplay.from_predictions(*beats, letter="V")
    titles = [ax.get_title() for ax in display.axes_]
    assert titles == [
        "V found: 80\n",
        "V missed: 80\ncalled 40 N, 40 S",
        "falsely V: 80\ntruly 40 F, 40 N",
    ]


def test_panels_hold_some_beats_and_the_median_of_all(beats):
    X, y_true, y_pred = beats
    display = BeatOutcomeDisplay.from_predictions(X, y_true, y_pred, letter="V")
    missed = display.plot(n_shown=10).axes_[1]
    faint = [line for line in missed.lines if line.get_alpha() == 0.25]
    assert len(faint) == 10
    median = next(line for line in missed.lines if line.get_linewidth() == 1.6)
    expected = np.median(X[(y_true == "V") & (y_pred != "V")], axis=0)
    np.testing.assert_allclose(median.get_ydata(), expected)
    rows = {line.get_ydata().tobytes() for line in faint}
    assert rows <= {row.tobytes() for row in X[(y_true == "V") & (y_pred != "V")]}


def test_time_is_counted_from_the_r_peak(beats):
    display = BeatOutcomeDisplay.from_predictions(*beats, letter="V", fs=125, before=0.496)
    assert display.time[62] == pytest.approx(0)
    assert display.axes_[0].get_xlim() == pytest.approx(display.time[[0, -1]])
    assert len({ax.get_ylim() for ax in display.axes_}) == 1


def test_a_class_never_called_leaves_panels_empty(beats):
    display = BeatOutcomeDisplay.from_predictions(*beats, letter="Q")
    assert [ax.get_title().split("\n")[0] for ax in display.axes_] == [
        "Q found: 0",
        "Q missed: 0",
        "falsely Q: 0",
    ]


def test_from_estimator_draws_the_waveform_columns(beats):
    X, y_true, _ = beats
    model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y_true)
    display = BeatOutcomeDisplay.from_estimator(
        model, X, y_true, letter="V", waveform=slice(0, 100)
    )
    assert len(display.time) == 100
    assert sum(map(len, display.waveforms.values())) == np.sum(
        (y_true == "V") | (model.predict(X) == "V")
    )


def test_bad_input_is_named(beats):
    X, y_true, y_pred = beats
    with pytest.raises(ValueError, match="letter must be one of N S V F Q, got 'v'"):
        BeatOutcomeDisplay.from_predictions(X, y_true, y_pred, letter="v")
    with pytest.raises(ValueError, match=r"shape \(n_beats, n_times\)"):
        BeatOutcomeDisplay.from_predictions(X[0], y_true, y_pred, letter="V")
    with pytest.raises(ValueError, match="inconsistent"):
        BeatOutcomeDisplay.from_predictions(X, y_true[:5], y_pred, letter="V")
