using Inference;
using Inference.Batching;
using Inference.Caching;
using Inference.Images;
using Inference.OnnxRuntime;
using Inference.Status;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Serving
{
    public static void Readme(IServiceCollection services)
    {
        #region readme-services
        services.AddModel("ranker", o => o.Path = "models/ranker")
                .UseVersioning(o => { })
                .PerVersion(v => v.UseCaching(o => o.MaxBytes = 64 << 20).UseBatching(o => o.MaxRows = 64));
        #endregion
    }

    public static void WithoutServices(IModelRunner model)
    {
        #region builder
        using IModelRunner ranker = model.AsBuilder()
            .UseBatching(o => o.MaxRows = 64)
            .Build();
        #endregion
    }

    public static void Batching(IServiceCollection services)
    {
        #region batching
        services.AddModel("ranker", o => o.Source = ModelSource.File("ranker.onnx"))
                .PerVersion(v => v.UseBatching(o => { o.MaxRows = 64; o.MaxQueuedRows = 1024; }));

        // or without dependency injection
        using IModelRunner ranker = ModelRunner.Load("ranker.onnx").AsBuilder().UseBatching().Build();
        #endregion
    }

    public static void Images(IServiceCollection services)
    {
        #region images
        services.AddImages();
        services.AddModel("classifier", o => o.Path = "models/classifier.onnx");

        // or without dependency injection
        var decoder = new ManagedImageDecoder();
        using IModelRunner classifier = ModelRunner.Load("classifier.onnx", new ModelLoadOptions { Images = decoder });
        #endregion
    }

    public static void Caching(IServiceCollection services, IModelBuilder model)
    {
        #region caching
        services.AddModel("ranker", o => o.Source = ModelSource.File("ranker.onnx"))
                .PerVersion(v => v.UseCaching(o => o.MaxBytes = 64 << 20).UseBatching());

        // values that depend on the user alone are computed once per user
        model.UseFeatureCaching(["user_id", "history"]);
        #endregion
    }

    public static async Task Versioning(IServiceCollection services)
    {
        #region versioning
        services.AddModel("ranker", o => o.Source = ModelSource.Directory("models/ranker"))
                .UseFallback(o => o.Chain.Add("version:previous"))
                .UseVersioning(o => { o.Rollout = RolloutMode.Canary; o.Canary.Percent = 10; })
                .PerVersion(v => v.UseCaching().UseBatching());

        // or without dependency injection
        await using VersionedModelRunner ranker = await ModelRepository.OpenAsync("models/ranker", ModelLoader.Default);
        #endregion
    }

    public static async Task Publishing()
    {
        #region publishing
        using RepositoryEditor editor = ModelRepository.Edit("models/ranker", ModelLoader.Default);
        VersionRecord published = await editor.PublishAsync(new PublishRequest { Model = "ranker.onnx", Actor = "ci", Reason = "new data", Commit = "c0ffee" });
        await editor.PromoteAsync(published.Version, actor: "ann", reason: "better on all slices");
        #endregion
    }

    public static void OnnxRuntimeProvider(IServiceCollection services)
    {
        #region onnxruntime-provider
        services.AddOnnxRuntimeProvider();
        services.AddModel("ranker", o =>
        {
            o.Path = "ranker.onnx";
            o.Providers.Add("onnxruntime");                                   // nodes that it does not claim run on cpu
        });
        #endregion
    }

    public static void OnnxRuntimeLoader()
    {
        #region onnxruntime-loader
        ModelLoader loader = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = 1 }));
        using IModelRunner ranker = loader.Load(ModelSource.File("ranker.onnx"));
        #endregion
    }

    public static async Task Rollout(IServiceProvider provider, double clicksPerShow)
    {
        #region rollout
        var versions = provider.GetRequiredKeyedService<IModelVersions>("ranker");
        await versions.StartCanaryAsync("7", percent: 10, actor: "ann", reason: "int8");
        versions.ReportMetric("7", clicksPerShow);                            // compared like errors and latency
        Console.WriteLine($"default {versions.DefaultVersion}, canary {versions.Canary}");
        await versions.PromoteAsync("7", actor: "ann", reason: "as good as 6");
        await versions.RollbackAsync(actor: "ann", reason: "complaints");     // any time later
        #endregion
    }

    public static void Deploy(IServiceCollection services)
    {
        #region deploy
        services.AddModel("ranker", o => o.Path = "models/ranker")
                .UseFallback(o => { o.Chain.Add("version:previous"); o.AttemptTimeout = TimeSpan.FromMilliseconds(50); })
                .UseVersioning(o =>
                {
                    o.Rollout = RolloutMode.Canary;                           // a new directory gets 10 % of the traffic first
                    o.Canary.Percent = 10;
                    o.Canary.PromoteAfterCalls = 20_000;
                })
                .PerVersion(v => v.UseBatching());
        #endregion
    }
}
