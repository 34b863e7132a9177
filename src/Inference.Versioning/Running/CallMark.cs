namespace Inference.Versioning.Running;

/// <summary>What a call's record contained before a version ran it: what was added since tells how the version answered.</summary>
internal readonly record struct CallMark(int Steps, int Timings)
{
    /// <summary>Marks the end of the record.</summary>
    public static CallMark Of(RunRecord record) => new(record.Path.Count, record.Timings.Count);

    /// <summary>Whether the version's model ran since: otherwise a cache answered, another call's run, or another model.</summary>
    /// <param name="record">The record.</param>
    /// <param name="timing">The name of the model's own time.</param>
    public bool ModelRan(RunRecord record, string timing)
    {
        IReadOnlyList<KeyValuePair<string, TimeSpan>> timings = record.Timings;
        for (int i = Timings; i < timings.Count; i++)
        {
            if (timings[i].Key == timing)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a fallback inside the version answered since, because the version did not.</summary>
    public bool FellBack(RunRecord record)
    {
        IReadOnlyList<string> path = record.Path;
        for (int i = Steps; i < path.Count; i++)
        {
            if (path[i].StartsWith("fallback:", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
