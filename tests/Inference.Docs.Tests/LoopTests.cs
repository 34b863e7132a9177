using Inference.TestSupport;
using Loop;

namespace Inference.Docs.Tests;

/// <summary>The sample of the loop under a hand-driven clock: what it prints happens in this order.</summary>
public sealed class LoopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Loop_DriftThenABadVersion_IsRetrainedPromotedAndRolledBack()
    {
        var lines = new List<string>();
        await using var run = new LoopRun(_folder.File("loop"), lines.Add);
        await run.RunAsync();
        LoopEvent[] events = [.. run.Events];
        string all = string.Join('\n', lines);
        Assert.True(
            events.Select(static e => e.Kind).SequenceEqual(
            [
                "serve", "drift", "alarm", "confirm", "bundle", "train", "distill", "gate", "publish", "canary", "promote", "serve", "publish", "canary", "rollback", "end",
            ]),
            all);
        Assert.Equal(events.Length, lines.Count);
        Assert.True(events.Zip(events.Skip(1)).All(static p => p.First.At <= p.Second.At), all);
        Assert.Contains("monitoring Healthy", events[0].Text, StringComparison.Ordinal);
        Assert.Contains("features[4]", events[2].Text, StringComparison.Ordinal);
        Assert.Contains("Confirmed: accuracy from labels", events[3].Text, StringComparison.Ordinal);
        Assert.Contains(": met:", events[7].Text, StringComparison.Ordinal);
        Assert.Contains("outcomes were judged without an alarm", events[10].Text, StringComparison.Ordinal);
        Assert.StartsWith("version 3: outcomes:", events[14].Text, StringComparison.Ordinal);
        Assert.StartsWith("version 2 serves", events[15].Text, StringComparison.Ordinal);
    }
}
