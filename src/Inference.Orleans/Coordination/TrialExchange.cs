using Inference.Orleans.Grains;

namespace Inference.Orleans.Coordination;

/// <summary>
/// The newest evidence of each process in the trials of a model. Evidence is cumulative and has a sequence, so that what comes twice, late or by two ways changes nothing, and a process that says nothing more keeps what it
/// said. Not thread-safe.
/// </summary>
internal sealed class TrialExchange
{
    // The trial in progress and the one before it: a silo may be a decision behind.
    private const int MostTrials = 2;

    private readonly List<(string Trial, Dictionary<string, TrialEvidence> Replicas)> _trials = [];

    /// <summary>Takes a process's evidence and returns that of the others in its trial.</summary>
    public TrialEvidence[] Exchange(TrialEvidence evidence)
    {
        int index = _trials.FindIndex(t => t.Trial == evidence.Trial);
        if (index < 0)
        {
            if (_trials.Count == MostTrials)
            {
                _trials.RemoveAt(0);
            }

            index = _trials.Count;
            _trials.Add((evidence.Trial, new Dictionary<string, TrialEvidence>(StringComparer.Ordinal)));
        }

        Dictionary<string, TrialEvidence> replicas = _trials[index].Replicas;
        if (!replicas.TryGetValue(evidence.Replica, out TrialEvidence? known) || known.Sequence < evidence.Sequence)
        {
            replicas[evidence.Replica] = evidence;
        }

        return [.. replicas.Values.Where(e => e.Replica != evidence.Replica)];
    }
}
