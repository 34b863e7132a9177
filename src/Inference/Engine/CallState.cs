using Inference.Execution;
using Inference.Serving;

namespace Inference.Engine;

/// <summary>A call's inputs in the engine's form, and its memory: inputs and outputs are held from binding to <see cref="Clear"/>, whatever the caller does with them meanwhile.
/// Used again by later calls; one call at a time.</summary>
internal sealed unsafe class CallState(LoadedModel model)
{
    private EngineValue?[] _values = [];
    private Tensor[] _tensors = [];
    private TensorPin[] _inputPins = [];
    private TensorPin[] _outputPins = [];
    private ModelValue?[] _given = [];

    /// <summary>What can stop the call, and what it may hold.</summary>
    public RunControl Control { get; } = new(new(model.MaxMemoryBytes));

    /// <summary>The graph's inputs, in order.</summary>
    public ReadOnlySpan<EngineValue?> Values => _values;

    /// <summary>Checks and pins the inputs; returns the executable to run them on.</summary>
    /// <exception cref="InvalidInputException">They do not fit the model.</exception>
    public GraphExecutable Bind(NamedValues inputs)
    {
        ModelInfo info = model.Info;
        GraphExecutable executable = model.Executable;
        ModelPort[] ports = Ports(info);
        if (_given.Length != ports.Length)
        {
            _given = new ModelValue?[ports.Length];
        }

        // Read once: another thread may change the set, and what was checked is what runs.
        int found = 0;
        bool overrides = false;
        for (int i = 0; i < ports.Length; i++)
        {
            if (inputs.TryGetValue(ports[i].Name, out _given[i]))
            {
                found++;
                overrides |= ports[i].IsOptional;
            }
            else if (!ports[i].IsOptional)
            {
                InputBinder.ThrowMissing(info, ports[i]);
            }
        }

        if (found != inputs.Count)
        {
            InputBinder.ThrowUnknown(info, inputs);
        }

        if (overrides)
        {
            executable = model.WithInputs(Control);
        }

        Reserve(executable.Graph.Inputs.Count);
        int index = 0;
        for (int i = 0; i < ports.Length; i++)
        {
            if (ports[i].IsOptional && !overrides)
            {
                continue;
            }

            _values[index] = _given[i] is { } value ? Convert(info.Name, ports[i], value, index) : model.Default(ports[i].Name);
            index++;
        }

        return executable;
    }

    /// <summary>Holds output <paramref name="index"/> of <paramref name="count"/> for the call.</summary>
    public TensorPin HoldOutput(int index, int count, TensorValue value)
    {
        if (_outputPins.Length != count)
        {
            _outputPins = NewPins(count);
        }

        TensorPin pin = _outputPins[index];
        pin.Hold(value);
        return pin;
    }

    /// <summary>Lets go of the caller's values.</summary>
    public void Clear()
    {
        Control.End();
        foreach (Tensor tensor in _tensors)
        {
            tensor.Release();
        }

        foreach (TensorPin pin in _inputPins)
        {
            pin.Dispose();
        }

        foreach (TensorPin pin in _outputPins)
        {
            pin.Dispose();
        }

        Array.Clear(_values);
        Array.Clear(_given);
    }

    private static ModelPort[] Ports(ModelInfo info) => (ModelPort[])info.Inputs;

    private EngineValue Convert(string name, ModelPort port, ModelValue value, int index)
    {
        InputBinder.Check(name, port, value);
        if (value is TensorValue { ElementType: not ElementType.String } tensor && port.Type.Kind == ModelValueKind.Tensor)
        {
            TensorPin pin = _inputPins[index];
            pin.Hold(tensor);
            _tensors[index].Set(tensor.ElementType, InputBinder.Shape(port, tensor), pin.Address, pin);
            return _tensors[index];
        }

        EngineValue converted = value is TensorValue texts && port.Type.Kind == ModelValueKind.Tensor
            ? ValueConversion.ToEngine(texts, InputBinder.Shape(port, texts), Control.Memory)
            : ValueConversion.ToEngine(value, Control.Memory);
        return port.Type.Kind == ModelValueKind.Optional && converted is not OptionalData ? new OptionalData(converted) : converted;
    }

    private void Reserve(int count)
    {
        if (_values.Length != count)
        {
            _values = new EngineValue?[count];
            _inputPins = NewPins(count);
            _tensors = new Tensor[count];
            for (int i = 0; i < count; i++)
            {
                _tensors[i] = new Tensor();
            }
        }
    }

    private static TensorPin[] NewPins(int count)
    {
        var pins = new TensorPin[count];
        for (int i = 0; i < count; i++)
        {
            pins[i] = new TensorPin();
        }

        return pins;
    }
}
