using System.Diagnostics.Metrics;
using Inference.Versioning.Fallback;
using Inference.Versioning.Loading;
using Inference.Versioning.Options;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
                var options = new ReloadingOptions<FallbackOptions>(services, model);
                try
                {
                    FallbackModelRunner runner = Build(inner, services, model, () => options.Current, options, runners, out FallbackChain chain);
                    options.OnChange(chain.Take, exception => VersioningLog.OptionsRejected(services, model, exception));
                    return runner;
                }
                catch
                {
                    options.Dispose();
                    throw;
                }
            });
        }
        else
        {
            builder.Add(PipelineStage.Fallback, "UseFallback", (inner, services) =>
            {
                var options = new FallbackOptions();
                configure?.Invoke(options);
                FallbackOptionsRules.Require(model, options);
                return Build(inner, services, model, () => options, null, runners, out _);
            });
        }

        return builder;
    }

    private static FallbackModelRunner Build(IModelRunner inner, IServiceProvider services, string model, Func<FallbackOptions> options, IDisposable? owned, IModelRunner[] runners, out FallbackChain chain)
    {
        TimeProvider clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ModelSignature signature = ModelSignature.Of(inner.Info);
        var instruments = new FallbackInstruments(model, services.GetService<IMeterFactory>());
        chain = new FallbackChain(Links, clock, instruments.Detached);
        try
        {
            chain.Take(options());
            ILogger logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning");
            return new FallbackModelRunner(inner, chain, options, clock, instruments, logger, owned);
        }
        catch
        {
            instruments.Dispose();
            throw;
        }

        List<FallbackLink> Links(FallbackOptions now) =>
        [
            new("primary", (circuit, detached) => new RunnerTarget("primary", circuit, detached, model, null, () => inner)),
            .. now.Chain.Select(entry => Link(entry, inner, services, model, signature)),
            .. runners.Select((runner, i) => new FallbackLink($"runner:{i}", (circuit, detached) => new RunnerTarget($"runner:{i}", circuit, detached, model, signature, () => runner))),
        ];
    }

    private static FallbackLink Link(string entry, IModelRunner inner, IServiceProvider services, string model, ModelSignature signature)
    {
        string name = entry[(entry.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (entry.StartsWith("model:", StringComparison.Ordinal))
        {
            if (name == model)
            {
                throw new InferenceException($"Model '{model}', fallback '{entry}': expected another model, got the model itself. Name another model, or 'version:previous'.");
            }

            // The runner is resolved now and loaded when it is first used or checked.
            IModelRunner other = services.GetKeyedService<IModelRunner>(name)
                ?? throw new InferenceException($"Model '{model}', fallback '{entry}': expected a registered model '{name}', found none. Register it with AddModel, or correct FallbackOptions.Chain.");
            return new(entry, (circuit, detached) => new RunnerTarget(entry, circuit, detached, model, signature, () => other));
        }

        VersionedModelRunner versions = inner.GetService<VersionedModelRunner>()
            ?? throw new InferenceException($"Model '{model}': expected UseVersioning inside UseFallback for fallback '{entry}', found none. Add UseVersioning there, or name a model ('model:NAME').");
        return name == "previous"
            ? new("version:previous", (circuit, detached) => new PreviousVersionTarget(circuit, detached, versions))
            : new(entry, (circuit, detached) => new RunnerTarget(entry, circuit, detached, model, null, () => versions.GetService<IModelRunner>(name)!));
    }
}
