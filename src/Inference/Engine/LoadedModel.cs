using System.Collections.ObjectModel;
using Inference.Execution;
using Inference.Import;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Placement;
using Inference.Planning;
using Inference.Rewriting;
using Inference.Rewriting.Facts;
using Inference.Rewriting.Framework;
using Inference.Rewriting.Rewrites;
using Inference.Scanning;

namespace Inference.Engine;

/// <summary>A model imported, optimised and ready to be planned. Shared by the runs of one runner. Thread-safe.</summary>
internal sealed class LoadedModel : IDisposable
{
    // As late as a call that waits may learn that it is to stop.
    private const int WaitMilliseconds = 5;

    private readonly OnnxModel _file;
    private readonly Action _release;
    private readonly SharedConstants _shared;
    private readonly SecretBlocks? _secrets;
    private readonly Lock _lock = new();
    private readonly Func<RunControl, GraphExecutable> _makeWithInputs;
    private GraphExecutable? _withInputs;
    private readonly PlacedModel? _placed;

    /// <summary>Prepares a model.</summary>
    /// <param name="file">The file's model.</param>
    /// <param name="imported">The same model imported; taken over and rewritten.</param>
    /// <param name="options">The load options.</param>
    /// <param name="name">Its name.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="release">Lets go of the file; called once, on disposal, and not where this fails.</param>
    /// <param name="control">What can stop the load.</param>
    /// <param name="secrets">The blocks of a decrypted model, which are zeroed with it; null for other models.</param>
    /// <param name="placed">Parts that other providers run; owned, but where this fails; null for none.</param>
    public LoadedModel(OnnxModel file, ImportedModel imported, ModelLoadOptions options, string name, string digest, Action release, RunControl control, SecretBlocks? secrets = null, PlacedModel? placed = null)
    {
        using SecretBlocks.Scope scope = SecretBlocks.Enter(secrets);
        _secrets = secrets;
        _shared = new(secrets, options.Precision);
        _file = file;
        _release = release;
        MaxMemoryBytes = MemoryBudget.LimitOf(options);
        Table = StandardOperators.Table.With(options.Images);
        _placed = placed;
        int maxPlans = options.MaxPlans;
        int threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        RowProof rows = Prepare(imported, name, options.Limits, placed, control);
        Executable = new(name, imported.Graph, _shared, threads, options.MaxPlans);
        HasDefaults = imported.Defaults.Count > 0;
        ModelLimits limits = options.Limits;
        _makeWithInputs = c =>
        {
            using SecretBlocks.Scope inner = SecretBlocks.Enter(secrets);
            ImportedModel again = ModelImporter.Import(file, bindDefaults: false, c, Table);
            Prepare(again, name, limits, placed, c);
            return new(name, again.Graph, _shared, threads, maxPlans);
        };
        Info = new()
        {
            Name = name,
            Version = options.Version,
            Digest = digest,
            KeyId = file.KeyId,
            Inputs = Ports(file.Graph.Inputs, imported, file.IrVersion < 4),
            Outputs = [.. file.Graph.Outputs.Select((o, i) => new ModelPort(o.Name, Described(imported.Graph.Outputs[i], TypeImport.FromOnnx(o.Type))))],
            BatchAxis = rows.BatchAxis,
            RowIndependent = rows.RowIndependent,
            Deterministic = IsDeterministic(imported.Graph),
            Provider = placed is null ? "cpu" : string.Join("+", placed.Report.Parts.Select(p => p.Provider).Distinct()),
            Metadata = new ReadOnlyDictionary<string, string>(file.Metadata.DistinctBy(m => m.Key).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal)),
        };
    }

    public ModelInfo Info { get; }

    /// <summary>The blocks of a decrypted model; null for other models.</summary>
    public SecretBlocks? Secrets => _secrets;

    /// <summary>The operators that the model may have.</summary>
    public OperatorTable Table { get; }

    /// <summary>The limit for what one run holds at once.</summary>
    public long MaxMemoryBytes { get; }

    public GraphExecutable Executable { get; }

    /// <summary>Whether some inputs have a default and were imported as constants.</summary>
    public bool HasDefaults { get; }

    /// <summary>The same model with defaults as inputs, for calls that give them; made on first use, within the time of the call.</summary>
    public GraphExecutable WithInputs(RunControl control)
    {
        if (Volatile.Read(ref _withInputs) is { } made)
        {
            return made;
        }

        // Another call may be at it: this one waits no longer than it may.
        while (!_lock.TryEnter(WaitMilliseconds))
        {
            control.ThrowIfStopped();
        }

        try
        {
            if (_withInputs is null)
            {
                Volatile.Write(ref _withInputs, _makeWithInputs(control));
            }

            return _withInputs;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Defaults, by name, for inputs that a call leaves out.</summary>
    public Tensor Default(string name) => TensorImport.FromOnnx(_file.Graph.Initializers.First(i => i.Name == name));

    public void Dispose()
    {
        Executable.Dispose();
        _withInputs?.Dispose();

        _shared.Dispose();
        _placed?.Dispose();
        _secrets?.Dispose();
        _release();
    }

    /// <summary>The file's model; null where parts of it were replaced by those of other providers.</summary>
    public OnnxModel? Source => _placed is null ? _file : null;

    /// <summary>Where the parts of the model run.</summary>
    public PlacementReport Placement => _placed?.Report ?? new([new("cpu", _file.Graph.Nodes.Count, [.. _file.Graph.Nodes.Select(n => n.OpType).Distinct().Order(StringComparer.Ordinal)])], []);

    private static RowProof Prepare(ImportedModel imported, string name, ModelLimits limits, PlacedModel? placed, RunControl control)
    {
        ModelGraph graph = (placed is null ? imported.RequireKnown() : placed.Apply(imported)).Graph;
        ShapeInference.Run(graph, name, control);
        LoadRules.Require(graph, limits);

        // Before the passes: fused operators and other layouts do not state how rows go through them.
        RowProof rows = RowProof.Of(graph, control);
        ModelGraph? unfused = rows is { RowIndependent: false, BatchAxis: 0 } && placed is null ? GraphCopy.Of(graph) : null;
        PassPipeline.Run(graph, name, verify: false, control);
        if (!rows.RowIndependent)
        {
            // After them: folded constants may decide what was open. One proof is enough.
            rows = RowProof.Of(graph, control) is { RowIndependent: true } passed ? passed : unfused is not null ? ProveFolded(unfused, name, control) : rows;
        }

        return rows;
    }

    // The graph as imported, with nothing done to it but computing what is constant.
    private static RowProof ProveFolded(ModelGraph graph, string name, RunControl control)
    {
        ConstantFolding.Run(graph, control);
        ShapeInference.Run(graph, name, control);
        return RowProof.Of(graph, control);
    }

    // An output may be another node's value under the declared name.
    private static ModelValueType Described(Value output, ModelValueType? declared) =>
        output.Type is { } known ? TypeMerge.Merge(declared, known, out _) : declared ?? output.Declared ?? ModelValueType.Tensor(ElementType.Undefined);

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

            result.Add(new(input.Name, TypeImport.FromOnnx(input.Type) ?? ModelValueType.Tensor(ElementType.Undefined), isDefault));
        }

        return [.. result];
    }

    private static bool IsDeterministic(ModelGraph graph) =>
        graph.Nodes.TrueForAll(n => (n.Operator is CompiledCall call ? call.Repeats : n.Operator!.IsDeterministic) && GraphEdit.InnerGraphs(n).All(IsDeterministic));
}
