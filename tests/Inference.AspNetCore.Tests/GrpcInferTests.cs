using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Inference.TestSupport;
using Wire = OpenInference.V2;

namespace Inference.AspNetCore.Tests;

public sealed class GrpcInferTests
{
    [Fact]
    public async Task Infer_RawContents_AnswersRawContents()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Wire.ModelInferRequest request = Request();
        request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([5, 1, 2, 3])));
        Wire.ModelInferResponse response = await served.Grpc.ModelInferAsync(request);
        Check(response, 5);
    }

    [Fact]
    public async Task Infer_TypedContents_AnswersRawContents()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Wire.ModelInferRequest request = Request();
        request.Inputs[0].Contents = new Wire.InferTensorContents { Fp32Contents = { 6, 1, 2, 3 } };
        Check(await served.Grpc.ModelInferAsync(request), 6);
    }

    [Fact]
    public async Task Infer_UnknownModel_IsNotFound()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Wire.ModelInferRequest request = Request();
        request.ModelName = "none";
        request.RawInputContents.Add(ByteString.CopyFrom(new byte[16]));
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.ModelInferAsync(request));
        Assert.Equal(StatusCode.NotFound, exception.StatusCode);
    }

    private static Wire.ModelInferRequest Request() => new()
    {
        ModelName = "fake",
        Id = "7",
        Inputs = { new Wire.ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 } } },
    };

    private static void Check(Wire.ModelInferResponse response, float id)
    {
        Assert.Equal("fake", response.ModelName);
        Assert.Equal("7", response.Id);
        Wire.ModelInferResponse.Types.InferOutputTensor output = Assert.Single(response.Outputs);
        Assert.Equal("y", output.Name);
        Assert.Equal("FP32", output.Datatype);
        Assert.Equal([1, 2], output.Shape);
        Assert.Equal(FakeModel.Expected(id), MemoryMarshal.Cast<byte, float>(response.RawOutputContents[0].Span).ToArray());
    }
}
