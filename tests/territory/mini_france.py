"""A folder in the official formats for a country of five communes, written by tests."""

import gzip
import json
import zipfile
from pathlib import Path

COMMUNES = (  # code, name, population, lon, lat, area, GPs, nurses, pharmacies, emergency
    ("27001", "Aclou", 4000, 0.70, 49.10, 20.0, 4, 5, 2, 0),
    ("27002", "Ajou", 900, 0.78, 49.12, 15.0, 0, 1, 0, 0),
    ("27003", "Bosc-Évreux", 12000, 0.90, 49.10, 25.0, 12, 14, 5, 1),
    ("2A004", "Ajaccio", 76000, 8.73, 41.92, 82.0, 80, 90, 30, 1),
    ("97101", "Les Abymes", 51000, -61.50, 16.27, 81.0, 40, 60, 20, 1),
)
EPCI = ("200000001", "CC des Deux Aj", ("27001", "27002"))


def etalab(folder: Path) -> None:
    rows = [
        {"code": code, "nom": name, "typeLiaison": 0, "zone": "metro", "departement": code[:2],
         "type": "commune-actuelle", "codesPostaux": ["27000"], "population": people}
        for code, name, people, *_ in COMMUNES
    ]  # fmt: skip
    rows.append({**rows[0], "code": "27999", "type": "commune-deleguee"})
    (folder / "c.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode()))
    members = [{"code": code, "nom": code} for code in EPCI[2]]
    text = json.dumps([{"code": EPCI[0], "nom": EPCI[1], "type": "CC", "membres": members}])
    (folder / "e.json").write_text(text, encoding="utf-8")


def places(folder: Path) -> None:
    lines = ["code,type,nom,lon_mairie,lat_mairie,lon_centroide,lat_centroide,surface_km2"]
    lines += [f"{c},COM,{n},,,{lon},{lat},{area}" for c, n, _, lon, lat, area, *_ in COMMUNES]
    (folder / "points.csv").write_text("\n".join(lines), encoding="utf-8")


def bpe_rows(codes: dict[int, str]) -> list[tuple[str, str, int]]:
    """Rows (commune, kind, count) from positions of the counts in COMMUNES and their codes."""
    return [(row[0], kind, row[k]) for row in COMMUNES for k, kind in codes.items() if row[k]]


OLD_CODES = {6: "D201", 7: "D232", 8: "D301", 9: "D106"}
NEW_CODES = {6: "D265", 7: "D281", 8: "D307", 9: "D106"}


def bpe_old(folder: Path, year: int = 2019, codes: dict[int, str] | None = None) -> Path:
    lines = ["REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP"]
    lines += [f"28;27;{c};{c}_0101;{year};{kind};{n}" for c, kind, n in bpe_rows(codes or OLD_CODES)]
    path = folder / "bpe.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def bpe_current(folder: Path) -> Path:
    names = ("GEO", "GEO_OBJECT", "FACILITY_DOM", "FACILITY_SDOM", "FACILITY_TYPE", "BPE_MEASURE")
    names += ("TIME_PERIOD", "OBS_VALUE")
    lines = [";".join(f'"{name}"' for name in names)]
    for code, kind, count in bpe_rows(NEW_CODES):
        lines.append(f'"{code}";"COM";"D";"D2";"{kind}";"FACILITIES";"2024";"{count}"')
    lines.append('"27";"DEP";"D";"D2";"D265";"FACILITIES";"2024";"16"')
    lines.append('"27001";"COM";"D";"_T";"_T";"FACILITIES";"2024";"999"')
    path = folder / "DS_BPE_CSV_FR.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DS_BPE_2024_metadata.csv", "COD_VAR;LIB_VAR\nGEO;lieu\n")
        archive.writestr("DS_BPE_2024_data.csv", "\ufeff" + "\n".join(lines))
    return path


def bpe_detail_parquet(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [(code, kind, 2024) for code, kind, count in bpe_rows(NEW_CODES) for _ in range(count)]
    names = ("DEPCOM", "TYPEQU", "AN")
    table = pa.table({name: [row[k] for row in rows] for k, name in enumerate(names)})
    path = folder / "BPE24.parquet"
    pq.write_table(table, path)
    return path


def folder(path: Path) -> Path:
    """Write the indispensable files and return the folder."""
    path.mkdir(parents=True, exist_ok=True)
    etalab(path)
    places(path)
    bpe_old(path)
    return path
