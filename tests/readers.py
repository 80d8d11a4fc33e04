"""Opens every table of the published snapshot with DuckDB, pyarrow and polars, and compares with the manifest.

usage: readers.py DB
"""

import json
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow.parquet


def promised_counts(manifest):
    """Table name -> number of rows, as the manifest says."""
    tables = manifest["tables"]
    if isinstance(tables, dict):
        tables = [{"name": name, **(entry if isinstance(entry, dict) else {"rows": entry})} for name, entry in tables.items()]
    return {table["name"]: table.get("rows", table.get("row_count")) for table in tables}


def counts(folder):
    """Rows and column names by each reader."""
    files = sorted(str(file) for file in folder.glob("part-*.parquet"))
    assert files, f"{folder.name}: no file"
    arrow = [pyarrow.parquet.read_table(file) for file in files]
    frame = polars.concat([polars.read_parquet(file) for file in files])
    duck = duckdb.sql(f"SELECT * FROM read_parquet({files!r})")
    return {
        "pyarrow": (sum(table.num_rows for table in arrow), arrow[0].column_names),
        "polars": (frame.height, frame.columns),
        "duckdb": (len(duck.fetchall()), duck.columns),
    }


def main(database):
    snapshot = database / "snapshots" / (database / "CURRENT").read_text().strip()
    manifest = json.loads((snapshot / "manifest.json").read_text())
    promised = promised_counts(manifest)
    present = {folder.name for folder in snapshot.iterdir() if folder.is_dir()}
    faults = [f"{name}: in the manifest, but not in the snapshot" for name in sorted(promised.keys() - present)]
    faults += [f"{name}: in the snapshot, but not in the manifest" for name in sorted(present - promised.keys())]
    for name in sorted(present & promised.keys()):
        seen = counts(snapshot / name)
        columns = seen["pyarrow"][1]
        for reader, (rows, names) in seen.items():
            if rows != promised[name]:
                faults.append(f"{name}: {reader} reads {rows} rows, the manifest says {promised[name]}")
            if names != columns:
                faults.append(f"{name}: {reader} sees other columns than pyarrow")
    print("\n".join(faults) or f"{len(present)} tables agree in three readers")
    return 1 if faults or not present else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
