using System.Collections.ObjectModel;
using Inference.Execution;
using Inference.Graph;
using Inference.Import;
using Inference.Onnx;
using Inference.Passes;
using Inference.Placement;
using Inference.Planning;

namespace Inference.Loading;

/// <summary>A model imported, optimised and ready to be planned. Shared by the runs of one runner. Thread-safe.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly OnnxModel _file;
    private readonly Action _release;
    private readonly SharedConstants _shared = new();
    private readonly Lazy<GraphExecutable> _withInputs;
    private readonly PlacedModel? _placed;

    /// <summary>Prepares a model.</summary>
    /// <param name="file">The file's model.</param>
    /// <param name="options">The load options.</param>
    /// <param name="name">Its name.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="release">Lets go of the file; called once, on disposal, and not where this fails.</param>
    /// <param name="placed">Parts that other providers run; owned; null for none.</param>
    public LoadedModel(OnnxModel file, ModelLoadOptions options, string name, string digest, Action release, PlacedModel? placed = null)
    {
        _file = file;
        _release = release;
        MaxMemoryBytes = MemoryLimit.Of(options);
        using MemoryLimit.Scope limit = MemoryLimit.Enter(MaxMemoryBytes);
        _placed = placed;
        int threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        ImportedModel imported = Prepare(file, name, bindDefaults: true, placed, out RowProof rows);
        Executable = new(name, imported.Graph, _shared, threads, options.MaxPlans);
        HasDefaults = imported.Defaults.Count > 0;
        _withInputs = new(() => new(name, Prepare(file, name, bindDefaults: false, placed, out _).Graph, _shared, threads, options.MaxPlans));
        Info = new()
        {
            Name = name,
            Version = options.Version,
            Digest = digest,
            Inputs = Ports(file.Graph.Inputs, imported, file.IrVersion < 4),
            Outputs = [.. file.Graph.Outputs.Select((o, i) => new ModelPort(o.Name, Described(imported.Graph.Outputs[i], TypeImport.FromOnnx(o.Type))))],
            BatchAxis = rows.BatchAxis,
            RowIndependent = rows.RowIndependent,
            Deterministic = IsDeterministic(imported.Graph),
            Provider = placed is null ? "cpu" : string.Join("+", placed.Report.Parts.Select(p => p.Provider).Distinct()),
            Metadata = new ReadOnlyDictionary<string, string>(file.Metadata.DistinctBy(m => m.Key).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal)),
        };
    }

    public ModelInfo Info { get; set; }

    /// <summary>The limit for one value, and for intermediate values of a run together.</summary>
    public long MaxMemoryBytes { get; }

    public GraphExecutable Executable { get; }

    /// <summary>Whether some inputs have a default and were imported as constants.</summary>
    public bool HasDefaults { get; }

    /// <summary>The same model with defaults as inputs, for calls that give them; made on first use.</summary>
    public GraphExecutable WithInputs => _withInputs.Value;

    /// <summary>Defaults, by name, for inputs that a call leaves out.</summary>
    public Tensor Default(string name) => TensorImport.FromOnnx(_file.Graph.Initializers.First(i => i.Name == name));

    public void Dispose()
    {
        Executable.Dispose();
        if (_withInputs.IsValueCreated)
        {
            _withInputs.Value.Dispose();
        }

        _shared.Dispose();
        _placed?.Dispose();
        _release();
    }

    /// <summary>The file's model; null where parts of it were replaced by those of other providers.</summary>
    public OnnxModel? Source => _placed is null ? _file : null;

    /// <summary>Where the parts of the model run.</summary>
    public PlacementReport Placement => _placed?.Report ?? new([new("cpu", _file.Graph.Nodes.Count, [.. _file.Graph.Nodes.Select(n => n.OpType).Distinct().Order(StringComparer.Ordinal)])], []);

    private static ImportedModel Prepare(OnnxModel file, string name, bool bindDefaults, PlacedModel? placed, out RowProof rows)
    {
        ImportedModel imported = ModelImporter.Import(file, bindDefaults, placed is null ? null : placed.Resolve);
        ShapeInference.Run(imported.Graph, name);

        // Before the passes: fused operators and other layouts do not state how rows go through them.
        rows = RowProof.Of(imported.Graph);
        PassPipeline.Run(imported.Graph, name, verify: false);
        if (!rows.RowIndependent)
        {
            // After them: folded constants may decide what was open. One proof is enough.
            rows = RowProof.Of(imported.Graph) is { RowIndependent: true } passed ? passed : rows.BatchAxis == 0 && placed is null ? ProveFolded(file, name) : rows;
        }

        return imported;
    }

    // The graph as imported, with nothing done to it but computing what is constant.
    private static RowProof ProveFolded(OnnxModel file, string name)
    {
        ModelGraph graph = ModelImporter.Import(file).Graph;
        ShapeInference.Run(graph, name);
        ConstantFolding.Run(graph);
        ShapeInference.Run(graph, name);
        return RowProof.Of(graph);
    }

    // An output may be another node's value under the declared name.
    private static ModelValueType Described(Value output, ModelValueType? declared) =>
        output.Type is { } known ? TypeMerge.Merge(declared, known, out _) : declared ?? output.Declared ?? new ModelValueType(ModelValueKind.Tensor);

    private static ModelPort[] Ports(IReadOnlyList<OnnxValueInfo> inputs, ImportedModel imported, bool skipInitializers)
    {
        var given = imported.Graph.Inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        var result = new List<ModelPort>();
        foreach (OnnxValueInfo input in inputs)
        {
            bool isDefault = !given.ContainsKey(input.Name);
            if (isDefault && skipInitializers)
            {
                continue;
            }

            result.Add(new(input.Name, TypeImport.FromOnnx(input.Type) ?? new ModelValueType(ModelValueKind.Tensor), isDefault));
        }

        return [.. result];
    }

    private static bool IsDeterministic(ModelGraph graph) =>
        graph.Nodes.TrueForAll(n => (n.Operator is CompiledCall call ? call.Repeats : n.Operator!.IsDeterministic) && GraphEdit.InnerGraphs(n).All(IsDeterministic));
}
