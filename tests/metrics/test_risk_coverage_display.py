import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression

from heartbeat.metrics import RiskCoverageDisplay

Y_TRUE, Y_PROB = list("NNVN"), [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]


def test_curve_is_that_of_the_function():
    display = RiskCoverageDisplay.from_predictions(Y_TRUE, Y_PROB, classes=["N", "V"])
    line = display.ax_.lines[0]
    np.testing.assert_allclose(line.get_xdata(), [25, 50, 75, 100])
    np.testing.assert_allclose(line.get_ydata(), [0, 0, 100 / 3, 25])
    # A risk holds from the coverage before it, as the area counts it.
    assert line.get_drawstyle() == "steps-pre"
    assert line.get_label() == f"area {100 * display.curve.area:.2f} %"


def test_risk_of_labelling_everything_is_marked():
    ax = RiskCoverageDisplay.from_predictions(Y_TRUE, Y_PROB, classes=["N", "V"]).ax_
    assert [text.get_text() for text in ax.texts] == ["25.0"]
    assert ax.lines[1].get_xdata() == [100]


def test_several_curves_differ_in_colour_and_dash():
    ax = plt.figure().add_subplot()
    for name in ("one", "two"):
        display = RiskCoverageDisplay.from_predictions(
            Y_TRUE, Y_PROB, classes=["N", "V"], name=name, ax=ax
        )
    one, two = (line for line in ax.lines if line.get_gid() == "risk-coverage")
    assert one.get_color() != two.get_color()
    assert one.get_linestyle() != two.get_linestyle()
    assert display.ax_ is ax
    assert ax.get_ylim()[1] > 100 / 3


def test_from_estimator_names_the_model():
    X, y = np.array([[0.0], [1], [2], [3]]), np.array(list("NNVV"))
    model = LogisticRegression().fit(X, y)
    display = RiskCoverageDisplay.from_estimator(model, X, y)
    assert display.ax_.lines[0].get_label().startswith("LogisticRegression, area")
    np.testing.assert_allclose(display.curve.risk, 0)
