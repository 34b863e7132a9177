using System.Runtime.InteropServices;
using Inference.Rows;

namespace Inference.Serving;

/// <summary>
/// Runs seeded random rows together, apart and regrouped, and compares. Floats are within [−1, 1]; integers are 0 or 1, which are inside any vocabulary; open axes are 4 long. Rows
/// that are truly independent differ only by rounding, which the comparison tolerates.
/// </summary>
internal sealed class RowTrial(IModelRunner runner)
{
    // The least number that can be regrouped; open axes get a size that is neither it nor 1.
    private const int RowCount = 3;
    private const int OpenAxis = 4;

    // Other kernels serve other numbers of rows: f32 sums of some thousand terms differ by less; rows that depend on each other by more.
    private const double Tolerance = 2e-3;

    private static readonly int[][] s_apart = [[0], [1], [2]];
    private static readonly int[] s_all = [0, 1, 2];
    private static readonly int[] s_regrouped = [2, 0];

    private readonly ModelInfo _info = runner.Info;

    /// <summary>A batch of such rows; null where the model has inputs that none can be made for.</summary>
    public static NamedValues? Rows(ModelInfo info)
    {
        var random = new Random(1);
        var inputs = new NamedValues();
        foreach (ModelPort port in info.Inputs.Where(p => !p.IsOptional))
        {
            if (port.Type is not { Kind: ModelValueKind.Tensor, ElementType: not ElementType.Undefined, Shape: { Count: > 0 } shape })
            {
                inputs.Dispose();
                return null;
            }

            TensorValue value = TensorValue.Allocate(port.Type.ElementType, [RowCount, .. shape.Skip(1).Select(d => d.Size ?? OpenAxis)]);
            inputs.Add(port.Name, value);
            if (!HasWholeRows(value))
            {
                inputs.Dispose();
                return null;
            }

            Fill(value, random);
        }

        return inputs;
    }

    /// <summary>How many elements a row of all inputs has; a file may declare more than any integer holds.</summary>
    public static double RowElements(ModelInfo info) =>
        info.Inputs.Where(p => !p.IsOptional).Sum(p => p.Type.Shape?.Skip(1).Aggregate(1.0, (a, d) => a * (d.Size ?? OpenAxis)) ?? 0);

    /// <summary>Compares all rows run together with each row run alone, and with two of them in reverse order.</summary>
    /// <returns>The row found to depend on the other rows; null if none was found.</returns>
    public string? Thoroughly(NamedValues inputs)
    {
        using NamedValues together = runner.Run(inputs);
        return s_apart.Select(rows => Compare(inputs, together, rows, null)).FirstOrDefault(difference => difference is not null) ?? Compare(inputs, together, s_regrouped, null);
    }

    /// <summary>Compares all rows run together with two of them in reverse order. A failed run is inconclusive unless each row runs alone.</summary>
    /// <returns>The row found to depend on the other rows; null if none was found.</returns>
    public string? Briefly(NamedValues inputs, RunContext context)
    {
        try
        {
            if (Run(inputs, s_all, context) is { } together)
            {
                using (together)
                {
                    return Compare(inputs, together, s_regrouped, context);
                }
            }

            return Array.TrueForAll(s_apart, rows => Runs(inputs, rows, context)) ? $"{RowCount} rows fail when run together, but each of them runs alone" : null;
        }
        catch (DeadlineExceededException)
        {
            return null;
        }
    }

    private bool Runs(NamedValues inputs, int[] rows, RunContext context)
    {
        using NamedValues? outputs = Run(inputs, rows, context);
        return outputs is not null;
    }

    private NamedValues? Run(NamedValues inputs, int[] rows, RunContext? context)
    {
        using NamedValues taken = BatchRows.Take(inputs, rows);
        try
        {
            return runner.Run(taken, context);
        }
        catch (InferenceException exception) when (context is not null && exception is not DeadlineExceededException)
        {
            return null;
        }
    }

    private string? Compare(NamedValues inputs, NamedValues together, int[] rows, RunContext? context)
    {
        using NamedValues? apart = Run(inputs, rows, context);
        for (int i = 0; i < apart?.Count; i++)
        {
            int row = FirstDifference(together.GetValue(apart.GetAt(i).Key), apart.GetAt(i).Value, rows);
            if (row >= 0)
            {
                return $"row {row} of output '{apart.GetAt(i).Key}' differs between a batch of {RowCount} and {(rows.Length == 1 ? "the row alone" : $"a batch of {rows.Length}")}";
            }
        }

        return null;
    }

    private static int FirstDifference(ModelValue? together, ModelValue apart, int[] rows)
    {
        if (together is not TensorValue { Rank: > 0 } all || apart is not TensorValue { Rank: > 0 } some || all.Shape[0] != RowCount || some.Shape[0] != rows.Length
            || !all.Shape[1..].SequenceEqual(some.Shape[1..]))
        {
            return rows[0];
        }

        for (int i = 0; i < rows.Length && HasWholeRows(all); i++)
        {
            using TensorValue one = all.Rows(rows[i], 1);
            using TensorValue other = some.Rows(i, 1);
            if (!AreClose(one, other))
            {
                return rows[i];
            }
        }

        return -1;
    }

    // Rows of packed types may share a byte: such rows cannot be copied individually, here or in batches.
    private static bool HasWholeRows(TensorValue value) => !value.ElementType.IsPacked() || (TensorRows.RowElements(value) * value.ElementType.BitWidth() & 7) == 0;

    private static bool AreClose(TensorValue one, TensorValue other) => one.ElementType switch
    {
        ElementType.Float32 => AreClose(one.AsSpan<float>(), other.AsSpan<float>(), x => x, Tolerance),
        ElementType.Float64 => AreClose(one.AsSpan<double>(), other.AsSpan<double>(), x => x, Tolerance),
        ElementType.Float16 => AreClose(one.AsSpan<Half>(), other.AsSpan<Half>(), x => (double)x, Tolerance * 5),
        ElementType.String => one.AsSpan<string>().SequenceEqual(other.AsSpan<string>()),
        ElementType.BFloat16 => true,
        _ => one.AsBytes().SequenceEqual(other.AsBytes()),
    };

    // Rounding is proportional to the largest numbers, not to each number.
    private static bool AreClose<T>(ReadOnlySpan<T> one, ReadOnlySpan<T> other, Func<T, double> number, double tolerance)
    {
        double largest = 0;
        for (int i = 0; i < one.Length; i++)
        {
            double size = Math.Abs(number(one[i]));
            largest = double.IsFinite(size) ? Math.Max(largest, size) : largest;
        }

        for (int i = 0; i < one.Length; i++)
        {
            (double a, double b) = (number(one[i]), number(other[i]));
            if (!(Math.Abs(a - b) <= tolerance * largest) && !a.Equals(b))
            {
                return false;
            }
        }

        return true;
    }

    private static void Fill(TensorValue value, Random random)
    {
        switch (value.ElementType)
        {
            case ElementType.Float32:
                Each<float>(value, () => (random.NextSingle() * 2) - 1);
                break;
            case ElementType.Float64:
                Each(value, () => (random.NextDouble() * 2) - 1);
                break;
            case ElementType.Float16:
                Each(value, () => (Half)((random.NextSingle() * 2) - 1));
                break;
            case ElementType.String:
                Each(value, () => random.Next(2) == 0 ? "a" : "b");
                break;
            case ElementType.Int64 or ElementType.UInt64:
                Integers<long>(value, random);
                break;
            case ElementType.Int32 or ElementType.UInt32:
                Integers<int>(value, random);
                break;
            case ElementType.Int16 or ElementType.UInt16:
                Integers<short>(value, random);
                break;
            case ElementType.Int8 or ElementType.UInt8 or ElementType.Bool:
                Integers<byte>(value, random);
                break;
            default:
                value.AsWritableBytes().Clear();
                break;
        }
    }

    private static void Each<T>(TensorValue value, Func<T> next)
    {
        foreach (ref T element in value.AsWritableSpan<T>())
        {
            element = next();
        }
    }

    private static void Integers<T>(TensorValue value, Random random)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        foreach (ref T element in MemoryMarshal.Cast<byte, T>(value.AsWritableBytes()))
        {
            element = random.Next(2) == 0 ? T.Zero : T.One;
        }
    }
}
