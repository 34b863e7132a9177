using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>What calls allocate. Alone, since a listener to the meters, which other tests have, makes every measurement allocate.</summary>
[Collection(AloneCollection.Name)]
public class AllocationTests
{
    [Fact]
    public async Task RunAsync_Hit_AllocatesOnlyTheResult()
    {
        using var f = new CachingFixture();
        using NamedValues inputs = FakeModel.Rows(1);
        (await f.Runner.RunAsync(inputs)).Dispose();
        long[] shape = [1, 2];
        long made = Least(() =>
        {
            var outputs = new NamedValues(1);
            outputs.SetValue("y", TensorValue.Allocate(ElementType.Float32, shape));
            return outputs;
        });
        long hit = Least(() => f.Runner.RunAsync(inputs).GetAwaiter().GetResult());
        Assert.Equal(made, hit);

        static long Least(Func<NamedValues> make)
        {
            long least = long.MaxValue;
            for (int i = 0; i < 200; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                NamedValues made = make();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                made.Dispose();
            }

            return least;
        }
    }
}
