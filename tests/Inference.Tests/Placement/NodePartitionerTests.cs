using FsCheck;
using FsCheck.Fluent;
using Inference.Placement;

namespace Inference.Tests.Placement;

public sealed class NodePartitionerTests
{
    [Fact]
    public void Partition_AChainOfOneOwner_IsOnePart() =>
        Assert.Single(NodePartitioner.Partition(["a", "a", "a"], [[], [0], [1]], _ => false).Distinct());

    [Fact]
    public void Partition_AForeignNodeBetween_CutsTheChain()
    {
        int[] parts = NodePartitioner.Partition(["a", "b", "a"], [[], [0], [1]], _ => false);
        Assert.Equal(3, parts.Distinct().Count());
    }

    [Fact]
    public void Partition_ADiamondWithOneForeignSide_KeepsTheOthersApart()
    {
        // 0(a) → 1(b) → 3(a); 0 → 2(a) → 3: 3 cannot join 0 and 2, which 1 lies between.
        int[] parts = NodePartitioner.Partition(["a", "b", "a", "a"], [[], [0], [0], [1, 2]], _ => false);
        Assert.Equal(parts[0], parts[2]);
        Assert.NotEqual(parts[0], parts[3]);
    }

    [Fact]
    public void Partition_AnyGraph_HasNoCycleAmongParts()
    {
        Prop.ForAll(
            Gen.Choose(1, 1 << 20).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                int count = random.Next(1, 30);
                string[] owners = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? "cpu" : random.Next(2) == 0 ? "a" : "b")];
                int[][] before = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, i).Where(_ => random.Next(4) == 0).ToArray())];
                int[] parts = NodePartitioner.Partition(owners, before, o => o == "cpu");
                return Acyclic(parts, before) && Enumerable.Range(0, count).GroupBy(i => parts[i]).All(g => g.Select(i => owners[i]).Distinct().Count() == 1);
            }).QuickCheckThrowOnFailure();
    }

    private static bool Acyclic(int[] parts, int[][] before)
    {
        var edges = new HashSet<(int From, int To)>();
        for (int i = 0; i < parts.Length; i++)
        {
            edges.UnionWith(before[i].Where(b => parts[b] != parts[i]).Select(b => (parts[b], parts[i])));
        }

        var left = new HashSet<int>(parts);
        while (left.Count > 0)
        {
            int free = left.FirstOrDefault(p => !edges.Any(e => e.To == p && left.Contains(e.From)), -1);
            if (free < 0)
            {
                return false;
            }

            left.Remove(free);
        }

        return true;
    }
}
