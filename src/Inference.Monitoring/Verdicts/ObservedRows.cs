using Inference.Monitoring.Collection;
using Inference.Monitoring.Profiles;

namespace Inference.Monitoring;

/// <summary>Counts rows from code or files as a profile's columns, with their labels if they are known. Not thread-safe.</summary>
public sealed class ObservedRows
{
    private readonly Collector _collector;

    /// <summary>Initializes an empty count.</summary>
    /// <param name="profile">The profile.</param>
    public ObservedRows(ReferenceProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        Profile = profile;
        _collector = new Collector(profile.WindowLayout);
        Window = profile.CreateWindow();
        Labels = LabelCounter.For(profile);
    }

    /// <summary>The profile.</summary>
    public ReferenceProfile Profile { get; }

    /// <summary>Whether any row had a label.</summary>
    public bool HasLabels { get; private set; }

    /// <summary>The counts; do not change them.</summary>
    public MonitoringWindow Window { get; private set; }

    internal LabelCounter? Labels { get; }

    /// <summary>Adds rows.</summary>
    /// <param name="inputs">The inputs of a call; rows along axis 0.</param>
    /// <param name="outputs">Its outputs; null if they are not known.</param>
    /// <param name="labels">The true label of each row; null for none.</param>
    public void Add(NamedValues inputs, NamedValues? outputs = null, TensorValue? labels = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _collector.Collect(inputs, outputs);
        Window.Merge(_collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        if (labels is not null && Labels is not null)
        {
            HasLabels = true;
            Labels.Add(new ReferenceRows(inputs, outputs, labels, (int)labels.ElementCount));
        }
    }

    /// <summary>Returns the counts so far and begins with none.</summary>
    public MonitoringWindow Drain()
    {
        MonitoringWindow window = Window;
        Window = Profile.CreateWindow();
        return window;
    }
}
