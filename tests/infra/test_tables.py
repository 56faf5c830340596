"""The record's tables, read by DuckDB with the types and statements of docs/record.md. The record is made by the real binary
against the simulated AWS, by the real clock: its instants have nine digits of a second, where BigQuery reads six.
"""

import gzip
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
from datetime import UTC, datetime, timedelta

import duckdb
from template import ROOT
from test_deployed import World, binary

PAGE = (ROOT / "docs" / "record.md").read_text()
TABLES = ("plans", "outcomes", "history", "verdicts", "forgotten", "runs")
# DuckDB's name for each type that the page declares to Athena and BigQuery.
TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN", "bigint": "BIGINT", "STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMP", "BOOL": "BOOLEAN", "INT64": "BIGINT"}
SETTINGS = """
version = 1
[run]
armed = true
record = "record"
[scope]
accounts = "self"
regions = ["ap-northeast-1"]
reading-role = "IdleReaperRead"
acting-role = "IdleReaperAct"
external-id = "demo-external-id"
[busy]
off = true
[forgotten]
[schedules.shut]
zone = "Asia/Tokyo"
open = ["closed"]
[[policies]]
name = "all"
stage = "enforce"
match = { all = true }
unannounced = true
schedule = "shut"
outside = "stop"
"""


def statements(beginning):
    blocks = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    return [one for block in blocks for one in re.split(r"(?<=;)\n(?=\S)", block) if one.startswith(beginning)]


def declared(beginning, table):
    """The columns of a table, with their types, as one of the statements declares them."""
    (statement,) = [one for one in statements(beginning) if f"`idle_reaper.{table}`" in one]
    return dict(re.findall(r"^  `(\w+)` (\w+),?$", statement, re.MULTILINE))


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        world = World()
        cls.addClassCleanup(world.close)
        now, launched = (at.isoformat(timespec="seconds") for at in (datetime.now(UTC), datetime.now(UTC) - timedelta(days=2)))
        odd = {"Name": 'café "1"\n\\', "Owner": "ana@example.com"}
        volume = {"account": "platform", "region": "ap-northeast-1", "size": 100, "created": launched, "tags": odd}
        built = world.ask("POST", "/world", world.spec | {"now": now, "volumes": [volume], "instances": [
            {"story": "box", "account": "platform", "region": "ap-northeast-1", "count": 3, "tags": odd, "launch-time": launched},
            {"story": "kept", "account": "platform", "region": "ap-northeast-1", "tags": {"idle-reaper:keep": ""}, "launch-time": launched}]})  # fmt: skip
        keys = {"AWS_ACCESS_KEY_ID": built["hub"]["access-key"], "AWS_SECRET_ACCESS_KEY": built["hub"]["secret-key"]}
        (cls.folder / "reaper.toml").write_text(SETTINGS)
        for _ in range(2):
            ran = subprocess.run([binary(), "apply", "--yes"], env=world.environment | keys, cwd=cls.folder, capture_output=True, text=True, timeout=120, check=False)
            assert ran.returncode in (0, 3), ran.stdout + ran.stderr

    def setUp(self):
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        self.database = duckdb.connect()
        self.addCleanup(self.database.close)

    def files(self, table):
        return sorted((self.folder / "record" / "tables" / table).glob("*/*"))

    def test_every_table_is_read_with_the_documented_types_of_both_engines(self):
        for table in TABLES:
            for engine in ("CREATE EXTERNAL TABLE", "CREATE TABLE"):
                columns = {name: TYPES[kind] for name, kind in declared(engine, table).items()}
                read = self.database.execute("SELECT * FROM read_json(?, columns = ?)", [[str(file) for file in self.files(table)], columns])
                self.assertEqual([column[0] for column in read.description], [*columns, "date"], table)
                rows = [row[:-1] for row in read.fetchall()]
                self.assertEqual(len(rows), sum(len(lines(file)) for file in self.files(table)), table)
                for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                    written = [line[column] for file in self.files(table) for line in lines(file)]
                    self.assertEqual([value is None for value in values], [value is None for value in written], f"{table}.{column}")

    def test_no_instant_has_more_digits_than_bigquery_reads(self):
        fractions = set()
        for table in TABLES:
            for file in self.files(table):
                fractions |= {len(digits) for digits in re.findall(r'"\d{4}-\d\d-\d\dT[\d:]{8}\.?(\d*)Z"', gzip.open(file, "rt").read())}
        self.assertEqual(max(fractions), 6, "the real clock has nine, and no more than six are written")

    def test_the_recipe_of_the_page_reads_compressed_and_uncompressed_files_together(self):
        old = next(file for file in self.files("outcomes"))
        plain = old.with_suffix("")
        plain.write_bytes(gzip.open(old).read())
        old.unlink()
        self.addCleanup(plain.unlink)
        self.addCleanup(old.write_bytes, gzip.compress(plain.read_bytes()))
        for statement in statements("CREATE VIEW"):
            self.database.execute(statement)
        for table in TABLES:
            columns = {name: TYPES[kind] for name, kind in declared("CREATE TABLE", table).items()}
            kinds = {name: kind for name, kind, *_ in self.database.execute(f"DESCRIBE {table}").fetchall()}
            self.assertEqual(kinds, columns | {"date": "DATE"}, table)
        (query,) = [one for one in statements("SELECT") if "idle_reaper." not in one]
        self.assertEqual(self.database.execute(query).fetchall(), [("ana@example.com", "all", 3)])
        found = self.database.execute("SELECT name FROM verdicts WHERE verdict = 'stop'").fetchall()
        self.assertEqual(set(found), {('café "1"\n\\',)}, "a name comes out as it went in")


def lines(file):
    return [json.loads(line) for line in gzip.open(file, "rt", encoding="utf-8")]


if __name__ == "__main__":
    unittest.main()
