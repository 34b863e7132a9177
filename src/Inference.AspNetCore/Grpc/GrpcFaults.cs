using System.Globalization;
using Grpc.Core;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.Logging;
using RpcStatus = Grpc.Core.Status;

namespace Inference.AspNetCore.Grpc;

/// <summary>Exceptions as gRPC's.</summary>
internal static class GrpcFaults
{
    // Clients accept a few KiB of headers, and the text travels percent-encoded.
    private const int MaxText = 1000;

    public static RpcException Of(Exception exception, TimeSpan retryAfter, ILogger logger)
    {
        if (exception is RpcException already)
        {
            return already;
        }

        RequestFault fault = Faults.Of(exception);
        ServerLog.Failed(logger, fault);
        var trailers = new Metadata();
        if (fault.Kind is FaultKind.Overloaded or FaultKind.Unavailable)
        {
            trailers.Add("grpc-retry-pushback-ms", ((long)retryAfter.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        string text = fault.Message.Length <= MaxText ? fault.Message : string.Concat(fault.Message.AsSpan(0, MaxText), "…");
        return new RpcException(new RpcStatus(Code(fault.Kind), text), trailers);
    }

    private static StatusCode Code(FaultKind kind) => kind switch
    {
        FaultKind.InvalidArgument or FaultKind.UnsupportedCoding => StatusCode.InvalidArgument,
        FaultKind.NotFound => StatusCode.NotFound,
        FaultKind.TooLarge or FaultKind.Overloaded => StatusCode.ResourceExhausted,
        FaultKind.Unauthenticated => StatusCode.Unauthenticated,
        FaultKind.PermissionDenied => StatusCode.PermissionDenied,
        FaultKind.Unavailable => StatusCode.Unavailable,
        FaultKind.DeadlineExceeded or FaultKind.TooSlow => StatusCode.DeadlineExceeded,
        FaultKind.Cancelled => StatusCode.Cancelled,
        FaultKind.Unimplemented => StatusCode.Unimplemented,
        _ => StatusCode.Internal,
    };
}
