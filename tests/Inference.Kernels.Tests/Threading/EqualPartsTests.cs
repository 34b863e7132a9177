using FsCheck;
using FsCheck.Fluent;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Tests.Threading;

public sealed class EqualPartsTests
{
    [Fact]
    public void Start_AnyNumbers_IsTheFlooredShare() =>
        Prop.ForAll<long, int, int>(static (tasks, part, parts) =>
        {
            tasks = tasks == long.MinValue ? long.MaxValue : Math.Abs(tasks);
            parts = 1 + (parts & int.MaxValue - 1);
            part = (part & int.MaxValue) % parts;
            return EqualParts.Start(tasks, part, parts) == (long)((Int128)tasks * part / parts) && EqualParts.Start(tasks, parts, parts) == tasks;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(long.MaxValue, int.MaxValue - 1, int.MaxValue)]
    [InlineData(long.MaxValue - 1, 1, 2)]
    [InlineData(0, 3, 7)]
    [InlineData(5, 3, 7)]
    public void Start_Extremes_IsTheFlooredShare(long tasks, int part, int parts) =>
        Assert.Equal((long)((Int128)tasks * part / parts), EqualParts.Start(tasks, part, parts));
}
