import threading

import torch

from heartbeat.neural._seeding import borrowed_generators

CPU = torch.device("cpu")


def test_generators_come_back_from_threads_that_overlap():
    """The second finds what the first has seeded: it must not be what stays."""
    second_has_begun, first_has_ended = threading.Event(), threading.Event()

    def second():
        with borrowed_generators(1, CPU):
            second_has_begun.set()
            first_has_ended.wait(10)

    before = torch.get_rng_state()
    thread = threading.Thread(target=second)
    with borrowed_generators(0, CPU):
        thread.start()
        second_has_begun.wait(10)
    first_has_ended.set()
    thread.join()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loan_within_a_loan():
    before = torch.get_rng_state()
    with borrowed_generators(0, CPU):
        seeded = torch.get_rng_state()
        with borrowed_generators(1, CPU):
            torch.rand(3)
        assert torch.equal(torch.get_rng_state(), seeded)
        torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
