"""Two population bases are never compared, and a derived value names every table behind it."""

from __future__ import annotations

from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir


def test_what_surrounds_a_place_answers_on_its_base() -> None:
    """31.12.2023: Vrees stands on base 2011 (GV-Auszug), and so does what it is compared with (12411-01-01-4)."""
    vrees = Profile("03454055", data_dir())
    assert vrees.get("population").base == "zensus_2011"
    found = {region.ags: (value.value, value.base) for region, value in vrees.compare("population")}
    assert found["DE"] == (84_669_326, "zensus_2011")
    assert found["03454"] == (340_280, "zensus_2011")
    assert vrees.get("population", region="DE").base == "zensus_2022"


def test_density_and_change_name_all_their_tables() -> None:
    dithmarschen = Profile("01051", data_dir())
    assert set(dithmarschen.get("population_density", date="2024-12-31").sources) == {"12411-01-01-4", "GV-Auszug"}
    change = dithmarschen.get("population_change", date="2021-12-31")
    assert set(change.sources) == {"12411-01-01-4", "12411-04-02-4"}
