using FsCheck;
using FsCheck.Fluent;
using Inference.Planning;

namespace Inference.Tests.Planning;

public sealed class ArenaLayoutTests
{
    [Fact]
    public void Place_BlocksThatDoNotMeet_ShareTheSpace()
    {
        ArenaLayout.Block[] blocks = [new(100, 0) { Last = 1 }, new(100, 2) { Last = 3 }];
        Assert.Equal(128, ArenaLayout.Place(blocks));
    }

    [Fact]
    public void Place_MoreBlocksThanPairsAreLookedAt_ReusesSpaceAndNeverOverlaps()
    {
        var random = new Random(1);
        ArenaLayout.Block[] blocks = [.. Enumerable.Range(0, 20_000).Select(i => new ArenaLayout.Block(random.Next(0, 5000), i) { Last = i + random.Next(4) })];
        long size = ArenaLayout.Place(blocks);
        Assert.True(size < 40 * 5056, $"{size}");
        for (int i = 0; i < blocks.Length; i++)
        {
            for (int k = i + 1; k < Math.Min(i + 4, blocks.Length); k++)
            {
                Assert.True(blocks[k].First > blocks[i].Last || blocks[k].Offset >= blocks[i].Offset + blocks[i].Bytes || blocks[i].Offset >= blocks[k].Offset + blocks[k].Bytes);
            }
        }
    }

    [Fact]
    public void Place_AnyBlocks_NeverOverlapInSpaceAndTime()
    {
        Prop.ForAll(
            Gen.Choose(1, 1 << 20).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                ArenaLayout.Block[] blocks = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
                {
                    int first = random.Next(20);
                    return new ArenaLayout.Block(random.Next(1, 5000), first) { Last = first + random.Next(10) };
                })];
                long size = ArenaLayout.Place(blocks);
                return blocks.All(b => b.Offset >= 0 && b.Offset % ArenaLayout.Alignment == 0 && b.Offset + b.Bytes <= size)
                    && !blocks.Any(a => blocks.Any(b => a != b && a.First <= b.Last && b.First <= a.Last && a.Offset < b.Offset + b.Bytes && b.Offset < a.Offset + a.Bytes));
            }).QuickCheckThrowOnFailure();
    }
}
