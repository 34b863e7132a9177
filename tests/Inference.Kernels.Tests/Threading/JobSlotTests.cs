using Inference.Kernels.Threading;

namespace Inference.Kernels.Tests.Threading;

/// <summary>Claims of a job, made by one thread in both parts.</summary>
public sealed unsafe class JobSlotTests
{
    [ThreadStatic]
    private static List<int>? t_ran;

    [Theory]
    [InlineData(5, "0 4 3 2 1")]
    [InlineData(1, "0")]
    [InlineData(2, "0 1")]
    public void Parts_OwnerFromTheFront_WorkersFromTheBack(int blocks, string expected)
    {
        t_ran = [];
        var slot = new JobSlot();
        Assert.True(slot.TryOwn());
        slot.Open(blocks, &Note, null, joins: 1);
        slot.RunOne();
        Assert.Equal(blocks > 1, slot.TryJoin());
        Assert.Null(slot.Complete(out long saved));
        Assert.Equal(expected, string.Join(' ', t_ran));
        Assert.True(saved >= 0);
    }

    [Fact]
    public void MoreBlocksThanParts_EachRunsOnce()
    {
        t_ran = [];
        var slot = new JobSlot();
        Assert.True(slot.TryOwn());
        slot.Open(10_000, &Note, null, joins: 2);
        slot.RunOne();
        Assert.True(slot.TryJoin());
        Assert.False(slot.TryJoin());
        Assert.Null(slot.Complete(out _));
        Assert.Equal(Enumerable.Range(0, 10_000), t_ran.Order());
    }

    private static void Note(void* state, int block) => t_ran!.Add(block);
}
