using Inference.Rows.Generation;

namespace Inference.Tests.Passes;

/// <summary>A sample of <c>eng/rows.sh</c>: no random model is claimed whose rows depend on each other, and none is lost by the trial.</summary>
public sealed class RandomRowsTests
{
    [Theory]
    [InlineData(1_000_000, 150)]
    [InlineData(2_000_000, 150)]
    public void RowIndependent_OfRandomModels_HoldsWhereItIsClaimed(int seed, int count)
    {
        int proved = 0;
        for (int i = seed; i < seed + count; i++)
        {
            byte[] file = RandomModel.Make(i).ToArray();
            using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(file), new ModelLoadOptions { VerifyRowIndependence = false });
            if (!runner.Info.RowIndependent)
            {
                continue;
            }

            proved++;
            Assert.True(RowOracle.IsIndependent(runner) != false, $"seed {i}: claimed, but rows depend on each other");
            using IModelRunner tried = ModelRunner.Load(ModelSource.Bytes(file));
            Assert.True(tried.Info.RowIndependent, $"seed {i}: proved, but the trial denies it");
        }

        Assert.True(proved > count / 5, $"{proved} of {count} proved");
    }
}
