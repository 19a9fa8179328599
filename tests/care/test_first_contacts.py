"""With which contact a first request is over: what the "failed first contacts" count."""

import numpy as np

from cpts_sim.care.seeking import last_of_first


def test_practice_common_number_and_call_back_are_three_contacts() -> None:
    own = np.array([4, 4, 4, 4, -1])
    desk = np.array([0, 2, 0, 2, 2])
    back = np.array([False, False, True, True, True])
    assert last_of_first(own, desk, back).tolist() == [0, 1, 1, 2, 0], "who has no usual practice asks once"
