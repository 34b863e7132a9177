using System.Diagnostics.Metrics;
using Inference.Feedback;
using Inference.Monitoring.Outcomes;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring;

/// <summary>Adds judgement on outcomes to models.</summary>
public static class OutcomeBuilderExtensions
{
    /// <summary>
    /// Judges the versions of a model on the outcomes that are reported for their predictions (<c>UseFeedback</c>): versioning asks for the evidence and rolls a canary back on it. Registers <see cref="OutcomeJudge"/>,
    /// <see cref="IOutcomeEvidence"/> and <see cref="IOutcomeObserver"/> under the model's name.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="configure">Configures the options, which are named by the model; null for the defaults.</param>
    public static IModelBuilder UseOutcomes(this IModelBuilder builder, Action<OutcomeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionsBuilder<OutcomeOptions> options = builder.Services.AddOptions<OutcomeOptions>(builder.ModelName).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OutcomeOptions>, OutcomeOptionsValidator>());
        builder.Services.TryAddKeyedSingleton(builder.ModelName, static (services, key) => Create(services, (string)key!));
        builder.Services.TryAddKeyedSingleton<IOutcomeEvidence>(builder.ModelName, static (services, key) => services.GetRequiredKeyedService<OutcomeJudge>(key));
        builder.Services.AddKeyedSingleton<IOutcomeObserver>(builder.ModelName, static (services, key) => services.GetRequiredKeyedService<OutcomeJudge>(key));
        return builder;
    }

    private static OutcomeJudge Create(IServiceProvider services, string model)
    {
        IOptionsMonitor<OutcomeOptions> options = services.GetRequiredService<IOptionsMonitor<OutcomeOptions>>();
        return new OutcomeJudge(
            model,
            () => options.Get(model),
            services.GetService<TimeProvider>(),
            // The runner is made with this judge as an observer: it is looked up when it is there.
            () => services.GetKeyedService<IModelRunner>(model)?.GetService<IFeedbackStatus>()?.Snapshot.DelayP95,
            ModelConditions.Find(services, model),
            services.GetService<ILoggerFactory>()?.CreateLogger("Inference.Monitoring.Outcomes"),
            services.GetService<IMeterFactory>());
    }
}
