using System.Buffers;
using Inference;

namespace OptimizeAndServe.Serving;

/// <summary>
/// Early exit by item: a first stage scores all items of a request; only those with the highest scores go to the ranker, the others keep the first stage's score.
/// </summary>
/// <param name="ranker">Scores the selected items; disposed with this runner.</param>
/// <param name="firstStage">Has the same inputs and the same output; owned by the caller.</param>
/// <param name="keep">The number of items per request that go to the ranker.</param>
internal sealed class CandidateCascadeRunner(IModelRunner ranker, IModelRunner firstStage, int keep) : DelegatingModelRunner(ranker)
{
    private const string Output = "score";

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        TensorValue items = inputs["items"];
        if (items.Rank != 2 || items.Shape[1] <= keep)
        {
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        using NamedValues quick = await firstStage.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        int[] chosen = Choose(quick[Output], (int)items.Shape[0], (int)items.Shape[1]);
        using NamedValues rest = Gather(inputs, chosen);
        using NamedValues slow = await Inner.RunAsync(rest, context, cancellationToken).ConfigureAwait(false);
        return Join(quick[Output], slow[Output], chosen);
    }

    /// <summary>Bound runs and parts of the model would bypass the first stage.</summary>
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter) ? null : base.GetService(serviceType, serviceKey);

    /// <summary>Positions of the highest scores of each request, [requests · keep], ascending within each.</summary>
    private int[] Choose(TensorValue scores, int requests, int count)
    {
        var chosen = new int[requests * keep];
        float[] keys = ArrayPool<float>.Shared.Rent(count);
        int[] order = ArrayPool<int>.Shared.Rent(count);
        for (int r = 0; r < requests; r++)
        {
            scores.AsSpan<float>().Slice(r * count, count).CopyTo(keys);
            for (int i = 0; i < count; i++)
            {
                order[i] = i;
            }

            Array.Sort(keys, order, 0, count);
            Span<int> best = chosen.AsSpan(r * keep, keep);
            order.AsSpan(count - keep, keep).CopyTo(best);
            best.Sort();
        }

        ArrayPool<float>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(order);
        return chosen;
    }

    private NamedValues Gather(NamedValues inputs, int[] chosen)
    {
        var rest = new NamedValues(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            (string name, ModelValue value) = inputs.GetAt(i);
            rest.Add(name, name is "items" or "item_numbers" ? Take((TensorValue)value, chosen) : value.Retain());
        }

        return rest;
    }

    /// <summary>The selected items of each request, from a tensor [requests, items, …].</summary>
    private TensorValue Take(TensorValue source, int[] chosen)
    {
        int requests = (int)source.Shape[0];
        int count = (int)source.Shape[1];
        long[] shape = source.Shape.ToArray();
        shape[1] = keep;
        TensorValue taken = TensorValue.Allocate(source.ElementType, shape);
        ReadOnlySpan<byte> from = source.AsBytes();
        Span<byte> to = taken.AsWritableBytes();
        int width = from.Length / (requests * count);
        for (int i = 0; i < chosen.Length; i++)
        {
            from.Slice((i / keep * count + chosen[i]) * width, width).CopyTo(to[(i * width)..]);
        }

        return taken;
    }

    private NamedValues Join(TensorValue quick, TensorValue slow, int[] chosen)
    {
        int count = (int)quick.Shape[1];
        TensorValue joined = TensorValue.Allocate(ElementType.Float32, quick.Shape);
        Span<float> scores = joined.AsWritableSpan<float>();
        quick.AsSpan<float>().CopyTo(scores);
        ReadOnlySpan<float> ranked = slow.AsSpan<float>();
        for (int i = 0; i < chosen.Length; i++)
        {
            scores[i / keep * count + chosen[i]] = ranked[i];
        }

        return new NamedValues(1) { [Output] = joined };
    }
}
