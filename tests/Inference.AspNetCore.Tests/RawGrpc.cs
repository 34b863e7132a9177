using Grpc.Core;
using Grpc.Net.Client;

namespace Inference.AspNetCore.Tests;

/// <summary>Sends any bytes as the message of ModelInfer.</summary>
internal sealed class RawGrpc(Uri address) : IDisposable
{
    private static readonly Method<byte[], byte[]> s_infer = new(
        MethodType.Unary,
        "inference.GRPCInferenceService",
        "ModelInfer",
        Marshallers.Create(static (byte[] bytes) => bytes, static bytes => bytes),
        Marshallers.Create(static (byte[] bytes) => bytes, static bytes => bytes));

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });

    public async Task<byte[]> InferAsync(byte[] message, CallOptions options = default) => await _channel.CreateCallInvoker().AsyncUnaryCall(s_infer, null, options, message);

    public void Dispose() => _channel.Dispose();
}
