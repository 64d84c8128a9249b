import pytest
import torch

from heartbeat.neural._batches import BeatDataset, TensorBatches, n_batches


def dataset(n_rows):
    rows = torch.arange(n_rows, dtype=torch.float32)
    return BeatDataset(rows[:, None], rows.long(), torch.ones(n_rows))


@pytest.mark.parametrize("n_rows", [1, 2, 7, 8, 9, 10, 64, 65])
@pytest.mark.parametrize("generator", [None, torch.Generator()])
def test_every_row_once_and_no_batch_of_one(n_rows, generator):
    batches = list(TensorBatches(dataset(n_rows), 8, generator))
    assert len(batches) == n_batches(n_rows, 8)
    assert sorted(torch.cat([classes for _, classes, _ in batches]).tolist()) == list(range(n_rows))
    assert all((rows[:, 0] == classes).all() for rows, classes, _ in batches)
    if n_rows > 1:
        assert min(len(rows) for rows, *_ in batches) > 1


def test_without_a_generator_batches_are_views():
    data = dataset(20)
    rows, *_ = next(iter(TensorBatches(data, 8)))
    assert rows.data_ptr() == data.tensors[0].data_ptr()


def test_the_order_is_drawn_where_the_generator_is(monkeypatch):
    """With the generator of a GPU torch refuses to draw on the CPU, its default."""
    drawn = []
    randperm = torch.randperm

    def note(*args, **kwargs):
        drawn.append(kwargs)
        return randperm(*args, **kwargs)

    monkeypatch.setattr(torch, "randperm", note)
    generator = torch.Generator()
    list(TensorBatches(dataset(20), 8, generator))
    assert drawn == [{"generator": generator, "device": generator.device}]
