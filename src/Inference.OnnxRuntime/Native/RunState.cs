namespace Inference.OnnxRuntime.Native;

/// <summary>What one run in flight needs, kept between runs: slots, pointer arrays, run options. One thread at a time.</summary>
internal sealed unsafe class RunState
{
    private readonly OrtApi _api;
    private readonly SessionCore _session;
    private readonly TensorSlot[] _inputSlots;
    private readonly TensorSlot[] _outputSlots;
    // Four runs of pointers in one pinned block: input names, input values, output names, output values.
    private readonly nint[] _pointers;
    private readonly bool[] _predicted;
    private nint _runOptions;
    private bool _inputsRepeat;

    public RunState(OrtApi api, SessionCore session)
    {
        _api = api;
        _session = session;
        Inputs = new ModelValue?[session.Inputs.Length];
        Outputs = new ModelValue?[session.Outputs.Length];
        _inputSlots = NewSlots(api, Inputs.Length);
        _outputSlots = NewSlots(api, Outputs.Length);
        _predicted = new bool[Outputs.Length];
        _pointers = GC.AllocateArray<nint>(Math.Max(1, 2 * (Inputs.Length + Outputs.Length)), pinned: true);
    }

    ~RunState() => Release();

    /// <summary>The values of the run, by the session's inputs; null for one left out.</summary>
    public ModelValue?[] Inputs { get; }

    /// <summary>The slots of the run, by the session's outputs; null for one to be allocated.</summary>
    public ModelValue?[] Outputs { get; }

    /// <summary>Runs the session on <see cref="Inputs"/> and fills <see cref="Outputs"/>. Those that were null before are null again where it throws.</summary>
    public void Run(nint session, CancellationToken cancellationToken)
    {
        int given = BindInputs();
        bool predicting = BindOutputs(predict: _inputsRepeat);
        nint status = Invoke(session, given, cancellationToken);
        if (status != 0 && predicting && !cancellationToken.IsCancellationRequested)
        {
            // A shape that depends on the values: let the library allocate, now and in future.
            _api.ReleaseStatus(status);
            DropPredictions();
            BindOutputs(predict: false);
            status = Invoke(session, given, cancellationToken);
            if (status == 0)
            {
                _session.PredictsShapes = false;
            }
        }

        if (status != 0)
        {
            DropPredictions();
            Throw(status, cancellationToken);
        }

        ReadOutputs();
    }

    /// <summary>Lets go of the values of the run.</summary>
    public void Clear()
    {
        foreach (TensorSlot slot in _inputSlots)
        {
            slot.Clear();
        }

        foreach (TensorSlot slot in _outputSlots)
        {
            slot.Clear();
        }

        Array.Clear(Inputs);
        Array.Clear(Outputs);
        Array.Clear(_predicted);
    }

    /// <summary>Releases what the native library holds for this state.</summary>
    public void Release()
    {
        GC.SuppressFinalize(this);
        foreach (TensorSlot slot in _inputSlots)
        {
            slot.Drop();
        }

        foreach (TensorSlot slot in _outputSlots)
        {
            slot.Drop();
        }

        if (_runOptions != 0)
        {
            _api.ReleaseRunOptions(_runOptions);
            _runOptions = 0;
        }
    }

    private static TensorSlot[] NewSlots(OrtApi api, int count)
    {
        var slots = new TensorSlot[count];
        for (int i = 0; i < count; i++)
        {
            slots[i] = new TensorSlot(api);
        }

        return slots;
    }

    private int BindInputs()
    {
        int given = 0;
        bool repeat = true;
        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is not { } value)
            {
                continue;
            }

            bool same = false;
            nint bound = value is TensorValue { ElementType: not ElementType.String }
                ? _inputSlots[i].Bind((TensorValue)value, out same)
                : _inputSlots[i].BindTransient(ValueWriter.Write(_api, value, $"Model '{_session.Name}', input '{_session.Inputs[i].Name}'"));
            repeat &= same;
            _pointers[given] = _session.InputNames[i];
            _pointers[Inputs.Length + given] = bound;
            given++;
        }

        _inputsRepeat = repeat;
        return given;
    }

    /// <summary>Binds filled slots, and, where inputs are shaped as in the run before, tensors of the output shapes of that run, so that the library writes in place.</summary>
    private bool BindOutputs(bool predict)
    {
        bool predicting = false;
        int names = 2 * Inputs.Length;
        for (int i = 0; i < Outputs.Length; i++)
        {
            _pointers[names + i] = _session.OutputNames[i];
            nint bound = 0;
            TensorSlot slot = _outputSlots[i];
            if (Outputs[i] is null && predict && !_session.IsAlias[i] && _session.PredictsShapes && slot.Type is not (ElementType.Undefined or ElementType.String))
            {
                Outputs[i] = TensorValue.Allocate(slot.Type, slot.Shape);
                _predicted[i] = true;
                predicting = true;
            }

            if (IsInPlace(i))
            {
                var tensor = (TensorValue)Outputs[i]!;
                tensor.AsWritableBytes();
                bound = slot.Bind(tensor, out _);
            }

            _pointers[names + Outputs.Length + i] = bound;
        }

        return predicting;
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

    private nint Invoke(nint session, int given, CancellationToken cancellationToken)
    {
        fixed (nint* pointers = _pointers)
        {
            nint* outputs = pointers + (2 * Inputs.Length);
            if (!cancellationToken.CanBeCanceled)
            {
                return _api.Run(session, 0, (byte**)pointers, pointers + Inputs.Length, (nuint)given, (byte**)outputs, (nuint)Outputs.Length, outputs + Outputs.Length);
            }

            EnsureRunOptions();
            CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((RunState)state!).Terminate(), this);
            nint status = _api.Run(
                session, _runOptions, (byte**)pointers, pointers + Inputs.Length, (nuint)given, (byte**)outputs, (nuint)Outputs.Length, outputs + Outputs.Length);

            // Waits for the callback where it runs just now: afterwards nobody touches the run options.
            registration.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                _api.Check(_api.RunOptionsUnsetTerminate(_runOptions));
            }

            return status;
        }
    }

    private void EnsureRunOptions()
    {
        if (_runOptions == 0)
        {
            nint options;
            _api.Check(_api.CreateRunOptions(&options));
            _runOptions = options;
        }
    }

    private void Terminate() => _api.Check(_api.RunOptionsSetTerminate(_runOptions));

    private void ReadOutputs()
    {
        int first = (2 * Inputs.Length) + Outputs.Length;
        for (int i = 0; i < Outputs.Length; i++)
        {
            if (!IsInPlace(i))
            {
                _outputSlots[i].BindTransient(_pointers[first + i]);
            }
        }

        for (int i = 0; i < Outputs.Length; i++)
        {
            if (IsInPlace(i))
            {
                continue;
            }

            if (Outputs[i] is TensorValue filled)
            {
                ValueReader.CopyInto(_api, _pointers[first + i], filled, _session.Name, _session.Outputs[i].Name);
                continue;
            }

            Outputs[i] = ValueReader.Read(_api, _pointers[first + i], _session.Outputs[i].Type);
            if (Outputs[i] is TensorValue tensor)
            {
                _outputSlots[i].Learn(tensor.ElementType, tensor.Shape);
            }
        }
    }

    private bool IsInPlace(int output) => Outputs[output] is TensorValue { ElementType: not ElementType.String } && !_session.IsAlias[output];

    private void Throw(nint status, CancellationToken cancellationToken)
    {
        OnnxRuntimeException exception = _api.ToException(status, $"Model '{_session.Name}'");
        if (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"Model '{_session.Name}': the run was cancelled.", exception, cancellationToken);
        }

        throw new ModelRunException(exception.Message, exception);
    }
}
