using Inference.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of registered models.</summary>
public static class InferenceHealthChecksBuilderExtensions
{
    /// <summary>Adds a health check for each registered model, named <c>model:NAME</c> and tagged <c>ready</c>: unhealthy while the model is not loaded or cannot answer, degraded while it answers from a fallback or
    /// has a condition (<see cref="Inference.Status.ModelConditions"/>), which the description states. Exclude these checks from a liveness probe: a process that is loading models is alive.</summary>
    /// <param name="builder">The builder.</param>
    public static IHealthChecksBuilder AddModels(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Evaluated on first use, because models may be registered after this call.
        builder.Services.AddOptions<HealthCheckServiceOptions>().Configure<IEnumerable<ModelRegistration>>((options, registrations) =>
        {
            foreach (ModelRegistration registration in registrations)
            {
                string model = registration.Name;
                options.Registrations.Add(new HealthCheckRegistration($"model:{model}", services => new ModelHealthCheck(model, services), HealthStatus.Unhealthy, ["ready"]));
            }
        });
        return builder;
    }
}
