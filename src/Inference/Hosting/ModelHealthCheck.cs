using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inference.Hosting;

/// <summary>Reports a model's <see cref="IModelStatus"/>: ready is healthy, degraded is degraded, loading and failed are unhealthy.</summary>
internal sealed class ModelHealthCheck(string model, IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // A runner registered in the place of ours may have no status: it serves.
        var status = services.GetRequiredKeyedService<IModelRunner>(model).GetService<IModelStatus>();
        ModelState state = status?.State ?? ModelState.Ready;
        HealthStatus health = state switch
        {
            ModelState.Ready => HealthStatus.Healthy,
            ModelState.Degraded => HealthStatus.Degraded,
            _ => context.Registration.FailureStatus,
        };
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = state.ToString() };
        return Task.FromResult(new HealthCheckResult(health, state == ModelState.Ready ? null : status!.Description, null, data));
    }
}
