using System.Text;
using Inference.Decisions;
using Inference.Orleans.Grains;
using Orleans;

namespace Inference.Orleans.Coordination;

/// <summary>A log in memory; lost with its silo. Processes that knew it start it again with a checkpoint.</summary>
internal sealed class DecisionLogGrain : Grain, IDecisionLogGrain
{
    private readonly List<(Decision Decision, string Json)> _records = [];

    public Task<string[]> ReadAsync(long sequence) => Task.FromResult<string[]>([.. _records.Where(r => r.Decision.Sequence > sequence).Select(static r => r.Json)]);

    public Task<bool> TryAppendAsync(string record)
    {
        Decision? head = _records.Count == 0 ? null : _records[^1].Decision;
        if (DecisionJson.TryRead(Encoding.UTF8.GetBytes(record)) is not { } decision || !Decision.MayAppend(head, decision))
        {
            return Task.FromResult(false);
        }

        _records.Add((decision, record));
        return Task.FromResult(true);
    }
}
