"""The command: table, misses in words, counts last, files, exit codes; lives are planted, so that it takes no time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cpts_sim.cli.responses import command
from cpts_sim.documentation import responses as pages
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.ensemble import Choice, Ensemble, read_ensemble
from cpts_sim.experiment.responses.enact import Asked, Player
from cpts_sim.experiment.responses.lives import Life
from cpts_sim.experiment.responses.outcome import Verdict
from cpts_sim.experiment.responses.published import enactments
from cpts_sim.experiment.responses.saved import read
from cpts_sim.report.responses import draw_all
from cpts_sim.words import LANGUAGES, say, speaking, use_language

SCENARIO = Path(__file__).parents[2] / "scenarios" / "france_2019.yaml"
WRONG = "care.calls_back"
PNG = b"\x89PNG"


def planted(arm: str, seed: int, wrong: float) -> Life:
    """Effects of about the published size; the wrong parameter makes delays grow from 2019 to 2024."""
    changed, luck = arm not in ("without", "y2019"), 1.0 + 1e-4 * seed
    zero = np.zeros(2, dtype=np.int64)
    gps: dict[str, Any] = dict.fromkeys(("key", "nurse", "house"), zero)
    gps |= {"own": zero == 0, "there": zero == 0, "assistant": zero + changed, "succeeded": zero + 2 * changed}
    gps |= {"list_start": zero + 1000, "list_end": 1000 * (1 + 0.05 * changed) * np.ones(2), "weeks": zero + 45}
    gps |= {name: 5000 * luck * (1 + 0.03 * changed) * np.ones(2) for name in ("seen", "acts")}
    people = {"mt": np.zeros(4, np.int64), "visits": np.ones((4, 26)), "duty": np.ones((4, 26))}
    avoided = 40.0 * luck
    totals = {
        "acts_per_inhabitant": 4.1 * luck, "lead_median": 2.0 + (2.5 * wrong + 1e-3 * seed) * changed,
        "closed_lists": 0.53 + 0.12 * changed, "ed_rate": 328.0,
        "gp_density": 77.0 + len(arm), "extra_booked": 200.0 * changed, "ed": 3000.0 - avoided * changed,
        "ed_minor": 1500.0 - avoided * changed, "ed_spilt": 60.0, "ed_75": 500.0, "admissions_75": 250.0,
        "stays": 200.0, "stays_seen": 110.0, "stays_again": 20.0, "stays_prepared": 8.0 + 100 * changed,
    }  # fmt: skip
    return Life(gps, people, totals)


@pytest.fixture(autouse=True)
def lives(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def play(self: Player, asked: Sequence[Asked], names: Iterable[str]) -> list[dict[str, list[dict[str, Life]]]]:
        self.told(1, 1)
        names = tuple(names)
        return [
            {
                name: [
                    {arm: planted(arm, seed, one.parameters.get(WRONG, 0.0)) for arm in enactments()[name].arms}
                    for seed in one.seeds
                ]
                for name in names
            }
            for one in asked
        ]

    monkeypatch.setattr(Player, "several", play)
    yield
    use_language("en")


def run(*arguments: str, lang: str = "en") -> str:
    with speaking(lang):
        result = CliRunner().invoke(command, [str(SCENARIO), *arguments], standalone_mode=False, catch_exceptions=True)
        if result.exception is not None:
            raise result.exception
        return str(result.stdout)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_last_line_gives_the_counts_and_misses_are_explained(lang: str) -> None:
    told = run(lang=lang)
    lines = [line for line in told.splitlines() if line.strip()]
    assert say("responses.enactment.extended_hours", lang) in told
    assert lines[-1].startswith("18 ") and " 2 " in lines[-1]
    assert say("responses.why.triage_gp", lang) in told
    assert say("responses.verdict.outside", lang) in told and say("responses.why.succession_contacts", lang) in told


def test_a_miss_is_an_error_only_if_asked() -> None:
    run("--only", "extended_hours", "--strict")
    with pytest.raises(InputError, match="GP contacts"):
        run("--only", "gp_succession", "--strict")


def test_the_output_is_read_again_and_drawn(tmp_path: Path) -> None:
    run("--output", str(tmp_path), "--only", "extended_hours", "--only", "prado")
    found, told = read(tmp_path)
    assert (told.pairs, told.inhabitants) == (5, 14_000)
    assert {one.published.of for one in found} == {"extended_hours", "prado"}
    minor = next(one for one in found if one.published.name == "hours_minor")
    assert minor.verdict is Verdict.INSIDE and minor.reached.mean == pytest.approx(0.2, rel=0.01)
    for lang in LANGUAGES:
        assert (tmp_path / "figures" / f"responses_{lang}.png").read_bytes().startswith(PNG)
    assert draw_all(found, told) == draw_all(found, told), "the same bytes"


def test_the_page_shows_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--output", str(tmp_path))
    monkeypatch.setattr(pages, "_saved", lambda: tmp_path)
    text = pages.responses_page()
    assert "14,000 inhabitants, 5 pairs" in text and "Telephone triage" in text and "independent rows" in text
    monkeypatch.setattr(pages, "_saved", lambda: None)
    assert "No output is saved" in pages.responses_page()


def test_json_holds_the_rows_and_the_counts() -> None:
    content = json.loads(run("--json", "--only", "france"))
    assert [row["name"] for row in content["rows"]] == ["france_delay", "france_refusals", "france_motive"]
    assert sum(content["counts"][name] for name in ("inside", "outside", "undetermined")) == 3
    assert content["not_represented"]


def test_members_that_miss_a_slope_are_dropped_and_counted(tmp_path: Path) -> None:
    wrong = (0.5, *(0.04 * rank / 29 for rank in range(1, 29)), 0.9)
    members = (Choice("shipped", 1.0, {WRONG: 0.0}), *(Choice(f"m{n}", 1.0, {WRONG: x}) for n, x in enumerate(wrong)))
    (tmp_path / "all.yaml").write_bytes(Ensemble(members, {}).to_yaml())
    told = run("--ensemble", str(tmp_path / "all.yaml"), "--only", "france", "-o", str(tmp_path / "out"))
    assert "29 of 31 members of the ensemble kept" in told and "rows: france_delay" in told
    slopes = json.loads((tmp_path / "out" / "slopes.json").read_text(encoding="utf-8"))
    gone = {name for name, said in slopes["members"].items() if not said["kept"]}
    assert gone == {"m0", "m29"}
    kept = read_ensemble(tmp_path / "out" / "ensemble.yaml")
    assert len(kept.members) == 29 and "cpts-sim responses" in kept.source
    refusals = next(row for row in slopes["rows"] if row["name"] == "france_refusals")
    assert not refusals["tells"] and "cannot tell members apart" in told


def test_what_cannot_be_judged_is_refused(tmp_path: Path) -> None:
    one = Ensemble((Choice("shipped", 1.0, {}),), {}, year=2024)
    (tmp_path / "later.yaml").write_bytes(one.to_yaml())
    with pytest.raises(InputError, match="2024"):
        run("--ensemble", str(tmp_path / "later.yaml"))
    (tmp_path / "now.yaml").write_bytes(Ensemble(one.members, {}).to_yaml())
    with pytest.raises(UsageError, match="extended_hours"):
        run("--ensemble", str(tmp_path / "now.yaml"), "--only", "prado")
    with pytest.raises(UsageError, match="prado"):
        run("--only", "prad")
    (tmp_path / "responses.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"responses\.json"):
        read(tmp_path)
