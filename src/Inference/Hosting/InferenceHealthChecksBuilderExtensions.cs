using Inference.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of registered models.</summary>
public static class InferenceHealthChecksBuilderExtensions
{
    /// <summary>Adds a check for each registered model, named <c>model:NAME</c> and tagged <c>ready</c>: unhealthy while the model is not loaded or cannot answer, degraded while it serves from a fallback or
    /// something about it is wrong, which the description says. A liveness probe leaves them out: a process whose models still load is alive.</summary>
    /// <param name="builder">The builder.</param>
    public static IHealthChecksBuilder AddModels(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // When the checks are first needed: models may be registered after this call.
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
