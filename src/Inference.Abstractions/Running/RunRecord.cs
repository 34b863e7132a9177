using System.Globalization;

namespace Inference;

/// <summary>What happened to one call on its way through the layers. Thread-safe.</summary>
public sealed class RunRecord
{
    private readonly Lock _lock = new();
    private readonly List<string> _path = [];
    private readonly List<KeyValuePair<string, TimeSpan>> _timings = [];
    private List<RowFlag>? _flags;
    private Guid _predictionId;

    /// <summary>The id that joins the prediction with later feedback: a version 7 GUID, made on first reading.</summary>
    public Guid PredictionId
    {
        get
        {
            lock (_lock)
            {
                if (_predictionId == Guid.Empty)
                {
                    _predictionId = Guid.CreateVersion7();
                }

                return _predictionId;
            }
        }
    }

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

    /// <summary>One line for logs: id, version, placement, path and timings.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            string timings = string.Join(", ", _timings.Select(timing => string.Create(CultureInfo.InvariantCulture, $"{timing.Key} {timing.Value.TotalMicroseconds:0} µs")));
            return $"{PredictionId:N} version {VersionServed ?? "-"} placement {Placement ?? "-"} path [{string.Join(" > ", _path)}] timings [{timings}]{(_flags is null ? "" : $" flags {_flags.Count}")}";
        }
    }
}
