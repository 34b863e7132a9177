using System.Globalization;

namespace Inference;

/// <summary>What happened to one call on its way through the pipeline. Thread-safe.</summary>
public sealed class RunRecord
{
    private readonly Lock _lock = new();
    private List<string>? _path;
    private List<KeyValuePair<string, TimeSpan>>? _timings;
    private List<RowFlag>? _flags;
    private Guid _predictionId;

    /// <summary>The id that links the prediction to later feedback: a version 7 GUID, created when first read.</summary>
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

    /// <summary>Gives the prediction the id that it has elsewhere: of a call that came from another process, whose caller reports under that id.</summary>
    /// <param name="id">The id, not empty.</param>
    /// <exception cref="InvalidOperationException">The prediction has another id, because it was read before.</exception>
    public void UsePredictionId(Guid id)
    {
        if (id == Guid.Empty)
        {
            throw new ArgumentException("Expected the id of a prediction, got an empty one.", nameof(id));
        }

        lock (_lock)
        {
            if (_predictionId != Guid.Empty && _predictionId != id)
            {
                throw new InvalidOperationException($"Expected a prediction without an id, or with id {id}, got one with id {_predictionId}. Set the id before the call.");
            }

            _predictionId = id;
        }
    }

    /// <summary>The id; if it was not read yet, one with the time of the caller's clock.</summary>
    internal Guid PredictionIdAt(DateTimeOffset time)
    {
        lock (_lock)
        {
            if (_predictionId == Guid.Empty)
            {
                _predictionId = Guid.CreateVersion7(time);
            }

            return _predictionId;
        }
    }

    /// <summary>The version that served the call; null until then.</summary>
    public string? VersionServed { get; set; }

    /// <summary>The arm of the trial that the call was assigned to; null if there was no trial.</summary>
    public RunArm? Arm { get; set; }

    /// <summary>The number of nodes run by each provider, such as <c>onnxruntime: 12 nodes in 2 parts; cpu: 3 nodes</c>; null if a single provider ran them all.</summary>
    public string? Placement { get; set; }

    /// <summary>The steps taken, in order, such as <c>cache:hit</c>, <c>batch:32</c>, <c>fallback:error</c>.</summary>
    public IReadOnlyList<string> Path
    {
        get
        {
            lock (_lock)
            {
                return _path is null ? [] : [.. _path];
            }
        }
    }

    /// <summary>The time spent in each stage, in order of completion.</summary>
    public IReadOnlyList<KeyValuePair<string, TimeSpan>> Timings
    {
        get
        {
            lock (_lock)
            {
                return _timings is null ? [] : [.. _timings];
            }
        }
    }

    /// <summary>Rows that violated a validation rule but were run, in the order in which they were found.</summary>
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

    /// <summary>Records a row that violated a validation rule.</summary>
    public void AddFlag(RowFlag flag)
    {
        lock (_lock)
        {
            (_flags ??= []).Add(flag);
        }
    }

    /// <summary>Records a step.</summary>
    public void AddStep(string step)
    {
        lock (_lock)
        {
            (_path ??= []).Add(step);
        }
    }

    /// <summary>Records the time spent in a stage.</summary>
    public void AddTiming(string layer, TimeSpan elapsed)
    {
        lock (_lock)
        {
            (_timings ??= []).Add(new(layer, elapsed));
        }
    }

    /// <summary>Returns one line for logs: id, version, placement, path and timings.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            string timings = string.Join(", ", (_timings ?? []).Select(timing => string.Create(CultureInfo.InvariantCulture, $"{timing.Key} {timing.Value.TotalMicroseconds:0} µs")));
            return $"{PredictionId:N} version {VersionServed ?? "-"} placement {Placement ?? "-"} path [{string.Join(" > ", _path ?? [])}] timings [{timings}]{(_flags is null ? "" : $" flags {_flags.Count}")}";
        }
    }
}
