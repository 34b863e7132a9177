using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Grpc;
using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Tests;

/// <summary>The contents of a tensor are copied once on the way in and once on the way out, into memory that exists: no request allocates them.</summary>
public sealed class CopyTests
{
    private const int Bytes = 1 << 20;
    private const long Allowed = 16 << 10;
    private static readonly OpenInferenceLimits s_limits = new();

    [Fact]
    public void Grpc_RequestOf1MiB_IsReadIntoPooledMemory()
    {
        using TensorValue tensor = TensorValue.Copy(new float[Bytes / 4], [Bytes / 4]);
        using var inputs = new NamedValues { ["x"] = tensor.Retain() };
        ReadOnlySequence<byte> message = Segments(Wires.Grpc("m", inputs, raw: true).ToByteArray());
        Assert.InRange(Measure(() => InferRequestReader.Read(message, s_limits).Dispose()), 0, Allowed);
    }

    [Fact]
    public void Grpc_ResponseOf1MiB_IsWrittenFromTheTensor()
    {
        var context = new Counting();
        TensorValue tensor = TensorValue.Copy(new float[Bytes / 4], [Bytes / 4]);
        Assert.InRange(
            Measure(() =>
            {
                context.Written = 0;
                var result = new InferResult(new NamedValues { ["y"] = tensor.Retain() }, [new ResultTensor("y", tensor, true, IsOwned: false)]) { ModelName = "m", ModelVersion = "" };
                InferResultWriter.Write(result, context);
            }),
            0,
            Allowed);
        Assert.Equal(context.Length, context.Written);
        Assert.True(context.Written > Bytes);
    }

    [Fact]
    public void Rest_RequestOf1MiB_IsReadIntoPooledMemory()
    {
        string json = $$$"""{"inputs":[{"name":"x","shape":[{{{Bytes / 4}}}],"datatype":"FP32","parameters":{"binary_data_size":{{{Bytes}}}}}]}""";
        ReadOnlySequence<byte> bytes = Segments([.. Encoding.UTF8.GetBytes(json), .. new byte[Bytes]]);
        var budget = new BodyBudget(Options.Create(new OpenInferenceOptions()));
        Assert.InRange(
            Measure(() =>
            {
                var http = new DefaultHttpContext();
                http.Features.Set<IRequestBodyPipeFeature>(new Body(PipeReader.Create(bytes)));
                http.Request.ContentLength = bytes.Length;
                http.Request.Headers["Inference-Header-Content-Length"] = $"{json.Length}";
                using RequestBody body = RequestBody.Open(http, s_limits, budget);
                using var request = new InferRequest();
                Assert.True(RestRequests.ReadAsync(http, body, request, s_limits).IsCompletedSuccessfully);
                Assert.Equal(Bytes, request.Inputs["x"].ByteCount);
            }),
            0,
            Allowed);
    }

    // The fewest bytes that a round allocates, once pools are filled.
    private static long Measure(Action action)
    {
        long fewest = long.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }

    // In segments of 4 KiB, as a server's.
    private static ReadOnlySequence<byte> Segments(byte[] bytes)
    {
        Segment first = new(bytes.AsMemory(0, Math.Min(4096, bytes.Length)), 0), last = first;
        for (int at = 4096; at < bytes.Length; at += 4096)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(4096, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = reader;
    }

    private sealed class Counting : SerializationContext, IBufferWriter<byte>
    {
        private readonly byte[] _memory = new byte[4096];

        public int Length { get; private set; }

        public int Written { get; set; }

        public override void SetPayloadLength(int payloadLength) => Length = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => this;

        public override void Complete()
        {
        }

        public void Advance(int count) => Written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public Span<byte> GetSpan(int sizeHint = 0) => _memory;
    }
}
