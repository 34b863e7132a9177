using FsCheck;
using FsCheck.Fluent;

namespace Inference.Batching.Tests;

/// <summary>What holds of the scheduler whatever happens, in whatever order.</summary>
public class SchedulerPropertyTests
{
    [Fact]
    public void AnyEvents_TheInvariantsHold() =>
        Prop.ForAll(ArbMap.Default.ArbFor<Tuple<int, int[]>>(), draw =>
        {
            var world = new SchedulerWorld(draw.Item1);
            for (int i = 0; i < draw.Item2.Length; i++)
            {
                world.Step(new Random((draw.Item2[i] * 1009) + i));
            }

            world.Finish();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(250));
}
