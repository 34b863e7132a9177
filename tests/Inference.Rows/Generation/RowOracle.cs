using System.Runtime.InteropServices;

namespace Inference.Rows.Generation;

/// <summary>What running rows together and apart says of a model.</summary>
public static class RowOracle
{
    private const int RowCount = 5;
    private static readonly int[][] s_groups = [[0], [1], [2], [3], [4], [3, 1], [4, 0, 2]];

    /// <summary>Whether every row comes out the same together, apart and regrouped; null where the model does not run.</summary>
    public static bool? IsIndependent(IModelRunner runner)
    {
        using NamedValues inputs = Inputs(runner.Info);
        using NamedValues? together = Run(runner, inputs, [0, 1, 2, 3, 4]);
        bool any = together is not null;
        bool same = together is not null;
        foreach (int[] rows in s_groups)
        {
            using NamedValues? apart = Run(runner, inputs, rows);
            any |= apart is not null;
            same &= apart is not null && together is not null && AreSame(together, apart, rows);
        }

        return any ? same : null;
    }

    private static NamedValues? Run(IModelRunner runner, NamedValues inputs, int[] rows)
    {
        using NamedValues taken = BatchRows.Take(inputs, rows);
        try
        {
            return runner.Run(taken);
        }
        catch (InferenceException)
        {
            return null;
        }
    }

    private static NamedValues Inputs(ModelInfo info)
    {
        var random = new Random(7);
        var inputs = new NamedValues();
        foreach (ModelPort port in info.Inputs)
        {
            TensorValue value = TensorValue.Allocate(port.Type.ElementType, [RowCount, .. port.Type.Shape!.Skip(1).Select(d => d.Size ?? 3)]);
            if (value.ElementType == ElementType.Int64)
            {
                foreach (ref long element in value.AsWritableSpan<long>())
                {
                    element = random.Next(2);
                }
            }
            else
            {
                foreach (ref float element in value.AsWritableSpan<float>())
                {
                    element = (random.NextSingle() * 2) - 1;
                }
            }

            inputs.Add(port.Name, value);
        }

        return inputs;
    }

    private static bool AreSame(NamedValues together, NamedValues apart, int[] rows)
    {
        for (int i = 0; i < together.Count; i++)
        {
            var all = (TensorValue)together.GetAt(i).Value;
            var some = (TensorValue)apart.GetAt(i).Value;
            if (all.Rank == 0 || some.Rank != all.Rank || all.Shape[0] != RowCount || some.Shape[0] != rows.Length || !all.Shape[1..].SequenceEqual(some.Shape[1..]))
            {
                return false;
            }

            int size = (int)(all.ElementCount / RowCount);
            ReadOnlySpan<float> left = MemoryMarshal.Cast<byte, float>(all.AsBytes());
            ReadOnlySpan<float> right = MemoryMarshal.Cast<byte, float>(some.AsBytes());
            for (int j = 0; j < right.Length; j++)
            {
                (float a, float b) = (left[(rows[j / size] * size) + (j % size)], right[j]);
                if (!(MathF.Abs(a - b) <= 1e-4f * (1 + MathF.Abs(a))) && !a.Equals(b))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
