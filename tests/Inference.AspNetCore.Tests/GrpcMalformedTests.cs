using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Inference.TestSupport;
using OpenInference.V2;

namespace Inference.AspNetCore.Tests;

/// <summary>What is malformed is answered by INVALID_ARGUMENT with a reason, and reaches no model.</summary>
public sealed class GrpcMalformedTests : IAsyncLifetime
{
    private readonly FakeRunner _runner = new();
    private Served _served = null!;

    public async Task InitializeAsync() => _served = await Served.StartAsync(_runner);

    public async Task DisposeAsync() => await _served.DisposeAsync();

    public static TheoryData<string> Cases => new(Requests.Keys);

    private static Dictionary<string, Action<ModelInferRequest>> Requests { get; } = new()
    {
        ["raw too short"] = r => r.RawInputContents[0] = Raw(1, 2, 3),
        ["raw too long"] = r => r.RawInputContents[0] = Raw(1, 2, 3, 4, 5),
        ["raw not whole"] = r => r.RawInputContents[0] = ByteString.CopyFrom(new byte[15]),
        ["raw for two inputs"] = r => r.RawInputContents.Add(Raw(1, 2, 3, 4)),
        ["raw and typed"] = r => r.Inputs[0].Contents = new InferTensorContents { Fp32Contents = { 1, 2, 3, 4 } },
        ["neither"] = r => r.RawInputContents.Clear(),
        ["typed too few"] = r => Typed(r, new() { Fp32Contents = { 1, 2, 3 } }),
        ["typed too many"] = r => Typed(r, new() { Fp32Contents = { 1, 2, 3, 4, 5 } }),
        ["typed in another field"] = r => Typed(r, new() { Fp64Contents = { 1, 2, 3, 4 } }),
        ["typed in two fields"] = r => Typed(r, new() { Fp32Contents = { 1, 2, 3, 4 }, IntContents = { 1 } }),
        ["typed half floats"] = r =>
        {
            Typed(r, new() { Fp32Contents = { 1, 2, 3, 4 } });
            r.Inputs[0].Datatype = "FP16";
        },
        ["typed out of range"] = r =>
        {
            Typed(r, new() { IntContents = { 1, 2, 3, 128 } });
            r.Inputs[0].Datatype = "INT8";
        },
        ["no datatype"] = r => r.Inputs[0].Datatype = "",
        ["another datatype"] = r => r.Inputs[0].Datatype = "FP33",
        ["datatype of another input"] = r => r.Inputs[0].Datatype = "INT32",
        ["no name"] = r => r.Inputs[0].Name = "",
        ["unknown name"] = r => r.Inputs[0].Name = "z",
        ["long name"] = r => r.Inputs[0].Name = new string('x', 2000),
        ["name twice"] = r =>
        {
            r.Inputs.Add(r.Inputs[0].Clone());
            r.RawInputContents.Add(Raw(1, 2, 3, 4));
        },
        ["no inputs"] = r =>
        {
            r.Inputs.Clear();
            r.RawInputContents.Clear();
        },
        ["negative shape"] = r => Shape(r, -1, -4),
        ["huge shape"] = r => Shape(r, long.MaxValue, long.MaxValue),
        ["huge shape that wraps to 4"] = r => Shape(r, 4611686018427387905, 4),
        ["wrong rank"] = r => Shape(r, 4),
        ["wrong width"] = r => Shape(r, 2, 2),
        ["many dimensions"] = r => Shape(r, [.. Enumerable.Repeat(1L, 100), 4]),
        ["unknown output"] = r => r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "w" }),
        ["output twice"] = r =>
        {
            r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "y" });
            r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "y" });
        },
        ["1,000 outputs"] = r => r.Outputs.AddRange(Enumerable.Range(0, 1000).Select(i => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = $"y{i}" })),
        ["10,000 outputs"] = r => r.Outputs.AddRange(Enumerable.Range(0, 10_000).Select(i => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = $"y{i}" })),
        ["shared memory"] = r => r.Inputs[0].Parameters["shared_memory_region"] = new InferParameter { StringParam = "a" },
        ["priority as text"] = r => r.Parameters["priority"] = new InferParameter { StringParam = "high" },
        ["negative timeout"] = r => r.Parameters["timeout"] = new InferParameter { Int64Param = -1 },
        ["a sequence"] = r => r.Parameters["sequence_id"] = new InferParameter { Int64Param = 3 },
        ["many parameters"] = r =>
        {
            for (int i = 0; i < 1000; i++)
            {
                r.Parameters[$"p{i}"] = new InferParameter { BoolParam = true };
            }
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Infer_Malformed_IsInvalidArgument(string name)
    {
        ModelInferRequest request = Valid();
        Requests[name](request);
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await _served.Grpc.ModelInferAsync(request));
        Assert.True(exception.StatusCode == StatusCode.InvalidArgument, exception.Status.ToString());
        Assert.NotEmpty(exception.Status.Detail);
        Assert.Equal(0, _runner.Calls);
    }

    [Fact]
    public async Task Infer_InvalidUtf8_IsInvalidArgument()
    {
        using var raw = new RawGrpc(_served.GrpcAddress);
        foreach (byte[] message in (byte[][])[[0x0A, 2, 0xC3, 0x28], [0x0A], [0x0A, 5, 1], [0x08, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x2A, 2, 0x1A, 9], [0x0B, 0x0C], [0, 0]])
        {
            RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await raw.InferAsync(message));
            Assert.True(exception.StatusCode == StatusCode.InvalidArgument, $"{Convert.ToHexString(message)}: {exception.Status}");
        }

        Assert.Equal(0, _runner.Calls);
    }

    [Fact]
    public async Task Infer_MessageAboveTheLimit_IsRefusedAsTooLarge()
    {
        await using Served small = await Served.StartAsync(new FakeRunner(), o => o.Limits.MaxBodyBytes = 1 << 20);
        ModelInferRequest request = Valid();
        request.Inputs[0].Shape[0] = 100_000;
        request.RawInputContents[0] = ByteString.CopyFrom(new byte[1_600_000]);
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await small.Grpc.ModelInferAsync(request));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public async Task Infer_MessageOf40MiB_IsAnswered()
    {
        ModelInferRequest request = Valid();
        request.Inputs[0].Shape[0] = 2_621_440;
        request.RawInputContents[0] = ByteString.CopyFrom(new byte[2_621_440 * 16]);
        Assert.Equal([2_621_440, 2], (await _served.Grpc.ModelInferAsync(request)).Outputs[0].Shape);
    }

    private static ModelInferRequest Valid() => new()
    {
        ModelName = "fake",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 } } },
        RawInputContents = { Raw(1, 2, 3, 4) },
    };

    private static void Typed(ModelInferRequest request, InferTensorContents contents)
    {
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = contents;
    }

    private static void Shape(ModelInferRequest request, params long[] shape)
    {
        request.Inputs[0].Shape.Clear();
        request.Inputs[0].Shape.AddRange(shape);
    }

    private static ByteString Raw(params float[] values) => ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
}
