using FsCheck;
using FsCheck.Fluent;
using Inference.Batching;
using Inference.TestSupport;

namespace Inference.Sequences.Tests;

/// <summary>Calls of different sequences in one batch.</summary>
public sealed class BatchedSequenceTests
{
    [Fact]
    public async Task RunAsync_ConcurrentSequences_ShareBatches()
    {
        using var model = new Recurrence(more: Batched);
        Sequence[] sequences = [.. Enumerable.Range(0, 8).Select(i => model.Runner.StartSequence($"{i}"))];
        for (int round = 1; round <= 3; round++)
        {
            model.Model.Gate.Close();
            int before = model.Model.Calls;
            Task<float>[] calls = [.. sequences.Select((s, i) => Recurrence.Run(s, i * round))];
            await Eventually.TrueAsync(() => model.Model.Gate.Waiting > 0);
            model.Model.Gate.Open();
            float[] answers = await Task.WhenAll(calls);
            Assert.Equal([.. sequences.Select((_, i) => Recurrence.Expected(Enumerable.Range(1, round).Select(r => (float)(i * r)))[^1])], answers);
            Assert.True(model.Model.Calls - before < 8, "No batch was shared.");
        }

        Assert.All(sequences, s => s.Dispose());
        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_RowOfABatch_DoesNotKeepTheBatchInMemory()
    {
        using var model = new Recurrence(more: Batched);
        Sequence[] sequences = [.. Enumerable.Range(0, 4).Select(i => model.Runner.StartSequence($"{i}"))];
        model.Model.Gate.Close();
        Task<float>[] calls = [.. sequences.Select(s => Recurrence.Run(s, 1))];
        await Eventually.TrueAsync(() => model.Model.Gate.Waiting > 0);
        model.Model.Gate.Open();
        await Task.WhenAll(calls);

        // What was left by a batch is free although its sequences go on.
        TensorValue[] batches = [.. model.Left.Where(state => state.Shape[0] > 1)];
        Assert.NotEmpty(batches);
        Assert.All(batches, state => Assert.True(Recurrence.IsFree(state)));
        Assert.Equal(4, model.Count);
    }

    [Fact]
    public void RunAsync_AnyInterleaving_EqualsSeparateRuns() => Prop.ForAll(
        Gen.Choose(0, 4).Zip(Gen.Choose(-9, 9)).NonEmptyListOf().ToArbitrary(),
        steps =>
        {
            using var model = new Recurrence(more: Batched, configure: o => o.MaxWaitingCalls = 65_536);
            Sequence[] sequences = [.. Enumerable.Range(0, 5).Select(i => model.Runner.StartSequence($"{i}"))];
            (int Sequence, Task<float> Answer)[] calls = [.. steps.Select(step => (step.Item1, Recurrence.Run(sequences[step.Item1], step.Item2)))];
            float[] all = Eventually.CompletesAsync(Task.WhenAll(calls.Select(c => c.Answer))).GetAwaiter().GetResult();
            bool equal = Enumerable.Range(0, 5).All(i => Recurrence.Expected(steps.Where(s => s.Item1 == i).Select(s => (float)s.Item2))
                .SequenceEqual(calls.Where(c => c.Sequence == i).Select(c => c.Answer.Result)));
            Assert.All(sequences, s => s.Dispose());
            model.AssertAllFree();
            return equal;
        }).QuickCheckThrowOnFailure();

    private static ModelRunnerBuilder Batched(ModelRunnerBuilder builder) => builder.UseBatching(o =>
    {
        o.StepAside = false;
        o.MaxDelay = TimeSpan.Zero;
        o.MaxRows = 8;
    });
}
