namespace Inference.Operators.Attention;

/// <summary>Heads of queries, keys or values somewhere in a tensor: [B, S, H·D], [B, H, S, D], or parts of packed rows.</summary>
/// <param name="Data">The first head of the first row.</param>
/// <param name="Layout">Where the others are.</param>
internal readonly unsafe record struct ProjectedHeads(nint Data, HeadLayout Layout)
{
    /// <summary>One part of [B, S, H·D·parts] (parts behind each other) where <paramref name="tensor"/> has 3 dimensions, of [B, S, H, parts, D] where it has 5, or [B, H, S, D].</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="part">Which part.</param>
    /// <param name="parts">How many parts.</param>
    /// <param name="heads">H.</param>
    /// <param name="depth">D.</param>
    public static ProjectedHeads Of(Tensor tensor, long part, long parts, long heads, long depth)
    {
        long row = heads * parts * depth;
        float* data = (float*)tensor.Data;
        return tensor.Rank switch
        {
            5 => new((nint)(data + part * depth), new(tensor.Dims[1] * row, parts * depth, row)),
            4 => new((nint)data, HeadLayout.HeadsFirst(heads, tensor.Dims[2], depth)),
            _ => new((nint)(data + part * heads * depth), new(tensor.Dims[1] * row, depth, row)),
        };
    }

    /// <summary>Points to the rows where they are if nothing is to be added and no copy is asked for; copies them otherwise.</summary>
    public void Take(float* bias, bool isAlone, ref float* target, ref HeadLayout layout, long batch, long heads, long rows, long depth)
    {
        if (bias is null && isAlone)
        {
            target = (float*)Data;
            layout = Layout;
        }
        else
        {
            CopyTo(target, layout, bias, batch, heads, rows, depth);
        }
    }

    /// <summary>Copies rows, adding a bias [H·D] where there is one, to rows of <paramref name="target"/>.</summary>
    public void CopyTo(float* target, HeadLayout layout, float* bias, long batch, long heads, long rows, long depth)
    {
        if (batch * heads * rows * depth == 0)
        {
            return;
        }

        for (long b = 0; b < batch; b++)
        {
            for (long h = 0; h < heads; h++)
            {
                float* from = (float*)Data + Layout.Offset(b, h);
                float* to = target + layout.Offset(b, h);
                for (long i = 0; i < rows; i++)
                {
                    var source = new ReadOnlySpan<float>(from + i * Layout.Row, (int)depth);
                    var place = new Span<float>(to + i * layout.Row, (int)depth);
                    if (bias is null)
                    {
                        source.CopyTo(place);
                    }
                    else
                    {
                        System.Numerics.Tensors.TensorPrimitives.Add(source, new ReadOnlySpan<float>(bias + h * depth, (int)depth), place);
                    }
                }
            }
        }
    }
}
