using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime.Native;

/// <summary>Copies the contents of an ONNX Runtime value into values of this library. Does not dispose it.</summary>
/// <remarks>Copied, not wrapped: a span over native memory would not keep its owner alive, and a value that was forgotten must cost garbage, never correctness.</remarks>
internal static class ValueReader
{
    /// <summary>Reads a value of any kind.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The declared type, for what an empty value does not say of itself.</param>
    public static ModelValue Read(OrtValue value, ModelValueType type)
    {
        if (type.Kind == ModelValueKind.Optional)
        {
            return new OptionalValue(PackageGaps.HasValue(value) ? Read(value, type.Element!) : null);
        }

        return value.OnnxType switch
        {
            OnnxValueType.ONNX_TYPE_TENSOR => ReadTensor(value),
            OnnxValueType.ONNX_TYPE_SEQUENCE => ReadSequence(value, type),
            OnnxValueType.ONNX_TYPE_MAP => ReadMap(value),
            _ => throw new ModelRunException($"ONNX Runtime returned a value of kind {value.OnnxType} where {type} was declared; supported are tensors, sequences, maps and optionals. Remove that output from the model."),
        };
    }

    /// <summary>Copies a tensor's contents into one that a caller gave.</summary>
    /// <exception cref="ModelRunException">Type or shape differ.</exception>
    public static void CopyInto(OrtValue value, TensorValue to, string model, string output)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        ElementType type = OrtTypes.FromOrt((int)info.ElementDataType);
        if (type != to.ElementType || !to.Shape.SequenceEqual(info.Shape))
        {
            throw new ModelRunException($"Model '{model}', output '{output}': it is {type.Name()}{TensorShape.Format(info.Shape)}, but the tensor passed for it is {to}. Pass a tensor of the output's type and shape.");
        }

        CopyTensor(value, to);
    }

    private static TensorValue ReadTensor(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        TensorValue tensor = TensorValue.Allocate(OrtTypes.FromOrt((int)info.ElementDataType), info.Shape);
        CopyTensor(value, tensor);
        return tensor;
    }

    private static void CopyTensor(OrtValue value, TensorValue to)
    {
        if (to.ElementType == ElementType.String)
        {
            Span<string> strings = to.AsWritableSpan<string>();
            for (int i = 0; i < strings.Length; i++)
            {
                strings[i] = value.GetStringElement(i);
            }
        }
        else if (to.ElementCount > 0)
        {
            // Only the address of the package's span is used: see PackageGaps for its length.
            Span<byte> bytes = to.AsWritableBytes();
            MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()), bytes.Length).CopyTo(bytes);
        }
    }

    private static SequenceValue ReadSequence(OrtValue value, ModelValueType type)
    {
        ModelValueType element = type.Element ?? ModelValueType.Tensor(ElementType.Undefined);
        var items = new ModelValue[value.GetValueCount()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = ReadPart(value, i, element);
        }

        return new SequenceValue(items, element.ElementType);
    }

    private static MapValue ReadMap(OrtValue value)
    {
        ModelValueType any = ModelValueType.Tensor(ElementType.Undefined);
        return new MapValue((TensorValue)ReadPart(value, 0, any), (TensorValue)ReadPart(value, 1, any));
    }

    private static ModelValue ReadPart(OrtValue value, int index, ModelValueType type)
    {
        using OrtValue part = value.GetValue(index, OrtAllocator.DefaultInstance);
        return Read(part, type);
    }
}
