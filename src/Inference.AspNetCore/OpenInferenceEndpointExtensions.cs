using Inference.AspNetCore;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Embeddings;
using Inference.AspNetCore.Grpc;
using Inference.AspNetCore.Models;
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
    private static readonly string[] s_models = ["v2/models/{model}", "v2/models/{model}/versions/{version}"];

    /// <summary>Maps the protocol: REST below <c>v2</c>, and gRPC (<c>inference.GRPCInferenceService</c>) unless the options turn it off. gRPC without TLS needs an endpoint of HTTP/2 alone.</summary>
    /// <param name="endpoints">Where to map; <c>AddOpenInference</c> must have been called.</param>
    /// <returns>A builder of conventions for all of these endpoints, such as <c>RequireAuthorization</c>, <c>RequireHost</c> or <c>RequireRateLimiting</c>.</returns>
    public static IEndpointConventionBuilder MapOpenInference(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        OpenInferenceOptions options = services.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        Check(services);
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.WithMetadata(new BodyLimit(options.Limits.MaxBodyBytes));
        MapServer(group, services.GetRequiredService<RestServer>(), services.GetRequiredService<RestFeedback>());
        MapStatistics(group, services.GetRequiredService<RestStatistics>());
        Get(group, "v2/openapi.json", services.GetRequiredService<RestOpenApi>().DocumentAsync);
        MapRepository(group, services.GetRequiredService<RestRepository>());
        if (services.GetRequiredService<EmbeddingGenerators>().Any)
        {
            group.MapPost("v1/embeddings", services.GetRequiredService<RestEmbeddings>().EmbedAsync);
        }

        if (options.UseGrpc)
        {
            GrpcAccess.Add(group.MapGrpcService<InferenceService>(), services.GetRequiredService<AccessGate>());
        }

        return group;
    }

    // A name that is wrong fails the start, not a request.
    private static void Check(IServiceProvider services)
    {
        _ = services.GetRequiredService<ServedModels>();
        // Nothing else runs yet, and providers of policies answer at once.
        services.GetRequiredService<AccessGate>().CheckPoliciesAsync().GetAwaiter().GetResult();
    }

    private static void MapServer(RouteGroupBuilder group, RestServer server, RestFeedback feedback)
    {
        Get(group, "v2", server.MetadataAsync);
        Get(group, "v2/health/live", server.LiveAsync);
        Get(group, "v2/health/ready", server.ReadyAsync);
        foreach (string model in s_models)
        {
            Get(group, model, server.ModelMetadataAsync);
            Get(group, $"{model}/ready", server.ModelReadyAsync);
            group.MapPost($"{model}/infer", server.InferAsync);
            group.MapPost($"{model}/feedback", feedback.ReportAsync);
        }
    }

    private static void MapStatistics(RouteGroupBuilder group, RestStatistics statistics)
    {
        Get(group, "v2/models/stats", statistics.AllAsync);
        foreach (string model in s_models)
        {
            Get(group, $"{model}/stats", statistics.ModelAsync);
        }
    }

    private static void MapRepository(RouteGroupBuilder group, RestRepository repository)
    {
        group.MapPost("v2/repository/index", repository.IndexAsync);
        group.MapPost("v2/repository/models/{model}/load", repository.LoadAsync);
        group.MapPost("v2/repository/models/{model}/unload", repository.UnloadAsync);
    }

    private static void Get(RouteGroupBuilder group, string pattern, RequestDelegate handler) => group.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    // Kestrel's limit on a body, with room for the prefix of a gRPC message.
    private sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize { get; } = bytes + 1024;
    }
}
