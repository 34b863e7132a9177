namespace Inference.Evaluation.Sequential;

/// <summary>All counts of one replica since it started, in every stage: cumulative, so that a later report includes the earlier ones. Immutable.</summary>
public sealed class ReplicaReport
{
    private const byte Format = 1;

    private readonly ArmCounts[] _stages;

    /// <summary>Initializes a report from copies of counts.</summary>
    /// <param name="replica">The name of the replica; a process that restarts its counts takes a new name.</param>
    /// <param name="sequence">Increases with every report of a replica, ≥ 0.</param>
    /// <param name="stages">The counts, one per stage.</param>
    /// <exception cref="EvaluationException">A stage occurs twice.</exception>
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
                throw new EvaluationException($"Report of replica '{replica}': expected each stage once, got stage {_stages[i].Stage.Number} twice. Merge its counts first.");
            }
        }
    }

    /// <summary>The name of the replica.</summary>
    public string Replica { get; }

    /// <summary>The sequence number of this report.</summary>
    public long Sequence { get; }

    /// <summary>Copies of the counts, by stage.</summary>
    public IReadOnlyList<ArmCounts> Stages => [.. _stages.Select(static s => s.Clone())];

    /// <summary>Parses a report written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="EvaluationException">The bytes are not a serialized report.</exception>
    public static ReplicaReport FromBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
            byte format = reader.ReadByte();
            if (format != Format)
            {
                throw new EvaluationException($"Replica report: expected format {Format}, got {format}. Use the same version of Inference.Evaluation on every replica.");
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
            throw new EvaluationException($"Replica report: expected bytes written by ToBytes, got {bytes.Length} bytes that are truncated or contain numbers out of range.", e);
        }
    }

    /// <summary>Serializes the report, to be sent to other replicas.</summary>
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
