using Inference.Operators.Movement;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

namespace Inference.Operators.Text;

/// <summary>Counts of the known n-grams of each row, with up to max_skip_count items left out between their parts; weighted by mode. Source: ONNX TfIdfVectorizer, opset 9.</summary>
internal sealed class TfIdfVectorizer : Operator
{
    // At each start the tree of n-grams is walked, with a look-up in a table for each item: about sixteen steps.
    private const long CheckEvery = KernelContext.CheckEvery / 16;

    private readonly int _shortest;
    private readonly int _longest;
    private readonly int _skips;
    private readonly string _mode;
    private readonly float[]? _weights;
    private readonly int[] _gramColumns;
    private readonly int _columns;
    private readonly Dictionary<string, long>? _words;
    private readonly NgramTree _tree = new();

    public TfIdfVectorizer(Node node)
    {
        AttributeMap attributes = node.Attributes;
        long shortest = attributes.Int("min_gram_length");
        long longest = attributes.Int("max_gram_length");
        long skips = attributes.Int("max_skip_count");
        _mode = attributes.String("mode");
        _weights = attributes.Floats("weights");
        long[] counts = attributes.Ints("ngram_counts") ?? [];
        long[] indexes = attributes.Ints("ngram_indexes") ?? [];
        long[] pool = attributes.Ints("pool_int64s") ?? [];
        if (attributes.Strings("pool_strings") is { Length: > 0 } strings)
        {
            // Words get numbers, so that one tree serves both.
            _words = new(StringComparer.Ordinal);
            pool = new long[strings.Length];
            for (int i = 0; i < strings.Length; i++)
            {
                if (!_words.TryGetValue(strings[i], out pool[i]))
                {
                    pool[i] = _words.Count;
                    _words.Add(strings[i], pool[i]);
                }
            }
        }

        if (shortest < 1 || longest < shortest || longest > int.MaxValue || skips is < 0 or > int.MaxValue || _mode is not ("TF" or "IDF" or "TFIDF"))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected 1 ≤ min_gram_length ≤ max_gram_length, max_skip_count ≥ 0, none above {int.MaxValue}, and mode TF, IDF or TFIDF, got {shortest}, {longest}, {skips} and '{_mode}'.");
        }

        (_shortest, _longest, _skips) = ((int)shortest, (int)longest, (int)skips);
        AddPool(node, counts, indexes, pool);
        foreach (long index in indexes)
        {
            if (index is < 0 or >= int.MaxValue)
            {
                throw new ModelLoadException($"{node.Describe()}: attribute 'ngram_indexes': expected columns in [0, {int.MaxValue - 1}], got {index}.");
            }

            _columns = Math.Max(_columns, (int)index + 1);
        }

        _gramColumns = Array.ConvertAll(indexes, static index => (int)index);
        if (_weights is not null && _weights.Length < indexes.Length)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'weights': expected {indexes.Length} numbers, one for each n-gram, got {_weights.Length}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, _words is null ? TypeSet.Index : TypeSet.String);
        Dimension[]? shape = context.InputShape(0);
        Dimension columns = Dimension.Fixed(_columns);
        context.SetOutput(0, ElementType.Float32, shape is null ? null : shape.Length == 2 ? [shape[0], columns] : [columns]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<float> y = context.Output(0).Span<float>();
        y.Clear();
        int rows = x.Rank == 2 ? (int)x.Dims[0] : 1;
        int length = rows == 0 ? 0 : (int)(x.Count / rows);
        var items = new long[length];
        for (int row = 0; row < rows; row++)
        {
            context.ThrowIfCancelled();
            for (int i = 0; i < length; i++)
            {
                items[i] = _words is null ? Integers.At(x, ((long)row * length) + i)
                    : _words.TryGetValue(x.Strings[(row * length) + i], out long number) ? number : -1;
            }

            Count(context, items, y.Slice(row * _columns, _columns));
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private void AddPool(Node node, long[] counts, long[] indexes, long[] pool)
    {
        int next = 0;
        for (int n = 1; n <= counts.Length; n++)
        {
            long start = counts[n - 1];
            long end = n < counts.Length ? counts[n] : pool.Length;
            if (start < 0 || end < start || end > pool.Length || (end - start) % n != 0)
            {
                throw new ModelLoadException($"{node.Describe()}: attribute 'ngram_counts': expected increasing start positions of whole n-grams within the pool of {pool.Length}, got [{string.Join(",", counts)}].");
            }

            for (long at = start; at < end; at += n, next++)
            {
                if (next >= indexes.Length || indexes[next] is < 0 or >= int.MaxValue)
                {
                    throw new ModelLoadException($"{node.Describe()}: attribute 'ngram_indexes': expected a column ≥ 0 for each n-gram, got {indexes.Length} for more n-grams.");
                }

                if (n >= _shortest && n <= _longest)
                {
                    _tree.Add(pool.AsSpan((int)at, n), next);
                }
            }
        }
    }

    private void Count(KernelContext context, long[] items, Span<float> counts)
    {
        long budget = 0;
        for (int skip = 0; skip <= _skips; skip++)
        {
            // Single items are the same for every skip: they count once.
            int shortest = skip == 0 ? _shortest : Math.Max(2, _shortest);
            if (shortest > _longest || skip >= items.Length)
            {
                return;
            }

            for (int start = 0; start < items.Length; start++)
            {
                if (--budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = CheckEvery;
                }

                NgramTree? node = _tree;
                int at = start;
                for (int n = 1; n <= _longest && at < items.Length && node is not null; n++, at += skip + 1)
                {
                    node = node.Find(items[at]);
                    if (node is not null && n >= shortest && node.Gram >= 0)
                    {
                        Meet(node.Gram, ref counts[_gramColumns[node.Gram]]);
                    }
                }
            }
        }
    }

    // Weights are those of the n-grams, in the order of the pool.
    private void Meet(int gram, ref float target)
    {
        float weight = _mode == "TF" ? 1f : _weights?[gram] ?? 1f;
        target = _mode == "IDF" ? weight : target + weight;
    }
}
