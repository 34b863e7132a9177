using System.Numerics;

namespace Inference.Operators.Contrib;

/// <summary>
/// Hashes of the n-grams that end at each token of ids[B, L], n from 2 to max_ngram_size, for n_head_per_ngram tables each: (⊕ₖ id[t − k]·multiplier[k]) mod the size of the
/// table; y[B, L, tables]. Tokens before the first come from past_ids[B, max_ngram_size − 1], else are pad_id; so are those at and before an eos_token_id. Output 1 is the next
/// call's past. Products wrap. Source: com.microsoft NGramHashMapping.
/// </summary>
internal sealed class NGramHashMapping : Operator
{
    // Far beyond what models of the operator use; keeps products of the two within 2³².
    private const long MaxSize = 1 << 16;

    private readonly long _most;
    private readonly long _heads;
    private readonly long _pad;
    private readonly long? _end;

    public NGramHashMapping(Node node)
    {
        _most = node.Attributes.Int("max_ngram_size");
        _heads = node.Attributes.Int("n_head_per_ngram");
        _pad = node.Attributes.Int("pad_id");
        _end = node.Attributes.Contains("eos_token_id") ? node.Attributes.Int("eos_token_id") : null;
        if (_most is < 2 or > MaxSize || _heads is < 1 or > MaxSize)
        {
            throw new ModelLoadException($"{node.Describe()}: expected max_ngram_size from 2 and n_head_per_ngram from 1 to {MaxSize}, got {_most} and {_heads}.");
        }
    }

    private long Tables => (_most - 1) * _heads;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? ids = context.InputShape(0);
        if (type == ElementType.Int32 && (_pad != (int)_pad || (_end is { } end && end != (int)end)))
        {
            throw context.Error($"attributes 'pad_id' and 'eos_token_id': expected values in the range of int32, the type of input 0, got {_pad} and {_end}.");
        }

        Shapes.RequireShape(context, 1, Dimension.Fixed(_most));
        Shapes.RequireShape(context, 2, Dimension.Fixed(Tables));
        if (ids is not null)
        {
            Shapes.RequireShape(context, 3, ids[0], Dimension.Fixed(_most - 1));
        }

        context.SetOutput(0, type, ids is null ? null : [.. ids, Dimension.Fixed(Tables)]);
        context.SetOutput(1, type, ids is null ? null : [ids[0], Dimension.Fixed(_most - 1)]);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None
            && (!context.Node.HasInput(3) || context.InputAxis(3) == 0);
        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, !context.AnyBatch ? BatchContext.None : apart ? 0 : BatchContext.Mixed);
        }
    }

    public override void Run(KernelContext context)
    {
        if (context.Input(0).Type == ElementType.Int32)
        {
            Compute<int>(context);
        }
        else
        {
            Compute<long>(context);
        }
    }

    private void Compute<T>(KernelContext context)
        where T : unmanaged, IBinaryInteger<T>
    {
        Tensor ids = context.Input(0);
        ReadOnlySpan<T> multipliers = context.Input(1).Span<T>();
        ReadOnlySpan<T> sizes = context.Input(2).Span<T>();
        ReadOnlySpan<T> past = context.OptionalInput(3) is { } given ? given.Span<T>() : default;
        int length = (int)ids.Dims[1];
        int known = (int)_most - 1;
        foreach (T size in sizes)
        {
            if (size <= T.Zero)
            {
                throw context.Error($"input 2 (vocab_sizes): expected sizes greater than 0, got {size}.");
            }
        }

        Span<T> y = context.HasOutput(0) ? context.Output(0).Span<T>() : default;
        for (int b = 0; b < ids.Dims[0]; b++)
        {
            ReadOnlySpan<T> row = ids.Span<T>().Slice(b * length, length);
            ReadOnlySpan<T> history = past.IsEmpty ? default : past.Slice(b * known, known);
            for (int t = 0; t < length && !y.IsEmpty; t++)
            {
                context.ThrowIfCancelled();
                Hash(row, history, t, multipliers, sizes, y.Slice(((b * length) + t) * (int)Tables, (int)Tables));
            }

            for (int i = 0; i < known && context.HasOutput(1); i++)
            {
                context.Output(1).Span<T>()[(b * known) + i] = At(row, history, length - known + i);
            }
        }
    }

    private void Hash<T>(ReadOnlySpan<T> row, ReadOnlySpan<T> history, int t, ReadOnlySpan<T> multipliers, ReadOnlySpan<T> sizes, Span<T> y)
        where T : unmanaged, IBinaryInteger<T>
    {
        T mix = At(row, history, t) * multipliers[0];
        bool ended = false;
        for (int k = 1; k < multipliers.Length; k++)
        {
            T token = At(row, history, t - k);
            ended |= _end is { } end && token == T.CreateTruncating(end);
            mix ^= unchecked((ended ? T.CreateTruncating(_pad) : token) * multipliers[k]);
            for (int h = (k - 1) * (int)_heads; h < k * (int)_heads; h++)
            {
                T rest = mix % sizes[h];
                y[h] = T.IsNegative(rest) ? rest + sizes[h] : rest;
            }
        }
    }

    // Position −1 is the last of the history.
    private T At<T>(ReadOnlySpan<T> row, ReadOnlySpan<T> history, int position)
        where T : unmanaged, IBinaryInteger<T> =>
        position >= 0 ? row[position] : history.Length + position >= 0 && !history.IsEmpty ? history[history.Length + position] : T.CreateTruncating(_pad);
}
