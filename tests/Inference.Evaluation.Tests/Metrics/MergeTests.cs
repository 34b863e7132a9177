using FsCheck;
using FsCheck.Fluent;
using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Tests.Metrics;

/// <summary>Eight shards, merged in any order, equal one pass, bit for bit.</summary>
public sealed class MergeTests
{
    private const int Shards = 8;

    public static TheoryData<string> Names => [.. MetricCatalog.Names, "top3", "ndcg5", "pinball0.1"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Merge_OfEightShards_EqualsOnePassBitForBit(string name) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Metric metric = MetricCatalog.Parse(name);
            var rows = new RandomRows(metric, seed, 200);
            MetricAccumulator whole = metric.CreateAccumulator();
            rows.AddTo(whole, Enumerable.Range(0, rows.Count));

            var random = new Random(seed);
            MetricAccumulator[] shards = [.. Enumerable.Range(0, Shards).Select(_ => metric.CreateAccumulator())];
            int[] order = [.. Enumerable.Range(0, rows.Count)];
            random.Shuffle(order);
            foreach (int row in order)
            {
                rows.AddTo(shards[random.Next(Shards)], [row]);
            }

            // Half of them travel as bytes.
            MetricAccumulator[] merged = [.. shards.Select((s, i) => i % 2 == 0 ? s : metric.ReadAccumulator(s.ToBytes()))];
            random.Shuffle(merged);
            MetricAccumulator left = metric.CreateAccumulator(), right = metric.CreateAccumulator();
            for (int i = 0; i < Shards; i++)
            {
                (i < 3 ? left : right).Merge(merged[i]);
            }

            right.Merge(left);
            return right.Rows == whole.Rows
                && BitConverter.DoubleToInt64Bits(right.Value) == BitConverter.DoubleToInt64Bits(whole.Value)
                && right.ToBytes().AsSpan().SequenceEqual(whole.ToBytes());
        }).QuickCheckThrowOnFailure();
}
