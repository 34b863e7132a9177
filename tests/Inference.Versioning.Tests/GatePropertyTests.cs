using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Whatever is published, in whatever order: what serves is the newest version that passes its gates, or what served before.</summary>
public sealed class GatePropertyTests
{
    private enum Kind
    {
        Good,
        Corrupt,
        WrongGolden,
        Incompatible,
        CrashesAtWarmup,
        Unsigned,
    }

    [Fact]
    public void Property_AnyPublications_OnlyVersionsThatPassedTheirGatesServe()
    {
        Gen<int[]> publications = Gen.Choose(0, 5).ArrayOf().Select(kinds => kinds.Take(8).ToArray());
        Prop.ForAll(publications.ToArbitrary(), kinds =>
        {
            ServesOnlyTheGoodAsync([.. kinds.Select(k => (Kind)k)]).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void Property_Overload_DetachedWorkStaysWithinItsBound()
    {
        Prop.ForAll(Gen.Choose(1, 6).Two().ToArbitrary(), pair =>
        {
            StaysWithinAsync(maxDetached: pair.Item1, rounds: pair.Item2 + pair.Item1).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static async Task ServesOnlyTheGoodAsync(Kind[] kinds)
    {
        using var repository = new TempRepository();
        repository.Publish("1");
        await using VersionedModelRunner runner = await repository.OpenAsync(o => o.WarmupRuns = 1);
        string expected = "1";
        for (int i = 0; i < kinds.Length; i++)
        {
            string version = (i + 2).ToString();
            Kind kind = kinds[i];
            repository.On(version, r =>
            {
                if (kind == Kind.Incompatible)
                {
                    r.Info = r.Info with { Outputs = [] };
                }
                else if (kind == Kind.CrashesAtWarmup)
                {
                    r.Fail = _ => new InvalidOperationException("crash");
                }
            });
            repository.Publish(version, kind == Kind.Corrupt ? "corrupt" : null, kind switch
            {
                Kind.WrongGolden => """{ "golden": { "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": { "y": { "shape": [1, 2], "data": [-1, -1] } } } ] } }""",
                Kind.Unsigned => """{ "files": { "model.onnx": "ff" } }""",
                _ => null,
            });
            await runner.Versions.RefreshAsync();
            expected = kind == Kind.Good ? version : expected;
            Assert.Equal(expected, await TempRepository.ServedAsync(runner));
            Assert.Equal(kind == Kind.Good ? ModelState.Ready : ModelState.Degraded, runner.State);
        }

        // What was refused was disposed, and never ran for a caller.
        await Eventually.TrueAsync(() => repository.Loaded.TrueForAll(r => r.DisposeCount == 1 || runner.Versions.Versions.Any(v => v.Version == r.Info.Version && v.Digest is not null)));
    }

    private static async Task StaysWithinAsync(int maxDetached, int rounds)
    {
        var clock = new TimerCountingTimeProvider();
        using var gate = new SemaphoreSlim(0);
        int running = 0;
        int most = 0;
        int ended = 0;
        var stuck = new FakeRunner(compute: FakeModel.Compute)
        {
            // Blocks its thread, as a synchronous engine does, deaf to cancellation.
            OnRun = _ =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                gate.Wait();
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref ended);
            },
        };
        var quick = new FakeRunner();
        await using IModelRunner runner = stuck.AsBuilder()
            .UseFallback(o => (o.AttemptTimeout, o.MaxDetached, o.FailureRatio, o.MinimumCalls) = (TimeSpan.FromMilliseconds(10), maxDetached, 1, 1_000_000), quick)
            .Build(new ClockOnly(clock));
        for (int i = 0; i < rounds; i++)
        {
            using NamedValues inputs = FakeModel.Rows(i);
            Task<NamedValues> call = runner.RunAsync(inputs).AsTask();
            if (i < maxDetached)
            {
                await Eventually.TrueAsync(() => Volatile.Read(ref running) == i + 1 && clock.RunningTimers > 0);
                clock.Advance(TimeSpan.FromMilliseconds(10));
            }

            using NamedValues outputs = await Eventually.CompletesAsync(call);
            Assert.Equal(FakeModel.Expected(i), outputs[FakeModel.Output].AsSpan<float>().ToArray());
            Assert.InRange(((FallbackModelRunner)runner).Detached, 0, maxDetached);
        }

        Assert.InRange(most, 1, maxDetached);
        gate.Release(maxDetached);
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0);
        Assert.Equal(Math.Min(rounds, maxDetached), ended);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private sealed class ClockOnly(TimeProvider clock) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? clock : null;
    }
}
