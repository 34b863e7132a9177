using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using OpenInference.V2;

namespace Inference.AspNetCore.Tests;

/// <summary>Requests and answers in the forms of the wire, written by hand here and by the generated client: not by the server's code.</summary>
internal static class Wires
{
    public static readonly Dictionary<ElementType, string> Names = new()
    {
        [ElementType.Bool] = "BOOL", [ElementType.UInt8] = "UINT8", [ElementType.UInt16] = "UINT16", [ElementType.UInt32] = "UINT32", [ElementType.UInt64] = "UINT64",
        [ElementType.Int8] = "INT8", [ElementType.Int16] = "INT16", [ElementType.Int32] = "INT32", [ElementType.Int64] = "INT64",
        [ElementType.Float16] = "FP16", [ElementType.BFloat16] = "BF16", [ElementType.Float32] = "FP32", [ElementType.Float64] = "FP64", [ElementType.String] = "BYTES",
    };

    /// <summary>The raw bytes of a tensor.</summary>
    public static byte[] Raw(TensorValue tensor)
    {
        if (tensor.ElementType != ElementType.String)
        {
            return tensor.AsBytes().ToArray();
        }

        var bytes = new List<byte>();
        foreach (string text in tensor.AsSpan<string>())
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
            bytes.AddRange([.. length, .. utf8]);
        }

        return [.. bytes];
    }

    /// <summary>A body of JSON and raw bytes: inputs that <paramref name="binary"/> chooses travel as bytes.</summary>
    public static (string Json, byte[] Binary) Rest(NamedValues inputs, Func<int, bool> binary, bool binaryOutputs)
    {
        var json = new JsonArray();
        var bytes = new List<byte>();
        for (int i = 0; i < inputs.Count; i++)
        {
            (string name, ModelValue value) = inputs.GetAt(i);
            var tensor = (TensorValue)value;
            var input = new JsonObject { ["name"] = name, ["shape"] = new JsonArray([.. tensor.Shape.ToArray().Select(d => JsonValue.Create(d))]), ["datatype"] = Names[tensor.ElementType] };
            if (binary(i) || tensor.ElementType is ElementType.Float16 or ElementType.BFloat16)
            {
                byte[] raw = Raw(tensor);
                input["parameters"] = new JsonObject { ["binary_data_size"] = raw.Length };
                bytes.AddRange(raw);
            }
            else
            {
                input["data"] = Data(tensor);
            }

            json.Add((JsonNode)input);
        }

        return (new JsonObject { ["inputs"] = json, ["parameters"] = new JsonObject { ["binary_data_output"] = binaryOutputs } }.ToJsonString(), [.. bytes]);
    }

    public static ModelInferRequest Grpc(string model, NamedValues inputs, bool raw)
    {
        var request = new ModelInferRequest { ModelName = model };
        for (int i = 0; i < inputs.Count; i++)
        {
            (string name, ModelValue value) = inputs.GetAt(i);
            var tensor = (TensorValue)value;
            var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = Names[tensor.ElementType], Shape = { tensor.Shape.ToArray() } };
            request.Inputs.Add(input);
            if (raw)
            {
                request.RawInputContents.Add(ByteString.CopyFrom(Raw(tensor)));
            }
            else
            {
                input.Contents = Contents(tensor);
            }
        }

        return request;
    }

    /// <summary>The outputs of an answer of REST by name: shape and raw bytes.</summary>
    public static async Task<Dictionary<string, (string Type, long[] Shape, byte[] Bytes)>> OutputsAsync(HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 2000))));
        int length = response.Headers.TryGetValues("Inference-Header-Content-Length", out IEnumerable<string>? header) ? int.Parse(header.Single(), CultureInfo.InvariantCulture) : body.Length;
        JsonNode json = JsonNode.Parse(body.AsSpan(0, length))!;
        var outputs = new Dictionary<string, (string, long[], byte[])>();
        int at = length;
        foreach (JsonNode? output in json["outputs"]!.AsArray())
        {
            string type = (string)output!["datatype"]!;
            byte[] bytes;
            if ((int?)output["parameters"]?["binary_data_size"] is { } size)
            {
                bytes = body[at..(at + size)];
                at += size;
            }
            else
            {
                bytes = Parse(type, output["data"]!.AsArray());
            }

            outputs.Add((string)output["name"]!, (type, [.. output["shape"]!.AsArray().Select(d => (long)d!)], bytes));
        }

        Assert.Equal(body.Length, at);
        return outputs;
    }

    public static Dictionary<string, (string Type, long[] Shape, byte[] Bytes)> Outputs(ModelInferResponse response) =>
        response.Outputs.Select((output, i) => (output, i)).ToDictionary(o => o.output.Name, o => (o.output.Datatype, o.output.Shape.ToArray(), response.RawOutputContents[o.i].ToByteArray()));

    private static JsonArray Data(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Array<float>(tensor, v => float.IsFinite(v) ? JsonValue.Create(v) : JsonValue.Create(v.ToString(CultureInfo.InvariantCulture).Replace("∞", "Infinity"))),
        ElementType.Float64 => Array<double>(tensor, v => double.IsFinite(v) ? JsonValue.Create(v) : JsonValue.Create(v.ToString(CultureInfo.InvariantCulture).Replace("∞", "Infinity"))),
        ElementType.Int64 => Array<long>(tensor, v => JsonValue.Create(v)),
        ElementType.Int32 => Array<int>(tensor, v => JsonValue.Create(v)),
        ElementType.Int16 => Array<short>(tensor, v => JsonValue.Create(v)),
        ElementType.Int8 => Array<sbyte>(tensor, v => JsonValue.Create(v)),
        ElementType.UInt64 => Array<ulong>(tensor, v => JsonValue.Create(v)),
        ElementType.UInt32 => Array<uint>(tensor, v => JsonValue.Create(v)),
        ElementType.UInt16 => Array<ushort>(tensor, v => JsonValue.Create(v)),
        ElementType.UInt8 => Array<byte>(tensor, v => JsonValue.Create(v)),
        ElementType.Bool => Array<bool>(tensor, v => JsonValue.Create(v)),
        _ => Array<string>(tensor, v => JsonValue.Create(v)!),
    };

    private static JsonArray Array<T>(TensorValue tensor, Func<T, JsonNode> one) => new([.. tensor.AsSpan<T>().ToArray().Select(one)]);

    private static byte[] Parse(string type, JsonArray data) => type switch
    {
        "FP32" => Bytes(data, n => n.GetValueKind() == JsonValueKind.String ? float.Parse((string)n!, CultureInfo.InvariantCulture) : (float)n),
        "FP64" => Bytes(data, n => n.GetValueKind() == JsonValueKind.String ? double.Parse((string)n!, CultureInfo.InvariantCulture) : (double)n),
        "INT64" => Bytes(data, n => (long)n),
        "INT32" => Bytes(data, n => (int)n),
        "INT16" => Bytes(data, n => (short)n),
        "INT8" => Bytes(data, n => (sbyte)n),
        "UINT64" => Bytes(data, n => (ulong)n),
        "UINT32" => Bytes(data, n => (uint)n),
        "UINT16" => Bytes(data, n => (ushort)n),
        "UINT8" => Bytes(data, n => (byte)n),
        "BOOL" => [.. data.Select(n => (bool)n! ? (byte)1 : (byte)0)],
        _ => Raw(TensorValue.Copy<string>([.. data.Select(n => (string)n!)], [data.Count])),
    };

    private static byte[] Bytes<T>(JsonArray data, Func<JsonNode, T> one)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(data.Select(n => one(n!)).ToArray()).ToArray();

    private static InferTensorContents Contents(TensorValue tensor)
    {
        var contents = new InferTensorContents();
        switch (tensor.ElementType)
        {
            case ElementType.Bool:
                contents.BoolContents.AddRange(tensor.AsSpan<bool>().ToArray());
                break;
            case ElementType.Int8:
                contents.IntContents.AddRange(tensor.AsSpan<sbyte>().ToArray().Select(v => (int)v));
                break;
            case ElementType.Int16:
                contents.IntContents.AddRange(tensor.AsSpan<short>().ToArray().Select(v => (int)v));
                break;
            case ElementType.Int32:
                contents.IntContents.AddRange(tensor.AsSpan<int>().ToArray());
                break;
            case ElementType.Int64:
                contents.Int64Contents.AddRange(tensor.AsSpan<long>().ToArray());
                break;
            case ElementType.UInt8:
                contents.UintContents.AddRange(tensor.AsSpan<byte>().ToArray().Select(v => (uint)v));
                break;
            case ElementType.UInt16:
                contents.UintContents.AddRange(tensor.AsSpan<ushort>().ToArray().Select(v => (uint)v));
                break;
            case ElementType.UInt32:
                contents.UintContents.AddRange(tensor.AsSpan<uint>().ToArray());
                break;
            case ElementType.UInt64:
                contents.Uint64Contents.AddRange(tensor.AsSpan<ulong>().ToArray());
                break;
            case ElementType.Float32:
                contents.Fp32Contents.AddRange(tensor.AsSpan<float>().ToArray());
                break;
            case ElementType.Float64:
                contents.Fp64Contents.AddRange(tensor.AsSpan<double>().ToArray());
                break;
            default:
                contents.BytesContents.AddRange(tensor.AsSpan<string>().ToArray().Select(ByteString.CopyFromUtf8));
                break;
        }

        return contents;
    }
}
