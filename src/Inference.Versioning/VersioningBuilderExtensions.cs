using System.Diagnostics.Metrics;
using Inference.Decisions;
using Inference.Status;
using Inference.Versioning.Options;
using Inference.Versioning.Repository;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>Adds versioning to models.</summary>
public static class VersioningBuilderExtensions
{
    /// <summary>Serves the versions in the model's source directory instead of a single model. Also registers <see cref="IModelVersions"/> under the model's name.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="configure">Configures the options, which are named by the model. Configuration changes are applied at run time; invalid changes are logged and ignored.</param>
    public static IModelBuilder UseVersioning(this IModelBuilder builder, Action<VersioningOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionsBuilder<VersioningOptions> options = builder.Services.AddOptions<VersioningOptions>(builder.ModelName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<VersioningOptions>, VersioningOptionsValidator>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<VersioningOptions>, VersioningOptionsRules>());
        builder.Services.TryAddKeyedSingleton<IModelVersions>(builder.ModelName, static (services, key) =>
            services.GetRequiredKeyedService<IModelRunner>(key).GetService<IModelVersions>()
                ?? throw new InferenceException($"Model '{key}': expected UseVersioning in the pipeline, found none. Add UseVersioning."));
        builder.ReplaceSource("UseVersioning", OpenAsync);
        return builder;
    }

    private static async ValueTask<IModelRunner> OpenAsync(ModelSourceContext context, CancellationToken cancellationToken)
    {
        IServiceProvider services = context.Services;
        if (context.Source.Path is not { } root)
        {
            throw new InferenceException($"Model '{context.ModelName}': expected a directory as the source of a versioned model, got {context.Source}. Use ModelSource.Directory.");
        }

        var setup = new RepositorySetup(
            context.ModelName,
            Path.GetFullPath(root),
            context.Loader,
            context.LoadOptions,
            runner => context.PerVersion.Build(runner, services),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning"),
            services.GetService<IMeterFactory>(),
            services.GetKeyedService<IDecisionStore>(context.ModelName) ?? services.GetService<IDecisionStore>(),
            services.GetKeyedService<IOutcomeEvidence>(context.ModelName) ?? services.GetService<IOutcomeEvidence>());
        var options = new ReloadingOptions<VersioningOptions>(services, context.ModelName);
        VersionedModelRunner? runner = null;
        try
        {
            VersioningOptions opened = options.Current;
            runner = await ModelRepository.OpenCoreAsync(setup, opened, cancellationToken).ConfigureAwait(false);
            runner.Own(options);
            RepositoryController controller = runner.Controller;
            options.OnChange(
                changed =>
                {
                    // What changed while the versions loaded is taken up here.
                    if (changed != opened)
                    {
                        controller.SetOptions(changed);
                        controller.Reapply();
                    }
                },
                controller.OptionsRejected);
            return runner;
        }
        catch
        {
            if (runner is not null)
            {
                await runner.DisposeAsync().ConfigureAwait(false);
            }

            options.Dispose();
            throw;
        }
    }
}
