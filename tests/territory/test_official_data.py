"""The real files: published totals of four territories, and the APL of France beside DREES's."""

import numpy as np
import pytest

from cpts_sim.engine.draws import Draws
from cpts_sim.territory import synthesise
from cpts_sim.territory.build import build_territory
from cpts_sim.territory.france_apl import national_apl
from cpts_sim.territory.readers.communes import read_populations
from cpts_sim.territory.readers.extras import read_perimeters

pytestmark = pytest.mark.data

PUBLISHED = {  # inhabitants 2023, GPs, nurses, pharmacies, emergency departments, MSPs (BPE 2019), APL 2018
    "nievre_bertranges_amognes": (28_001, 15, 33, 8, 0, 1, 2.03),
    "cpts_sud_04": (69_099, 77, 160, 29, 1, 1, 4.54),
    "ca_seine_eure": (103_526, 74, 77, 32, 1, 3, 3.495),
    "cpts_grand_avignon": (184_161, 207, 342, 85, 1, 3, 4.95),
}


@pytest.fixture(scope="module")
def perimeters(france):
    return read_perimeters(france.files["perimeters"][0])


@pytest.mark.parametrize("name", PUBLISHED)
def test_real_territories_have_the_published_totals(name, france, perimeters, open_data, p):
    territory = build_territory(name, perimeters[name], open_data, p=p, france=france)
    people, gps, nurses, pharmacies, emergency, houses, apl = PUBLISHED[name]
    assert territory.population == people
    assert territory.total("gps_heads") == gps
    assert territory.total("nurses") == nurses
    assert territory.total("pharmacies") / p["territory.bpe_pharmacy_share"] == pytest.approx(pharmacies)
    assert territory.total("emergency") == emergency
    assert territory.total("health_houses") == houses
    own = ~territory.communes["halo"]
    weights = territory.communes["standard"][own]
    assert np.average(territory.communes["apl_published"][own], weights=weights) == pytest.approx(
        apl, abs=0.006
    )
    assert np.average(territory.communes["apl"][own], weights=weights) == pytest.approx(apl, abs=0.6)
    assert not territory.schematic
    made = synthesise(territory, 2019, p, Draws(1))
    assert len(made.people["key"]) == people
    assert (made.gps["halo"] == 0).sum() == round(gps * p["territory.bpe_gp_share"])


def test_the_first_territory_has_no_emergency_department_inside(france, perimeters, open_data, p):
    name = "nievre_bertranges_amognes"
    territory = build_territory(name, perimeters[name], open_data, p=p, france=france)
    assert territory.hospitals["outside"].all()
    assert "Nevers" in territory.hospitals["name"]


def test_an_epci_of_the_data(france, open_data, p):
    territory = build_territory("Seine-Eure", ["200089456"], open_data, p=p, france=france)
    assert (territory.size, territory.population) == (60, 103_526)


def test_paris_is_its_arrondissements(france, open_data, p):
    territory = build_territory("Paris", ["75056"], open_data, p=p, france=france)
    assert territory.size == 20
    assert territory.population == 2_103_778


def test_national_totals(france):
    assert france.figures["population"].sum() == 68_350_798
    assert france.figures["gps"].sum() == 61_429
    assert france.facilities_year == 2019
    year, people = read_populations(france.files["population"][0])
    assert (year, sum(people.values())) == (2021, 67_406_164)


def test_apl_of_france_follows_the_published_one(france, p, capsys):
    apl = national_apl(france, p)
    with capsys.disabled():
        mean = np.average(apl.computed, weights=apl.standard)
        print(f"\nAPL of France: correlation {apl.correlation():.3f} with DREES 2018, mean {mean:.2f} (3.88)")
    assert apl.correlation() > 0.73
    assert mean == pytest.approx(3.88, abs=0.15)
