namespace Inference.Monitoring.Collection;

/// <summary>
/// The number of rows of a call: the size of axis 0 that most of its tensors share, without scalars; of sizes that equally many share, the first other than 1. A parameter that is passed beside rows does not decide it.
/// </summary>
internal static class RowCount
{
    /// <summary>The number of rows; 1 if there are only scalars, 0 for no tensor.</summary>
    /// <param name="tensors">The tensors of a call; null for one that it has not.</param>
    public static int Of(ReadOnlySpan<TensorValue?> tensors)
    {
        // All of one size, as nearly always.
        int first = tensors.IsEmpty ? -1 : SizeOf(tensors[0]), same = 1;
        while (same < tensors.Length && SizeOf(tensors[same]) == first)
        {
            same++;
        }

        return first >= 0 && same == tensors.Length ? first : MostOf(tensors);
    }

    private static int MostOf(ReadOnlySpan<TensorValue?> tensors)
    {
        int best = -1, most = 0, of = 0;
        bool scalar = false;
        foreach (TensorValue? tensor in tensors)
        {
            scalar |= tensor is { Rank: 0 };
            of += SizeOf(tensor) >= 0 ? 1 : 0;
        }

        for (int i = 0; i < tensors.Length && 2 * most <= of; i++)
        {
            int size = SizeOf(tensors[i]);
            if (size < 0 || size == best)
            {
                continue;
            }

            int count = 0;
            foreach (TensorValue? tensor in tensors[i..])
            {
                count += SizeOf(tensor) == size ? 1 : 0;
            }

            if (count > most || (count == most && best == 1))
            {
                (best, most) = (size, count);
            }
        }

        return best >= 0 ? best : scalar ? 1 : 0;
    }

    private static int SizeOf(TensorValue? tensor) => tensor is null || tensor.Rank == 0 ? -1 : TensorPlan.RowsOf(tensor);
}
