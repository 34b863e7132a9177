using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

/// <summary>A batched fake model under a clock moved by hand.</summary>
internal sealed class BatchingFixture : IDisposable
{
    public BatchingFixture(Action<BatchingOptions>? configure = null, FakeRunner? model = null)
    {
        Model = model ?? new FakeRunner();
        Model.Clock = Clock;
        Runner = Model.AsBuilder().UseBatching(o =>
        {
            o.StepAside = false;
            o.MaxRows = 8;
            o.MaxDelay = TimeSpan.FromMilliseconds(2);
            configure?.Invoke(o);
        }).Build(TestServices.WithClock(Clock));
    }

    public FakeTimeProvider Clock { get; } = new();

    public FakeRunner Model { get; }

    public IModelRunner Runner { get; }

    public IBatchingStatus Status => Runner.GetService<IBatchingStatus>()!;

    public Task<NamedValues> Call(float id, RunContext? context = null, CancellationToken cancellationToken = default) =>
        Runner.RunAsync(FakeModel.Rows(id), context, cancellationToken).AsTask();

    /// <summary>Starts a call that holds the model until the gate is opened, so that others queue.</summary>
    public async Task<Task<NamedValues>> Block(float id = 1000)
    {
        int calls = Model.Calls;
        Model.Gate.Close();
        Task<NamedValues> blocker = Call(id);
        await Eventually.TrueAsync(() => Model.Calls > calls);
        return blocker;
    }

    /// <summary>Lets a blocker go and waits until what queues behind it runs.</summary>
    public async Task Next(Task<NamedValues> blocker)
    {
        Model.Gate.Pulse();
        await Eventually.CompletesAsync(blocker);
        await Eventually.TrueAsync(() =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            return Model.Gate.Waiting == 1;
        });
    }

    /// <summary>Opens the gate and moves the clock on whenever batches wait for company, until the calls are done.</summary>
    public async Task Settle(params Task[] calls)
    {
        Model.Gate.Open();
        Task all = Task.WhenAll(calls);
        await Eventually.TrueAsync(() =>
        {
            if (!all.IsCompleted && Status.BatchesInFlight == 0 && Status.QueuedRows > 0)
            {
                Clock.Advance(TimeSpan.FromMilliseconds(1));
            }

            return all.IsCompleted;
        });
        await Eventually.TrueAsync(() => Status.BatchesInFlight == 0);
        await all;
    }

    public static async Task<float[]> Values(Task<NamedValues> call)
    {
        NamedValues outputs = await Eventually.CompletesAsync(call);
        return outputs[FakeModel.Output].AsSpan<float>().ToArray();
    }

    public static void AssertAnswer(float id, NamedValues outputs)
    {
        Assert.Equal([1, 2], outputs[FakeModel.Output].Shape.ToArray());
        Assert.Equal(FakeModel.Expected(id), outputs[FakeModel.Output].AsSpan<float>().ToArray());
    }

    public void Dispose()
    {
        Model.Gate.Open();
        Runner.Dispose();
    }
}
