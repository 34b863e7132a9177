using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime;

/// <summary>Options for running models on ONNX Runtime. The defaults are those of ONNX Runtime, except the log level.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>The native library file. Null, the default, to search the environment variable <c>ORT_DYLIB_PATH</c>, then the program's folder (<c>runtimes/RID/native</c> and the folder
    /// itself, where native NuGet packages place the library), then to use the system's loader.</summary>
    public string? LibraryPath { get; set; }

    /// <summary>The number of threads that share the work of one operator, 0 to 1024; 1 for only the calling thread. Null, the default, for the number in the load options, or one per physical core.</summary>
    [Range(0, 1024)]
    public int? IntraOpThreads { get; set; }

    /// <summary>The number of threads that run independent operators concurrently, 0 to 1024; more than 1 enables parallel execution. Null, the default, for sequential execution.</summary>
    [Range(0, 1024)]
    public int? InterOpThreads { get; set; }

    /// <summary>Whether the session's idle threads spin before they sleep, which reduces latency and increases processor use. True by default.</summary>
    public bool AllowSpinning { get; set; } = true;

    /// <summary>The thread pool shared by the process, to be used instead of the session's own threads; null, the default, for the session's own threads.</summary>
    [ValidateObjectMembers]
    public OnnxRuntimeThreadPool? GlobalThreadPool { get; set; }

    /// <summary>The extent to which the graph is optimized when it is loaded; all by default.</summary>
    [EnumDataType(typeof(GraphOptimizationLevel))]
    public GraphOptimizationLevel GraphOptimization { get; set; } = GraphOptimizationLevel.All;

    /// <summary>The file to which ONNX Runtime writes the optimized graph on each load; null, the default, for none. An existing file is replaced. Only for a single session: models
    /// with several parts on this provider write the file once for each part. The graph may contain operators that only ONNX Runtime supports; see <see cref="GraphOptimization"/>.</summary>
    public string? OptimizedModelPath { get; set; }

    /// <summary>Whether an arena keeps memory between runs; true by default.</summary>
    public bool EnableCpuMemoryArena { get; set; } = true;

    /// <summary>Whether the memory layout of a run is planned in advance when shapes repeat; true by default.</summary>
    public bool EnableMemoryPattern { get; set; } = true;

    /// <summary>The severity of the messages that ONNX Runtime writes to the standard error stream; errors by default.</summary>
    [EnumDataType(typeof(OnnxRuntimeLogLevel))]
    public OnnxRuntimeLogLevel LogLevel { get; set; } = OnnxRuntimeLogLevel.Error;

    /// <summary>ONNX Runtime's own execution providers in order of preference; its CPU provider is always last. Empty by default.</summary>
    public IList<OnnxRuntimeExecutionProvider> ExecutionProviders { get; } = [];

    /// <summary>Entries for the session's configuration, such as <c>session.set_denormal_as_zero</c> = <c>1</c>; see ONNX Runtime's <c>onnxruntime_session_options_config_keys.h</c>.</summary>
    public IDictionary<string, string> SessionConfig { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Sizes of named dimensions of the inputs, fixed when the model is loaded.</summary>
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
