namespace Inference;

/// <summary>What happened to one call on its way through the layers. Thread-safe.</summary>
public sealed class RunRecord
{
    private readonly Lock _lock = new();
    private readonly List<string> _path = [];
    private readonly List<KeyValuePair<string, TimeSpan>> _timings = [];
    private List<RowFlag>? _flags;

    /// <summary>An id to join the prediction with later feedback; made on first reading.</summary>
    public string PredictionId => field ??= Guid.CreateVersion7().ToString("N");

    /// <summary>The version that served the call; null until one did.</summary>
    public string? VersionServed { get; set; }

    /// <summary>Which provider ran which part, such as <c>cpu: 12 nodes</c>; null where only one did.</summary>
    public string? Placement { get; set; }

    /// <summary>The steps taken, in order, such as <c>cache:hit</c>, <c>batch:32</c>, <c>fallback:error</c>.</summary>
    public IReadOnlyList<string> Path
    {
        get
        {
            lock (_lock)
            {
                return [.. _path];
            }
        }
    }

    /// <summary>Time spent by layer, in order of completion.</summary>
    public IReadOnlyList<KeyValuePair<string, TimeSpan>> Timings
    {
        get
        {
            lock (_lock)
            {
                return [.. _timings];
            }
        }
    }

    /// <summary>Rows that broke a rule of validation and were run all the same, in order of their finding.</summary>
    public IReadOnlyList<RowFlag> Flags
    {
        get
        {
            lock (_lock)
            {
                return _flags is null ? [] : [.. _flags];
            }
        }
    }

    /// <summary>Notes a row that broke a rule.</summary>
    public void AddFlag(RowFlag flag)
    {
        lock (_lock)
        {
            (_flags ??= []).Add(flag);
        }
    }

    /// <summary>Notes a step.</summary>
    public void AddStep(string step)
    {
        lock (_lock)
        {
            _path.Add(step);
        }
    }

    /// <summary>Notes the time a layer took.</summary>
    public void AddTiming(string layer, TimeSpan elapsed)
    {
        lock (_lock)
        {
            _timings.Add(new(layer, elapsed));
        }
    }
}
