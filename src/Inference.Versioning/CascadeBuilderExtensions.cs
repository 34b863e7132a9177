using System.Diagnostics.Metrics;
using Inference.Versioning.Cascade;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>Adds a cascade (early exit) to models.</summary>
public static class CascadeBuilderExtensions
{
    /// <summary>Adds a stage in which a small model answers the rows that it is confident of; the others run on the inner runner.</summary>
    /// <param name="builder">The pipeline of the large model; add the cascade outside caching and batching.</param>
    /// <param name="configure">Configures the options; null to keep them as they are. Under <c>AddModel</c> the options are named by the model, and configuration changes are applied at run time.</param>
    /// <param name="small">The small model, owned by the caller; null: the model named by <see cref="CascadeOptions.SmallModel"/>.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the rows of one of the models are not proved independent.</exception>
    public static TBuilder UseCascade<TBuilder>(this TBuilder builder, Action<CascadeOptions>? configure = null, IModelRunner? small = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        if (builder is IModelBuilder { Services: { } collection })
        {
            OptionsBuilder<CascadeOptions> named = collection.AddOptions<CascadeOptions>(model);
            if (configure is not null)
            {
                named.Configure(configure);
            }

            named.ValidateOnStart();
            collection.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CascadeOptions>, CascadeOptionsValidator>());
            builder.Add(PipelineStage.Custom, "UseCascade", (inner, services) =>
            {
                var options = new ReloadingOptions<CascadeOptions>(services, model, rejected: exception => VersioningLog.OptionsRejected(services, model, exception));
                return new CascadeModelRunner(inner, now => Find(services, model, now, small), () => options.Current, services.GetService<IMeterFactory>(), options);
            });
        }
        else
        {
            builder.Add(PipelineStage.Custom, "UseCascade", (inner, services) =>
            {
                var options = new CascadeOptions();
                configure?.Invoke(options);
                ValidateOptionsResult result = new CascadeOptionsValidator().Validate(model, options);
                return result.Failed
                    ? throw new OptionsValidationException(model, typeof(CascadeOptions), result.Failures)
                    : new CascadeModelRunner(inner, now => Find(services, model, now, small), () => options, services.GetService<IMeterFactory>(), null);
            });
        }

        return builder;
    }

    private static IModelRunner Find(IServiceProvider services, string model, CascadeOptions options, IModelRunner? small) =>
        small ?? (options.SmallModel is { Length: > 0 } name
            ? services.GetKeyedService<IModelRunner>(name)
                ?? throw new InferenceException($"Model '{model}', cascade: expected a registered model '{name}' (CascadeOptions.SmallModel), found none. Register it with AddModel, or correct the name.")
            : throw new InferenceException($"Model '{model}', cascade: expected a small model, none was given. Pass a runner to UseCascade, or set CascadeOptions.SmallModel."));
}
