using Inference.Evaluation;
using Inference.Evaluation.Sequential;

namespace Inference.Versioning.Canary;

/// <summary>The counts of one process in a trial, as they are exchanged. Immutable.</summary>
/// <param name="Totals">Calls, failed calls of the canary; calls, failed calls of the default; judged and answered calls of the canary.</param>
/// <param name="Measures">The losses of errors, latency, metric and cost.</param>
internal sealed record TrialCounts(TrialTotals Totals, IReadOnlyList<ReplicaReport> Measures)
{
    /// <summary>The number of measures.</summary>
    public const int MeasureCount = 4;

    private const byte Format = 1;

    // Far above what a trial of many stages takes.
    private const int LongestMeasure = 16 << 20;

    /// <summary>Serializes the counts.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(Totals.Calls);
        writer.Write(Totals.Failed);
        writer.Write(Totals.ControlCalls);
        writer.Write(Totals.ControlFailed);
        writer.Write(Totals.Answered);
        foreach (ReplicaReport measure in Measures)
        {
            byte[] bytes = measure.ToBytes();
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Parses counts written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="EvaluationException">They are something else.</exception>
    public static TrialCounts FromBytes(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
            byte format = reader.ReadByte();
            if (format != Format)
            {
                throw new EvaluationException($"Counts of a trial: expected format {Format}, got {format}. Use the same version of Inference.Versioning in every process.");
            }

            var totals = new TrialTotals(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            var measures = new ReplicaReport[MeasureCount];
            for (int i = 0; i < measures.Length; i++)
            {
                int length = reader.ReadInt32();
                measures[i] = ReplicaReport.FromBytes(length is >= 0 and <= LongestMeasure ? reader.ReadBytes(length) : throw new IOException());
            }

            return new TrialCounts(totals, measures);
        }
        catch (IOException exception)
        {
            throw new EvaluationException($"Counts of a trial: expected bytes written by this version, got {bytes.Length} bytes that are truncated or something else.", exception);
        }
    }
}
