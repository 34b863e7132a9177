using System.Buffers.Binary;

namespace Inference.Evaluation.Metrics;

/// <summary>Accumulates a <see cref="ScoreMetric"/> as one multiset of scores per ordering.</summary>
internal sealed class ScoreAccumulator(ScoreMetric metric) : MetricAccumulator(metric)
{
    // Score, truth, weight and count.
    private const int EntryBytes = 25;

    private readonly List<ScoreMultiset> _orderings = [];

    public override double Value
    {
        get
        {
            double sum = 0;
            foreach (ScoreMultiset ordering in _orderings)
            {
                sum += metric.Evaluate(ordering.Sorted());
            }

            return sum / _orderings.Count;
        }
    }

    public override byte[] ToBytes()
    {
        List<byte> bytes = [];
        Span<byte> entryBytes = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteInt64LittleEndian(entryBytes, Rows);
        bytes.AddRange(entryBytes[..sizeof(long)]);
        foreach (ScoreMultiset ordering in _orderings)
        {
            ReadOnlySpan<ScoreEntry> entries = ordering.Sorted();
            BinaryPrimitives.WriteInt32LittleEndian(entryBytes, entries.Length);
            bytes.AddRange(entryBytes[..sizeof(int)]);
            foreach (ScoreEntry entry in entries)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(entryBytes, entry.Score);
                BinaryPrimitives.WriteDoubleLittleEndian(entryBytes[8..], entry.Weight);
                BinaryPrimitives.WriteInt64LittleEndian(entryBytes[16..], entry.Count);
                entryBytes[24] = entry.Positive ? (byte)1 : (byte)0;
                bytes.AddRange(entryBytes);
            }
        }

        return [.. bytes];
    }

    internal override void Read(ReadOnlySpan<byte> bytes)
    {
        Need(bytes, sizeof(long));
        Rows = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        bytes = bytes[sizeof(long)..];
        while (bytes.Length > 0)
        {
            Need(bytes, sizeof(int));
            int count = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            bytes = bytes[sizeof(int)..];
            Need(bytes, count < 0 ? long.MaxValue : (long)count * EntryBytes);
            var ordering = new ScoreMultiset();
            for (int i = 0; i < count; i++)
            {
                ordering.Add(new ScoreEntry(BinaryPrimitives.ReadDoubleLittleEndian(bytes), bytes[24] != 0, BinaryPrimitives.ReadDoubleLittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..])));
                bytes = bytes[EntryBytes..];
            }

            _orderings.Add(ordering);
        }
    }

    private protected override void AddCore(in EvaluationRow row)
    {
        int classes = ClassProbabilities.Count(metric, row.Scores, row.Actual);
        Widen(ScoreMetric.Orderings(classes));
        for (int position = 0; position < row.Actual.Length; position++)
        {
            if (row.Actual[position] != EvaluationRow.Ignored)
            {
                for (int i = 0; i < _orderings.Count; i++)
                {
                    _orderings[i].Add(ScoreMetric.Entry(row.Scores.Slice(position * classes, classes), row.Actual[position], i, row.Weight));
                }
            }
        }
    }

    private protected override void MergeCore(MetricAccumulator other)
    {
        List<ScoreMultiset> theirs = ((ScoreAccumulator)other)._orderings;
        if (theirs.Count > 0)
        {
            Widen(theirs.Count);
        }

        for (int i = 0; i < theirs.Count; i++)
        {
            foreach (ScoreEntry entry in theirs[i].Sorted())
            {
                _orderings[i].Add(entry);
            }
        }
    }

    private void Widen(int orderings)
    {
        if (_orderings.Count == 0)
        {
            for (int i = 0; i < orderings; i++)
            {
                _orderings.Add(new ScoreMultiset());
            }
        }

        if (_orderings.Count != orderings)
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected the same number of classes in every row, got scores for {_orderings.Count} orderings and then for {orderings}. Evaluate outputs of one shape.");
        }
    }

    private void Need(ReadOnlySpan<byte> bytes, long count)
    {
        if (bytes.Length < count)
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected {count} more bytes of accumulator state, got {bytes.Length}. The bytes are truncated or have another format; write them again with ToBytes.");
        }
    }
}
