using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.OnnxRuntime.Native;

/// <summary>One input or output of a binding: what is bound to it, bound anew only when address, type or shape change.</summary>
/// <remarks>The bound value is a header over the caller's memory. The library reads or writes that memory only during a run, while the slot holds the caller's value.</remarks>
internal sealed unsafe class TensorSlot(string name)
{
    // The library rejects a null address even if there is nothing to read.
    private static readonly nint s_nothing = (nint)NativeMemory.AllocZeroed(1);
    private readonly TensorPin _pin = new();
    private nint _address;
    private ElementType _type;
    private long[] _shape = [];
    private bool _isBound;

    /// <summary>The name of the input or output.</summary>
    public string Name => name;

    /// <summary>The type last seen; undefined before the first.</summary>
    public ElementType Type => _type;

    /// <summary>The shape last seen.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Pins a tensor that is not of strings, until <see cref="Clear"/>, and says whether it must be bound: it is not what is bound already.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="sameShape">Whether type and shape are those seen before.</param>
    /// <param name="value">The value to bind, which the caller disposes after it has bound it; null where it is bound.</param>
    public void Hold(TensorValue tensor, out bool sameShape, out OrtValue? value)
    {
        _pin.Hold(tensor);
        nint address = _pin.Address is null ? s_nothing : (nint)_pin.Address;
        sameShape = tensor.ElementType == _type && tensor.Shape.SequenceEqual(_shape);
        if (sameShape && _isBound && address == _address)
        {
            value = null;
            return;
        }

        Forget();
        Learn(tensor.ElementType, tensor.Shape);
        value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)OrtTypes.ToOrt(_type), _shape, address, tensor.ByteCount);
        _address = address;
        _isBound = true;
    }

    /// <summary>Notes the type and shape of a tensor that the library allocated, to predict the next one.</summary>
    public void Learn(ElementType type, ReadOnlySpan<long> shape)
    {
        _type = type;
        if (_shape.Length != shape.Length)
        {
            _shape = new long[shape.Length];
        }

        shape.CopyTo(_shape);
    }

    /// <summary>Lets go of the caller's value.</summary>
    public void Clear() => _pin.Dispose();

    /// <summary>Notes that no tensor of the caller's is bound.</summary>
    public void Forget() => _isBound = false;
}
