using Inference.Monitoring.Records;

namespace Inference.Monitoring.Drift;

internal sealed partial class DriftEvaluator
{
    /// <summary>Writes the evidence.</summary>
    public void Save(RecordWriter writer)
    {
        writer.Number(Buckets);
        writer.Double(Evidence);
        writer.Number((int)State);
        writer.Number(_acknowledgedCount);
        writer.Number(_season + 1);
        for (int i = 0; i < _detectors.Length; i++)
        {
            writer.Number((int)_states[i]);
            writer.Number(_quietBuckets[i]);
            writer.Number(_recoverAfter[i]);
            _detectors[i].Save(writer);
        }

        _held.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same columns and settings.</summary>
    public void Load(ref RecordReader reader)
    {
        Buckets = reader.Number();
        Evidence = reader.Double();
        State = (MonitoringState)reader.Int((int)MonitoringState.Alarm);
        _acknowledgedCount = reader.Int(1);
        _season = reader.Int() - 1;
        for (int i = 0; i < _detectors.Length; i++)
        {
            _states[i] = (MonitoringState)reader.Int((int)MonitoringState.Alarm);
            _quietBuckets[i] = reader.Int();
            _recoverAfter[i] = reader.Int();
            _detectors[i].Load(ref reader);
        }

        _held.Load(ref reader);
    }
}
