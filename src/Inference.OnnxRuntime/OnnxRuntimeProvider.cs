using System.Buffers;
using Inference.OnnxRuntime.Configuration;
using Inference.OnnxRuntime.Native;
using Inference.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime;

/// <summary>Runs models, or the parts of them it is given, on ONNX Runtime. Thread-safe.</summary>
public sealed partial class OnnxRuntimeProvider : IExecutionProvider
{
    /// <summary>The name users choose it by.</summary>
    public const string ProviderName = "onnxruntime";

    private static readonly string[] s_domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];
    private readonly OnnxRuntimeOptions _options;

    /// <summary>Makes a provider with the default options.</summary>
    public OnnxRuntimeProvider()
        : this(new OnnxRuntimeOptions())
    {
    }

    /// <summary>Makes a provider.</summary>
    /// <exception cref="OptionsValidationException">An option is out of range.</exception>
    public OnnxRuntimeProvider(OnnxRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        _options = options;
    }

    /// <summary>Makes a provider with configured options.</summary>
    public OnnxRuntimeProvider(IOptions<OnnxRuntimeOptions> options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Value)
    {
    }

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <inheritdoc/>
    /// <remarks>Claims a graph whose operators are all of domains that ONNX Runtime ships kernels for as a whole, and such nodes of another. Whether it has each kernel
    /// is known only to ONNX Runtime, when it compiles.</remarks>
    /// <exception cref="OnnxRuntimeException">The native library is missing or too old.</exception>
    public NodeClaims Claim(IGraphView graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OrtApi.Load(_options.LibraryPath);
        int[] known = [.. graph.Nodes.Where(static node => s_domains.Contains(node.Domain)).Select(static node => node.Index)];
        return known.Length == graph.Nodes.Count ? NodeClaims.WholeGraph : NodeClaims.Nodes(known);
    }

    /// <inheritdoc/>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime rejects the graph, or the native library is not usable.</exception>
    public ICompiledModel Compile(IGraphView subgraph, CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(subgraph);
        ArgumentNullException.ThrowIfNull(context);
        OnnxRuntimeOptions options = WithThreads(_options, context.Options.Threads);
        OrtApi api = OrtApi.Load(options.LibraryPath);
        SessionHandle handle = Open(api, subgraph, options);
        try
        {
            ModelPort[] inputs = Match(subgraph, subgraph.Inputs, SessionReader.Inputs(api, handle), "input");
            ModelPort[] outputs = Match(subgraph, subgraph.Outputs, SessionReader.Outputs(api, handle), "output");
            LogCompiled(context.Logger, subgraph.ModelName, subgraph.Nodes.Count, api.LibraryVersion);
            return new OnnxRuntimeCompiledModel(new SessionCore(api, handle, subgraph.ModelName, inputs, outputs));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Throws where an option is out of range.</summary>
    internal static void Validate(OnnxRuntimeOptions options)
    {
        ValidateOptionsResult result = new OnnxRuntimeOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(OnnxRuntimeOptions), result.Failures);
        }
    }

    /// <summary>The options with the load options' threads where none were set.</summary>
    internal static OnnxRuntimeOptions WithThreads(OnnxRuntimeOptions options, int threads) =>
        threads == 0 || options.IntraOpThreads is not null || options.GlobalThreadPool is not null ? options : options.WithIntraOpThreads(threads);

    private static SessionHandle Open(OrtApi api, IGraphView graph, OnnxRuntimeOptions options)
    {
        string where = $"Model '{graph.ModelName}'";
        if (graph.IsWholeModel && graph.SourcePath is { } path)
        {
            return SessionHandle.FromFile(api, path, options, where);
        }

        var model = new ArrayBufferWriter<byte>();
        graph.WriteModel(model);
        return SessionHandle.FromMemory(api, model.WrittenSpan, null, options, where);
    }

    /// <summary>The session's ports in the graph's order.</summary>
    private static ModelPort[] Match(IGraphView graph, IReadOnlyList<ModelPort> wanted, ModelPort[] found, string kind)
    {
        var result = new ModelPort[wanted.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Array.Find(found, port => port.Name == wanted[i].Name) ?? throw new OnnxRuntimeException(
                OnnxRuntimeErrorCode.InvalidGraph,
                $"Model '{graph.ModelName}', {kind} '{wanted[i].Name}': expected it in the session, which has {string.Join(", ", found.Select(static port => $"'{port.Name}'"))}. Check how the graph was written.");
        }

        return result;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Model {Model}: {Nodes} nodes compiled by ONNX Runtime {Version}.")]
    private static partial void LogCompiled(ILogger logger, string model, int nodes, string version);
}
