import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from heartbeat.metrics import AAMIReportDisplay, aami_report

Y_TRUE, Y_PRED = list("NNNNSSVVVF"), list("NNNSSNVVNV")


def marks(ax, score):
    """Heights in percent of the marks of one score, by class."""
    line = next(line for line in ax.lines if line.get_label() == score)
    letters = [tick.get_text() for tick in ax.get_yticklabels()]
    return dict(zip(letters, line.get_xdata(), strict=True))


def test_marks_stand_at_the_scores_of_the_report():
    display = AAMIReportDisplay.from_predictions(Y_TRUE, Y_PRED)
    frame = aami_report(Y_TRUE, Y_PRED).to_frame()
    for score in ("Se", "+P", "F1"):
        drawn = marks(display.ax_, score)
        assert list(drawn) == ["N", "S", "V", "F", "Q"]
        np.testing.assert_allclose(list(drawn.values()), 100 * frame[score])
    assert display.figure_ is display.ax_.figure


def test_a_class_without_score_says_so_and_every_class_shows_its_beats():
    display = AAMIReportDisplay.from_predictions(Y_TRUE, Y_PRED)
    texts = [text.get_text() for text in display.ax_.texts]
    # Q has none of the three scores, F no +P.
    undefined = sorted(text for text in texts if "undefined" in text)
    assert undefined == ["+P undefined", "undefined"]
    assert [text for text in texts if text.isdigit()] == ["4", "2", "3", "1", "0"]


def test_title_states_the_overall_scores():
    display = AAMIReportDisplay(aami_report(Y_TRUE, Y_PRED, title="Forest")).plot()
    title = display.ax_.get_title(loc="left")
    assert title.startswith("Forest\naccuracy 60.0 %, macro-F1 ")
    only_n = AAMIReportDisplay.from_predictions(["N"], ["N"])
    assert "j-κ –" in only_n.ax_.get_title(loc="left")


def test_intervals_are_drawn_and_named():
    rng = np.random.default_rng(0)
    y_true = rng.choice(list("NSV"), 300)
    y_pred = np.where(rng.random(300) < 0.7, y_true, "N")
    report = aami_report(
        y_true, y_pred, groups=np.arange(300) % 6, confidence=0.9, n_bootstrap=50, random_state=0
    )
    ax = AAMIReportDisplay(report).plot().ax_
    bars = next(c for c in ax.collections if len(c.get_segments()) == 5).get_segments()
    expected = 100 * report.to_frame(intervals=True).loc["V", ["Se low", "Se high"]]
    np.testing.assert_allclose(bars[2][:, 0], expected)
    assert "bars: 90% interval" in [text.get_text() for text in ax.texts]


def test_from_estimator_predicts_and_draws_where_told():
    X, y = np.arange(6)[:, None], np.array(list("NNSSVV"))
    model = DecisionTreeClassifier(random_state=0).fit(X, y)
    ax = plt.figure().add_subplot()
    display = AAMIReportDisplay.from_estimator(model, X, y, ax=ax)
    assert display.ax_ is ax
    assert marks(ax, "F1")["V"] == pytest.approx(100)
