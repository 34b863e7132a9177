namespace Inference.Serving;

/// <summary>A bound run: what is bound stays, checked and held, and what runs wrote is shown. One thread at a time.</summary>
internal abstract unsafe class ServedBoundRun : BoundRun
{
    private readonly ModelInfo _info;
    private readonly RunGate _gate;
    private readonly ModelPort[] _ports;
    private readonly ModelValue?[] _bound;
    private readonly TensorPin[] _pins;
    private readonly ModelValue?[] _shown;
    private TensorPin _sparePin = new();

    /// <summary>Makes one without inputs.</summary>
    /// <param name="info">The model.</param>
    /// <param name="gate">Held for this object, which releases it when it is disposed.</param>
    protected ServedBoundRun(ModelInfo info, RunGate gate)
    {
        _info = info;
        _gate = gate;
        _ports = [.. info.Inputs.Where(p => !p.IsOptional)];
        _bound = new ModelValue?[_ports.Length];
        _pins = NewPins(_ports.Length);
        _shown = new ModelValue?[info.Outputs.Count];
        Values = new EngineValue?[_ports.Length];
        Outputs = new ModelValue?[info.Outputs.Count];
    }

    // A handle on borrowed memory would never be released.
    ~ServedBoundRun() => ReleasePins();

    /// <summary>The bound values, by the model's inputs without those that have a default; tensors use the memory of the bound values.</summary>
    protected EngineValue?[] Values { get; }

    /// <summary>What runs wrote, by the model's outputs; owned.</summary>
    protected ModelValue?[] Outputs { get; }

    public override void SetInput(string name, TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        BeginUse();
        try
        {
            int index = Array.FindIndex(_ports, p => p.Name == name);
            if (index < 0)
            {
                throw new InvalidInputException($"Model '{_info.Name}': got '{name}', which is not an input that can be bound; expected {string.Join(", ", _ports.Select(p => $"'{p.Name}'"))}.");
            }

            if (IsOwnOutput(value))
            {
                throw new InvalidInputException($"Model '{_info.Name}', input '{name}': expected a value that the run does not write, got an output of the same bound run. Bind a copy: Retain() creates one.");
            }

            InputBinder.Check(_info.Name, _ports[index], value);
            Bind(index, value);
        }
        finally
        {
            EndUse();
        }
    }

    public override ModelValue GetOutputValue(string name)
    {
        RequireIdle();
        IReadOnlyList<ModelPort> ports = _info.Outputs;
        for (int i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == name)
            {
                ModelValue output = Outputs[i] ?? throw new InferenceException($"Model '{_info.Name}': output '{name}' was read before the first run. Call Run first.");
                return output is TensorValue { ElementType: not ElementType.String } tensor ? _shown[i] = Show(tensor, _shown[i]) : output;
            }
        }

        throw new InferenceException($"Model '{_info.Name}': there is no output '{name}'; the outputs are {string.Join(", ", ports.Select(p => $"'{p.Name}'"))}.");
    }

    public override void Dispose() => Close();

    /// <summary>Checks that every input is bound.</summary>
    /// <exception cref="InvalidInputException">One is not.</exception>
    protected void RequireInputs()
    {
        for (int i = 0; i < _ports.Length; i++)
        {
            if (Values[i] is null)
            {
                InputBinder.ThrowMissing(_info, _ports[i]);
            }
        }
    }

    /// <summary>Lets go of what was prepared for the values bound so far: one of them changes, or the object ends.</summary>
    protected abstract void Unprepare();

    protected override void Release()
    {
        GC.SuppressFinalize(this);
        Unprepare();
        Array.Clear(Values);
        foreach (ModelValue? value in _bound.Concat(Outputs))
        {
            value?.Dispose();
        }

        ReleasePins();
        _gate.Drop();
    }

    /// <summary>Lets go of the memory of values that others own.</summary>
    protected virtual void ReleasePins()
    {
        foreach (TensorPin pin in _pins)
        {
            pin.Dispose();
        }

        _sparePin.Dispose();
    }

    protected static TensorPin[] NewPins(int count)
    {
        var pins = new TensorPin[count];
        for (int i = 0; i < count; i++)
        {
            pins[i] = new TensorPin();
        }

        return pins;
    }

    // The previous value stays bound if the new value cannot be held.
    private void Bind(int index, TensorValue value)
    {
        EngineValue bound;
        if (value.ElementType == ElementType.String)
        {
            bound = ValueConversion.ToEngine(value, InputBinder.Shape(_ports[index], value), MemoryBudget.Unlimited);
        }
        else
        {
            _sparePin.Hold(value);
            var tensor = new Tensor();
            tensor.Set(value.ElementType, InputBinder.Shape(_ports[index], value), _sparePin.Address, _sparePin);
            bound = tensor;
        }

        // Borrowed memory is read in place, as documented; owned memory is held by a reference, so that it cannot be written unnoticed.
        ModelValue? kept = value.IsBorrowed ? null : value.Retain();
        Unprepare();
        _bound[index]?.Dispose();
        _bound[index] = kept;
        Values[index] = bound;
        (_pins[index], _sparePin) = (_sparePin, _pins[index]);
        _sparePin.Dispose();
    }
}
