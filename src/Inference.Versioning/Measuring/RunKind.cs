using System.Numerics;

namespace Inference.Versioning.Measuring;

/// <summary>What makes runs of a model comparable in time: the number of rows, and the size of a row.</summary>
internal static class RunKind
{
    // Steps of the size in each octave: sizes within a kind differ by at most a quarter.
    private const int StepsPerOctave = 4;

    // Rows are told apart one by one up to here: the fixed cost of a run, shared by its rows, makes more of a difference than a step.
    private const long ExactRows = 64;

    /// <summary>The kind of a run with these inputs.</summary>
    public static long Of(NamedValues inputs)
    {
        long rows = 0, elements = 0;
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs.GetAt(i).Value is TensorValue tensor)
            {
                rows = rows == 0 && tensor.Rank > 0 ? tensor.Shape[0] : rows;
                elements += tensor.ElementCount;
            }
        }

        return ((rows <= ExactRows ? rows : ExactRows + Step(rows)) << 32) | Step(elements / Math.Max(rows, 1));
    }

    private static long Step(long size)
    {
        if (size < StepsPerOctave)
        {
            return size;
        }

        int octave = BitOperations.Log2((ulong)size);
        return (octave * StepsPerOctave) + ((size >> (octave - 2)) & (StepsPerOctave - 1));
    }
}
