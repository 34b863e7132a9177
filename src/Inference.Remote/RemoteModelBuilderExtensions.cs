using Inference;
using Inference.Remote;
using Inference.Remote.Options;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers remote models for dependency injection.</summary>
public static class RemoteModelBuilderExtensions
{
    /// <summary>Registers a model on remote servers: a keyed singleton <see cref="IModelRunner"/> under its name. The host starts without waiting for the servers; a call that finds none of them ready asks again.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name and service key; on the servers too, unless <see cref="RemoteModelOptions.Model"/> says otherwise.</param>
    /// <param name="configure">Sets the options; at least one endpoint.</param>
    /// <returns>The model's builder, to add middleware with <c>UseX</c>; the first stage added is the outermost.</returns>
    /// <exception cref="InferenceException">A model with this name is already registered.</exception>
    public static IModelBuilder AddRemoteModel(this IServiceCollection services, string name, Action<RemoteModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddModel(name, options =>
        {
            // A server that is away must not keep the host from starting.
            options.LoadInBackground = true;
            options.WarmUp = false;
        }).UseRemote(configure);
    }

    /// <summary>Runs the model on remote servers instead of loading it.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="configure">Configures the options, which are named by the model; null to keep them as they are.</param>
    public static IModelBuilder UseRemote(this IModelBuilder builder, Action<RemoteModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.ModelName;
        OptionsBuilder<RemoteModelOptions> options = builder.Services.AddOptions<RemoteModelOptions>(name);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RemoteModelOptions>, RemoteModelOptionsValidator>());
        builder.ReplaceModel("UseRemote", async (provider, cancellationToken) => await RemoteModelRunner.ConnectAsync(
            name,
            provider.GetRequiredService<IOptionsMonitor<RemoteModelOptions>>().Get(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            cancellationToken).ConfigureAwait(false));
        return builder;
    }
}
