using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class FaultIsolationTests
{
    [Fact]
    public void PoisonedRows_AnyOfThem_FailAloneAndBoundedRunsFindThem() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<bool>>(), draw =>
        {
            bool[] poisoned = [.. draw.Get.Take(32)];
            using var f = new BatchingFixture(o => o.MaxRows = 64);
            f.Model.Poisoned = id => id < 1000 && poisoned[(int)id];
            Task<NamedValues> blocker = f.Block().GetAwaiter().GetResult();
            Task<NamedValues>[] calls = [.. Enumerable.Range(0, poisoned.Length).Select(i => f.Call(i))];
            f.Settle([.. calls.Select(c => c.ContinueWith(_ => { }, TaskScheduler.Default)), blocker]).GetAwaiter().GetResult();
            for (int i = 0; i < poisoned.Length; i++)
            {
                if (poisoned[i])
                {
                    Assert.IsType<ModelRunException>(calls[i].Exception!.InnerException);
                }
                else
                {
                    BatchingFixture.AssertAnswer(i, calls[i].GetAwaiter().GetResult());
                }
            }

            int guilty = poisoned.Count(p => p);
            int depth = (int)Math.Ceiling(Math.Log2(Math.Max(poisoned.Length, 2)));
            Assert.InRange(f.Model.Calls - 1, 1, Math.Min(1 + 2 * depth * guilty, Math.Max(1, 2 * poisoned.Length - 1)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task PoisonedRow_WithoutIsolation_FailsTheBatch()
    {
        using var f = new BatchingFixture(o => o.IsolateFaults = false);
        f.Model.Poisoned = id => id == 1;
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [f.Call(0), f.Call(1), f.Call(2)];
        await f.Settle([.. calls.Select(c => c.ContinueWith(_ => { }, TaskScheduler.Default)), blocker]);
        Assert.All(calls, c => Assert.IsType<ModelRunException>(c.Exception!.InnerException));
        Assert.Equal(2, f.Model.Calls);
    }

    [Fact]
    public async Task CallOfAnotherType_DoesNotJoinTheOthers()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> good = f.Call(1);
        Task<NamedValues> bad = f.Runner.RunAsync(new NamedValues { ["x"] = TensorValue.Copy<double>(new double[4], [1, 4]) }).AsTask();
        Task<NamedValues> alsoGood = f.Call(2);
        await f.Settle(good, alsoGood, blocker, bad.ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.True(bad.IsFaulted);
        Assert.Equal(2, f.Model.Batches.ElementAt(1));
    }

    [Fact]
    public async Task InputsDisposedByTheirCaller_FailThatCallAlone()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        TensorValue gone = FakeModel.Rows(5)["x"];
        Task<NamedValues> good = f.Call(1);
        Task<NamedValues> bad = f.Runner.RunAsync(new NamedValues { ["x"] = gone }).AsTask();
        gone.Dispose();
        await f.Settle(good, blocker, bad.ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.IsType<ObjectDisposedException>(bad.Exception!.InnerException);
        BatchingFixture.AssertAnswer(1, await good);
    }

    [Fact]
    public async Task OverloadBelow_FailsAllWithoutBisection()
    {
        using var f = new BatchingFixture();
        f.Model.Fail = x => x["x"].Shape[0] > 1 ? new OverloadedException("full") : null;
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [f.Call(0), f.Call(1), f.Call(2), f.Call(3)];
        await f.Settle([.. calls.Select(c => c.ContinueWith(_ => { }, TaskScheduler.Default)), blocker]);
        Assert.All(calls, c => Assert.IsType<OverloadedException>(c.Exception!.InnerException));
        Assert.Equal(2, f.Model.Calls);
    }
}
