import pytest


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test drew: matplotlib warns of too many open figures."""
    yield
    import matplotlib.pyplot as plt

    plt.close("all")
