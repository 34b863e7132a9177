using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Inference.AspNetCore.Protocol;

/// <summary>What a tensor of a request must be, whatever the model. Checked before memory is allocated for it.</summary>
internal static class TensorRules
{
    /// <summary>Returns the number of elements of a shape.</summary>
    /// <exception cref="RequestFault">A dimension is negative, there are too many dimensions, or too many elements.</exception>
    public static int Count(string name, ReadOnlySpan<long> shape, OpenInferenceLimits limits)
    {
        if (shape.Length > limits.MaxRank)
        {
            RequestFault.Throw($"Input '{name}': expected at most {limits.MaxRank} dimensions, got {shape.Length}.");
        }

        UInt128 count = 1;
        bool zero = false, large = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
            {
                RequestFault.Throw($"Input '{name}': expected dimensions of 0 or more, got shape {TensorShape.Format(shape)}.");
            }

            zero |= dimension == 0;
            count = large ? count : count * (ulong)dimension;
            large |= count > (ulong)limits.MaxElements;
        }

        if (zero)
        {
            return 0;
        }

        if (large)
        {
            RequestFault.Throw($"Input '{name}': shape {TensorShape.Format(shape)} has more than the {limits.MaxElements} elements that this server accepts. Send fewer rows a request.");
        }

        return (int)count;
    }

    /// <summary>Checks that raw bytes are as many as the shape needs; for strings at least their lengths.</summary>
    /// <exception cref="RequestFault">They are not.</exception>
    public static void CheckBytes(string name, ElementType type, ReadOnlySpan<long> shape, int count, long bytes)
    {
        long expected = type == ElementType.String ? (long)count * sizeof(uint) : type.ByteCount(count);
        if (type == ElementType.String ? bytes < expected || (count == 0 && bytes != 0) : bytes != expected)
        {
            RequestFault.Throw(string.Create(CultureInfo.InvariantCulture,
                $"Input '{name}': {Datatypes.Name(type)} of shape {TensorShape.Format(shape)} takes {(type == ElementType.String && count > 0 ? "at least " : "")}{expected} bytes, got {bytes}."));
        }
    }

    /// <exception cref="RequestFault">A byte of a BOOL tensor is neither 0 nor 1.</exception>
    public static void CheckFlags(string name, ReadOnlySpan<byte> bytes)
    {
        int at = bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
        if (at >= 0)
        {
            RequestFault.Throw($"Input '{name}', element {at}: expected a BOOL of 0 or 1, got {bytes[at]}.");
        }
    }

    /// <summary>Adds an input to a request, which takes it over.</summary>
    /// <exception cref="RequestFault">The request has an input of that name; the value is disposed.</exception>
    public static void Add(InferRequest request, string name, TensorValue value)
    {
        if (request.Inputs.ContainsKey(name))
        {
            value.Dispose();
            ThrowDuplicate("Input", name);
        }

        request.Inputs.Add(name, value);
    }

    /// <exception cref="RequestFault">An output is named twice.</exception>
    public static void CheckDistinct(List<RequestedOutput> outputs)
    {
        if (outputs.Count <= 8)
        {
            for (int i = 1; i < outputs.Count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    if (outputs[i].Name == outputs[j].Name)
                    {
                        ThrowDuplicate("Output", outputs[i].Name);
                    }
                }
            }

            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (RequestedOutput output in outputs)
        {
            if (!seen.Add(output.Name))
            {
                ThrowDuplicate("Output", output.Name);
            }
        }
    }

    /// <summary>Checks the text of a name.</summary>
    /// <exception cref="RequestFault">It is empty or too long.</exception>
    public static string CheckName(string what, string name, OpenInferenceLimits limits)
    {
        if (name.Length == 0)
        {
            RequestFault.Throw($"{what}: expected a name, got an empty text.");
        }

        return CheckText(what, name, limits);
    }

    /// <exception cref="RequestFault">The text is too long.</exception>
    public static string CheckText(string what, string text, OpenInferenceLimits limits)
    {
        if (text.Length > limits.MaxNameBytes || (text.Length > limits.MaxNameBytes / 3 && Encoding.UTF8.GetByteCount(text) > limits.MaxNameBytes))
        {
            RequestFault.Throw($"{what}: expected at most {limits.MaxNameBytes} bytes, got {Encoding.UTF8.GetByteCount(text)}.");
        }

        return text;
    }

    [DoesNotReturn]
    private static void ThrowDuplicate(string what, string name) => RequestFault.Throw($"{what} '{name}' is given more than once. Give each name once.");
}
