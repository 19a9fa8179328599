import os
from pathlib import Path

import pytest

from cpts_sim.evidence import load_parameters


@pytest.fixture(scope="session")
def p():
    return load_parameters(2019)


@pytest.fixture(scope="session")
def open_data():
    """The folder of French open data named by CPTS_SIM_DATA."""
    folder = os.environ.get("CPTS_SIM_DATA")
    if not folder:
        pytest.skip("CPTS_SIM_DATA names no folder")
    return Path(folder)


@pytest.fixture(scope="session")
def france(open_data, p):
    from cpts_sim.territory.france import read_france

    return read_france(open_data, p)
