namespace Inference.OnnxRuntime.Native;

/// <summary>One input or output of a pooled run: the value of its last use, made anew only when address, type or shape change.</summary>
/// <remarks>The cached value is a header over memory of the caller's. It is read by the library during a run only, while the slot holds the caller's value.</remarks>
internal sealed unsafe class TensorSlot(OrtApi api)
{
    private nint _value;
    private nint _address;
    private ElementType _type;
    private long[] _shape = [];
    private int _rank = -1;
    private readonly TensorPin _pin = new();
    private nint _transient;

    /// <summary>The shape of the last tensor bound.</summary>
    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Math.Max(_rank, 0));

    /// <summary>Pins a tensor that is not of strings and gives the <c>OrtValue*</c> over its memory.</summary>
    /// <param name="tensor">The tensor; held until <see cref="Clear"/>.</param>
    /// <param name="sameShape">Whether type and shape are those of the tensor bound before.</param>
    public nint Bind(TensorValue tensor, out bool sameShape)
    {
        _pin.Hold(tensor);
        nint address = (nint)_pin.Address;
        ReadOnlySpan<long> shape = tensor.Shape;
        sameShape = tensor.ElementType == _type && shape.Length == _rank && shape.SequenceEqual(Shape);
        if (sameShape && address == _address && _value != 0)
        {
            return _value;
        }

        Drop();
        _type = tensor.ElementType;
        Remember(shape);
        nint value;
        byte none = 0;
        fixed (long* dimensions = _shape)
        {
            // The library refuses a null address even where there is nothing to read.
            void* data = address == 0 ? &none : (void*)address;
            api.Check(api.CreateTensorWithDataAsOrtValue(
                api.CpuMemory, data, (nuint)tensor.ByteCount, dimensions, (nuint)shape.Length, OrtTypes.ToOrt(_type), &value));
        }

        _value = value;
        _address = address;
        return value;
    }

    /// <summary>Holds an <c>OrtValue*</c> for one run, released by <see cref="Clear"/>.</summary>
    public nint BindTransient(nint value) => _transient = value;

    /// <summary>Notes the type and shape of a tensor that was not bound, to predict the next one.</summary>
    public void Learn(ElementType type, ReadOnlySpan<long> shape)
    {
        Drop();
        _type = type;
        Remember(shape);
    }

    /// <summary>The type last seen; undefined before the first.</summary>
    public ElementType Type => _rank < 0 ? ElementType.Undefined : _type;

    /// <summary>Lets go of the caller's value.</summary>
    public void Clear()
    {
        _pin.Dispose();
        if (_transient != 0)
        {
            api.ReleaseValue(_transient);
            _transient = 0;
        }
    }

    /// <summary>Releases the cached value.</summary>
    public void Drop()
    {
        if (_value != 0)
        {
            api.ReleaseValue(_value);
            _value = 0;
            _address = 0;
        }
    }

    private void Remember(ReadOnlySpan<long> shape)
    {
        if (_shape.Length < shape.Length)
        {
            _shape = new long[shape.Length];
        }

        shape.CopyTo(_shape);
        _rank = shape.Length;
    }
}
