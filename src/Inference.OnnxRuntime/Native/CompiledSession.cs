using Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime.Native;

/// <summary>A graph compiled into a session of ONNX Runtime, run by any number of threads.</summary>
internal sealed class CompiledSession : CompiledModel
{
    private readonly RunGate _gate;
    private readonly RunState?[] _pool = new RunState?[Math.Max(4, Environment.ProcessorCount)];

    private CompiledSession(InferenceSession session, GraphView graph)
    {
        _gate = new RunGate(Release);
        Session = session;
        Name = graph.ModelName;
        Inputs = graph.Inputs;
        Outputs = graph.Outputs;
        IsAlias = [.. Outputs.Select(output => Inputs.Any(input => input.Name == output.Name))];
    }

    // The package's session releases itself if it is not disposed; the environment is counted here.
    ~CompiledSession() => OrtEnvironment.Leave();

    /// <summary>The package's session.</summary>
    public InferenceSession Session { get; }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>The graph's inputs.</summary>
    public IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>Which outputs are inputs handed through. The library returns the input itself for them and does not write to a tensor it is given.</summary>
    public bool[] IsAlias { get; }

    /// <summary>Whether output shapes follow from input shapes, as far as was seen; once false, it stays so.</summary>
    public bool PredictsShapes { get; set; } = true;

    /// <summary>Compiles a graph.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not know an option, or rejects the graph.</exception>
    public static CompiledSession Compile(OrtLibrary library, GraphView graph, OnnxRuntimeOptions options)
    {
        OrtEnvironment.Enter(options.GlobalThreadPool);
        InferenceSession? session = null;
        try
        {
            session = SessionFactory.Open(library, graph, options);
            Require(graph, graph.Inputs, session.InputNames, "input");
            Require(graph, graph.Outputs, session.OutputNames, "output");
            return new CompiledSession(session, graph);
        }
        catch
        {
            session?.Dispose();
            OrtEnvironment.Leave();
            throw;
        }
    }

    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        if (inputs.Length != Inputs.Count || outputs.Length != Outputs.Count)
        {
            throw new InvalidInputException(
                $"Model '{Name}': expected {Inputs.Count} input and {Outputs.Count} output entries, got {inputs.Length} and {outputs.Length}. Pass one entry for each.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        RunState state = Rent();
        try
        {
            inputs.CopyTo(state.Inputs!);
            outputs.CopyTo(state.Outputs);
            state.Run(cancellationToken);
            state.Outputs.CopyTo(outputs);
        }
        finally
        {
            Return(state);
        }
    }

    /// <summary>Releases the session when the last run has ended.</summary>
    protected override void Dispose(bool disposing) => _gate.Close();

    private RunState Rent()
    {
        _gate.Enter(Name);
        RunState?[] pool = _pool;
        for (int i = 0; i < pool.Length; i++)
        {
            if (pool[i] is not null && Interlocked.Exchange(ref pool[i], null) is { } state)
            {
                return state;
            }
        }

        return new RunState(this);
    }

    private void Return(RunState state)
    {
        state.Clear();
        RunState?[] pool = _pool;
        bool kept = false;
        for (int i = 0; i < pool.Length && !kept; i++)
        {
            kept = pool[i] is null && Interlocked.CompareExchange(ref pool[i], state, null) is null;
        }

        if (!kept)
        {
            state.Dispose();
        }

        _gate.Exit();
    }

    private void Release()
    {
        for (int i = 0; i < _pool.Length; i++)
        {
            Interlocked.Exchange(ref _pool[i], null)?.Dispose();
        }

        Session.Dispose();
        GC.SuppressFinalize(this);
        OrtEnvironment.Leave();
    }

    private static void Require(GraphView graph, IReadOnlyList<ModelPort> wanted, IReadOnlyList<string> found, string kind)
    {
        foreach (ModelPort port in wanted)
        {
            if (!found.Contains(port.Name))
            {
                throw new OnnxRuntimeException(
                    $"Model '{graph.ModelName}', {kind} '{port.Name}': expected the session to have it; the session has {string.Join(", ", found.Select(static name => $"'{name}'"))}. Check how the graph was written.") { Code = OnnxRuntimeErrorCode.InvalidGraph };
            }
        }
    }
}
