using Inference;
using Inference.OnnxRuntime;
using Inference.OnnxRuntime.Configuration;
using Inference.Providers;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers ONNX Runtime for dependency injection.</summary>
public static class OnnxRuntimeServiceCollectionExtensions
{
    /// <summary>Adds the execution provider <c>onnxruntime</c>; models select it with <see cref="ModelLoadOptions.Providers"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    public static IServiceCollection AddOnnxRuntimeProvider(this IServiceCollection services, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<OnnxRuntimeOptions> options = services.AddOptions<OnnxRuntimeOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OnnxRuntimeOptions>, OnnxRuntimeOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ExecutionProvider, OnnxRuntimeProvider>(
            static provider => new OnnxRuntimeProvider(provider.GetRequiredService<IOptions<OnnxRuntimeOptions>>())));
        return services;
    }
}
