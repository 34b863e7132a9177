using Inference.OnnxRuntime.Native;

namespace Inference.OnnxRuntime;

/// <summary>A run with kept inputs and outputs: the library reads and writes them in place.</summary>
internal sealed class OnnxRuntimeBoundRun : BoundRun
{
    private readonly SessionCore _core;
    private readonly RunState _state;
    private readonly ModelValue?[] _inputs;
    private readonly bool[] _retained;
    private readonly ModelValue?[] _outputs;
    private readonly ModelValue?[] _shown;
    private readonly ModelValue?[] _slots;
    private bool _reuse;
    private bool _shapesFollow = true;

    public OnnxRuntimeBoundRun(SessionCore core)
    {
        _core = core;
        _state = core.CreateState();
        _inputs = new ModelValue?[core.Inputs.Length];
        _retained = new bool[core.Inputs.Length];
        _outputs = new ModelValue?[core.Outputs.Length];
        _shown = new ModelValue?[core.Outputs.Length];
        _slots = new ModelValue?[core.Outputs.Length];
    }

    public override void SetInput(string name, TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        BeginUse();
        try
        {
            Bind(name, value);
        }
        finally
        {
            EndUse();
        }
    }

    public override void Run(CancellationToken cancellationToken = default)
    {
        BeginUse();
        try
        {
            RunBound(cancellationToken);
        }
        finally
        {
            EndUse();
        }
    }

    public override ModelValue GetOutput(string name)
    {
        RequireIdle();
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_core.Outputs[i].Name == name)
            {
                ModelValue output = _outputs[i] ?? throw new InferenceException($"Model '{_core.Name}', output '{name}': nothing was run yet. Call Run first.");
                return output is TensorValue { ElementType: not ElementType.String } tensor ? _shown[i] = Show(tensor, _shown[i]) : output;
            }
        }

        throw new InferenceException($"Model '{_core.Name}': there is no output '{name}', expected {string.Join(", ", _core.Outputs.Select(static port => $"'{port.Name}'"))}.");
    }

    public override void Dispose() => Close();

    protected override void Release()
    {
        _state.Release();
        for (int i = 0; i < _inputs.Length; i++)
        {
            Unbind(i);
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            _outputs[i]?.Dispose();
            _outputs[i] = null;
            _shown[i] = null;
        }
    }

    private void Bind(string name, TensorValue value)
    {
        int index = Array.FindIndex(_core.Inputs, port => port.Name == name);
        if (index < 0)
        {
            InputCheck.ThrowUnknown(_core.Name, _core.Inputs, new NamedValues { { name, value } });
        }

        if (IsOwnOutput(value))
        {
            throw new InvalidInputException($"Model '{_core.Name}', input '{name}': expected a value that runs do not write, got an output of the same bound run. Bind a copy of it: its Retain() makes one.");
        }

        InputCheck.Require(_core.Name, _core.Inputs[index], value);
        bool sameShape = _inputs[index] is TensorValue before && before.Shape.SequenceEqual(value.Shape);

        // Borrowed memory, whose Retain is a copy, is read in place: the caller keeps it alive.
        bool retained = false;
        if (!value.IsBorrowed)
        {
            ModelValue kept = value.Retain();
            retained = ReferenceEquals(kept, value);
            if (!retained)
            {
                kept.Dispose();
            }
        }

        _reuse &= sameShape;
        Unbind(index);
        _inputs[index] = value;
        _retained[index] = retained;
    }

    private void RunBound(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i] is null && !_core.Inputs[i].IsOptional)
            {
                InputCheck.ThrowMissing(_core.Name, _core.Inputs[i]);
            }
        }

        bool reuse = _reuse && _shapesFollow;
        FillSlots(reuse);
        try
        {
            _core.RunKept(this, _state, _inputs, _slots, cancellationToken);
        }
        catch (ModelRunException) when (reuse)
        {
            // An output shape that depends on the values: let the library allocate, now and in future.
            FillSlots(false);
            _core.RunKept(this, _state, _inputs, _slots, cancellationToken);
            _shapesFollow = false;
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            if (!ReferenceEquals(_slots[i], _outputs[i]))
            {
                _outputs[i]?.Dispose();
                _outputs[i] = _slots[i];
            }
        }

        _reuse = true;
    }

    private void FillSlots(bool reuse)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = reuse && _outputs[i] is TensorValue { ElementType: not ElementType.String } ? _outputs[i] : null;
        }
    }

    private void Unbind(int index)
    {
        if (_retained[index])
        {
            _inputs[index]!.Dispose();
            _retained[index] = false;
        }

        _inputs[index] = null;
    }
}
