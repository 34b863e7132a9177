namespace Inference.Operators.Contrib;

/// <summary>
/// scores[B, V] with −∞ for each token that would repeat an n-gram of input_ids[B, L]: those that followed earlier occurrences of the last n − 1 tokens. Source: com.microsoft
/// NGramRepeatBlock.
/// </summary>
internal sealed class NGramRepeatBlock : Operator
{
    private readonly long _size;

    public NGramRepeatBlock(Node node)
    {
        _size = node.Attributes.Int("ngram_size");
        if (_size < 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'ngram_size': expected 1 or more, got {_size}.");
        }
    }

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, ElementType.Float32, context.InputShape(1));

    public override void PropagateBatch(BatchContext context) =>
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : context.InputAxis(0) == 0 && context.InputAxis(1) == 0 ? 0 : BatchContext.Mixed);

    public override void Run(KernelContext context)
    {
        Tensor ids = context.Input(0);
        Tensor scores = context.Input(1);
        Tensor y = context.Output(0);
        scores.CopyTo(y);
        int length = (int)ids.Dims[1];
        int tokens = (int)scores.Dims[1];
        if (_size > length)
        {
            return;
        }

        int known = (int)_size - 1;
        for (int b = 0; b < ids.Dims[0]; b++)
        {
            context.ThrowIfCancelled();
            ReadOnlySpan<long> row = ids.Span<long>().Slice(b * length, length);
            Span<float> own = y.Span<float>().Slice(b * tokens, tokens);
            ReadOnlySpan<long> last = row[(length - known)..];
            for (int i = 0; i + known < length; i++)
            {
                if (row.Slice(i, known).SequenceEqual(last))
                {
                    long token = row[i + known];
                    if ((ulong)token >= (ulong)tokens)
                    {
                        throw context.Error($"input 0 (input_ids): expected tokens from 0 to {tokens - 1}, got {token} at row {b}, position {i + known}.");
                    }

                    own[(int)token] = float.NegativeInfinity;
                }
            }
        }
    }
}
