"""Adds up the reports of one target: prints counts and score, and the mutants that no test noticed where asked.
usage: summary.py TARGET REPORT… [--list]
"""
import json
import sys

COUNTED = ("Killed", "Timeout", "Survived", "NoCoverage")


def mutants(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for name, source in sorted(report["files"].items()):
        for mutant in source["mutants"]:
            yield name, source["source"], mutant


def text_of(source, location):
    start, end = location["start"], location["end"]
    lines = source.split("\n")[start["line"] - 1:end["line"]]
    lines[-1] = lines[-1][:end["column"] - 1]
    lines[0] = lines[0][start["column"] - 1:]
    return " ".join(line.strip() for line in lines)


def main():
    target, *arguments = sys.argv[1:]
    listed = "--list" in arguments
    counts = dict.fromkeys(COUNTED, 0)
    for path in (argument for argument in arguments if argument != "--list"):
        for name, source, mutant in mutants(path):
            status = mutant["status"]
            if status not in counts:
                continue
            counts[status] += 1
            if listed and status in ("Survived", "NoCoverage"):
                line = mutant["location"]["start"]["line"]
                print(f"{name}:{line} {status} {mutant['mutatorName']}: {text_of(source, mutant['location'])[:160]} -> {mutant['replacement'][:160]!r}")
    total = sum(counts.values())
    noticed = counts["Killed"] + counts["Timeout"]
    score = 100 * noticed / total if total else 0
    print(f"{target}: {total} mutants, {counts['Killed']} killed, {counts['Timeout']} timed out, {counts['Survived']} survived, "
          f"{counts['NoCoverage']} not covered, score {score:.1f} %")


if __name__ == "__main__":
    main()
