using System.Diagnostics.CodeAnalysis;

namespace Inference.OnnxRuntime.Native;

/// <summary>Checks a value against an input's declared type.</summary>
internal static class InputCheck
{
    /// <summary>Throws where kind, element type, rank or a fixed dimension differ.</summary>
    public static void Require(string model, ModelPort port, ModelValue value)
    {
        ModelValueType type = port.Type;
        ModelValueType expected = type.Kind == ModelValueKind.Optional && value.Kind != ModelValueKind.Optional ? type.Element! : type;
        if (value.Kind != expected.Kind)
        {
            Throw(model, port, value);
        }

        if (value is not TensorValue tensor)
        {
            return;
        }

        if (tensor.ElementType != expected.ElementType)
        {
            Throw(model, port, value);
        }

        // The C API does not tell a scalar from a tensor of unknown rank: both have no dimensions.
        if (expected.Shape is not { } shape || shape.Count == 0)
        {
            return;
        }

        ReadOnlySpan<long> actual = tensor.Shape;
        if (actual.Length != shape.Count)
        {
            Throw(model, port, value);
        }

        for (int i = 0; i < actual.Length; i++)
        {
            if (shape[i].Size is { } size && size != actual[i])
            {
                Throw(model, port, value);
            }
        }
    }

    /// <summary>Throws for an input that is missing.</summary>
    [DoesNotReturn]
    public static void ThrowMissing(string model, ModelPort port) => throw new InvalidInputException(
        $"Model '{model}', input '{port.Name}': expected a value {port.Type}, none was given. Add it to the inputs.");

    /// <summary>Throws for a value that no input takes.</summary>
    [DoesNotReturn]
    public static void ThrowUnknown(string model, IReadOnlyList<ModelPort> ports, NamedValues inputs)
    {
        string unknown = inputs.First(input => ports.All(port => port.Name != input.Key)).Key;
        throw new InvalidInputException(
            $"Model '{model}': there is no input '{unknown}', expected {string.Join(", ", ports.Select(static port => $"'{port.Name}'"))}. Rename or remove the value.");
    }

    [DoesNotReturn]
    private static void Throw(string model, ModelPort port, ModelValue value) => throw new InvalidInputException(
        $"Model '{model}', input '{port.Name}': expected {port.Type}, got {(value is TensorValue ? value.ToString() : value.Kind.ToString().ToLowerInvariant())}. Convert or reshape the value.");
}
