using System.Diagnostics.Metrics;
using Inference.Versioning.Fallback;
using Inference.Versioning.Loading;
using Inference.Versioning.Options;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>Adds a fallback to a model.</summary>
public static class FallbackBuilderExtensions
{
    /// <summary>Answers from another version or model when the runner below fails, is too slow, or its circuit is open.</summary>
    /// <param name="builder">The model or pipeline; above <c>UseVersioning</c>.</param>
    /// <param name="configure">Changes the options; under <c>AddModel</c> they are named by the model and follow their configuration.</param>
    /// <param name="runners">Runners to fall back to after <see cref="FallbackOptions.Chain"/>; they stay the caller's.</param>
    /// <exception cref="OptionsValidationException">When built: the options are not valid.</exception>
    public static TBuilder UseFallback<TBuilder>(this TBuilder builder, Action<FallbackOptions>? configure = null, params IModelRunner[] runners)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(runners);
        string model = builder.ModelName;
        if (builder is IModelBuilder { Services: { } collection })
        {
            OptionsBuilder<FallbackOptions> named = collection.AddOptions<FallbackOptions>(model);
            if (configure is not null)
            {
                named.Configure(configure);
            }

            named.ValidateOnStart();
            collection.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FallbackOptions>, FallbackOptionsValidator>());
            collection.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FallbackOptions>, FallbackOptionsRules>());
            builder.Add(PipelineStage.Fallback, "UseFallback", (inner, services) =>
            {
                var options = new ReloadingOptions<FallbackOptions>(services, model, rejected: exception => VersioningLog.OptionsRejected(services, model, exception));
                return Build(inner, services, model, () => options.Current, options, runners);
            });
        }
        else
        {
            builder.Add(PipelineStage.Fallback, "UseFallback", (inner, services) =>
            {
                var options = new FallbackOptions();
                configure?.Invoke(options);
                FallbackOptionsRules.Require(model, options);
                return Build(inner, services, model, () => options, null, runners);
            });
        }

        return builder;
    }

    private static FallbackModelRunner Build(IModelRunner inner, IServiceProvider services, string model, Func<FallbackOptions> options, IDisposable? owned, IModelRunner[] runners)
    {
        FallbackOptions now = options();
        TimeProvider clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ModelSignature signature = ModelSignature.Of(inner.Info);
        var instruments = new FallbackInstruments(model, services.GetService<IMeterFactory>());
        TargetCircuit Circuit() => new(now, clock);
        DetachedWork Detached() => new(clock, instruments.Detached);
        var targets = new List<FallbackTarget> { new RunnerTarget("primary", Circuit(), Detached(), model, null, () => inner) };
        foreach (string entry in now.Chain)
        {
            targets.Add(Target(entry, inner, services, model, signature, Circuit(), Detached()));
        }

        for (int i = 0; i < runners.Length; i++)
        {
            IModelRunner runner = runners[i];
            targets.Add(new RunnerTarget($"runner:{i}", Circuit(), Detached(), model, signature, () => runner));
        }

        return new FallbackModelRunner(inner, [.. targets], options, clock, instruments, owned);
    }

    private static FallbackTarget Target(string entry, IModelRunner inner, IServiceProvider services, string model, ModelSignature signature, TargetCircuit circuit, DetachedWork detached)
    {
        string name = entry[(entry.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (entry.StartsWith("model:", StringComparison.Ordinal))
        {
            return new RunnerTarget(entry, circuit, detached, model, signature, () => services.GetRequiredKeyedService<IModelRunner>(name));
        }

        VersionedModelRunner versions = inner.GetService<VersionedModelRunner>()
            ?? throw new InferenceException($"Model '{model}': fallback '{entry}' needs versions below, there are none. Add UseVersioning inside UseFallback, or name a model.");
        return name == "previous"
            ? new PreviousVersionTarget(circuit, detached, versions)
            : new RunnerTarget(entry, circuit, detached, model, null, () => versions.GetService<IModelRunner>(name)!);
    }
}
