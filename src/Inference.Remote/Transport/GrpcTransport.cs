using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Remote.Wire;

namespace Inference.Remote.Transport;

/// <summary>The protocol's gRPC interface.</summary>
internal sealed class GrpcTransport : IRemoteTransport
{
    private const string Service = "inference.GRPCInferenceService";

    private static readonly Method<TimedCall, InferReply> s_infer = new(MethodType.Unary, Service, "ModelInfer",
        new Marshaller<TimedCall>(static (request, context) => GrpcRequest.WriteInfer(request.Call, request.Timeout, context), static _ => throw new NotSupportedException()),
        new Marshaller<InferReply>(static (_, _) => throw new NotSupportedException(), static context => GrpcReply.ReadInfer(context.PayloadAsReadOnlySequence())));

    private static readonly Method<ModelName, RemoteSignature> s_describe = new(MethodType.Unary, Service, "ModelMetadata",
        new Marshaller<ModelName>(static (request, context) => GrpcRequest.WriteModel(request.Model, request.Version, context), static _ => throw new NotSupportedException()),
        new Marshaller<RemoteSignature>(static (_, _) => throw new NotSupportedException(), static context => GrpcReply.ReadSignature(context.PayloadAsReadOnlySequence())));

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly RemoteModelOptions _options;

    public GrpcTransport(Uri endpoint, HttpMessageHandler handler, RemoteModelOptions options)
    {
        _options = options;
        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = false,
            MaxReceiveMessageSize = options.MaxResponseBytes,
            MaxSendMessageSize = null,
            MaxRetryAttempts = null,
            ThrowOperationCanceledOnCancellation = true,
        });
        _invoker = _channel.CreateCallInvoker();
    }

    public ValueTask<InferReply> InferAsync(InferCall call, TimeSpan? timeout, CancellationToken cancellationToken) => CallAsync(s_infer, new TimedCall(call, timeout), cancellationToken);

    public ValueTask<RemoteSignature> DescribeAsync(string model, string? version, CancellationToken cancellationToken) => CallAsync(s_describe, new ModelName(model, version), cancellationToken);

    public void Dispose() => _channel.Dispose();

    private async ValueTask<TReply> CallAsync<TRequest, TReply>(Method<TRequest, TReply> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
        where TReply : class
    {
        Metadata? headers = null;
        foreach (KeyValuePair<string, string> header in _options.Headers)
        {
            (headers ??= []).Add(header.Key.ToLowerInvariant(), header.Value);
        }

        if (_options.Authorization is { } authorization && await authorization(cancellationToken).ConfigureAwait(false) is { } value)
        {
            (headers ??= []).Add("authorization", value);
        }

        try
        {
            using AsyncUnaryCall<TReply> call = _invoker.AsyncUnaryCall(method, null, new CallOptions(headers, cancellationToken: cancellationToken), request);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // What was thrown while a message was written or read.
            if (exception.Status.DebugException is InferenceException own)
            {
                throw own;
            }

            throw new TransportException(FailureOf(exception), $"{exception.StatusCode}: {exception.Status.Detail}", exception) { RetryAfter = RetryAfter(exception) };
        }
    }

    private static TimeSpan? RetryAfter(RpcException exception) =>
        long.TryParse(exception.Trailers.GetValue("grpc-retry-pushback-ms"), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds < int.MaxValue ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static TransportFailure FailureOf(RpcException exception) => exception.StatusCode switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition => TransportFailure.InvalidInput,
        StatusCode.NotFound or StatusCode.Unimplemented => TransportFailure.NotFound,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => TransportFailure.NotAllowed,
        StatusCode.DeadlineExceeded => TransportFailure.DeadlineExceeded,

        // The client itself says so for an answer above its limit; a server, for a call that it did not run.
        StatusCode.ResourceExhausted => exception.Status.Detail.Contains("Received message exceeds", StringComparison.Ordinal) ? TransportFailure.TooLarge

            // Servers of other hands say so of a request above theirs.
            : exception.Status.Detail.Contains("message larger than max", StringComparison.OrdinalIgnoreCase) ? TransportFailure.InvalidInput : TransportFailure.Overloaded,

        // A proxy's answers: 502 and 504 come after the request was passed on.
        StatusCode.Unavailable when exception.Status.Detail.EndsWith("HTTP status code: 502", StringComparison.Ordinal) => TransportFailure.Failed,
        StatusCode.Unavailable when exception.Status.Detail.EndsWith("HTTP status code: 504", StringComparison.Ordinal) => TransportFailure.DeadlineExceeded,

        // Without an exception of the client, a server said that it does not take calls; with one, the connection failed: before or after the request was sent.
        StatusCode.Unavailable => exception.Status.DebugException is null ? TransportFailure.Overloaded
            : NotReached(exception.Status.DebugException) ? TransportFailure.NotReached : TransportFailure.Failed,
        _ => NotReached(exception.Status.DebugException) ? TransportFailure.NotReached : TransportFailure.Failed,
    };

    // The client connects by itself, or lets the handler do it.
    private static bool NotReached(Exception? exception) => exception is SocketException || (exception is HttpRequestException http && RestTransport.NotReached(http));

    private sealed record TimedCall(InferCall Call, TimeSpan? Timeout);

    private sealed record ModelName(string Model, string? Version);
}
