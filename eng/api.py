"""Writes PublicAPI.Unshipped.txt of each library from what the analyzer reported (RS0016) in the log folder that eng/api.sh names."""
import json
import pathlib
import re
import sys

REPORT = re.compile(r"^Symbol '(.*)' is not part of the declared public API", re.S)

for log in sorted(pathlib.Path(sys.argv[1]).glob("*.sarif")):
    results = [r for run in json.loads(log.read_text("utf-8-sig"))["runs"] for r in run["results"] if r["ruleId"] == "RS0016"]
    lines = {REPORT.match(r["message"]["text"])[1] for r in results}
    file = pathlib.Path("src", log.stem, "PublicAPI.Unshipped.txt")
    file.write_text("\n".join(["#nullable enable", *sorted(lines)]) + "\n")
    print(f"{file}: {len(lines)} lines")
