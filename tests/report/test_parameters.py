import pytest

from bartizan.report.parameters import distribution, parameters


def test_parameters_are_words():
    assert parameters({"label_only": False, "decimals": 1, "seed": None}) == "decimals 1, not label only"
    assert parameters({"label_only": True}) == "label only"


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"half_normal": 0.4, "normal": None}, "half-normal from the lower end, scale 0.4"),
        ({"normal": [0.0, 0.08]}, "normal, mean 0, standard deviation 0.08"),
        (None, "uniform (assumed: nobody stated one)"),
        ("as measured", "as measured"),
    ],
)
def test_distributions_are_words(stated, said):
    assert distribution(stated) == said
