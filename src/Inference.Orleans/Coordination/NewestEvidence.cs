using Inference.Orleans.Grains;

namespace Inference.Orleans.Coordination;

/// <summary>
/// The newest evidence of each process in the subjects of a model. Evidence is cumulative and has a sequence, so that what comes twice, late or by two ways changes nothing, and a process that says nothing more keeps what it
/// said. Not thread-safe.
/// </summary>
/// <param name="mostSubjects">The subjects that are known; beyond them the first one is forgotten.</param>
/// <param name="mostReplicas">The processes of a subject that are known; beyond them the one that has said nothing for longest is forgotten.</param>
internal sealed class NewestEvidence(int mostSubjects, int mostReplicas)
{
    private readonly List<(string Subject, OrderedDictionary<string, ReplicaEvidence> Replicas)> _subjects = [];

    /// <summary>Takes a process's evidence and returns that of the others in its subject.</summary>
    public ReplicaEvidence[] Exchange(ReplicaEvidence evidence)
    {
        int index = _subjects.FindIndex(t => t.Subject == evidence.Subject);
        if (index < 0)
        {
            if (_subjects.Count == mostSubjects)
            {
                _subjects.RemoveAt(0);
            }

            index = _subjects.Count;
            _subjects.Add((evidence.Subject, new OrderedDictionary<string, ReplicaEvidence>(StringComparer.Ordinal)));
        }

        OrderedDictionary<string, ReplicaEvidence> replicas = _subjects[index].Replicas;
        if (!replicas.TryGetValue(evidence.Replica, out ReplicaEvidence? known) || known.Sequence < evidence.Sequence)
        {
            // At the end: the first one has said nothing for longest.
            replicas.Remove(evidence.Replica);
            if (replicas.Count == mostReplicas)
            {
                replicas.RemoveAt(0);
            }

            replicas.Add(evidence.Replica, evidence);
        }

        return [.. replicas.Values.Where(e => e.Replica != evidence.Replica)];
    }
}
