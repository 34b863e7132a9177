using System.Diagnostics.Metrics;
using Inference.Versioning.Fallback;
using Inference.Versioning.Loading;
using Inference.Versioning.Options;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>Adds a fallback to models.</summary>
public static class FallbackBuilderExtensions
{
    /// <summary>Adds a stage that answers from another version or model if the inner runner fails, is too slow, or its circuit is open.</summary>
    /// <param name="builder">The model or pipeline; add the fallback outside <c>UseVersioning</c>.</param>
    /// <param name="configure">Configures the options; null to keep them as they are. Under <c>AddModel</c> the options are named by the model, and configuration changes are applied at run time.</param>
    /// <param name="runners">Further targets, tried after <see cref="FallbackOptions.Chain"/>; owned by the caller.</param>
    /// <exception cref="OptionsValidationException">Thrown while the pipeline is built: the options are invalid.</exception>
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
            ?? throw new InferenceException($"Model '{model}': expected UseVersioning inside UseFallback for fallback '{entry}', found none. Add UseVersioning there, or name a model ('model:NAME').");
        return name == "previous"
            ? new PreviousVersionTarget(circuit, detached, versions)
            : new RunnerTarget(entry, circuit, detached, model, null, () => versions.GetService<IModelRunner>(name)!);
    }
}
