namespace Inference.Operators.Contrib;

/// <summary>
/// What speculative decoding keeps of predicted tokens: current tokens followed by the predictions up to the first that differs from the source's (with it), and where in the
/// source the last n-gram of these ends, which the next predictions start from: −1 where no n-gram from min_ngram_size to max_ngram_size is there exactly once. Inputs: source
/// tokens [S], current tokens [L], the last index, predicted tokens [S + 1 − index]. Source: com.microsoft BifurcationDetector.
/// </summary>
internal sealed class BifurcationDetector : Operator
{
    private readonly long _least;
    private readonly long _most;

    public BifurcationDetector(Node node)
    {
        _least = node.Attributes.Int("min_ngram_size");
        _most = node.Attributes.Int("max_ngram_size");
        if (_least < 1 || _most < _least)
        {
            throw new ModelLoadException($"{node.Describe()}: expected 1 ≤ min_ngram_size ≤ max_ngram_size, got {_least} and {_most}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Int64, context.HasInput(3) ? [Dimension.Unknown] : context.InputShape(1));
        context.SetOutput(1, ElementType.Int64, context.InputShape(2));
    }

    public override void Run(KernelContext context)
    {
        ReadOnlySpan<long> source = context.Input(0).Span<long>();
        ReadOnlySpan<long> current = context.Input(1).Span<long>();
        ReadOnlySpan<long> kept = context.OptionalInput(3) is { } predicted ? Kept(context, source, predicted.Span<long>()) : [];
        Span<long> tokens = context.Output(0, ElementType.Int64, [current.Length + kept.Length]).Span<long>();
        current.CopyTo(tokens);
        kept.CopyTo(tokens[current.Length..]);
        context.Output(1, ElementType.Int64, context.Input(2).Dims).Span<long>()[0] = Suffix(context, source, tokens);
    }

    private static ReadOnlySpan<long> Kept(KernelContext context, ReadOnlySpan<long> source, ReadOnlySpan<long> predicted)
    {
        long start = context.Input(2).Span<long>()[0];
        if (start < 0 || start > source.Length || predicted.Length != source.Length + 1 - start)
        {
            throw context.Error($"expected prev_suffix_match_idx in [0, {source.Length}] and {source.Length} + 1 − prev_suffix_match_idx predicted tokens, got {start} and {predicted.Length}.");
        }

        return predicted[..(predicted.CommonPrefixLength(source[(int)start..]) + 1)];
    }

    private long Suffix(KernelContext context, ReadOnlySpan<long> source, ReadOnlySpan<long> tokens)
    {
        long found = -1;
        for (int size = (int)Math.Min(_least, int.MaxValue); size <= Math.Min(_most, tokens.Length); size++)
        {
            context.ThrowIfCancelled();
            ReadOnlySpan<long> last = tokens[^size..];
            int at = source.IndexOf(last);
            if (at < 0)
            {
                break;
            }

            found = at + size;
            if (found >= source.Length)
            {
                break;
            }

            if (source[(at + 1)..].IndexOf(last) >= 0)
            {
                found = -1;
            }
        }

        return found;
    }
}
