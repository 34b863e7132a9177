namespace Inference.Evaluation.Sequential;

/// <summary>All that one replica has counted since it began, in every stage: cumulative, so that a later report holds the earlier ones. Immutable.</summary>
public sealed class ReplicaReport
{
    private const byte Format = 1;

    private readonly ArmCounts[] _stages;

    /// <summary>Makes a report from copies of counts.</summary>
    /// <param name="replica">Who counted; a process that begins to count anew takes a new name.</param>
    /// <param name="sequence">Grows with every report of a replica, ≥ 0.</param>
    /// <param name="stages">Its counts, one a stage.</param>
    /// <exception cref="EvaluationException">A stage is there twice.</exception>
    public ReplicaReport(string replica, long sequence, IEnumerable<ArmCounts> stages)
    {
        ArgumentException.ThrowIfNullOrEmpty(replica);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentNullException.ThrowIfNull(stages);
        Replica = replica;
        Sequence = sequence;
        _stages = [.. stages.Select(static s => s.Clone()).OrderBy(static s => s.Stage.Number)];
        for (int i = 1; i < _stages.Length; i++)
        {
            if (_stages[i].Stage.Number == _stages[i - 1].Stage.Number)
            {
                throw new EvaluationException($"Report of replica '{replica}': expected each stage once, got stage {_stages[i].Stage.Number} twice. Add its counts up first.");
            }
        }
    }

    /// <summary>Who counted.</summary>
    public string Replica { get; }

    /// <summary>Which of its reports this is.</summary>
    public long Sequence { get; }

    /// <summary>Copies of its counts, by stage.</summary>
    public IReadOnlyList<ArmCounts> Stages => [.. _stages.Select(static s => s.Clone())];

    /// <summary>A report as <see cref="ToBytes"/> wrote it.</summary>
    /// <exception cref="EvaluationException">The bytes are no report.</exception>
    public static ReplicaReport FromBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
            byte format = reader.ReadByte();
            if (format != Format)
            {
                throw new EvaluationException($"Replica report: expected format {Format}, got {format}. It was written by another version.");
            }

            string replica = reader.ReadString();
            long sequence = reader.ReadInt64();
            var stages = new List<ArmCounts>();
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                var stage = new ArmCounts(new StageKey(reader.ReadInt32(), reader.ReadDouble()), reader.ReadInt32());
                stage.Treatment.Read(reader);
                stage.Control.Read(reader);
                stages.Add(stage);
            }

            return new ReplicaReport(replica, sequence, stages);
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            throw new EvaluationException($"Replica report: expected what ToBytes wrote, got {bytes.Length} bytes that end early or hold numbers out of range.", e);
        }
    }

    /// <summary>The report, to be sent to other replicas.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(Replica);
        writer.Write(Sequence);
        writer.Write(_stages.Length);
        foreach (ArmCounts stage in _stages)
        {
            writer.Write(stage.Stage.Number);
            writer.Write(stage.Stage.Share);
            writer.Write(stage.Treatment.Levels);
            stage.Treatment.Write(writer);
            stage.Control.Write(writer);
        }

        writer.Flush();
        return stream.ToArray();
    }

    internal IReadOnlyList<ArmCounts> Counted => _stages;

    internal bool SameAs(ReplicaReport other) => _stages.Length == other._stages.Length && _stages.Zip(other._stages).All(static pair =>
        pair.First.Stage == pair.Second.Stage && pair.First.Treatment.Counts.SequenceEqual(pair.Second.Treatment.Counts) && pair.First.Control.Counts.SequenceEqual(pair.Second.Control.Counts));
}
