using Inference.TestSupport;

namespace Inference.Caching.Tests;

public class AwkwardCallTests
{
    [Fact]
    public async Task RunAsync_InputsOfUnequalRows_ReachTheModelAndAreNotAnsweredFromMemory()
    {
        ModelInfo info = FakeModel.Info() with
        {
            Inputs = [FakeModel.Info().Inputs[0], new ModelPort("z", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(1)]))],
        };
        using var f = new CachingFixture(model: new FakeRunner(info));
        using (NamedValues good = Inputs(2, 2))
        {
            (await f.Runner.RunAsync(good)).Dispose();
        }

        Assert.Equal(1, f.Model.Calls);
        f.Model.Fail = x => ((TensorValue)x["z"]).Shape[0] != x["x"].Shape[0] ? new InvalidInputException("rows differ") : null;
        foreach ((int x, int z) in new[] { (2, 3), (2, 1), (1, 2), (3, 2), (2, 0) })
        {
            using NamedValues bad = Inputs(x, z);
            await Assert.ThrowsAsync<InvalidInputException>(async () => await f.Runner.RunAsync(bad));
        }

        Assert.Equal(6, f.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_OutputsOfUnequalRows_AreHandedOnAndNotKept()
    {
        int second = 2;
        var model = new FakeRunner(FakeModel.Info(), x =>
        {
            NamedValues outputs = FakeModel.Compute(x);
            outputs.Add("more", TensorValue.Copy(new float[second], [second, 1]));
            return outputs;
        });
        using var f = new CachingFixture(model: model);
        await f.Call([1, 2]);
        Assert.Equal(2, f.Control.Statistics.Entries);
        second = 1;
        Assert.Equal(CachingFixture.Expected(3, 4), await f.Call([3, 4]));
        Assert.Equal(2, f.Control.Statistics.Entries);
    }

    [Fact]
    public async Task Follow_DeadlineBeyondWhatTimersReach_IsWaitedFor()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call(1);
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        Task<float[]> follower = f.Call(1, new RunContext { Deadline = DateTimeOffset.MaxValue });
        Assert.False(follower.IsCompleted);
        f.Model.Gate.Open();
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(follower));
        await Eventually.CompletesAsync(leader);
        Assert.Equal(1, f.Model.Calls);
    }

    private static NamedValues Inputs(int x, int z)
    {
        NamedValues inputs = FakeModel.Rows([.. Enumerable.Range(1, x).Select(i => (float)i)]);
        inputs.Add("z", TensorValue.Copy(new float[z], [z, 1]));
        return inputs;
    }
}
