using System.Text;
using Grpc.Core;
using Inference.Onnx;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Tests;

/// <summary>REST, gRPC and a call in process answer the same bits.</summary>
public sealed class EquivalenceTests
{
    public static TheoryData<string> Models => TestData.IsAvailable
        ? new(Directory.GetDirectories(TestData.Path("models")).Where(d => File.Exists(Path.Combine(d, "model.onnx"))).Select(d => Path.GetFileName(d)!).Order())
        : new TheoryData<string>("iris_mlp");

    [SharedDataTheory("models")]
    [MemberData(nameof(Models))]
    public async Task Infer_Model_AnswersTheSameBitsEverywhere(string name)
    {
        using IModelRunner runner = ModelRunner.Load(TestData.Path("models", name), new ModelLoadOptions { Threads = 1 });
        await using Served served = await Served.StartAsync(services => services.AddKeyedSingleton(name, runner));
        using NamedValues inputs = Inputs(runner, TestData.Path("models", name));
        await CheckAsync(served, name, runner, inputs);
    }

    [SharedDataTheory("models")]
    [MemberData(nameof(Models))]
    public async Task Infer_NoRows_AnswersOrRefusesAlike(string name)
    {
        using IModelRunner runner = ModelRunner.Load(TestData.Path("models", name), new ModelLoadOptions { Threads = 1 });
        await using Served served = await Served.StartAsync(services => services.AddKeyedSingleton(name, runner));
        using var inputs = new NamedValues();
        foreach (ModelPort port in runner.Info.Inputs)
        {
            long[] shape = [.. (port.Shape ?? []).Select((d, i) => i == 0 && !d.IsFixed ? 0 : d.Size ?? 1)];
            inputs.Add(port.Name, TensorValue.Allocate(port.Type.ElementType, shape));
            if (port.Type.ElementType != ElementType.String)
            {
                inputs[port.Name].AsWritableBytes().Clear();
            }
        }

        try
        {
            using NamedValues outputs = await runner.RunAsync(inputs);
        }
        catch (InferenceException)
        {
            (string json, byte[] bytes) = Wires.Rest(inputs, _ => true, true);
            Assert.False((await served.PostAsync($"v2/models/{name}/infer", json, bytes)).IsSuccessStatusCode);
            await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.ModelInferAsync(Wires.Grpc(name, inputs, raw: true)));
            return;
        }

        await CheckAsync(served, name, runner, inputs);
    }

    [Fact]
    public async Task Infer_EveryType_AnswersTheSameBitsEverywhere()
    {
        NamedValues[] sets =
        [
            new()
            {
                ["f32"] = TensorValue.Copy<float>([0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue, 0.1f, 1e-40f, 16777217f], [2, 5]),
                ["f64"] = TensorValue.Copy<double>([0d, -0d, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, 0.1, 1e-310, Math.PI], [10]),
                ["f16"] = TensorValue.Copy<Half>([Half.NaN, Half.MaxValue, (Half)0.1f], [3]),
                ["bf16"] = TensorValue.Copy<BFloat16>([(BFloat16)1.5f, (BFloat16)(-3f)], [2, 1]),
                ["i8"] = TensorValue.Copy<sbyte>([sbyte.MinValue, -1, 0, sbyte.MaxValue], [4]),
                ["i16"] = TensorValue.Copy<short>([short.MinValue, -1, 0, short.MaxValue], [4]),
                ["i32"] = TensorValue.Copy<int>([int.MinValue, -1, 0, int.MaxValue], [4]),
                ["i64"] = TensorValue.Copy<long>([long.MinValue, -1, 0, long.MaxValue, 9007199254740993], [5]),
                ["u8"] = TensorValue.Copy<byte>([0, 255], [2]),
                ["u16"] = TensorValue.Copy<ushort>([0, 65535], [2]),
                ["u32"] = TensorValue.Copy<uint>([0, uint.MaxValue], [2]),
                ["u64"] = TensorValue.Copy<ulong>([0, ulong.MaxValue], [2]),
                ["bool"] = TensorValue.Copy<bool>([true, false, true], [3]),
                ["text"] = TensorValue.Copy<string>(["", "a\0b", "Grüße 👋", "\"\\\n\u2028", new string('x', 10_000)], [5]),
            },
            new() { ["f32"] = TensorValue.Copy<float>([3f], []), ["text"] = TensorValue.Copy<string>(["scalar"], []), ["bool"] = TensorValue.Copy<bool>([true], []) },
            new()
            {
                ["f32"] = TensorValue.Copy<float>([], [0, 4]),
                ["text"] = TensorValue.Copy<string>([], [0]),
                ["i64"] = TensorValue.Copy<long>([], [3, 0, long.MaxValue]),
                ["f16"] = TensorValue.Copy<Half>([], [0]),
                ["bool"] = TensorValue.Copy<bool>([], [2, 0]),
            },
        ];
        foreach (NamedValues inputs in sets)
        {
            var runner = new FakeRunner(
                FakeModel.Info() with
                {
                    Inputs = [.. inputs.Select(i => new ModelPort(i.Key, ModelValueType.Tensor(((TensorValue)i.Value).ElementType)))],
                    Outputs = [.. inputs.Select(i => new ModelPort(i.Key, ModelValueType.Tensor(((TensorValue)i.Value).ElementType)))],
                },
                values => values.Retain());
            await using Served served = await Served.StartAsync(runner);
            await CheckAsync(served, "fake", runner, inputs);
            inputs.Dispose();
        }
    }

    private static async Task CheckAsync(Served served, string name, IModelRunner runner, NamedValues inputs)
    {
        using NamedValues expected = await runner.RunAsync(inputs);
        bool rawOnly = expected.Any(v => v.Value is TensorValue { ElementType: ElementType.Float16 or ElementType.BFloat16 });
        string path = $"v2/models/{name}/infer";
        foreach ((Func<int, bool> binary, bool binaryOutputs) in ((Func<int, bool>, bool)[])[(_ => true, true), (_ => false, rawOnly), (i => i % 2 == 1, true), (i => i % 2 == 0, rawOnly)])
        {
            (string json, byte[] bytes) = Wires.Rest(inputs, binary, binaryOutputs);
            HttpResponseMessage response = json.Contains("binary_data_size", StringComparison.Ordinal) ? await served.PostAsync(path, json, bytes) : await served.PostAsync(path, json);
            Check(expected, await Wires.OutputsAsync(response));
        }

        Check(expected, Wires.Outputs(await served.Grpc.ModelInferAsync(Wires.Grpc(name, inputs, raw: true))));
        if (!inputs.Any(v => v.Value is TensorValue { ElementType: ElementType.Float16 or ElementType.BFloat16 }))
        {
            Check(expected, Wires.Outputs(await served.Grpc.ModelInferAsync(Wires.Grpc(name, inputs, raw: false))));
        }
    }

    private static void Check(NamedValues expected, Dictionary<string, (string Type, long[] Shape, byte[] Bytes)> actual)
    {
        var tensors = expected.Where(v => v.Value is TensorValue).ToList();
        Assert.Equal(tensors.Count, actual.Count);
        foreach ((string output, ModelValue value) in tensors)
        {
            var tensor = (TensorValue)value;
            Assert.Equal(Wires.Names[tensor.ElementType], actual[output].Type);
            Assert.Equal(tensor.Shape.ToArray(), actual[output].Shape);
            Assert.True(Wires.Raw(tensor).AsSpan().SequenceEqual(Canonical(actual[output].Type, actual[output].Bytes, Wires.Raw(tensor))), $"Output '{output}' differs.");
        }
    }

    // JSON has one NaN: where the expected value is one, any is right.
    private static byte[] Canonical(string type, byte[] actual, byte[] expected)
    {
        int size = type == "FP32" ? 4 : type == "FP64" ? 8 : 0;
        for (int i = 0; size > 0 && i + size <= Math.Min(actual.Length, expected.Length); i += size)
        {
            bool both = size == 4
                ? float.IsNaN(BitConverter.ToSingle(actual, i)) && float.IsNaN(BitConverter.ToSingle(expected, i))
                : double.IsNaN(BitConverter.ToDouble(actual, i)) && double.IsNaN(BitConverter.ToDouble(expected, i));
            if (both)
            {
                expected.AsSpan(i, size).CopyTo(actual.AsSpan(i));
            }
        }

        return actual;
    }

    private static NamedValues Inputs(IModelRunner runner, string folder)
    {
        var inputs = new NamedValues();
        for (int i = 0; i < runner.Info.Inputs.Count; i++)
        {
            OnnxTensor tensor = OnnxTensor.Read(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", $"input_{i}.pb")));
            if (tensor.ElementType == OnnxElementType.String)
            {
                inputs.Add(runner.Info.Inputs[i].Name, TensorValue.Copy<string>([.. tensor.StringData.Select(s => Encoding.UTF8.GetString(s.Span))], tensor.Dims));
                continue;
            }

            TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
            tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
            inputs.Add(runner.Info.Inputs[i].Name, value);
        }

        return inputs;
    }
}
