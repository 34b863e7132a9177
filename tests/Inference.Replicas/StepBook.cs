using System.Globalization;

namespace Inference.Replicas;

/// <summary>The steps that workers tell of in lines of their output. Thread-safe.</summary>
internal sealed class StepBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Step> _steps = [];
    private readonly List<string> _faults = [];

    /// <summary>The number of steps that were begun.</summary>
    public int Begun
    {
        get
        {
            lock (_lock)
            {
                return _steps.Count;
            }
        }
    }

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<Step> Steps
    {
        get
        {
            lock (_lock)
            {
                return [.. _steps.Values];
            }
        }
    }

    /// <summary>What must not be.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock)
            {
                return [.. _faults];
            }
        }
    }

    public void Fault(string what)
    {
        lock (_lock)
        {
            _faults.Add(what);
        }
    }

    /// <summary>Takes a line; true where a step began.</summary>
    public bool Take(string line)
    {
        string[] fields = line.Split('\t');
        lock (_lock)
        {
            switch (fields[0])
            {
                case "begin":
                    _steps.Add(fields[1], Step.Parse(fields));
                    return true;
                case "end":
                    _steps[fields[1]].End = long.Parse(fields[2], CultureInfo.InvariantCulture);
                    return false;
                case "refused":
                    _steps[fields[1]].Refusal = fields[2];
                    return false;
                case "fault":
                    _faults.Add(fields[1]);
                    return false;
                default:
                    return false;
            }
        }
    }
}
