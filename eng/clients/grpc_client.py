"""usage: grpc_client.py HOST:PORT http://HOST:PORT    Debian's python3-grpcio, with messages written by hand: needs no generated code."""
import json
import struct
import sys
import urllib.request

import grpc


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(message):
    at, found = 0, []

    def read():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = read()
        if tag & 7 == 2:
            length = read()
            found.append((tag >> 3, message[at:at + length]))
            at += length
        else:
            found.append((tag >> 3, read()))
    return found


def main(address, rest):
    model = json.load(urllib.request.urlopen(rest + "/v2/models/iris_mlp"))
    name = model["inputs"][0]["name"]
    rows = [5.1, 3.5, 1.4, 0.2]
    body = {"inputs": [{"name": name, "shape": [1, 4], "datatype": "FP32", "data": rows}]}
    answer = json.load(urllib.request.urlopen(rest + "/v2/models/iris_mlp/infer", json.dumps(body).encode()))
    channel = grpc.insecure_channel(address)
    infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
    tensor = field(1, name) + field(2, "FP32") + field(3, bytes([1, 4]))
    response = fields(infer(field(1, "iris_mlp") + field(5, tensor) + field(7, struct.pack("<4f", *rows)), timeout=10))
    outputs = [dict(fields(data)) for number, data in response if number == 5]
    raw = [data for number, data in response if number == 6]
    for output, data, expected in zip(outputs, raw, answer["outputs"]):
        assert output[1].decode() == expected["name"] and output[2].decode() == expected["datatype"], (output, expected)
        form = {"FP32": "f", "INT64": "q"}[expected["datatype"]]
        got = struct.unpack(f"<{len(data) // struct.calcsize('<' + form)}{form}", data)
        want = struct.unpack(f"<{len(expected['data'])}{form}", struct.pack(f"<{len(expected['data'])}{form}", *expected["data"]))
        assert got == want, (got, want)
    for message, code in [(b"\x0a\x02\xc3\x28", "INVALID_ARGUMENT"), (field(1, "none"), "NOT_FOUND"), (field(1, "iris_mlp") + field(5, tensor) + field(7, b"123"), "INVALID_ARGUMENT")]:
        try:
            infer(message, timeout=10)
            raise AssertionError(f"{message} was answered")
        except grpc.RpcError as error:
            assert error.code().name == code, error
    # gzip in both directions.
    packed = fields(infer(field(1, "iris_mlp") + field(5, tensor) + field(7, struct.pack("<4f", *rows)), timeout=10, compression=grpc.Compression.Gzip))
    assert packed == response


main(*sys.argv[1:])
