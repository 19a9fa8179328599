"""Every code in the source of a parameter is explained, and nothing else is."""

from cpts_sim.evidence import load_parameters
from cpts_sim.evidence.references import codes_in, references


def test_codes_of_sources_are_explained_both_ways() -> None:
    entries = [entry for year in (2019, 2024) for entry in load_parameters(year).entries()]
    used = {code for entry in entries for code in codes_in(f"{entry.source} {entry.note or ''}")}
    known = references()
    assert used - set(known) == set(), "codes nobody could look up"
    assert set(known) - used == set(), "codes that no parameter cites any more"
    assert all(found.what or found.where for found in known.values())
    assert all(set(found.what) in (set(), {"fr", "en"}) for found in known.values())
    assert sum(bool(found.where) for found in known.values()) > 0.85 * len(known)


def test_quantiles_and_lines_of_files_are_no_codes() -> None:
    assert codes_in("W5, P6 (P90 of 12; BPE D201)") == ["W5", "P6"]
