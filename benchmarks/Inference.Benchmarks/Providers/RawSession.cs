using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Benchmarks.Providers;

/// <summary>ONNX Runtime's C API with values made once: the least a caller can pay for a run.</summary>
internal sealed unsafe class RawSession : IDisposable
{
    // Places in the API's function table, which only grows.
    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, RunSlot = 9, CreateSessionOptions = 10, SetIntraOpNumThreads = 24, CreateTensorWithData = 49,
        CreateCpuMemoryInfo = 69, ReleaseSession = 95, ReleaseValue = 96;

    private readonly nint* _api;
    private readonly nint _session;
    private readonly nint _memory;
    private readonly List<MemoryHandle> _pins = [];
    private readonly byte** _names;
    private readonly nint* _values;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> _run;

    public RawSession(string library, string model, IReadOnlyList<(string Name, TensorValue Value)> inputs, IReadOnlyList<(string Name, TensorValue Value)> outputs)
    {
        nint handle = NativeLibrary.Load(library);
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(handle, "OrtGetApiBase");
        _api = (nint*)((delegate* unmanaged<uint, nint>)getBase()[0])(20);
        _run = (delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)_api[RunSlot];
        nint env, options, session, memory;
        Check(((delegate* unmanaged<int, byte*, nint*, nint>)_api[CreateEnv])(3, Utf8("raw"), &env));
        Check(((delegate* unmanaged<nint*, nint>)_api[CreateSessionOptions])(&options));
        Check(((delegate* unmanaged<nint, int, nint>)_api[SetIntraOpNumThreads])(options, 1));
        Check(((delegate* unmanaged<nint, void*, nint, nint*, nint>)_api[CreateSession])(env, Utf8(model), options, &session));
        Check(((delegate* unmanaged<int, int, nint*, nint>)_api[CreateCpuMemoryInfo])(1, 0, &memory));
        (_session, _memory, _inputs, _outputs) = (session, memory, inputs.Count, outputs.Count);
        _names = (byte**)NativeMemory.AllocZeroed((nuint)(_inputs + _outputs), (nuint)sizeof(nint));
        _values = (nint*)NativeMemory.AllocZeroed((nuint)(_inputs + _outputs), (nuint)sizeof(nint));
        for (int i = 0; i < _inputs + _outputs; i++)
        {
            (string name, TensorValue value) = i < _inputs ? inputs[i] : outputs[i - _inputs];
            _names[i] = Utf8(name);
            _values[i] = Wrap(value);
        }
    }

    public void Run() => Check(_run(_session, 0, _names, _values, (nuint)_inputs, _names + _inputs, (nuint)_outputs, _values + _inputs));

    public void Dispose()
    {
        for (int i = 0; i < _inputs + _outputs; i++)
        {
            ((delegate* unmanaged<nint, void>)_api[ReleaseValue])(_values[i]);
            NativeMemory.Free(_names[i]);
        }

        ((delegate* unmanaged<nint, void>)_api[ReleaseSession])(_session);
        _pins.ForEach(pin => pin.Dispose());
        NativeMemory.Free(_names);
        NativeMemory.Free(_values);
    }

    private nint Wrap(TensorValue value)
    {
        MemoryHandle pin = value.Pin();
        _pins.Add(pin);
        nint wrapped;
        fixed (long* dims = value.Shape)
        {
            Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)_api[CreateTensorWithData])(
                _memory, pin.Pointer, (nuint)value.AsBytes().Length, dims, (nuint)value.Rank, (int)value.ElementType, &wrapped));
        }

        return wrapped;
    }

    private static byte* Utf8(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    private void Check(nint status)
    {
        if (status != 0)
        {
            throw new InferenceException("ONNX Runtime: " + Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)_api[GetErrorMessage])(status)));
        }
    }
}
