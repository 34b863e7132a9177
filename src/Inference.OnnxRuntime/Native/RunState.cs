using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime.Native;

/// <summary>What one run in flight needs, kept between runs: a binding, what is bound to it, run options. One thread at a time.</summary>
internal sealed class RunState : IDisposable
{
    private readonly CompiledSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly TensorSlot[] _inputSlots;
    private readonly TensorSlot[] _outputSlots;
    private readonly bool[] _predicted;
    private bool _inputsRepeat;
    private bool _copiesInputs;
    private bool _readsOutputs;

    /// <summary>Makes the state of runs of a session.</summary>
    public RunState(CompiledSession session)
    {
        _session = session;
        _binding = session.Session.CreateIoBinding();
        Inputs = new ModelValue?[session.Inputs.Count];
        Outputs = new ModelValue?[session.Outputs.Count];
        _inputSlots = [.. session.Inputs.Select(static port => new TensorSlot(port.Name))];
        _outputSlots = [.. session.Outputs.Select(static port => new TensorSlot(port.Name))];
        _predicted = new bool[Outputs.Length];
    }

    /// <summary>The values of the run, by the session's inputs.</summary>
    public ModelValue?[] Inputs { get; }

    /// <summary>The slots of the run, by the session's outputs; null for one to be allocated.</summary>
    public ModelValue?[] Outputs { get; }

    /// <summary>Runs the session on <see cref="Inputs"/> and fills <see cref="Outputs"/>. Those that were null before are null again where it throws.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        try
        {
            BindInputs();
            bool predicting = BindOutputs(predict: _inputsRepeat);
            try
            {
                Invoke(cancellationToken);
            }
            catch (Exception exception) when (predicting && PackageErrors.IsReported(exception) && !cancellationToken.IsCancellationRequested)
            {
                // A shape that depends on the values: let the library allocate, now and in later runs.
                DropPredictions();
                BindOutputs(predict: false);
                Invoke(cancellationToken);
                _session.PredictsShapes = false;
            }

            if (_readsOutputs)
            {
                ReadOutputs();
            }
        }
        catch (Exception exception) when (PackageErrors.IsReported(exception))
        {
            DropPredictions();
            OnnxRuntimeException error = PackageErrors.Translate(exception, $"Model '{_session.Name}'");
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException($"Model '{_session.Name}': the run was cancelled.", error, cancellationToken);
            }

            // Indices out of bounds, ranks and counts that do not fit: the fault of these inputs.
            throw error.Code == OnnxRuntimeErrorCode.InvalidArgument ? new InvalidInputException(error.Message, error) : new ModelRunException(error.Message, error);
        }
    }

    /// <summary>Lets go of the values of the run, and of what ONNX Runtime allocated for it.</summary>
    public void Clear()
    {
        Array.ForEach(_inputSlots, static slot => slot.Clear());
        Array.ForEach(_outputSlots, static slot => slot.Clear());
        if (_copiesInputs)
        {
            ForgetInputs();
        }

        if (_readsOutputs)
        {
            _binding.ClearBoundOutputs();
            Array.ForEach(_outputSlots, static slot => slot.Forget());
            _readsOutputs = false;
        }

        Array.Clear(Inputs);
        Array.Clear(Outputs);
        Array.Clear(_predicted);
    }

    /// <summary>Releases the binding.</summary>
    public void Dispose()
    {
        _binding.Dispose();
        _options.Dispose();
    }

    private void BindInputs()
    {
        bool repeat = true;
        for (int i = 0; i < Inputs.Length; i++)
        {
            TensorSlot slot = _inputSlots[i];
            if (Inputs[i] is TensorValue { ElementType: not ElementType.String } tensor)
            {
                slot.Hold(tensor, out bool sameShape, out OrtValue? value);
                repeat &= sameShape;
                Bind(slot, value, isInput: true);
            }
            else
            {
                repeat = false;
                _copiesInputs = true;
                Bind(slot, ValueWriter.Write(Inputs[i]!, $"Model '{_session.Name}', input '{slot.Name}'"), isInput: true);
            }
        }

        _inputsRepeat = repeat;
    }

    // The binding holds its own reference. Null keeps the current binding.
    private void Bind(TensorSlot slot, OrtValue? value, bool isInput)
    {
        if (value is null)
        {
            return;
        }

        using (value)
        {
            try
            {
                if (isInput)
                {
                    _binding.BindInput(slot.Name, value);
                }
                else
                {
                    _binding.BindOutput(slot.Name, value);
                }
            }
            catch
            {
                slot.Forget();
                throw;
            }
        }
    }

    private void ForgetInputs()
    {
        _binding.ClearBoundInputs();
        Array.ForEach(_inputSlots, static slot => slot.Forget());
        _copiesInputs = false;
    }

    /// <summary>Binds filled slots, and, where inputs are shaped as in the run before, tensors of the output shapes of that run, so that the library writes in place.</summary>
    private bool BindOutputs(bool predict)
    {
        bool predicting = false;
        for (int i = 0; i < Outputs.Length; i++)
        {
            TensorSlot slot = _outputSlots[i];
            if (Outputs[i] is null && predict && !_session.IsAlias[i] && _session.PredictsShapes && slot.Type is not (ElementType.Undefined or ElementType.String))
            {
                Outputs[i] = TensorValue.Allocate(slot.Type, slot.Shape);
                _predicted[i] = true;
                predicting = true;
            }

            if (IsInPlace(i))
            {
                BindInPlace(slot, (TensorValue)Outputs[i]!);
            }
            else
            {
                _readsOutputs = true;
                slot.Forget();
                _binding.BindOutputToDevice(slot.Name, OrtMemoryInfo.DefaultInstance);
            }
        }

        return predicting;
    }

    private void BindInPlace(TensorSlot slot, TensorValue tensor)
    {
        // Throws for a tensor that may not be written.
        tensor.AsWritableBytes();
        slot.Hold(tensor, out _, out OrtValue? value);
        Bind(slot, value, isInput: false);
    }

    private void DropPredictions()
    {
        for (int i = 0; i < Outputs.Length; i++)
        {
            if (_predicted[i])
            {
                _outputSlots[i].Clear();
                Outputs[i]!.Dispose();
                Outputs[i] = null;
                _predicted[i] = false;
            }
        }
    }

    private void Invoke(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            _session.Session.RunWithBinding(_options, _binding);
            return;
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, _options);
        try
        {
            _session.Session.RunWithBinding(_options, _binding);
        }
        finally
        {
            // Waits for the callback if it is running; afterwards nothing uses the options.
            registration.Dispose();
            _options.Terminate = false;
        }
    }

    // Outputs are bound in their order.
    private void ReadOutputs()
    {
        using IDisposableReadOnlyCollection<OrtValue> values = _binding.GetOutputValues();
        for (int i = 0; i < Outputs.Length; i++)
        {
            if (IsInPlace(i))
            {
                continue;
            }

            if (Outputs[i] is TensorValue filled)
            {
                ValueReader.CopyInto(values[i], filled, _session.Name, _outputSlots[i].Name);
                continue;
            }

            Outputs[i] = ValueReader.Read(values[i], _session.Outputs[i].Type);
            if (Outputs[i] is TensorValue tensor)
            {
                _outputSlots[i].Learn(tensor.ElementType, tensor.Shape);
            }
        }
    }

    private bool IsInPlace(int output) => Outputs[output] is TensorValue { ElementType: not ElementType.String } && !_session.IsAlias[output];
}
