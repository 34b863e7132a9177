using System.Security.Cryptography;
using System.Text;

namespace Inference.Guard;

/// <summary>A digest of every bit of a value.</summary>
internal static class ValueBits
{
    public static string Digest(NamedValues values, IReadOnlyList<ModelPort> ports)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ModelPort port in ports)
        {
            Add(hash, values.GetValue(port.Name));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, ModelValue value)
    {
        Text(hash, $"{value.Kind}");
        switch (value)
        {
            case TensorValue tensor:
                Text(hash, $"{tensor.ElementType}{TensorShape.Format(tensor.Shape)}");
                if (tensor.ElementType != ElementType.String)
                {
                    hash.AppendData(tensor.AsBytes());
                    break;
                }

                foreach (string text in tensor.AsSpan<string>())
                {
                    Text(hash, $"{text.Length}:{text}");
                }

                break;
            case SequenceValue sequence:
                Text(hash, $"{sequence.Count}");
                foreach (ModelValue item in sequence.Items)
                {
                    Add(hash, item);
                }

                break;
            case OptionalValue { Value: { } inner }:
                Add(hash, inner);
                break;
            case MapValue map:
                Add(hash, map.Keys);
                Add(hash, map.Values);
                break;
        }
    }

    private static void Text(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}
