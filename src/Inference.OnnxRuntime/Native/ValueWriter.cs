using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.OnnxRuntime.Native;

/// <summary>Makes a value of ONNX Runtime with a copy of one that cannot be passed in place: strings, sequences, maps, optionals. The caller disposes it.</summary>
internal static class ValueWriter
{
    /// <summary>Copies a value of any kind.</summary>
    /// <exception cref="InvalidInputException">ONNX Runtime has no way to take it.</exception>
    public static OrtValue Write(ModelValue value, string where) => value switch
    {
        TensorValue tensor => WriteTensor(tensor),
        SequenceValue sequence => WriteSequence(sequence, where),
        MapValue map => WriteMap(map),
        OptionalValue { HasValue: true } optional => Write(optional.Value!, where),
        _ => throw new InvalidInputException($"{where}: expected a value, got an empty optional, which ONNX Runtime's C API does not support. Run the model on the provider 'cpu'."),
    };

    private static OrtValue WriteTensor(TensorValue tensor)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)OrtTypes.ToOrt(tensor.ElementType), tensor.Shape.ToArray());
        try
        {
            if (tensor.ElementType == ElementType.String)
            {
                ReadOnlySpan<string> strings = tensor.AsSpan<string>();
                for (int i = 0; i < strings.Length; i++)
                {
                    value.StringTensorSetElementAt(strings[i].AsSpan(), i);
                }
            }
            else if (tensor.ElementCount > 0)
            {
                // Held while it is copied: another thread may dispose it.
                using var pin = new TensorPin(tensor);
                ReadOnlySpan<byte> bytes = tensor.AsBytes();
                bytes.CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()), bytes.Length));
            }

            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    private static OrtValue WriteSequence(SequenceValue sequence, string where)
    {
        if (sequence.Count == 0)
        {
            throw new InvalidInputException($"{where}: expected at least one element, got an empty sequence, which ONNX Runtime's C API does not support. Run the model on the provider 'cpu'.");
        }

        var parts = new List<OrtValue>(sequence.Count);
        try
        {
            foreach (ModelValue item in sequence.Items)
            {
                parts.Add(Write(item, where));
            }

            // Owns the parts and empties the list.
            return OrtValue.CreateSequence(parts);
        }
        finally
        {
            parts.ForEach(static part => part.Dispose());
        }
    }

    private static OrtValue WriteMap(MapValue map)
    {
        OrtValue? keys = null;
        OrtValue? values = null;
        try
        {
            keys = WriteTensor(map.Keys);
            values = WriteTensor(map.Values);

            // Owns both and sets them to null.
            return OrtValue.CreateMap(ref keys, ref values);
        }
        finally
        {
            keys?.Dispose();
            values?.Dispose();
        }
    }
}
