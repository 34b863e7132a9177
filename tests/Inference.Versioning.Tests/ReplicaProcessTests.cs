using Inference.Decisions;
using Inference.Replicas;
using Inference.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Inference.Versioning.Tests;

public sealed class ReplicaProcessTests(ITestOutputHelper output)
{
    /// <summary>Sixty steps; a thousand by <c>eng/decisions.sh</c>.</summary>
    [Fact]
    public async Task TwoProcesses_KilledAtRandom_EveryDecisionHoldsOnce()
    {
        ReplicaReport report = await ReplicaRun.RunAsync(60, seed: 1);
        output.WriteLine(report.ToString());
        Assert.True(report.Faults.Count == 0, string.Join("\n", report.Faults));
        Assert.True(report.Acknowledged > 20 && report.Kills > 1 && report.Records > 20, report.ToString());
    }

    /// <summary>The checker finds what it is there for.</summary>
    [Theory]
    [InlineData("lost", "step b (promote '2'), acknowledged, is in the log 0 times")]
    [InlineData("twice", "step a (promote '1'), acknowledged, is in the log 2 times")]
    [InlineData("adopted", "what was rolled back became the default")]
    [InlineData("back", "expected to go back to '1', went to '7'")]
    [InlineData("order", "record 1 was asked for after record 2 was acknowledged")]
    [InlineData("changed", "its content does not have its hash")]
    [InlineData("state", "state.json is of record")]
    public async Task Checker_PlantedFault_IsFound(string fault, string expected)
    {
        using var folder = new TemporaryFolder();
        var store = new FileDecisionStore(folder.Path, "ranker", TimeProvider.System, NullLogger.Instance);
        var state = new RepositoryState();
        Decision? head = null;
        async Task DecideAsync(string action, string version, string actor, string reason, string? from = null, params (string Name, string Value)[] facts)
        {
            var decision = new Decision { At = DateTimeOffset.UnixEpoch, Action = action, Version = version, From = from, Actor = actor, Reason = reason, Facts = facts.ToDictionary(f => f.Name, f => f.Value) };
            head = decision.After(head);
            Assert.True(await store.TryAppendAsync("ranker", head));
            state = DecisionFold.Apply(state, head);
        }

        await DecideAsync("promote", "1", "ann", "a");
        await DecideAsync("promote", "2", "ann", fault switch { "lost" => "other", "twice" => "a", _ => "b" }, "1");
        await DecideAsync("rollback", "2", "ann", "c", null, ("stamp", "s"), ("back", fault == "back" ? "7" : "1"));
        if (fault == "adopted")
        {
            await DecideAsync("default", "2", "policy", "policy Latest", "1");
        }

        string log = folder.File("decisions.jsonl");
        if (fault == "changed")
        {
            File.WriteAllText(log, File.ReadAllText(log).Replace("\"reason\":\"c\"", "\"reason\":\"d\""));
        }
        else if (fault == "state")
        {
            string file = folder.File("state.json");
            File.WriteAllText(file, File.ReadAllText(file).Replace(head!.Hash, new string('0', 64)));
        }

        var checker = new LogChecker(folder.Path,
        [
            new Step("a", "promote", "1", fault == "order" ? 100 : 1) { End = fault == "order" ? 101 : 2 },
            new Step("b", "promote", "2", 3) { End = 4 },
        ]);
        checker.Check();
        Assert.Contains(checker.Faults, f => f.Contains(expected, StringComparison.Ordinal));
    }
}
