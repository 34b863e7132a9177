using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inference.Hosting;

/// <summary>Reports a model's <see cref="IModelStatus"/>: ready is healthy, degraded is degraded, loading and failed are unhealthy.</summary>
internal sealed class ModelHealthCheck(IEnumerable<ModelRegistration> registrations, IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        HealthStatus worst = HealthStatus.Healthy;
        var notes = new List<string>();
        foreach (ModelRegistration registration in registrations)
        {
            // A runner that replaces the built-in one may have no status; it is treated as ready.
            var status = services.GetRequiredKeyedService<IModelRunner>(registration.Name).GetService<IModelStatus>();
            ModelState state = status?.State ?? ModelState.Ready;
            data[registration.Name] = state.ToString();
            HealthStatus health = state switch
            {
                ModelState.Ready => HealthStatus.Healthy,
                ModelState.Degraded => HealthStatus.Degraded,
                _ => context.Registration.FailureStatus,
            };
            if (health < worst)
            {
                worst = health;
            }

            if (state != ModelState.Ready)
            {
                notes.Add($"{registration.Name}: {status!.Description}");
            }
        }

        return Task.FromResult(new HealthCheckResult(worst, notes.Count == 0 ? null : string.Join("; ", notes), null, data));
    }
}
