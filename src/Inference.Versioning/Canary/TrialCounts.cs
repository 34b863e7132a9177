using Inference.Evaluation;
using Inference.Evaluation.Sequential;
using Inference.Status;

namespace Inference.Versioning.Canary;

/// <summary>The counts of one process in a trial, as they are exchanged. Immutable.</summary>
/// <param name="Totals">Calls, failed calls of the canary; calls, failed calls of the default; judged and answered calls of the canary.</param>
/// <param name="Measures">The losses of errors, latency, metric and cost.</param>
/// <param name="Outcomes">What became of the predictions; null if nobody judges it.</param>
internal sealed record TrialCounts(TrialTotals Totals, IReadOnlyList<ReplicaReport> Measures, EvidenceReport? Outcomes)
{
    /// <summary>The number of measures.</summary>
    public const int MeasureCount = 4;

    private const byte Format = 2;

    // Far above what a trial of many stages takes.
    private const int LongestPart = 16 << 20;

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
            Write(writer, measure.ToBytes());
        }

        writer.Write(Outcomes is not null);
        if (Outcomes is { } outcomes)
        {
            writer.Write(outcomes.Subject);
            writer.Write(outcomes.Replica);
            writer.Write(outcomes.Sequence);
            Write(writer, outcomes.Counts.Span);
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
                measures[i] = ReplicaReport.FromBytes(Read(reader));
            }

            EvidenceReport? outcomes = reader.ReadBoolean() ? new EvidenceReport(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), Read(reader)) : null;
            return new TrialCounts(totals, measures, outcomes);
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            throw new EvaluationException($"Counts of a trial: expected bytes written by this version, got {bytes.Length} bytes that are truncated or something else.", exception);
        }
    }

    private static void Write(BinaryWriter writer, ReadOnlySpan<byte> part)
    {
        writer.Write(part.Length);
        writer.Write(part);
    }

    private static byte[] Read(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        byte[] part = length is >= 0 and <= LongestPart ? reader.ReadBytes(length) : [];
        return part.Length == length ? part : throw new EndOfStreamException();
    }
}
