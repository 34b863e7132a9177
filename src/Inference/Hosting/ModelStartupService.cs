using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting;

/// <summary>Loads and warms up every registered model while the host starts; a model that cannot be loaded stops the start.</summary>
internal sealed class ModelStartupService(IEnumerable<ModelRegistration> registrations, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(registrations.Select(registration =>
        services.GetRequiredKeyedService<IModelRunner>(registration.Name).EnsureLoadedAsync(cancellationToken)));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
