using System.Buffers;
using Inference.Execution;
using Inference.Graph;

namespace Inference.Loading;

/// <summary>A call's inputs in the engine's form: addresses pinned while the call runs. Used again by later calls; one call at a time.</summary>
internal sealed unsafe class CallState
{
    private EngineValue?[] _values = [];
    private Tensor[] _tensors = [];
    private MemoryHandle[] _pins = [];
    private int _pinCount;

    /// <summary>The graph's inputs, in order.</summary>
    public ReadOnlySpan<EngineValue?> Values => _values;

    /// <summary>Checks and pins the inputs; returns the executable to run them on.</summary>
    /// <exception cref="InvalidInputException">They do not fit the model.</exception>
    public GraphExecutable Bind(LoadedModel model, NamedValues inputs)
    {
        ModelInfo info = model.Info;
        GraphExecutable executable = model.Executable;
        int found = 0;
        bool overrides = false;
        foreach (ModelPort port in Ports(info))
        {
            if (inputs.TryGet(port.Name, out _))
            {
                found++;
                overrides |= port.IsOptional;
            }
            else if (!port.IsOptional)
            {
                InputBinder.ThrowMissing(info, port);
            }
        }

        if (found != inputs.Count)
        {
            InputBinder.ThrowUnknown(info, inputs);
        }

        if (overrides)
        {
            executable = model.WithInputs;
        }

        List<Value> graphInputs = executable.Graph.Inputs;
        Reserve(graphInputs.Count);
        int index = 0;
        foreach (ModelPort port in Ports(info))
        {
            if (port.IsOptional && !overrides)
            {
                continue;
            }

            _values[index] = inputs.TryGet(port.Name, out ModelValue? value) ? Convert(info.Name, port, value, index) : model.Default(port.Name);
            index++;
        }

        return executable;
    }

    /// <summary>Lets go of the caller's values.</summary>
    public void Clear()
    {
        for (int i = 0; i < _pinCount; i++)
        {
            _pins[i].Dispose();
            _pins[i] = default;
        }

        _pinCount = 0;
        Array.Clear(_values);
    }

    private static ModelPort[] Ports(ModelInfo info) => (ModelPort[])info.Inputs;

    private EngineValue Convert(string model, ModelPort port, ModelValue value, int index)
    {
        InputBinder.Check(model, port, value);
        if (value is TensorValue { ElementType: not ElementType.String } tensor && port.Type.Kind == ModelValueKind.Tensor)
        {
            MemoryHandle pin = tensor.Pin();
            _pins[_pinCount++] = pin;
            _tensors[index].Set(tensor.ElementType, tensor.Shape, pin.Pointer);
            return _tensors[index];
        }

        EngineValue converted = ValueConversion.ToEngine(value);
        return port.Type.Kind == ModelValueKind.Optional && converted is not OptionalData ? new OptionalData(converted) : converted;
    }

    private void Reserve(int count)
    {
        if (_values.Length != count)
        {
            _values = new EngineValue?[count];
            _pins = new MemoryHandle[count];
            _tensors = new Tensor[count];
            for (int i = 0; i < count; i++)
            {
                _tensors[i] = new Tensor();
            }
        }
    }
}
