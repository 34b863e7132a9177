using Inference.OnnxRuntime.Configuration;
using Inference.OnnxRuntime.Native;
using Inference.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime;

/// <summary>Runs models, or parts of models, on ONNX Runtime. Thread-safe.</summary>
public sealed partial class OnnxRuntimeProvider : ExecutionProvider
{
    /// <summary>The name by which users select it.</summary>
    public const string ProviderName = "onnxruntime";

    private static readonly string[] s_domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];
    private readonly OnnxRuntimeOptions _options;

    /// <summary>Creates a provider with the default options.</summary>
    public OnnxRuntimeProvider()
        : this(new OnnxRuntimeOptions())
    {
    }

    /// <summary>Creates a provider.</summary>
    /// <exception cref="OptionsValidationException">An option is out of range.</exception>
    public OnnxRuntimeProvider(OnnxRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        _options = options;
    }

    /// <summary>Creates a provider with configured options.</summary>
    public OnnxRuntimeProvider(IOptions<OnnxRuntimeOptions> options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Value)
    {
    }

    /// <inheritdoc/>
    public override string Name => ProviderName;

    /// <inheritdoc/>
    /// <remarks>Claims the whole graph if all its operators are in domains that ONNX Runtime provides kernels for or are functions of the model; otherwise, claims the nodes with such operators.
    /// Only compilation shows whether ONNX Runtime has a kernel for each of them.</remarks>
    /// <exception cref="OnnxRuntimeException">The native library is missing, too old, or differs from the one already loaded by the process.</exception>
    public override NodeClaims Claim(GraphView graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OrtLibrary.Load(_options.LibraryPath);
        return graph.Nodes.All(static node => node.IsModelFunction || IsKnown(node))
            ? NodeClaims.WholeGraph
            : NodeClaims.Nodes(graph.Nodes.Where(static node => !node.IsModelFunction && IsKnown(node)).Select(static node => node.Index));
    }

    /// <inheritdoc/>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime rejects the graph, or the native library cannot be used.</exception>
    public override CompiledModel Compile(GraphView subgraph, CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(subgraph);
        ArgumentNullException.ThrowIfNull(context);
        OnnxRuntimeOptions options = WithThreads(_options, context.Options.Threads);
        OrtLibrary library = OrtLibrary.Load(options.LibraryPath);
        CompiledSession compiled = CompiledSession.Compile(library, subgraph, options);
        LogCompiled(context.Logger, subgraph.ModelName, subgraph.Nodes.Count, library.Version);
        return compiled;
    }

    /// <summary>Throws if an option is out of range.</summary>
    internal static void Validate(OnnxRuntimeOptions options)
    {
        ValidateOptionsResult result = new OnnxRuntimeOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(OnnxRuntimeOptions), result.Failures);
        }
    }

    /// <summary>The options, with the thread count of the load options if none is set.</summary>
    internal static OnnxRuntimeOptions WithThreads(OnnxRuntimeOptions options, int threads) =>
        threads == 0 || options.IntraOpThreads is not null || options.GlobalThreadPool is not null ? options : options.WithIntraOpThreads(threads);

    private static bool IsKnown(GraphNode node) => s_domains.Contains(node.Domain);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Model {Model}: {Nodes} nodes compiled by ONNX Runtime {Version}.")]
    private static partial void LogCompiled(ILogger logger, string model, int nodes, string version);
}
