using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Feedback;

/// <summary>A <see cref="FakeModel"/> with feedback, and what it delivers.</summary>
internal sealed class FedBack : IOutcomeObserver, IAsyncDisposable
{
    public FedBack(Action<FeedbackOptions>? configure = null, IFeedbackStore? store = null, TimeProvider? clock = null, IServiceProvider? services = null, FakeRunner? inner = null)
    {
        Inner = inner ?? new FakeRunner();
        Store = store ?? new MemoryFeedbackStore();
        Runner = Inner.AsBuilder().UseFeedback(o =>
        {
            o.Store = _ => Store;
            o.FlushInterval = TimeSpan.FromMilliseconds(5);
            configure?.Invoke(o);
        }).Build(services ?? (clock is null ? null : TestServices.WithClock(clock)));
        Feedback = Runner.GetService<IFeedback>()!;
        Runner.GetService<IOutcomeFeed>()!.Subscribe(this);
    }

    public FakeRunner Inner { get; }

    public IFeedbackStore Store { get; }

    public IModelRunner Runner { get; }

    public IFeedback Feedback { get; }

    public List<JoinedOutcome> Joined { get; } = [];

    public FeedbackSnapshot Snapshot => Runner.GetService<IFeedbackStatus>()!.Snapshot;

    public Guid Run(params ReadOnlySpan<float> ids)
    {
        var context = new RunContext();
        Run(context, ids);
        return context.Record.PredictionId;
    }

    public void Run(RunContext? context, params ReadOnlySpan<float> ids)
    {
        using NamedValues inputs = FakeModel.Rows(ids);
        Runner.Run(inputs, context).Dispose();
    }

    public Task FlushAsync() => ((ModelFeedback)Feedback).FlushAsync();

    public async Task<List<JoinedOutcome>> ReadAsync()
    {
        var read = new List<JoinedOutcome>();
        await foreach (JoinedOutcome outcome in Runner.GetService<IOutcomeFeed>()!.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            read.Add(outcome);
        }

        return read;
    }

    public void OnJoined(in JoinedOutcome outcome)
    {
        lock (Joined)
        {
            Joined.Add(outcome);
        }
    }

    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}
