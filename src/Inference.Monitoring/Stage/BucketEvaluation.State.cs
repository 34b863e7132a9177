using Inference.Monitoring.Records;

namespace Inference.Monitoring.Stage;

internal sealed partial class BucketEvaluation
{
    /// <summary>Writes the evidence.</summary>
    public void Save(RecordWriter writer)
    {
        foreach (StreamEvaluation stream in _streams)
        {
            stream.Save(writer);
        }

        writer.Number(_alarms.Count);
        foreach ((string key, StreamAlarm alarm) in _alarms)
        {
            writer.Text(key);
            writer.Number(alarm.Row);
            writer.Text(alarm.Column);
            writer.Text(alarm.Rule);
            writer.Double(alarm.LogEvidence);
            writer.Double(alarm.JensenShannon);
        }

        _quality.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(ref RecordReader reader)
    {
        foreach (StreamEvaluation stream in _streams)
        {
            stream.Load(ref reader);
        }

        for (int left = reader.Count(); left > 0; left--)
        {
            _alarms[reader.Text()] = new StreamAlarm(reader.Number(), reader.Text(), reader.Text(), reader.Double(), reader.Double());
        }

        _quality.Load(ref reader);
    }
}
