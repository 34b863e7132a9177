using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.Tests;

/// <summary>A cached fake model under a clock moved by hand.</summary>
internal sealed class CachingFixture : IDisposable
{
    public CachingFixture(Action<CachingOptions>? configure = null, FakeRunner? model = null, IDistributedCache? distributed = null, TimerCountingTimeProvider? clock = null)
    {
        Clock = clock ?? new TimerCountingTimeProvider();
        Model = model ?? new FakeRunner();
        Model.Clock = Clock;
        TestServices services = TestServices.WithClock(Clock);
        if (distributed is not null)
        {
            services.Add(distributed);
        }

        Runner = Model.AsBuilder().UseCaching(o =>
        {
            o.Adaptive = false;
            configure?.Invoke(o);
        }).Build(services);
    }

    public TimerCountingTimeProvider Clock { get; }

    public FakeRunner Model { get; }

    public IModelRunner Runner { get; }

    public ICacheControl Control => Runner.GetService<ICacheControl>()!;

    public async Task<float[]> Call(float[] ids, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        using NamedValues inputs = FakeModel.Rows(ids);
        using NamedValues outputs = await Runner.RunAsync(inputs, context, cancellationToken);
        return outputs[FakeModel.Output].AsSpan<float>().ToArray();
    }

    public Task<float[]> Call(float id, RunContext? context = null, CancellationToken cancellationToken = default) => Call([id], context, cancellationToken);

    public static float[] Expected(params float[] ids) => [.. ids.SelectMany(FakeModel.Expected)];

    public void Dispose()
    {
        Model.Gate.Open();
        Runner.Dispose();
    }
}
