using System.Buffers;
using Inference.Onnx;
using Inference.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>A model that the provider compiled from its bytes, without the core's checks around it.</summary>
internal sealed class OrtModel : IDisposable
{
    private readonly BytesGraph _graph;
    private readonly CompiledModel _compiled;

    private OrtModel(BytesGraph graph, OnnxRuntimeOptions options)
    {
        _graph = graph;
        _compiled = new OnnxRuntimeProvider(options).Compile(graph, new CompileContext { Options = new(), Logger = NullLogger.Instance });
    }

    public IReadOnlyList<ModelPort> Inputs => _graph.Inputs;

    public IReadOnlyList<ModelPort> Outputs => _graph.Outputs;

    public static OrtModel Load(byte[] bytes, OnnxRuntimeOptions? options = null, string name = "model", string? externalDataDirectory = null) =>
        new(new BytesGraph(bytes, name, externalDataDirectory), options ?? new());

    public void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken = default) => _compiled.Run(inputs, outputs, cancellationToken);

    /// <summary>Runs on one value for each input.</summary>
    public NamedValues Run(NamedValues inputs, CancellationToken cancellationToken = default)
    {
        var outputs = new ModelValue?[Outputs.Count];
        _compiled.Run([.. Inputs.Select(port => inputs.GetValue(port.Name))], outputs, cancellationToken);
        NamedValues results = [];
        for (int i = 0; i < outputs.Length; i++)
        {
            results.Add(Outputs[i].Name, outputs[i]!);
        }

        return results;
    }

    public void Dispose() => _compiled.Dispose();

    /// <summary>Bytes as the whole model; no ports where they are no model.</summary>
    private sealed class BytesGraph : GraphView
    {
        private readonly byte[] _bytes;

        public BytesGraph(byte[] bytes, string name, string? externalDataDirectory)
        {
            _bytes = bytes;
            ModelName = name;
            ExternalDataDirectory = externalDataDirectory;
            try
            {
                var graph = new Inference.Conformance.Graphs.ModelGraph(OnnxModel.Read(bytes, new OnnxReadOptions { BaseDirectory = externalDataDirectory }));
                (Inputs, Outputs, Nodes, Opsets) = (graph.Inputs, graph.Outputs, graph.Nodes, graph.Opsets);
            }
            catch (OnnxFormatException)
            {
            }
        }

        public override string ModelName { get; }

        public override bool IsWholeModel => true;

        public override string? SourcePath => null;

        public override string? ExternalDataDirectory { get; }

        public override IReadOnlyDictionary<string, long> Opsets { get; } = new Dictionary<string, long>();

        public override IReadOnlyList<GraphNode> Nodes { get; } = [];

        public override IReadOnlyList<ModelPort> Inputs { get; } = [];

        public override IReadOnlyList<ModelPort> Outputs { get; } = [];

        public override ModelValueType? GetValueType(string valueName) => null;

        public override TensorValue? GetConstant(string valueName) => null;

        public override void WriteModel(IBufferWriter<byte> to) => to.Write(_bytes);
    }
}
