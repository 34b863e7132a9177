using System.Text;

namespace Inference.OnnxRuntime.Native;

/// <summary>Copies what an <c>OrtValue*</c> holds into values of our own. Does not release it.</summary>
/// <remarks>Copied, not wrapped: a span over native memory would not keep its owner alive, and a value that was forgotten must cost garbage, never correctness.</remarks>
internal static unsafe class ValueReader
{
    private const int InlineRank = 8;

    /// <summary>Reads a value of any kind.</summary>
    /// <param name="api">The library.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">The declared type, for what an empty value does not say of itself.</param>
    public static ModelValue Read(OrtApi api, nint value, ModelValueType type)
    {
        if (type.Kind == ModelValueKind.Optional)
        {
            int present;
            api.Check(api.HasValue(value, &present));
            return new OptionalValue(present == 0 ? null : Read(api, value, type.Element!));
        }

        int kind;
        api.Check(api.GetValueType(value, &kind));
        return kind switch
        {
            OrtTypes.Tensor => ReadTensor(api, value),
            OrtTypes.Sequence => ReadSequence(api, value, type),
            OrtTypes.Map => ReadMap(api, value),
            _ => throw new ModelRunException($"ONNX Runtime returned a value of kind {kind} where a {type} was declared: tensors, sequences, maps and optionals can be read. Remove that output from the model."),
        };
    }

    /// <summary>Reads a tensor of any element type.</summary>
    public static TensorValue ReadTensor(OrtApi api, nint value)
    {
        Span<long> shape = stackalloc long[InlineRank];
        ElementType type = OrtTypes.ReadShape(api, value, ref shape);
        TensorValue tensor = TensorValue.Allocate(type, shape);
        CopyTensor(api, value, tensor);
        return tensor;
    }

    /// <summary>Copies a tensor's contents into one that a caller gave.</summary>
    /// <exception cref="ModelRunException">Type or shape differ.</exception>
    public static void CopyInto(OrtApi api, nint value, TensorValue to, string model, string output)
    {
        Span<long> shape = stackalloc long[InlineRank];
        ElementType type = OrtTypes.ReadShape(api, value, ref shape);
        if (type != to.ElementType || !shape.SequenceEqual(to.Shape))
        {
            throw new ModelRunException($"Model '{model}', output '{output}': it is {type.Name()}{TensorShape.Format(shape)}, the tensor given for it is {to}. Give a tensor of the output's type and shape.");
        }

        CopyTensor(api, value, to);
    }

    private static void CopyTensor(OrtApi api, nint value, TensorValue to)
    {
        if (to.ElementType == ElementType.String)
        {
            ReadStrings(api, value, to.AsWritableSpan<string>());
        }
        else if (to.ElementCount > 0)
        {
            void* data;
            api.Check(api.GetTensorMutableData(value, &data));
            Span<byte> bytes = to.AsWritableBytes();
            new ReadOnlySpan<byte>(data, bytes.Length).CopyTo(bytes);
        }
    }

    private static void ReadStrings(OrtApi api, nint value, Span<string> to)
    {
        if (to.IsEmpty)
        {
            return;
        }

        nuint length;
        api.Check(api.GetStringTensorDataLength(value, &length));
        var bytes = new byte[(int)length + 1];
        var offsets = new nuint[to.Length];
        fixed (byte* data = bytes)
        fixed (nuint* starts = offsets)
        {
            api.Check(api.GetStringTensorContent(value, data, length, starts, (nuint)to.Length));
        }

        for (int i = 0; i < to.Length; i++)
        {
            int start = (int)offsets[i];
            int end = i + 1 < to.Length ? (int)offsets[i + 1] : (int)length;
            to[i] = Encoding.UTF8.GetString(bytes, start, end - start);
        }
    }

    private static SequenceValue ReadSequence(OrtApi api, nint value, ModelValueType type)
    {
        nuint count;
        api.Check(api.GetValueCount(value, &count));
        ModelValueType element = type.Element ?? ModelValueType.Tensor(ElementType.Undefined);
        var items = new ModelValue[(int)count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = ReadPart(api, value, i, element);
        }

        return new SequenceValue(items, element.ElementType);
    }

    private static MapValue ReadMap(OrtApi api, nint value)
    {
        ModelValueType any = ModelValueType.Tensor(ElementType.Undefined);
        return new MapValue((TensorValue)ReadPart(api, value, 0, any), (TensorValue)ReadPart(api, value, 1, any));
    }

    private static ModelValue ReadPart(OrtApi api, nint value, int index, ModelValueType type)
    {
        nint part;
        api.Check(api.GetValue(value, index, api.Allocator, &part));
        try
        {
            return Read(api, part, type);
        }
        finally
        {
            api.ReleaseValue(part);
        }
    }
}
