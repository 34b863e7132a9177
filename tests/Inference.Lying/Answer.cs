using Inference.Cli.Data;
using Inference.Cli.Verification;

namespace Inference.Lying;

/// <summary>What an engine answered: values, or an error.</summary>
/// <param name="Error">Null for values; else the error.</param>
/// <param name="Outputs">The outputs as protobuf files, with their kinds.</param>
internal sealed record Answer(string? Error, IReadOnlyList<(ModelValueKind Kind, byte[] Bytes)> Outputs)
{
    /// <summary>Whether the error is none of this library's.</summary>
    public bool IsRaw => Error?.StartsWith("RAW ", StringComparison.Ordinal) == true;

    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Error ?? "");
        writer.Write(Outputs.Count);
        foreach ((ModelValueKind kind, byte[] bytes) in Outputs)
        {
            writer.Write((int)kind);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    /// <summary>Null where there is no whole answer: the process died.</summary>
    public static Answer? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            string error = reader.ReadString();
            var outputs = new (ModelValueKind, byte[])[reader.ReadInt32()];
            for (int i = 0; i < outputs.Length; i++)
            {
                outputs[i] = ((ModelValueKind)reader.ReadInt32(), reader.ReadBytes(reader.ReadInt32()));
            }

            return new(error.Length == 0 ? null : error, outputs);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    public static Answer Of(NamedValues outputs, ModelInfo info) =>
        new(null, [.. info.Outputs.Select(o => outputs.GetValue(o.Name)).Select(v => (v.Kind, ProtobufValues.Write("", v)))]);

    /// <summary>Whether both hold the same bytes.</summary>
    public bool IsSame(Answer other) => Error == other.Error && Outputs.Count == other.Outputs.Count
        && Outputs.Zip(other.Outputs).All(p => p.First.Bytes.AsSpan().SequenceEqual(p.Second.Bytes));

    /// <summary>The first difference from what was expected; null for none.</summary>
    public string? Difference(Answer want)
    {
        for (int i = 0; i < Outputs.Count; i++)
        {
            using ModelValue got = ReadValue(Outputs[i]);
            using ModelValue expected = ReadValue(want.Outputs[i]);
            if (ValueComparer.Difference(got, expected, ToleranceFor(expected)) is { } difference)
            {
                return $"output {i}: {difference}";
            }
        }

        return null;
    }

    // Sums cancel: an element may be far smaller than what it was summed from, so that float32 leaves an error relative to the largest.
    private static Tolerance ToleranceFor(ModelValue expected)
    {
        double largest = expected is TensorValue { ElementType: not ElementType.String } tensor ? ValueComparer.Numbers(tensor).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max() : 0;
        return new(1e-3, 1e-6 + (1e-5 * largest), null);
    }

    private static ModelValue ReadValue((ModelValueKind Kind, byte[] Bytes) output)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, output.Bytes);
            return ProtobufValues.Read(path, new ModelValueType { Kind = output.Kind });
        }
        finally
        {
            File.Delete(path);
        }
    }
}
