using System.Buffers.Binary;
using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Metrics;

/// <summary>Accumulates the exact sums of a <see cref="SumMetric"/>.</summary>
internal sealed class SumAccumulator(SumMetric metric) : MetricAccumulator(metric)
{
    private readonly RowTerms _terms = new();
    private readonly List<ExactSum> _sums = [];

    public override double Value
    {
        get
        {
            if (Rows == 0)
            {
                return double.NaN;
            }

            var high = new double[_sums.Count];
            var low = new double[_sums.Count];
            for (int i = 0; i < high.Length; i++)
            {
                high[i] = _sums[i].Value;
                low[i] = Rest(_sums[i], high[i]);
            }

            return metric.Evaluate(new SumView(high, low));
        }
    }

    public override byte[] ToBytes()
    {
        List<byte> bytes = [];
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, Rows);
        bytes.AddRange(number);
        foreach (ExactSum sum in _sums)
        {
            sum.Write(bytes);
        }

        return [.. bytes];
    }

    internal override void Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(long))
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected at least {sizeof(long)} bytes of accumulator state, got {bytes.Length}. The bytes are truncated; write them again with ToBytes.");
        }

        Rows = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        bytes = bytes[sizeof(long)..];
        while (bytes.Length > 0)
        {
            _sums.Add(ExactSum.Read(ref bytes));
        }
    }

    private protected override void AddCore(in EvaluationRow row)
    {
        _terms.Clear();
        metric.Describe(row, _terms);
        foreach ((int index, double value) in _terms.Items)
        {
            Sum(index).AddProduct(row.Weight, value);
        }
    }

    private protected override void MergeCore(MetricAccumulator other)
    {
        List<ExactSum> theirs = ((SumAccumulator)other)._sums;
        for (int i = 0; i < theirs.Count; i++)
        {
            Sum(i).Merge(theirs[i]);
        }
    }

    private static double Rest(ExactSum sum, double high)
    {
        if (!double.IsFinite(high))
        {
            return 0;
        }

        var rest = new ExactSum();
        rest.Merge(sum);
        rest.Add(-high);
        return rest.Value;
    }

    private ExactSum Sum(int index)
    {
        while (_sums.Count <= index)
        {
            _sums.Add(new ExactSum());
        }

        return _sums[index];
    }
}
