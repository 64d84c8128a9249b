"""Every display of beats at its extremes: none, one, one class, hundreds of recordings."""

import numpy as np
import pytest

from heartbeat.metrics import (
    AAMIReportDisplay,
    BeatOutcomeDisplay,
    GroupConfusionDisplay,
    ReliabilityDisplay,
    RiskCoverageDisplay,
    SubjectScoreDisplay,
)
from heartbeat.metrics._subject_display import _spread


def probabilities(y_pred):
    of_n = np.where(np.asarray(y_pred) == "N", 0.9, 0.2)
    return {"y_prob": np.column_stack([of_n, 1 - of_n]), "classes": ["N", "V"]}


DISPLAYS = {
    "report": lambda y, p, g: AAMIReportDisplay.from_predictions(y, p, groups=g),
    "confusion": lambda y, p, g: GroupConfusionDisplay.from_predictions(y, p, groups=g),
    "subjects": lambda y, p, g: SubjectScoreDisplay.from_predictions(y, p, groups=g),
    "outcome": lambda y, p, g: BeatOutcomeDisplay.from_predictions(
        np.zeros((len(y), 187)), y, p, letter="V"
    ),
    "reliability": lambda y, p, g: ReliabilityDisplay.from_predictions(y, **probabilities(p)),
    "risk": lambda y, p, g: RiskCoverageDisplay.from_predictions(y, **probabilities(p)),
}


@pytest.mark.parametrize("name", DISPLAYS)
@pytest.mark.parametrize("n", [1, 60], ids=["one beat", "one class"])
def test_few_beats_are_drawn(name, n):
    y = np.full(n, "N")
    groups = np.where(np.arange(n) % 3, "a", "b")
    DISPLAYS[name](y, y, groups).figure_.canvas.draw()


@pytest.mark.parametrize("name", sorted(set(DISPLAYS) - {"outcome"}))
def test_scores_of_no_beats_are_refused(name):
    with pytest.raises(ValueError, match="y_true must hold at least one beat"):
        DISPLAYS[name](np.array([], "U1"), np.array([], "U1"), np.array([], "U1"))


def test_a_class_without_beats_has_panels_that_say_so():
    display = BeatOutcomeDisplay.from_predictions(
        np.zeros((3, 187)), list("NNN"), list("NNN"), letter="V"
    )
    assert [[t.get_text() for t in ax.texts] for ax in display.axes_] == [["no beats"]] * 3
    for ax in display.axes_:
        np.testing.assert_allclose(ax.get_xlim(), [-0.5, 0.988])


def many(n_groups, n_beats=40):
    """Every recording has as many errors as its number modulo 7."""
    groups = np.repeat(np.arange(1000, 1000 + n_groups), n_beats).astype(str)
    y_true = np.tile(np.repeat(["N", "V"], n_beats // 2), n_groups)
    wrong = np.tile(np.arange(n_beats), n_groups) < groups.astype(int) % 7
    return y_true, np.where(wrong, "S", y_true), groups


def test_of_hundreds_of_recordings_those_with_most_errors_are_drawn():
    display = GroupConfusionDisplay.from_predictions(*many(300)[:2], groups=many(300)[2])
    names = [ax.get_title() for ax in display.axes_]
    # 43 of them have six errors, and the first of those with five follow.
    errors = np.array([int(name) % 7 for name in names])
    assert len(names) == 48 and names == sorted(names)
    assert (errors == 6).sum() == sum(k % 7 == 6 for k in range(1000, 1300))
    assert set(errors) == {5, 6}
    assert "the 48 of 300 recordings with the most errors" in display.figure_._suptitle.get_text()
    assert display.figure_.get_figheight() < 12


def test_all_recordings_are_drawn_where_they_fit_or_are_asked_for():
    y_true, y_pred, groups = many(48)
    display = GroupConfusionDisplay.from_predictions(y_true, y_pred, groups=groups)
    assert len(display.axes_) == 48 and display.figure_._suptitle is None
    assert len(display.plot(n_most=10).axes_) == 10
    assert len(display.plot(n_most=None).axes_) == 48


def test_a_crowd_of_subjects_has_smaller_dots_that_stay_in_their_strip():
    def areas(n):
        y_true, y_pred, groups = many(n)
        display = SubjectScoreDisplay.from_predictions(y_true, y_pred, groups=groups)
        return display.ax_.collections[0].get_sizes().max()

    assert areas(300) < areas(20) / 3
    x = _spread(np.full(300, 97.0))
    assert np.abs(x).max() <= 0.4 + 1e-9
    assert len(np.unique(x.round(6))) == 300


def test_names_at_the_top_stand_below_the_bar():
    y = np.full(60, "N")
    groups = np.repeat(["a", "b", "c"], 20)
    display = SubjectScoreDisplay.from_predictions(y, y, groups=groups)
    heights = [text.xyann[1] for text in display.ax_.texts]
    assert len(heights) == 3
    assert max(heights) < 98
