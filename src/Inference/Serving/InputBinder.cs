using System.Diagnostics.CodeAnalysis;

namespace Inference.Serving;

/// <summary>Checks inputs of a call against the model's signature.</summary>
internal static class InputBinder
{
    /// <summary>Checks one value.</summary>
    /// <exception cref="InvalidInputException">Kind, element type, rank or a fixed dimension differs.</exception>
    public static void Check(string model, ModelPort port, ModelValue value)
    {
        ModelValueType expected = port.Type;
        if (value.Kind != expected.Kind && expected.Kind != ModelValueKind.Optional)
        {
            Throw(model, port, expected.ToString(), $"a {value.Kind.ToString().ToLowerInvariant()}", "Pass a value of the declared kind.");
        }

        if (value is not TensorValue tensor || expected.Kind != ModelValueKind.Tensor)
        {
            CheckElements(model, port, expected, value);
            return;
        }

        if (expected.ElementType != ElementType.Undefined && tensor.ElementType != expected.ElementType)
        {
            Throw(model, port, expected.ToString(), tensor.ToString(), $"Convert the elements to {expected.ElementType.Name()}.");
        }

        if (expected.Shape is not { } shape)
        {
            return;
        }

        if (IsOneForScalar(shape, tensor.Shape) || IsScalarForOne(shape, tensor.Shape))
        {
            return;
        }

        if (shape.Count != tensor.Rank)
        {
            Throw(model, port, $"shape [{string.Join(",", shape)}] of rank {shape.Count}", $"{TensorShape.Format(tensor.Shape)} of rank {tensor.Rank}", "Reshape the value.");
        }

        for (int i = 0; i < shape.Count; i++)
        {
            if (shape[i].Size is { } size && size != tensor.Shape[i])
            {
                Throw(model, port, $"shape [{string.Join(",", shape)}]", TensorShape.Format(tensor.Shape), "Reshape the value, or export the model with a dynamic axis there.");
            }
        }
    }

    // The contents of sequences and optionals: kinds and element types. Shapes may differ between items.
    private static void CheckElements(string model, ModelPort port, ModelValueType expected, ModelValue value)
    {
        if (expected.Kind == ModelValueKind.Optional && value.Kind != ModelValueKind.Optional)
        {
            if (expected.Element is { } held)
            {
                CheckElements(model, port, held, value);
            }

            return;
        }

        if (value.Kind != expected.Kind || (value is TensorValue tensor && expected.ElementType != ElementType.Undefined && tensor.ElementType != expected.ElementType))
        {
            string actual = value is TensorValue other ? other.ToString() : $"a {value.Kind.ToString().ToLowerInvariant()}";
            Throw(model, port, port.Type.ToString(), $"{actual} where {expected} belongs", "Pass elements of the declared type.");
        }

        switch (value)
        {
            case SequenceValue sequence when expected.Element is { } element:
                foreach (ModelValue item in sequence.Items)
                {
                    CheckElements(model, port, element, item);
                }

                break;
            case OptionalValue { Value: { } inner } when expected.Element is { } element:
                CheckElements(model, port, element, inner);
                break;
        }
    }

    /// <summary>The shape with which a checked value is passed: its own, but that of a scalar if [1] was passed for a scalar, and [1] if a scalar was passed for [1].</summary>
    public static ReadOnlySpan<long> Shape(ModelPort port, TensorValue value)
    {
        if (port.Type.Shape is { } declared)
        {
            if (IsOneForScalar(declared, value.Shape))
            {
                return [];
            }

            if (IsScalarForOne(declared, value.Shape))
            {
                return [1];
            }
        }

        return value.Shape;
    }

    private static bool IsOneForScalar(IReadOnlyList<Dimension> declared, ReadOnlySpan<long> shape) => declared.Count == 0 && shape is [1];

    private static bool IsScalarForOne(IReadOnlyList<Dimension> declared, ReadOnlySpan<long> shape) => shape.Length == 0 && declared is [{ Size: 1 }];

    /// <exception cref="InvalidInputException">A name is not an input of the model.</exception>
    [DoesNotReturn]
    public static void ThrowUnknown(ModelInfo info, NamedValues inputs)
    {
        string extra = string.Join(", ", inputs.Where(v => info.Inputs.All(p => p.Name != v.Key)).Select(v => $"'{v.Key}'"));
        if (extra.Length == 0)
        {
            throw new InvalidInputException($"Model '{info.Name}': another thread changed or disposed the set of inputs while it was read. Do not modify it until the call has completed.");
        }

        throw new InvalidInputException($"Model '{info.Name}': got {extra}, which is not an input of the model; expected {Names(info)}. Check the names.") { Expected = Names(info), Actual = extra };
    }

    /// <exception cref="InvalidInputException">Always.</exception>
    [DoesNotReturn]
    public static void ThrowMissing(ModelInfo info, ModelPort port) =>
        throw new InvalidInputException($"Model '{info.Name}', input '{port.Name}': expected {port.Type}, got nothing; the model takes {Names(info)}. Add the value.") { Input = port.Name, Expected = port.Type.ToString() };

    private static string Names(ModelInfo info) => string.Join(", ", info.Inputs.Select(p => $"'{p.Name}'"));

    [DoesNotReturn]
    private static void Throw(string model, ModelPort port, string expected, string actual, string advice) =>
        throw new InvalidInputException($"Model '{model}', input '{port.Name}': expected {expected}, got {actual}. {advice}") { Input = port.Name, Expected = expected, Actual = actual };
}
