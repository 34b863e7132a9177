using Inference.Batching;
using Inference.Benchmarks.Soak;
using Inference.Caching;
using Inference.Validation;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Benchmarks.Serving;

/// <summary>A model of a known time with some of the stages around it, as a service has them.</summary>
internal sealed class ServedPipeline : IAsyncDisposable
{
    private const string Model = "busy";
    private readonly ServiceProvider _services;

    private ServedPipeline(string[] stages, ServiceProvider services)
    {
        Name = stages.Length == 0 ? "hosted" : string.Join(" + ", stages);
        IsListenedTo = stages.Contains("telemetry", StringComparer.Ordinal);
        _services = services;
        Runner = services.GetRequiredKeyedService<IModelRunner>(Model);
    }

    /// <summary>The stages it has.</summary>
    public string Name { get; }

    public IModelRunner Runner { get; }

    /// <summary>Whether somebody listens to its metrics.</summary>
    public bool IsListenedTo { get; }

    /// <summary>Opens a pipeline.</summary>
    /// <param name="stages">Of: telemetry, validation, fallback, versioning, caching, batching; in any order.</param>
    /// <param name="root">A model repository.</param>
    /// <param name="microseconds">What a row takes.</param>
    public static async Task<ServedPipeline> OpenAsync(string[] stages, string root, double microseconds)
    {
        bool Has(string stage) => stages.Contains(stage, StringComparer.Ordinal);
        var services = new ServiceCollection();
        IModelBuilder builder = services.AddModel(Model, o => o.Source = Has("versioning") ? ModelSource.Directory(root) : ModelSource.File(Path.Combine(root, "1", "model.onnx")));
        if (Has("validation"))
        {
            builder.UseValidation();
        }

        if (Has("fallback"))
        {
            builder.UseFallback(o => o.AttemptTimeout = TimeSpan.FromSeconds(1));
        }

        if (Has("versioning"))
        {
            builder.UseVersioning(o => o.Watch = false).PerVersion(Inner);
        }
        else
        {
            Inner(builder);
        }

        var pipeline = new ServedPipeline(stages, services.BuildServiceProvider());
        await pipeline.Runner.EnsureLoadedAsync().ConfigureAwait(false);
        return pipeline;

        void Inner(IModelPipelineBuilder inner)
        {
            if (Has("caching"))
            {
                inner.UseCaching();
            }

            if (Has("batching"))
            {
                inner.UseBatching();
            }

            inner.Use(model => new BusyRunner(model, microseconds));
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
