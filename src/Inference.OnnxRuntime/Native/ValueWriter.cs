namespace Inference.OnnxRuntime.Native;

/// <summary>Makes an <c>OrtValue*</c> with a copy of a value that cannot be passed in place: strings, sequences, maps, optionals. The caller releases it.</summary>
internal static unsafe class ValueWriter
{
    /// <summary>Copies a value of any kind.</summary>
    /// <exception cref="InvalidInputException">ONNX Runtime has no way to take it.</exception>
    public static nint Write(OrtApi api, ModelValue value, string where) => value switch
    {
        TensorValue tensor => WriteTensor(api, tensor),
        SequenceValue sequence => WriteSequence(api, sequence, where),
        MapValue map => WriteParts(api, [WriteTensor(api, map.Keys), WriteTensor(api, map.Values)], OrtTypes.Map),
        OptionalValue { HasValue: true } optional => Write(api, optional.Value!, where),
        _ => throw new InvalidInputException($"{where}: expected a value, got an optional without one, which ONNX Runtime's C API cannot be given. Run the model on the provider 'cpu'."),
    };

    private static nint WriteTensor(OrtApi api, TensorValue tensor)
    {
        nint value;
        fixed (long* shape = tensor.Shape)
        {
            long none = 0;
            api.Check(api.CreateTensorAsOrtValue(api.Allocator, shape is null ? &none : shape, (nuint)tensor.Rank, OrtTypes.ToOrt(tensor.ElementType), &value));
        }

        try
        {
            if (tensor.ElementType == ElementType.String)
            {
                WriteStrings(api, value, tensor.AsSpan<string>());
            }
            else if (tensor.ElementCount > 0)
            {
                // Held while it is copied: another thread may dispose it.
                using var pin = new TensorPin(tensor);
                void* data;
                api.Check(api.GetTensorMutableData(value, &data));
                ReadOnlySpan<byte> bytes = tensor.AsBytes();
                bytes.CopyTo(new Span<byte>(data, bytes.Length));
            }

            return value;
        }
        catch
        {
            api.ReleaseValue(value);
            throw;
        }
    }

    private static void WriteStrings(OrtApi api, nint value, ReadOnlySpan<string> strings)
    {
        if (strings.IsEmpty)
        {
            return;
        }

        var texts = new byte[strings.Length][];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = OrtApi.Utf8(strings[i]);
        }

        using var pinned = new PinnedStrings(texts);
        var pointers = new nint[texts.Length];
        for (int i = 0; i < pointers.Length; i++)
        {
            pointers[i] = (nint)pinned[i];
        }

        fixed (nint* first = pointers)
        {
            api.Check(api.FillStringTensor(value, (byte**)first, (nuint)pointers.Length));
        }
    }

    private static nint WriteSequence(OrtApi api, SequenceValue sequence, string where)
    {
        if (sequence.Count == 0)
        {
            throw new InvalidInputException($"{where}: expected at least one element, got an empty sequence, which ONNX Runtime's C API cannot be given. Run the model on the provider 'cpu'.");
        }

        var parts = new List<nint>(sequence.Count);
        try
        {
            foreach (ModelValue item in sequence.Items)
            {
                parts.Add(Write(api, item, where));
            }
        }
        catch
        {
            parts.ForEach(part => api.ReleaseValue(part));
            throw;
        }

        return WriteParts(api, parts, OrtTypes.Sequence);
    }

    // The library copies the parts (they share what they hold): ours are released in any case.
    private static nint WriteParts(OrtApi api, IReadOnlyList<nint> parts, int kind)
    {
        try
        {
            nint value;
            fixed (nint* first = parts.ToArray())
            {
                api.Check(api.CreateValue(first, (nuint)parts.Count, kind, &value));
            }

            return value;
        }
        finally
        {
            foreach (nint part in parts)
            {
                api.ReleaseValue(part);
            }
        }
    }
}
