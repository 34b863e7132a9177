using Grpc.AspNetCore.Server.Model;
using Inference;
using Inference.AspNetCore;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Configuration;
using Inference.AspNetCore.Embeddings;
using Inference.AspNetCore.Grpc;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Repository;
using Inference.AspNetCore.Rest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the server of the Open Inference Protocol.</summary>
public static class OpenInferenceServiceCollectionExtensions
{
    /// <summary>Registers the services of <c>MapOpenInference</c>, which serves the models of <c>AddModel</c>: every keyed <see cref="Inference.IModelRunner"/> whose key is a text.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddOpenInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<OpenInferenceOptions>().ValidateOnStart();
        return services.AddOpenInferenceServices();
    }

    /// <summary>Registers the services of <c>MapOpenInference</c> and sets its options; see <see cref="AddOpenInference(IServiceCollection)"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddOpenInference(this IServiceCollection services, Action<OpenInferenceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<OpenInferenceOptions>().ValidateOnStart().Configure(configure);
        return services.AddOpenInferenceServices();
    }

    /// <summary>Registers the services of <c>MapOpenInference</c> with options from a section of the configuration; see <see cref="AddOpenInference(IServiceCollection)"/>.</summary>
    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type.</exception>
    public static IServiceCollection AddOpenInference(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        OpenInferenceKeys.Read(section, new OpenInferenceOptions());
        services.AddOptions<OpenInferenceOptions>().ValidateOnStart().Configure(options => OpenInferenceKeys.Read(section, options));
        return services.AddOpenInferenceServices();
    }

    private static IServiceCollection AddOpenInferenceServices(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenInferenceOptions>, OpenInferenceOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new RegisteredModels(services));
        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<InferenceCalls>();
        services.TryAddSingleton<CallContexts>();
        services.TryAddSingleton<BodyBudget>();
        services.TryAddSingleton<JsonBuffers>();
        services.TryAddSingleton<RestResults>();
        services.TryAddSingleton<AccessGate>();
        services.TryAddSingleton<ModelRepositoryService>();
        services.TryAddSingleton(new EmbeddingGenerators(services));
        services.TryAddSingleton<RestPipeline>();
        services.TryAddSingleton<RestServer>();
        services.TryAddSingleton<RestRepository>();
        services.TryAddSingleton<RestStatistics>();
        services.TryAddSingleton<RestFeedback>();
        services.TryAddSingleton<RestEmbeddings>();
        services.TryAddSingleton<RestOpenApi>();
        services.TryAddSingleton<InferenceService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<InferenceService>, GrpcMethods>());
        services.AddGrpc().AddServiceOptions<InferenceService>(static _ => { });
        services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions<InferenceService>>()
            .Configure<IOptions<OpenInferenceOptions>>(static (grpc, server) =>
            {
                grpc.MaxReceiveMessageSize = server.Value.Limits.MaxBodyBytes;
                grpc.MaxSendMessageSize = null;
            });
        return services;
    }
}
