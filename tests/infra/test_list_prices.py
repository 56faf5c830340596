"""`tools/list_prices.py` takes the right prices out of the Price List bulk files, and no others."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from template import ROOT

HEAD = '''"FormatVersion","v1.0"
"Disclaimer","This pricing list is for informational purposes only."
"Publication Date","2026-10-01T17:00:00Z"
"Version","20261001170000"
"OfferCode","AmazonEC2"
"SKU","OfferTermCode","TermType","PriceDescription","Unit","PricePerUnit","Currency","Instance Type","Tenancy",\
"operation","CapacityStatus","Region Code","MarketOption"
'''


def line(kind, usd, region="us-east-1", term="OnDemand", unit="Hrs", tenancy="Shared", operation="RunInstances",
         capacity="Used", market="OnDemand"):
    cells = ["S", "T", term, "d", unit, usd, "USD", kind, tenancy, operation, capacity, region, market]
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


class ListPrices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_over(self, *texts):
        files = []
        for number, text in enumerate(texts):
            files.append(self.folder / f"{number}.csv")
            files[-1].write_text(text)
        out = self.folder / "out.tsv"
        ended = subprocess.run(
            [sys.executable, ROOT / "tools" / "list_prices.py", "--out", out, *files], capture_output=True, text=True)
        lines = out.read_text().splitlines() if out.exists() else []
        return ended, lines

    def test_it_takes_the_shared_on_demand_prices_of_linux_and_windows(self):
        virginia = HEAD + "".join([
            line("m5.large", "0.0960000000"), line("m5.large", "0.1880000000", operation="RunInstances:0002"),
            line("m5.large", "0.1020000000", tenancy="Dedicated"), line("m5.large", "0.0600000000", term="Reserved"),
            line("m5.large", "0.0960000000", capacity="UnusedCapacityReservation"),
            line("m5.large", "0.0500000000", market="CapacityBlock"), line("m5.large", "70", unit="Quantity"),
            line("m5.large", "0.1260000000", operation="RunInstances:0010"), line("t3.micro", "0.0104000000"),
            line("m5.2xlarge", "0.3840000000"), line("m5.xlarge", "0.0000000000"), line("u-6tb1.metal", "54.6"),
        ])
        tokyo = HEAD.replace("2026-10-01", "2026-09-30") + "".join([
            line("m5.large", "0.1240000000", region="ap-northeast-1"),
            line("c5.large", "0.1070000000", region="ap-northeast-1"),
            line("c5.large", "0.1080000000", region="ap-northeast-1"),
        ])
        ended, lines = self.run_over(virginia, tokyo)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("prices of 2026-09-30 in US dollars", lines[0])
        self.assertEqual([text.split("\t") for text in lines if not text.startswith("#")], [
            ["type", "operation", "ap-northeast-1", "us-east-1"],
            ["t3.micro", "RunInstances", "-", "0.0104"],
            ["m5.large", "RunInstances", "0.124", "0.096"],
            ["m5.2xlarge", "RunInstances", "-", "0.384"],
            ["m5.large", "RunInstances:0002", "-", "0.188"],
        ])

    def test_what_is_no_price_list_is_refused(self):
        for text, why in [("hello\n", "no line that begins with SKU"), (HEAD, "no price was found"),
                          ('"SKU","Unit"\n', "no publication date"),
                          ('"Publication Date","2026-10-01"\n"SKU","Unit"\n', "lacks the columns instanceType")]:
            ended, lines = self.run_over(text)
            self.assertEqual((ended.returncode, lines), (1, []), text)
            self.assertIn(why, ended.stderr)


if __name__ == "__main__":
    unittest.main()
