using System.Runtime.InteropServices;
using System.Text;

namespace Inference.OnnxRuntime.Native;

/// <summary>A session with its signature in a given order, run by any number of threads.</summary>
internal sealed class SessionCore : IDisposable
{
    private readonly OrtApi _api;
    private readonly SessionHandle _handle;
    private readonly RunGate _gate = new();
    private readonly RunState?[] _pool = new RunState?[Math.Max(4, Environment.ProcessorCount)];
    private readonly byte[] _names;

    /// <summary>Takes over a session.</summary>
    /// <param name="api">The library.</param>
    /// <param name="handle">The session; disposed with this object, and where this throws.</param>
    /// <param name="name">The model's name for messages.</param>
    /// <param name="inputs">The inputs in the order of <see cref="RunState.Inputs"/>.</param>
    /// <param name="outputs">The outputs in the order of <see cref="RunState.Outputs"/>.</param>
    public SessionCore(OrtApi api, SessionHandle handle, string name, ModelPort[] inputs, ModelPort[] outputs)
    {
        _api = api;
        _handle = handle;
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        _names = GC.AllocateArray<byte>(inputs.Concat(outputs).Sum(static port => Encoding.UTF8.GetByteCount(port.Name) + 1) + 1, pinned: true);
        int offset = 0;
        InputNames = PlaceNames(inputs, ref offset);
        OutputNames = PlaceNames(outputs, ref offset);
        IsAlias = [.. outputs.Select(output => inputs.Any(input => input.Name == output.Name))];
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    public ModelPort[] Inputs { get; }

    public ModelPort[] Outputs { get; }

    /// <summary>Addresses of the names, null-terminated UTF-8; valid while this object lives.</summary>
    public nint[] InputNames { get; }

    public nint[] OutputNames { get; }

    /// <summary>Which outputs are inputs handed through. The library returns the input itself for them and does not write to a tensor it is given.</summary>
    public bool[] IsAlias { get; }

    /// <summary>Whether output shapes follow from input shapes, as far as was seen; once false, it stays so.</summary>
    public bool PredictsShapes { get; set; } = true;

    /// <summary>Begins a run; end it by <see cref="Return"/>.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public RunState Rent(object owner)
    {
        _gate.Enter(owner);
        RunState?[] pool = _pool;
        for (int i = 0; i < pool.Length; i++)
        {
            if (pool[i] is not null && Interlocked.Exchange(ref pool[i], null) is { } state)
            {
                return state;
            }
        }

        return new RunState(_api, this);
    }

    /// <summary>Runs on the values in <paramref name="state"/>.</summary>
    public void Run(RunState state, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        state.Run(_handle.DangerousGetHandle(), cancellationToken);
    }

    /// <summary>Runs on values in the session's order; see <see cref="OnnxRuntimeModel.Run(ReadOnlySpan{ModelValue}, Span{ModelValue}, CancellationToken)"/>.</summary>
    public void Run(object owner, ReadOnlySpan<ModelValue?> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        if (inputs.Length != Inputs.Length || outputs.Length != Outputs.Length)
        {
            throw new InvalidInputException(
                $"Model '{Name}': expected {Inputs.Length} input and {Outputs.Length} output slots, got {inputs.Length} and {outputs.Length}. Pass one slot for each.");
        }

        RunState state = Rent(owner);
        try
        {
            inputs.CopyTo(state.Inputs);
            outputs.CopyTo(state.Outputs);
            Run(state, cancellationToken);
            state.Outputs.CopyTo(outputs);
        }
        finally
        {
            Return(state);
        }
    }

    /// <summary>Ends a run.</summary>
    public void Return(RunState state)
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
            state.Release();
        }

        _gate.Exit();
        // Until here the names and the session must not be collected.
        GC.KeepAlive(this);
    }

    /// <summary>Makes a state to be kept by one owner; it ends by <see cref="RunState.Release"/>.</summary>
    public RunState CreateState() => new(_api, this);

    /// <summary>Runs on a state that <see cref="CreateState"/> made.</summary>
    public void RunKept(object owner, RunState state, ReadOnlySpan<ModelValue?> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        _gate.Enter(owner);
        try
        {
            inputs.CopyTo(state.Inputs);
            outputs.CopyTo(state.Outputs);
            Run(state, cancellationToken);
            state.Outputs.CopyTo(outputs);
        }
        finally
        {
            state.Clear();
            _gate.Exit();
            GC.KeepAlive(this);
        }
    }

    /// <summary>Waits for runs in flight, then releases the session. Doing it again has no effect but waits too.</summary>
    public void Dispose()
    {
        _gate.Close(out bool first).GetAwaiter().GetResult();
        if (first)
        {
            Release();
        }
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.Close(out bool first).ConfigureAwait(false);
        if (first)
        {
            Release();
        }
    }

    private void Release()
    {
        for (int i = 0; i < _pool.Length; i++)
        {
            Interlocked.Exchange(ref _pool[i], null)?.Release();
        }

        _handle.Dispose();
    }

    private nint[] PlaceNames(ModelPort[] ports, ref int offset)
    {
        var addresses = new nint[ports.Length];
        for (int i = 0; i < ports.Length; i++)
        {
            addresses[i] = Marshal.UnsafeAddrOfPinnedArrayElement(_names, offset);
            offset += Encoding.UTF8.GetBytes(ports[i].Name, _names.AsSpan(offset)) + 1;
        }

        return addresses;
    }
}
