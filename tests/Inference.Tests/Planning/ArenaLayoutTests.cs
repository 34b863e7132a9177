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
