using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.TestSupport;

/// <summary>What the library's instruments say of one model while this lives. Give the model a name of its own: tests run beside each other.</summary>
public sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, string Tags)> _readings = new();
    private readonly string _model;

    /// <summary>Starts to listen.</summary>
    /// <param name="model">The model's name.</param>
    public MeterReadings(string model)
    {
        _model = model;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == InferenceDiagnostics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The readings of an instrument, oldest first.</summary>
    /// <param name="instrument">The instrument's name.</param>
    /// <param name="tag">Only those with this value among their tags; all where it is empty.</param>
    public double[] Of(string instrument, string tag = "") =>
        [.. _readings.Where(r => r.Instrument == instrument && (tag.Length == 0 || r.Tags.Split(';').Contains(tag))).Select(r => r.Value)];

    /// <summary>The sum of an instrument's readings.</summary>
    public double Sum(string instrument, string tag = "") => Of(instrument, tag).Sum();

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool isOurs = false;
        string text = "";
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            isOurs |= tag.Key == InferenceDiagnostics.ModelTag && Equals(tag.Value, _model);
            text += $"{tag.Value};";
        }

        if (isOurs)
        {
            _readings.Enqueue((instrument.Name, value, text));
        }
    }
}
