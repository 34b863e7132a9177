namespace Inference.Operators.Contrib;

/// <summary>The distinct elements of x[L] in order of first appearance, which of them each element is, and how many of each there are. Source: com.microsoft Unique.</summary>
internal sealed class UniqueValues : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Float32, [Dimension.Unknown]);
        context.SetOutput(1, ElementType.Int64, context.InputShape(0));
        context.SetOutput(2, ElementType.Int64, [Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        ReadOnlySpan<float> x = context.Input(0).Span<float>();
        var places = new Dictionary<float, int>();
        var values = new List<float>();
        var counts = new List<long>();
        var indices = new long[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            if (i % 4096 == 0)
            {
                context.ThrowIfCancelled();
            }

            if (!places.TryGetValue(x[i], out int place))
            {
                place = values.Count;
                places.Add(x[i], place);
                values.Add(x[i]);
                counts.Add(0);
            }

            counts[place]++;
            indices[i] = place;
        }

        if (context.HasOutput(0))
        {
            values.CopyTo(context.Output(0, ElementType.Float32, [values.Count]).Span<float>());
        }

        if (context.HasOutput(1))
        {
            indices.CopyTo(context.Output(1, ElementType.Int64, [x.Length]).Span<long>());
        }

        if (context.HasOutput(2))
        {
            counts.CopyTo(context.Output(2, ElementType.Int64, [counts.Count]).Span<long>());
        }
    }
}
