using Inference.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of registered models.</summary>
public static class InferenceHealthChecksBuilderExtensions
{
    /// <summary>Adds one check for all registered models, tagged <c>ready</c>: unhealthy while any model is not loaded, degraded while any model serves from a fallback.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the check; <c>models</c> by default.</param>
    public static IHealthChecksBuilder AddModels(this IHealthChecksBuilder builder, string name = "models")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            p => new ModelHealthCheck(p.GetServices<ModelRegistration>(), p),
            HealthStatus.Unhealthy,
            ["ready"]));
    }
}
