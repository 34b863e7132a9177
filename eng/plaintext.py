"""Makes a small model with external data, and searches a trace of strace for its bytes.

usage: plaintext.py make FOLDER
       plaintext.py check TRACE PLAIN FOLDER --reads FILE…
"""
import json
import pathlib
import random
import re
import struct
import sys

WIDTH = 512
WINDOW = 16
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2")
COPIES = ("sendfile", "copy_file_range", "splice")


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def port(name):
    shape = field(1, field(2, "rows")) + field(1, field(1, WIDTH))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def make(folder):
    """y = x · W + b: W in a file of its own, b in the model."""
    rng = random.Random(1)
    floats = lambda count: struct.pack(f"<{count}f", *(rng.uniform(-1, 1) for _ in range(count)))
    plain = folder / "plain"
    plain.mkdir()
    data = floats(WIDTH * WIDTH)
    (plain / "model.data").write_bytes(data)
    entry = lambda key, value: field(13, field(1, key) + field(2, value))
    weights = field(1, WIDTH) + field(1, WIDTH) + field(2, 1) + field(8, "W") + entry("location", "model.data") + entry("length", str(len(data))) + field(14, 1)
    bias = field(1, WIDTH) + field(2, 1) + field(8, "b") + field(9, floats(WIDTH))
    node = lambda kind, inputs, output: field(1, b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, kind))
    graph = node("MatMul", ["x", "W"], "m") + node("Add", ["m", "b"], "y") + field(2, "traced") + field(5, weights) + field(5, bias) + field(11, port("x")) + field(12, port("y"))
    (plain / "model.onnx").write_bytes(field(1, 8) + field(8, field(1, "") + field(2, 17)) + field(7, graph))
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1, {WIDTH}), }}".ljust(117) + "\n"
    (folder / "x.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{WIDTH}f", *([0.5] * WIDTH)))
    (folder / "x.json").write_text(json.dumps({"inputs": [{"name": "x", "shape": [1, WIDTH], "datatype": "FP32", "data": [0.5] * WIDTH}]}))


def windows(plain):
    found = set()
    for path in plain.iterdir():
        content = path.read_bytes()
        for at in range(0, len(content) - WINDOW + 1, WINDOW):
            window = content[at:at + WINDOW]
            if len(set(window)) >= WINDOW // 2:
                found.add(window)
    return found


def decode(text):
    return bytes.fromhex(text.replace("\\x", ""))


def check(trace, plain, folder, reads):
    secret = windows(plain)
    hexadecimal = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
    target = re.compile(r"^[^(]*\((?:\d+)<((?:\\x[0-9a-f]{2})*)>")
    opened, written, shared, problems, total = set(), {}, set(), [], 0
    for line in open(trace, encoding="ascii", errors="replace"):
        line = re.sub(r"^\d+\s+", "", line)
        call = line.split("(", 1)[0]
        texts = [(decode(match.group(1)), match.group(2)) for match in hexadecimal.finditer(line)]
        if call in ("open", "openat", "openat2", "creat"):
            path = texts[0][0].decode(errors="replace") if texts else "?"
            if re.search(r"= -1 ", line):
                continue
            opened.add((path, bool(re.search(r"O_WRONLY|O_RDWR|O_CREAT", line)) or call == "creat"))
        elif call in COPIES:
            problems.append(f"copied inside the system: {line.strip()[:200]}")
        elif call == "mmap":
            name = re.search(r"\d+<((?:\\x[0-9a-f]{2})*)>", line)
            if name and "PROT_WRITE" in line and "MAP_SHARED" in line:
                shared.add(decode(name.group(1)).decode(errors="replace"))
        elif call in WRITES:
            at = target.match(line)
            name = decode(at.group(1)).decode(errors="replace") if at else "?"
            for content, cut in texts:
                total += len(content)
                written[name] = written.get(name, 0) + len(content)
                if cut:
                    problems.append(f"a write to {name} is not in the trace as a whole")
                if any(content[i:i + WINDOW] in secret for i in range(len(content) - WINDOW + 1)):
                    problems.append(f"plain text written to {name}")
    inside = sorted({str(pathlib.Path(path).relative_to(folder)) for path, writes in opened if not writes and path.startswith(f"{folder}/") and pathlib.Path(path).suffix != ".dll" and not pathlib.Path(path).is_dir()})
    problems += [f"read: {path}" for path in inside if path not in reads]
    files = {name: count for name, count in written.items() if name.startswith("/") and not name.startswith(("/proc/", "/dev/"))}
    # What the runtime maps twice to write code, locks, and SQLite's index of its log (page numbers, no pages; ONNX Runtime keeps a database of its own).
    problems += [f"mapped to be written: {name}" for name in shared if not name.startswith(("/memfd:doublemapper", "/dev/shm/")) and not name.endswith(".db-shm")]
    temporary = sorted({path for path, writes in opened if writes and path.startswith("/") and not path.startswith((f"{folder}/", "/proc/", "/sys/", "/dev/"))})
    print(f"{pathlib.Path(trace).stem}: {len(opened)} files opened, of the model's folders {', '.join(inside)}; {total} bytes written, {sum(files.values())} of them to {len(files)} files; "
          f"opened to write elsewhere: {', '.join(temporary) or 'none'}; windows searched {len(secret)}; {'; '.join(sorted(set(problems))) or 'no plain text'}")
    return 1 if problems else 0


if sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]))
else:
    sys.exit(check(sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4], sys.argv[sys.argv.index("--reads") + 1:]))
