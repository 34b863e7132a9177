using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Calls;

/// <summary>Checks the inputs of a request against a model's signature, so that what does not fit reaches no stage and no model.</summary>
internal static class SignatureCheck
{
    // Up to this many ports are searched linearly.
    private const int Few = 8;
    private static readonly ConditionalWeakTable<ModelInfo, FrozenDictionary<string, ModelPort>> s_inputs = [];

    /// <exception cref="RequestFault">An input is unknown, missing, or of another type or shape.</exception>
    public static void Check(ModelInfo info, NamedValues inputs)
    {
        int required = 0;
        for (int i = 0; i < inputs.Count; i++)
        {
            (string name, ModelValue value) = inputs.GetAt(i);
            ModelPort? port = Find(info, name);
            if (port is null)
            {
                ThrowUnknown(info, name);
            }

            required += port.IsOptional ? 0 : 1;
            Check(info, port, (TensorValue)value);
        }

        int expected = 0;
        foreach (ModelPort port in info.Inputs)
        {
            expected += port.IsOptional ? 0 : 1;
        }

        if (required < expected)
        {
            ThrowMissing(info, inputs);
        }
    }

    private static ModelPort? Find(ModelInfo info, string name)
    {
        if (info.Inputs.Count <= Few)
        {
            foreach (ModelPort port in info.Inputs)
            {
                if (port.Name == name)
                {
                    return port;
                }
            }

            return null;
        }

        return s_inputs.GetValue(info, static i => i.Inputs.ToFrozenDictionary(port => port.Name, StringComparer.Ordinal)).GetValueOrDefault(name);
    }

    private static void Check(ModelInfo info, ModelPort port, TensorValue value)
    {
        ModelValueType type = port.Type;
        if (type.Kind == ModelValueKind.Optional)
        {
            // The runner takes a tensor in the place of an optional one.
            return;
        }

        if (type.Kind != ModelValueKind.Tensor)
        {
            RequestFault.Throw($"Model '{info.Name}', input '{port.Name}': expected {type}, which this protocol cannot carry.");
        }

        if (type.ElementType != ElementType.Undefined && type.ElementType != value.ElementType)
        {
            RequestFault.Throw($"Model '{info.Name}', input '{port.Name}': expected {Datatypes.Name(type.ElementType) ?? type.ElementType.Name()}, got {Datatypes.Name(value.ElementType)}.");
        }

        if (type.Shape is { } shape && !Fits(shape, value.Shape))
        {
            RequestFault.Throw($"Model '{info.Name}', input '{port.Name}': expected shape [{string.Join(",", shape)}], got {TensorShape.Format(value.Shape)}.");
        }
    }

    private static bool Fits(IReadOnlyList<Dimension> declared, ReadOnlySpan<long> shape)
    {
        // A scalar and one element stand for each other.
        if ((declared.Count == 0 && shape is [1]) || (shape.Length == 0 && declared is [{ Size: 1 }]))
        {
            return true;
        }

        if (declared.Count != shape.Length)
        {
            return false;
        }

        for (int i = 0; i < shape.Length; i++)
        {
            if (declared[i].Size is { } size && size != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    [DoesNotReturn]
    private static void ThrowUnknown(ModelInfo info, string name) => RequestFault.Throw($"Model '{info.Name}' has no input '{name}'; it takes {Names(info)}.");

    [DoesNotReturn]
    private static void ThrowMissing(ModelInfo info, NamedValues inputs)
    {
        ModelPort missing = info.Inputs.First(port => !port.IsOptional && !inputs.ContainsKey(port.Name));
        RequestFault.Throw($"Model '{info.Name}', input '{missing.Name}': expected {missing.Type}, got nothing; the model takes {Names(info)}.");
    }

    private static string Names(ModelInfo info) => string.Join(", ", info.Inputs.Take(50).Select(port => $"'{port.Name}'"));
}
