using Inference.Monitoring.Cells;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Profiles;

namespace Inference.Monitoring;

/// <summary>Counts rows from code or files as a profile's columns, with their labels if they are known. Not thread-safe.</summary>
public sealed class ObservedRows
{
    private readonly Collector _collector;
    private readonly MapTables? _maps;

    /// <summary>Initializes an empty count.</summary>
    /// <param name="profile">The profile.</param>
    public ObservedRows(ReferenceProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        Profile = profile;
        _collector = new Collector(profile.WindowLayout);
        _maps = MapTables.Of(profile.WindowLayout.Columns);
        Window = profile.CreateWindow();
        Labels = LabelCounter.For(profile);
        SeasonRows = new long[profile.Seasons is null ? 0 : profile.Seasons.Clock.Count + 1];
    }

    /// <summary>The profile.</summary>
    public ReferenceProfile Profile { get; }

    /// <summary>Whether any row had a label.</summary>
    public bool HasLabels { get; private set; }

    /// <summary>The counts; do not change them.</summary>
    public MonitoringWindow Window { get; private set; }

    internal LabelCounter? Labels { get; private set; }

    /// <summary>The rows of each season, and, last, those without a time. Empty if the profile has no seasons.</summary>
    internal long[] SeasonRows { get; }

    /// <summary>Adds rows.</summary>
    /// <param name="inputs">The inputs of a call; rows along axis 0.</param>
    /// <param name="outputs">Its outputs; null if they are not known.</param>
    /// <param name="labels">The true label of each row; null for none.</param>
    /// <param name="times">The time of each row, for a profile with seasons; null if they are not known.</param>
    /// <exception cref="MonitoringException">The number of labels or times is not that of the rows; nothing was counted.</exception>
    public void Add(NamedValues inputs, NamedValues? outputs = null, TensorValue? labels = null, IReadOnlyList<DateTimeOffset>? times = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _collector.Collect(inputs, outputs);
        MonitoringWindow rows = _collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        if (labels is not null && labels.ElementCount != rows.Rows)
        {
            throw new MonitoringException($"Labels: expected one label for each of {rows.Rows} rows, got {labels.ElementCount}. Pass the labels of the rows of this call, or null.");
        }

        if (times is not null && times.Count != rows.Rows)
        {
            throw new MonitoringException($"Times: expected one for each of {rows.Rows} rows, got {times.Count}. Pass the times of the rows of this call, or null.");
        }

        if (times is { Count: > 0 })
        {
            (rows.Start, rows.End) = (times.Min(), times.Max());
        }

        for (int i = 0; Profile.Seasons is not null && i < rows.Rows; i++)
        {
            SeasonRows[times is null ? ^1 : Profile.Seasons.Clock.SeasonOf(times[i])]++;
        }

        Window.Merge(rows);
        if (labels is not null && Labels is not null)
        {
            HasLabels = true;
            var batch = new ReferenceRows(inputs, outputs, labels, (int)labels.ElementCount);
            using ReferenceRows? flat = _maps is null ? null : batch.WithMaps(_maps);
            Labels.Add(flat ?? batch);
        }
    }

    /// <summary>Returns the counts so far and begins with none, and with no labels.</summary>
    public MonitoringWindow Drain()
    {
        MonitoringWindow window = Window;
        Window = Profile.CreateWindow();
        Labels = LabelCounter.For(Profile);
        HasLabels = false;
        Array.Clear(SeasonRows);
        return window;
    }
}
