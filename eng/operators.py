#!/usr/bin/env python3
"""Writes docs/operators.md to stdout: usage: operators.py CASES RESULTS.json

Reads eng/onnx-operators.tsv (the standard's operators), eng/operator-notes.tsv (why something is not supported), eng/case-notes.tsv
(why a case cannot pass), eng/onnxruntime-operators.tsv and eng/onnxruntime-notes.tsv (ONNX Runtime's CPU provider, and what of it is refused or
runs in part), src/Inference/Operators/*/*Rows.cs (what the engine has) and the results of `inference verify CASES --json`.
"""
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    """Yields (field number, wire value) of a protobuf message; bytes for length-delimited fields."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = data[at:at + 8], at + 8
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            value, at = data[at:at + 4], at + 4
        yield key >> 3, value


def operators_of_graph(graph, found):
    for number, node in fields(graph):
        if number == 1:
            domain = name = ''
            for field, value in fields(node):
                if field == 4:
                    name = value.decode()
                elif field == 7:
                    domain = value.decode()
                elif field == 5:
                    for part, inner in fields(value):
                        if part in (6, 11) and isinstance(inner, bytes):
                            operators_of_graph(inner, found)
            found.add((domain or 'ai.onnx', name))


def operators_of_model(path):
    found = set()
    with open(path, 'rb') as file:
        for number, value in fields(file.read()):
            if number == 7:
                operators_of_graph(value, found)
    return found


def read_table():
    """(domain, operator) -> (first opset, implementation), from the rows of the families."""
    folder = os.path.join(ROOT, 'src/Inference/Operators')
    with open(os.path.join(folder, 'Rules/Domains.cs'), encoding='utf-8') as file:
        domains = dict(re.findall(r'const string (\w+) = "([^"]+)"', file.read()))
    table = {}
    for base, _, files in os.walk(folder):
        for name in files:
            if not name.endswith('Rows.cs'):
                continue
            with open(os.path.join(base, name), encoding='utf-8') as file:
                text = file.read()
            for domain, op, since, make in re.findall(r'^ +(?:new|UnaryRow\.Of)\((?:""|Domains\.(\w+)), "(\w+)", (\d+), (.*)\),$', text, re.MULTILINE):
                made = re.search(r'new ((?:\w+\.)*\w+)', make) or re.search(r'=> (\w+)\.', make)
                table[(domains[domain] if domain else 'ai.onnx', op)] = (int(since), made.group(1).split('.')[-1] if made else '')
    return table


def read_functions():
    """Operators that expand to others: names in the function table, where there is one."""
    folder = os.path.join(ROOT, 'src/Inference/Import/Functions')
    names = set()
    for base, _, files in os.walk(folder):
        for file in files:
            with open(os.path.join(base, file), encoding='utf-8') as stream:
                names.update(re.findall(r'\[?\("(?:ai\.onnx(?:\.\w+)*)?", "(\w+)"\)', stream.read()))
    return names


def read_tsv(name):
    path = os.path.join(ROOT, 'eng', name)
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as file:
        return [line.rstrip('\n').split('\t') for line in file if line.strip() and not line.startswith('#')]


def short_types(types):
    names = types.replace(' (also in seq, optional)', '').split()
    integers = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64']
    floats = ['float16', 'bfloat16', 'float32', 'float64']
    if len(names) > 20:
        return 'every type' + (', sequences, optionals' if 'also in' in types else '')
    rest = list(names)
    parts = []
    for group, label in ((integers, 'integers'), (floats, 'floats')):
        if all(n in rest for n in group):
            rest = [n for n in rest if n not in group]
            parts.append(label)
    return ', '.join(parts + rest)


def onnx_runtime(table):
    """The section on ONNX Runtime's CPU provider: every operator, runs, partly or refused."""
    notes = {(row[0], row[1]): (row[2], row[3]) for row in read_tsv('onnxruntime-notes.tsv')}
    rows, counts = [], {'runs': 0, 'partly': 0, 'refused': 0}
    for row in read_tsv('onnxruntime-operators.tsv'):
        key = (row[0], row[1])
        status, note = notes.get(key, ('', ''))
        status = (status if status == 'partly' else 'runs') if key in table else 'refused'
        counts[status] += 1
        rows.append(f'| {row[0]} | {row[1]} | {row[2].replace(",", ", ")} | {status} | {note if status != "runs" else ""} |')
    out = ['\n## ONNX Runtime\n']
    out.append('Every operator with a kernel in the CPU execution provider of ONNX Runtime 1.30, with the versions at which its kernels start. *runs*: supported by this engine; *partly*: '
               'supported except as stated in the note; *refused*: rejected when the model is loaded, for the reason in the note.\n')
    out.append(f"- Operators: **{sum(counts.values())}**; runs: **{counts['runs']}**, partly: **{counts['partly']}**, refused: **{counts['refused']}**\n")
    out.append('| domain | operator | versions | here | note |')
    out.append('| --- | --- | --- | --- | --- |')
    return out + rows


def main():
    cases, results = sys.argv[1], sys.argv[2]
    with open(results, encoding='utf-8') as file:
        report = json.load(file)
    table, functions = read_table(), read_functions()
    notes = {(row[0], row[1]): row[2] for row in read_tsv('operator-notes.tsv')}
    passed, total, failures = {}, {}, []
    plain = [0, 0]
    for test in report['tests']:
        name = test['name'].split('/')[-1]
        good = test['status'] == 'pass'
        if '_expanded' not in name:
            plain[0] += good
            plain[1] += 1
        model = os.path.join(cases, name, 'model.onnx')
        for key in operators_of_model(model) if os.path.exists(model) else ():
            total[key] = total.get(key, 0) + 1
            passed[key] = passed.get(key, 0) + good
        if not good:
            failures.append((name, test.get('reason', '')))

    count = len(report['tests'])
    good = count - len(failures)
    out = []
    out.append('# Operators\n')
    out.append('Generated by `eng/operators.sh`; do not edit. *Opsets* are the versions of the standard, *since* is the first version that the engine supports. *Runs as* is the class in '
               '`src/Inference/Operators` (a kernel), or `function` if the operator is expanded into others. *Cases* counts the ONNX node cases (version 1.22) whose graph contains '
               'the operator. *Types* are those of the first type constraint of the newest version.\n')
    out.append(f'- Cases passed: **{good} of {count}** ({100.0 * good / max(count, 1):.1f} %)')
    out.append(f'- Without `_expanded` cases: **{plain[0]} of {plain[1]}** ({100.0 * plain[0] / max(plain[1], 1):.1f} %)')
    standard = read_tsv('onnx-operators.tsv')
    have = sum(1 for row in standard if (row[0], row[1]) in table or row[1] in functions)
    out.append(f'- Operators of the standard: **{have} of {len(standard)}**\n')
    domain = None
    for row in standard:
        if row[0] != domain:
            domain = row[0]
            out.append(f'\n## {domain}\n')
            out.append('| operator | opsets | since | types | runs as | cases | note |')
            out.append('| --- | --- | --- | --- | --- | --- | --- |')
        key = (row[0], row[1])
        entry = table.get(key)
        runs = f'`{entry[1]}`' if entry else 'function' if row[1] in functions else '—'
        since = str(entry[0]) if entry else row[3].split(',')[0] if row[1] in functions else '—'
        tested = f'{passed.get(key, 0)}/{total[key]}' if key in total else ''
        note = notes.get(key, '' if entry or row[1] in functions else 'not supported')
        out.append(f"| {row[1]} | {row[3].replace(',', ', ')} | {since} | {short_types(row[4] if len(row) > 4 else '')} | {runs} | {tested} | {note} |")
    listed = {(row[0], row[1]) for row in standard}
    for domain in sorted({k[0] for k in table if k not in listed and k[0] != 'inference.fused'}):
        heading = f'{domain}, beyond the standard' if domain == 'ai.onnx' else domain
        out.append(f'\n## {heading}\n')
        out.append('| operator | runs as | note |')
        out.append('| --- | --- | --- |')
        for key in sorted(k for k in table if k[0] == domain and k not in listed):
            out.append(f'| {key[1]} | `{table[key][1]}` | {notes.get(key, "")} |')
    out += onnx_runtime(table)
    out.append('\n## Cases that do not pass\n')
    if failures:
        out.append('| case | reason |')
        out.append('| --- | --- |')
        for name, reason in sorted(failures):
            # A reason that is known beforehand stays the same from run to run, where the values that came do not.
            reason = next((row[1] for row in read_tsv('case-notes.tsv') if re.fullmatch(row[0], name)), reason).replace('|', '\\|').replace('\n', ' ')
            out.append(f'| {name} | {reason} |')
    else:
        out.append('None.')
    print('\n'.join(out))


main()
