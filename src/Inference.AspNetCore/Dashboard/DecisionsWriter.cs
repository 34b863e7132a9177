using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.Decisions;
using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Reads a model's log of decisions, checks its chain, and writes its newest records.</summary>
internal sealed class DecisionsWriter(ModelReader reader)
{
    // The newest are what is asked for; with the longest reasons an answer stays below 2 MB.
    private const int MaxRecords = 500;

    public async Task<IReadOnlyList<Decision>?> ReadAsync(ServedModel model, CancellationToken cancellationToken) =>
        reader.Service<IModelVersions>(model) is { } versions ? await versions.ReadAuditAsync(cancellationToken).ConfigureAwait(false) : null;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Decision>? decisions)
    {
        if (decisions is null)
        {
            return;
        }

        json.WriteNumber("count", decisions.Count);
        json.Text("fault", Fault(decisions));
        json.WriteStartArray("records");
        for (int i = decisions.Count - 1; i >= Math.Max(decisions.Count - MaxRecords, 0); i--)
        {
            Decision decision = decisions[i];
            json.WriteStartObject();
            json.WriteNumber("sequence", decision.Sequence);
            json.Time("at", decision.At);
            json.WriteString("action", Json.Cut(decision.Action));
            json.WriteString("version", Json.Cut(decision.Version));
            json.Text("from", decision.From);
            json.WriteString("actor", Json.Cut(decision.Actor));
            json.WriteBoolean("automatic", DecisionActors.IsAutomatic(decision.Actor));
            json.WriteString("reason", Json.Cut(decision.Reason));
            json.WriteString("hash", decision.Hash);
            json.WriteString("previous", decision.Previous);
            json.WriteStartObject("facts");
            foreach (KeyValuePair<string, string> fact in decision.Facts)
            {
                json.WriteString(Json.Cut(fact.Key), Json.Cut(fact.Value));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A log may begin with a checkpoint; what is not written yet has no place in the chain.
    private static string? Fault(IReadOnlyList<Decision> decisions)
    {
        Decision? head = null;
        foreach (Decision decision in decisions)
        {
            if (decision.Sequence == 0)
            {
                continue;
            }

            bool begins = head is null || decision.Action == DecisionActions.Checkpoint;
            if ((begins ? Decision.WhyNotWhole(decision) : Decision.WhyNotAfter(head, decision)) is { } reason)
            {
                return $"Record {decision.Sequence}: {reason}";
            }

            head = decision;
        }

        return null;
    }
}
