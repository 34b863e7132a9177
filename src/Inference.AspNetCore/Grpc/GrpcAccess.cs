using Grpc.AspNetCore.Server;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Grpc;

/// <summary>Refuses callers of ModelInfer before their message is read, as far as the model need not be known.</summary>
internal static class GrpcAccess
{
    // gRPC's status codes 16 and 7.
    private const string Unauthenticated = "16";
    private const string PermissionDenied = "7";

    /// <summary>Adds the check to the endpoints of gRPC among others.</summary>
    public static void Add(IEndpointConventionBuilder endpoints, AccessGate gate) => endpoints.Add(endpoint =>
    {
        if (endpoint.RequestDelegate is { } inner && endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault() is { Method.Name: GrpcMethods.Infer })
        {
            endpoint.RequestDelegate = http => RunAsync(http, inner, gate);
        }
    });

    private static Task RunAsync(HttpContext http, RequestDelegate inner, AccessGate gate)
    {
        ValueTask check = gate.CheckEarlyAsync(http, OpenInferenceGroup.Infer, challenge: false);
        return check.IsCompletedSuccessfully ? inner(http) : CheckAsync(http, inner, check);
    }

    private static async Task CheckAsync(HttpContext http, RequestDelegate inner, ValueTask check)
    {
        try
        {
            await check.ConfigureAwait(false);
        }
        catch (RequestFault fault)
        {
            // A response of headers alone, which gRPC calls trailers-only.
            http.Response.ContentType = "application/grpc";
            http.Response.Headers.GrpcStatus = fault.Kind == FaultKind.Unauthenticated ? Unauthenticated : PermissionDenied;
            http.Response.Headers.GrpcMessage = Uri.EscapeDataString(fault.Message);
            return;
        }

        await inner(http).ConfigureAwait(false);
    }
}
