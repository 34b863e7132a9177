using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime;

/// <summary>How ONNX Runtime runs models. The defaults are ONNX Runtime's own, except the log level.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>The native library file. Null, the default: the variable <c>ORT_DYLIB_PATH</c>, then beside the program (<c>runtimes/RID/native</c> and the program's own
    /// folder, where NuGet's native packages put it), then the system's loader.</summary>
    public string? LibraryPath { get; set; }

    /// <summary>Threads that share the work of one operator, 0 to 1024, 1 for none but the caller's. Null, the default: the load options' number, or one for each physical core.</summary>
    [Range(0, 1024)]
    public int? IntraOpThreads { get; set; }

    /// <summary>Threads that run independent operators side by side, 0 to 1024; above 1 execution is parallel. Null, the default: one after the other.</summary>
    [Range(0, 1024)]
    public int? InterOpThreads { get; set; }

    /// <summary>Whether the session's idle threads spin for a while before they sleep: faster answers, busier processors. True by default.</summary>
    public bool AllowSpinning { get; set; } = true;

    /// <summary>Use the process's one pool instead of threads of the session's own; null, the default: the session's own.</summary>
    [ValidateObjectMembers]
    public OnnxRuntimeThreadPool? GlobalThreadPool { get; set; }

    /// <summary>How far the graph is rewritten at load; all by default.</summary>
    [EnumDataType(typeof(GraphOptimizationLevel))]
    public GraphOptimizationLevel GraphOptimization { get; set; } = GraphOptimizationLevel.All;

    /// <summary>A file that ONNX Runtime writes the rewritten graph to at each load; null, the default: none. It replaces what stands there, and is only for a single session: models
    /// whose parts are placed on this provider write one after the other. What <see cref="GraphOptimization"/> makes may hold operators that only ONNX Runtime knows.</summary>
    public string? OptimizedModelPath { get; set; }

    /// <summary>Whether memory is kept in an arena between runs; true by default.</summary>
    public bool EnableCpuMemoryArena { get; set; } = true;

    /// <summary>Whether a run's memory is laid out in advance where the shapes repeat; true by default.</summary>
    public bool EnableMemoryPattern { get; set; } = true;

    /// <summary>What ONNX Runtime writes to the standard error stream; errors by default.</summary>
    [EnumDataType(typeof(OnnxRuntimeLogLevel))]
    public OnnxRuntimeLogLevel LogLevel { get; set; } = OnnxRuntimeLogLevel.Error;

    /// <summary>ONNX Runtime's own execution providers by preference; its CPU provider is always last. Empty by default.</summary>
    public IList<OnnxRuntimeExecutionProvider> ExecutionProviders { get; } = [];

    /// <summary>Entries for the session's configuration, such as <c>session.set_denormal_as_zero</c> = <c>1</c>; see ONNX Runtime's <c>onnxruntime_session_options_config_keys.h</c>.</summary>
    public IDictionary<string, string> SessionConfig { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Sizes for named dimensions of the inputs, fixed at load.</summary>
    public IDictionary<string, long> FreeDimensions { get; } = new Dictionary<string, long>(StringComparer.Ordinal);

    internal OnnxRuntimeOptions WithIntraOpThreads(int threads)
    {
        var copy = new OnnxRuntimeOptions
        {
            LibraryPath = LibraryPath,
            IntraOpThreads = threads,
            InterOpThreads = InterOpThreads,
            AllowSpinning = AllowSpinning,
            GlobalThreadPool = GlobalThreadPool,
            GraphOptimization = GraphOptimization,
            OptimizedModelPath = OptimizedModelPath,
            EnableCpuMemoryArena = EnableCpuMemoryArena,
            EnableMemoryPattern = EnableMemoryPattern,
            LogLevel = LogLevel,
        };
        foreach (OnnxRuntimeExecutionProvider provider in ExecutionProviders)
        {
            copy.ExecutionProviders.Add(provider);
        }

        foreach ((string key, string value) in SessionConfig)
        {
            copy.SessionConfig.Add(key, value);
        }

        foreach ((string name, long size) in FreeDimensions)
        {
            copy.FreeDimensions.Add(name, size);
        }

        return copy;
    }
}
