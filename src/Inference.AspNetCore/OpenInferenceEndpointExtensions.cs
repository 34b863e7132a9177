using Inference.AspNetCore;
using Inference.AspNetCore.Grpc;
using Inference.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of the Open Inference Protocol.</summary>
public static class OpenInferenceEndpointExtensions
{
    /// <summary>Maps the protocol: REST below <c>v2</c>, and gRPC (<c>inference.GRPCInferenceService</c>) unless the options turn it off. gRPC without TLS needs an endpoint of HTTP/2 alone.</summary>
    /// <param name="endpoints">Where to map; <c>AddOpenInference</c> must have been called.</param>
    /// <returns>A builder of conventions for all of these endpoints, such as <c>RequireAuthorization</c>, <c>RequireHost</c> or <c>RequireRateLimiting</c>.</returns>
    public static IEndpointConventionBuilder MapOpenInference(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        OpenInferenceOptions options = endpoints.ServiceProvider.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        RestServer rest = endpoints.ServiceProvider.GetRequiredService<RestServer>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.WithMetadata(new BodyLimit(options.Limits.MaxBodyBytes));
        Get(group, "v2", rest.MetadataAsync);
        Get(group, "v2/health/live", rest.LiveAsync);
        Get(group, "v2/health/ready", rest.ReadyAsync);
        foreach (string model in (string[])["v2/models/{model}", "v2/models/{model}/versions/{version}"])
        {
            Get(group, model, rest.ModelMetadataAsync);
            Get(group, $"{model}/ready", rest.ModelReadyAsync);
            group.MapPost($"{model}/infer", rest.InferAsync);
        }

        if (options.UseGrpc)
        {
            group.MapGrpcService<InferenceService>();
        }

        return group;
    }

    private static void Get(RouteGroupBuilder group, string pattern, RequestDelegate handler) => group.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    // Kestrel's limit on a body, with room for the prefix of a gRPC message.
    private sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize { get; } = bytes + 1024;
    }
}
