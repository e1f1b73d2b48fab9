import pytest
from pydantic import ValidationError

from bartizan.core.system.contributing import Contributing


@pytest.mark.parametrize(
    ("said", "what", "eur", "accounts"),
    [
        ({"label_eur": 0.04}, "labels", 10.0, None),
        ({"label_eur": 0.04}, "records", None, None),
        ({"record_eur": 0.0}, "records", 0.0, None),
        ({"record_eur": 0.1, "account_records": 100}, "records", 25.0, 3),
        ({"record_eur": 0.1, "account_records": 100, "account_eur": 2.0}, "records", 31.0, 3),
        ({"account_records": 100, "account_eur": 2.0}, "labels", 6.0, 3),
        ({"account_records": 250}, "labels", None, 1),
    ],
)
def test_what_250_of_them_take(said, what, eur, accounts):
    found = Contributing(**said)
    assert (found.eur(250, what), found.accounts(250)) == (eur, accounts)


def test_thousands_of_small_amounts_add_up_without_dust():
    assert Contributing(label_eur=0.1).eur(3, "labels") == 0.3


@pytest.mark.parametrize("said", [{}, {"account_eur": 1.0}, {"record_eur": -1}, {"label_eur": "1"}, {"eur": 1.0}])
def test_what_says_nothing_or_no_price_is_refused(said):
    with pytest.raises(ValidationError):
        Contributing(**said)
