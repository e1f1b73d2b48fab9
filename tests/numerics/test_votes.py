import numpy as np

from bartizan.numerics.votes import certified_records, counted, moved, turned


def test_the_certificate_by_hand() -> None:
    votes = np.array([[9, 0, 0], [5, 4, 0], [4, 5, 0], [4, 4, 1], [0, 3, 6], [2, 0, 7]])
    assert certified_records(votes).tolist() == [4, 0, 0, 0, 1, 2]


def test_no_poison_within_the_certificate_turns_a_vote() -> None:
    """Every way of moving so many voters, tried out for small numbers."""
    rng = np.random.default_rng(0)
    for votes in rng.multinomial(9, [0.6, 0.3, 0.1], size=50):
        r, winner = int(certified_records(votes[None])[0]), votes.argmax()
        for other in set(range(3)) - {int(winner)}:
            for away, holds in ((r, True), (r + 1, None)):
                after = votes.copy()
                after[winner] -= min(away, votes[winner])
                after[other] += away
                assert holds is None or after.argmax() == winner


def test_the_certificate_is_tight() -> None:
    votes = np.array([[7, 2, 0]])
    r = int(certified_records(votes)[0])
    assert (votes[0] - [r + 1, -(r + 1), 0]).argmax() != 0 or 7 - (r + 1) == 2 + (r + 1)


def test_trying_it_out_agrees_with_the_theorem() -> None:
    votes = np.random.default_rng(1).multinomial(11, [0.5, 0.3, 0.2], size=200)
    sure = certified_records(votes)
    assert not turned(votes, sure).any()
    assert turned(votes, sure + 1).all()


def test_shares_become_whole_votes_or_nothing() -> None:
    assert counted(np.array([[0.2, 0.8]], np.float32), 5).tolist() == [[1, 4]]
    assert counted(np.array([[0.25, 0.75]]), 5) is None
    assert counted(np.array([[0.2, 0.6]]), 5) is None


def test_a_voter_who_leaves_one_class_for_another_is_one() -> None:
    assert moved(np.array([[5, 0, 0], [3, 2, 0]]), np.array([[4, 1, 0], [1, 2, 2]])).tolist() == [1, 2]
