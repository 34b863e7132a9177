using System.Net;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Inference.Sequences;
using Inference.TestSupport;
using Wire = OpenInference.V2;

namespace Inference.AspNetCore.Tests;

/// <summary>The parameters of sequences: sequence_id, sequence_start, sequence_end.</summary>
public sealed class SequenceTests
{
    private const string Path = "v2/models/fake/infer";

    [Fact]
    public async Task Rest_Sequence_KeepsTheState()
    {
        await using Served served = await Served.StartAsync(Runner());
        Assert.Equal(1, await RestAsync(served, 1, """{"sequence_id":7,"sequence_start":true}"""));
        Assert.Equal(3, await RestAsync(served, 2, """{"sequence_id":7}"""));
        Assert.Equal(10, await RestAsync(served, 10, """{"sequence_id":"a","sequence_start":true}"""));
        Assert.Equal(6, await RestAsync(served, 3, """{"sequence_id":"7","sequence_end":true}"""));
        Assert.Equal(1, await RestAsync(served, 1, """{"sequence_id":"a","sequence_start":true}"""));
        Assert.Equal(5, await RestAsync(served, 5, """{"sequence_id":0}"""));
        using HttpResponseMessage ended = await served.PostAsync(Path, Body(1, """{"sequence_id":7}"""));
        Assert.Equal(HttpStatusCode.BadRequest, ended.StatusCode);
        Assert.Contains("expected a sequence '7' that was begun", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_Sequence_KeepsTheState()
    {
        await using Served served = await Served.StartAsync(Runner());
        Assert.Equal(1, await GrpcAsync(served, 1, ("sequence_id", new() { Int64Param = 7 }), ("sequence_start", new() { BoolParam = true })));
        Assert.Equal(3, await GrpcAsync(served, 2, ("sequence_id", new() { Uint64Param = 7 })));
        Assert.Equal(6, await GrpcAsync(served, 3, ("sequence_id", new() { StringParam = "7" }), ("sequence_end", new() { BoolParam = true })));
        RpcException ended = await Assert.ThrowsAsync<RpcException>(() => GrpcAsync(served, 1, ("sequence_id", new() { StringParam = "7" })));
        Assert.Equal(StatusCode.InvalidArgument, ended.StatusCode);
    }

    [Theory]
    [InlineData("""{"sequence_start":true}""", "expected a 'sequence_id' beside it")]
    [InlineData("""{"sequence_end":true}""", "expected a 'sequence_id' beside it")]
    [InlineData("""{"sequence_id":-1}""", "expected a whole number of 0 or more or a text, got a negative number")]
    [InlineData("""{"sequence_id":true}""", "expected a whole number of 0 or more or a text, got true")]
    [InlineData("""{"sequence_id":1,"sequence_start":1}""", "expected true or false, got 1")]
    public async Task Rest_MalformedSequence_Is400(string parameters, string message)
    {
        await using Served served = await Served.StartAsync(Runner());
        await RefusedAsync(served, parameters, message);
    }

    [Fact]
    public async Task Rest_LongId_Is400()
    {
        await using Served served = await Served.StartAsync(Runner());
        await RefusedAsync(served, $$"""{"sequence_id":"{{new string('a', 257)}}","sequence_start":true}""", "expected at most 256 characters, got 257");
    }

    [Fact]
    public async Task Rest_ModelWithoutSequences_SaysSo()
    {
        await using Served served = await Served.StartAsync(new FakeRunner(Info(), Compute));
        await RefusedAsync(served, """{"sequence_id":1,"sequence_start":true}""", "model 'fake' keeps no state between calls; pass its state as inputs.");
    }

    [Fact]
    public async Task Rest_TooManySequences_Is429()
    {
        await using Served served = await Served.StartAsync(Runner(o => o.MaxSequences = 1));
        await RestAsync(served, 1, """{"sequence_id":1,"sequence_start":true}""");
        using HttpResponseMessage response = await served.PostAsync(Path, Body(1, """{"sequence_id":2,"sequence_start":true}"""));
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Rest_Tenants_DoNotShareSequences()
    {
        await using Served served = await Served.StartAsync(Runner(), o => o.TenantHeader = "X-Tenant");
        await RestAsync(served, 1, """{"sequence_id":1,"sequence_start":true}""");
        served.Http.DefaultRequestHeaders.Add("X-Tenant", "other");
        await RefusedAsync(served, """{"sequence_id":1}""", "expected a sequence '1' that was begun");
    }

    [Fact]
    public async Task Metadata_OfAModelWithSequences_HasNoStatesAndSaysSo()
    {
        await using Served served = await Served.StartAsync(Runner());
        string text = await served.Http.GetStringAsync("v2/models/fake");
        Assert.Contains("\"sequences\":\"true\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"s\"", text, StringComparison.Ordinal);
        Assert.Contains("sequence", await served.Http.GetStringAsync("v2"), StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(Served served, string parameters, string message)
    {
        using HttpResponseMessage response = await served.PostAsync(Path, Body(1, parameters));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, (string)(await Served.JsonAsync(response))["error"]!, StringComparison.Ordinal);
    }

    private static async Task<float> RestAsync(Served served, float x, string parameters)
    {
        using HttpResponseMessage response = await served.PostAsync(Path, Body(x, parameters));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (float)(await Served.JsonAsync(response))["outputs"]![0]!["data"]![0]!;
    }

    private static string Body(float x, string parameters) => $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{x}}]}],"parameters":{{parameters}}}""";

    private static async Task<float> GrpcAsync(Served served, float x, params (string Name, Wire.InferParameter Value)[] parameters)
    {
        var request = new Wire.ModelInferRequest
        {
            ModelName = "fake",
            Inputs = { new Wire.ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 1 } } },
            RawInputContents = { ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([x])) },
        };
        foreach ((string name, Wire.InferParameter value) in parameters)
        {
            request.Parameters[name] = value;
        }

        Wire.ModelInferResponse response = await served.Grpc.ModelInferAsync(request);
        return MemoryMarshal.Cast<byte, float>(response.RawOutputContents[0].Span)[0];
    }

    private static IModelRunner Runner(Action<SequenceOptions>? configure = null) => new FakeRunner(Info(), Compute).AsBuilder().UseSequences(o =>
    {
        o.States.Add("t", "s");
        configure?.Invoke(o);
    }).Build();

    private static ModelInfo Info()
    {
        ModelValueType column = ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(1)]);
        return FakeModel.Info() with { Inputs = [new ModelPort("x", column), new ModelPort("s", column)], Outputs = [new ModelPort("y", column), new ModelPort("t", column)] };
    }

    // y = t = s + x.
    private static NamedValues Compute(NamedValues inputs)
    {
        float sum = inputs["x"].AsSpan<float>()[0] + inputs["s"].AsSpan<float>()[0];
        return new NamedValues { ["y"] = TensorValue.Copy<float>([sum], [1, 1]), ["t"] = TensorValue.Copy<float>([sum], [1, 1]) };
    }
}
