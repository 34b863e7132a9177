using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>Caches of one model over one second level, and what is counted of both.</summary>
public abstract class SecondLevelTest : IDisposable
{
    private protected SecondLevelTest()
    {
        Model = $"second-{Guid.NewGuid():N}";
        Meter = new MeterReadings(Model);
    }

    private protected string Model { get; }

    private protected FaultyDistributedCache Cache { get; } = new();

    private protected TimerCountingTimeProvider Clock { get; } = new();

    private protected MeterReadings Meter { get; }

    public void Dispose()
    {
        Meter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Operations of the second level with a result.</summary>
    private protected double Second(string result) => Meter.Sum("inference.cache.second_level", result);

    /// <summary>Rows with a result.</summary>
    private protected double Rows(string result) => Meter.Sum("inference.cache.rows", result);

    /// <summary>Another process with the model.</summary>
    private protected CachingFixture Open(Action<CachingOptions>? configure = null, FakeRunner? model = null) => new(
        o =>
        {
            o.SecondLevel.Enabled = true;
            o.SecondLevel.EraseDelay = TimeSpan.Zero;
            configure?.Invoke(o);
        },
        model ?? new FakeRunner(FakeModel.Info(Model)),
        Cache,
        Clock);
}
