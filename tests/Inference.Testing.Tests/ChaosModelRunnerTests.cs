using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Testing.Tests;

/// <summary>Calls that fail, wait and answer wrongly, at seeded rates.</summary>
public sealed class ChaosModelRunnerTests
{
    [Fact]
    public async Task Faults_AreThoseOfTheSeed()
    {
        string first = await FatesAsync(new ChaosOptions { Seed = 1, FaultRate = 0.3 });
        Assert.Equal(first, await FatesAsync(new ChaosOptions { Seed = 1, FaultRate = 0.3 }));
        Assert.NotEqual(first, await FatesAsync(new ChaosOptions { Seed = 2, FaultRate = 0.3 }));
        Assert.InRange(first.Count(c => c == 'f'), 240, 360);
        Assert.DoesNotContain('f', await FatesAsync(new ChaosOptions { Seed = 1 }));
        Assert.DoesNotContain('a', await FatesAsync(new ChaosOptions { Seed = 1, FaultRate = 1 }));
    }

    [Fact]
    public async Task Delays_AreThoseOfTheClock()
    {
        var clock = new FakeTimeProvider();
        using var runner = new ChaosModelRunner(new FakeRunner(), new ChaosOptions { DelayRate = 1, Delay = TimeSpan.FromMinutes(5), TimeProvider = clock });
        using NamedValues inputs = FakeModel.Rows(1);
        Task<NamedValues> call = runner.RunAsync(inputs).AsTask();
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(1));
        (await Eventually.CompletesAsync(call)).Dispose();
        Assert.Equal(1, runner.Calls);
    }

    [Fact]
    public async Task WrongShapes_HaveARowTooMany()
    {
        using var runner = new ChaosModelRunner(new FakeRunner(), new ChaosOptions { WrongShapeRate = 1 });
        using NamedValues inputs = FakeModel.Rows(1, 2);
        using NamedValues outputs = await runner.RunAsync(inputs);
        Assert.Equal("float32[3,2]", outputs["y"].ToString());
    }

    [Fact]
    public void Rates_OutsideTheirRange_AreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChaosModelRunner(new FakeRunner(), new ChaosOptions { FaultRate = double.NaN }));

    private static async Task<string> FatesAsync(ChaosOptions options)
    {
        using var runner = new ChaosModelRunner(new FakeRunner(), options);
        using NamedValues inputs = FakeModel.Rows(1);
        var fates = new char[1000];
        for (int i = 0; i < fates.Length; i++)
        {
            try
            {
                (await runner.RunAsync(inputs)).Dispose();
                fates[i] = 'a';
            }
            catch (ModelRunException)
            {
                fates[i] = 'f';
            }
        }

        return new string(fates);
    }
}
