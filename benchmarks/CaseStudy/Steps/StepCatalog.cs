using Inference;
using Inference.Batching;
using Inference.Caching;
using Inference.OnnxRuntime;
using OptimizeAndServe;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Training;
using OptimizeAndServe.World;

namespace CaseStudy.Steps;

/// <summary>The steps of the study, in order; each has all that the steps before it have, except those that were tried and not kept.</summary>
/// <param name="files">The models.</param>
/// <param name="form">A request of the form that is served.</param>
internal sealed class StepCatalog(ModelFiles files, ClickRequest form)
{
    public const string Naive = "one call an item";
    public const string Baseline1 = "onnxruntime, 1 thread";
    public const string Baseline2 = "onnxruntime, 2 threads";
    public const string Engine = "engine";
    public const string Int8 = "int8";
    public const string LowRank = "low rank";
    public const string Narrow = "fewer channels";
    public const string FeatureCache = "feature cache";
    public const string Cascade = "cascade";
    public const string Batching = "batching";

    /// <summary>Not a step: what the cascade would be without the ranker.</summary>
    public const string FirstStageAlone = "first stage alone";

    /// <summary>Items of a request.</summary>
    public const int Items = 100;

    /// <summary>Bytes of the cache of users.</summary>
    public const long CacheBytes = 128L << 20;

    public static IReadOnlyList<string> Names { get; } = [Baseline1, Baseline2, Engine, Int8, LowRank, Narrow, FeatureCache, Cascade, Batching];

    private int Keep => files.Choices.Keep;

    /// <summary>Whether the steps after this one have it too. Batching is for callers that wait at the same time, and is judged by its own columns.</summary>
    public bool IsKept(string name) => name != Batching && (name != Cascade || files.Choices.CascadePays);

    public Step Open(string name) => name switch
    {
        Naive => Native(name, "float model, ONNX Runtime, one call for each item", 1, runner => new RowCaller(runner, form)),
        Baseline1 => Native(name, "float model, one ONNX Runtime call a request through a bound run", 1, runner => new BoundCaller(runner, form)),
        Baseline2 => Native(name, "float model, one ONNX Runtime call a request through a bound run", 2, runner => new BoundCaller(runner, form)),
        Engine => Bound(name, "the same float model on the managed engine, bound run, 1 thread", files.Ranker),
        Int8 => Bound(name, "8-bit weights and activations, embedding tables with a scale for each row", files.Int8),
        LowRank => Bound(name, "wide layers as two thin factors, in 8 bits", files.LowRank),
        Narrow => Bound(name, "channels that others can stand in for are removed, then thin factors, in 8 bits", files.Narrow),
        FirstStageAlone => Bound(name, "the first stage scores all items", files.FirstStage),
        FeatureCache => Pipeline(name, $"the user's part is kept for {CacheBytes >> 20} MiB of users", p => UseUsers(p)),
        Cascade => Pipeline(name, $"a first stage scores all items, the ranker the best {Keep}{(IsKept(Cascade) ? "" : "; takes longer than it saves, not kept")}", p => UseUsers(UseFirstStage(p))),
        Batching => Pipeline(name, "concurrent requests are joined; for services with more callers than cores, not part of the figures above", p => UseUsers(IsKept(Cascade) ? UseFirstStage(p.UseBatching(o => o.MaxRows = 8)) : p.UseBatching(o => o.MaxRows = 8))),
        _ => throw new ArgumentException($"There is no step '{name}'; there are {string.Join(", ", Names)}.", nameof(name)),
    };

    // Not adaptive: while it is filled beforehand nothing is found, and a cache that adapts would rightly switch itself off.
    private static ModelRunnerBuilder UseUsers(ModelRunnerBuilder pipeline) => pipeline.UseFeatureCaching(RankExport.UserInputs, o =>
    {
        o.MaxBytes = CacheBytes;
        o.Adaptive = false;
    });

    private ModelRunnerBuilder UseFirstStage(ModelRunnerBuilder pipeline) =>
        pipeline.UseCandidateCascade(ModelRunner.Load(files.FirstStage, new ModelLoadOptions { Threads = 1 }), Keep);

    private Step Native(string name, string what, int threads, Func<IModelRunner, ICaller> newCaller)
    {
        ModelLoader loader = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = threads }));
        IModelRunner runner = loader.Load(ModelSource.File(files.Ranker));
        return new Step(name, what, runner, () => newCaller(runner));
    }

    private Step Bound(string name, string what, string path)
    {
        IModelRunner runner = ModelRunner.Load(path, new ModelLoadOptions { Threads = 1 });
        return new Step(name, what, runner, () => new BoundCaller(runner, form));
    }

    private Step Pipeline(string name, string what, Func<ModelRunnerBuilder, ModelRunnerBuilder> use)
    {
        IModelRunner model = ModelRunner.Load(files.Narrow, new ModelLoadOptions { Threads = 1 });
        IModelRunner runner = use(model.AsBuilder()).Build();
        return new Step(name, what, runner, () => new PipelineCaller(runner, form));
    }
}
