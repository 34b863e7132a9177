
namespace Inference.Loading;

/// <summary>Checks a user's statement that rows are independent: rows run together must give what they give alone.</summary>
internal static class RowIndependenceCheck
{
    private const int RowCount = 3;
    private const float Tolerance = 1e-3f;

    /// <summary>The info with the statement applied.</summary>
    /// <exception cref="ModelLoadException">The statement is wrong, or the model has no batch axis.</exception>
    public static ModelInfo Apply(IModelRunner runner, bool? stated)
    {
        ModelInfo info = runner.Info;
        if (stated is null || stated == info.RowIndependent)
        {
            return info;
        }

        if (stated == false)
        {
            return info with { RowIndependent = false };
        }

        if (info.BatchAxis != 0)
        {
            throw new ModelLoadException($"Model '{info.Name}': AssertRowIndependent was set, but its inputs share no batch axis; expected every input to have the same symbolic first dimension. Export the model with one, or drop the assertion.");
        }

        Check(runner, info);
        return info with { RowIndependent = true };
    }

    private static void Check(IModelRunner runner, ModelInfo info)
    {
        using NamedValues inputs = RandomRows(info);
        using NamedValues together = runner.Run(inputs);
        for (int row = 0; row < RowCount; row++)
        {
            using var one = new NamedValues();
            foreach (KeyValuePair<string, ModelValue> input in inputs)
            {
                one.Add(input.Key, ((TensorValue)input.Value).Rows(row, 1));
            }

            using NamedValues alone = runner.Run(one);
            foreach (KeyValuePair<string, ModelValue> output in alone)
            {
                if (output.Value is not TensorValue single || together.Get(output.Key) is not TensorValue { Rank: > 0 } all || all.Shape[0] != RowCount || !Close(single, all, row))
                {
                    throw new ModelLoadException($"Model '{info.Name}': AssertRowIndependent was set, but row {row} of output '{output.Key}' differs between a batch of {RowCount} and the row alone. The rows depend on each other; drop the assertion.");
                }
            }
        }
    }

    private static bool Close(TensorValue single, TensorValue all, int row)
    {
        using TensorValue same = all.Rows(row, 1);
        if (!same.Shape.SequenceEqual(single.Shape))
        {
            return false;
        }

        if (single.ElementType != ElementType.Float)
        {
            return single.ElementType == ElementType.String ? single.AsSpan<string>().SequenceEqual(same.AsSpan<string>()) : single.AsBytes().SequenceEqual(same.AsBytes());
        }

        ReadOnlySpan<float> a = single.AsSpan<float>();
        ReadOnlySpan<float> b = same.AsSpan<float>();
        for (int i = 0; i < a.Length; i++)
        {
            if (!(MathF.Abs(a[i] - b[i]) <= Tolerance * (1 + MathF.Abs(b[i]))) && !a[i].Equals(b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static NamedValues RandomRows(ModelInfo info)
    {
        var random = new Random(1);
        var inputs = new NamedValues();
        foreach (ModelPort port in info.Inputs.Where(p => !p.IsOptional))
        {
            long[] shape = [RowCount, .. port.Type.Shape!.Skip(1).Select(d => d.Size ?? 4)];
            TensorValue value = TensorValue.Allocate(port.Type.ElementType, shape);
            switch (value.ElementType)
            {
                case ElementType.Float:
                    foreach (ref float element in value.AsWritableSpan<float>())
                    {
                        element = random.NextSingle() * 2 - 1;
                    }

                    break;
                case ElementType.String:
                    break;
                default:
                    // Small non-negative integers stay inside vocabularies; bytes of other types are zero.
                    value.AsWritableBytes().Clear();
                    FillIntegers(value, random);
                    break;
            }

            inputs.Add(port.Name, value);
        }

        return inputs;
    }

    private static void FillIntegers(TensorValue value, Random random)
    {
        if (value.ElementType == ElementType.Int64)
        {
            foreach (ref long element in value.AsWritableSpan<long>())
            {
                element = random.Next(2);
            }
        }
        else if (value.ElementType == ElementType.Int32)
        {
            foreach (ref int element in value.AsWritableSpan<int>())
            {
                element = random.Next(2);
            }
        }
    }
}
