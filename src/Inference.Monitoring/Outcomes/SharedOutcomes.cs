using Inference.Monitoring.Records;
using Inference.Status;

namespace Inference.Monitoring.Outcomes;

/// <summary>
/// The judged outcomes of one trial that processes exchange: each reports all of its own, the newest report of each takes the place of its earlier ones, and what is judged is the sum. Not thread-safe.
/// </summary>
/// <param name="subject">The trial, and what is judged of a report: outcomes of other subjects are never added.</param>
internal sealed class SharedOutcomes(string subject)
{
    private const int FormatVersion = 1;

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, (long Sequence, SharedStage[] Stages, long Waiting)> _others = new(StringComparer.Ordinal);
    private EvidenceReport? _report;
    private long _sequence;

    /// <summary>Whether the outcomes of this process are asked for: others may count what this one does not.</summary>
    public bool IsExchanged { get; private set; }

    /// <summary>Whether another process has reported outcomes.</summary>
    public bool HasOthers => _others.Count > 0;

    /// <summary>The stages of the other processes.</summary>
    public IEnumerable<SharedStage> Others => _others.Values.SelectMany(static o => o.Stages);

    /// <summary>Outcomes that wait in the other processes.</summary>
    public long Waiting => _others.Values.Sum(static o => o.Waiting);

    private static ReadOnlySpan<byte> Magic => "InfOutcomes"u8;

    /// <summary>The outcomes of this process have changed.</summary>
    public void Change() => _report = null;

    /// <summary>The outcomes of this process.</summary>
    /// <param name="stages">The judged ones.</param>
    /// <param name="waiting">The number of those that wait.</param>
    public EvidenceReport Report(IEnumerable<SharedStage> stages, long waiting)
    {
        IsExchanged = true;
        return _report ??= new EvidenceReport(subject, _replica, ++_sequence, Write([.. stages], waiting));
    }

    /// <summary>Takes the outcomes of another process.</summary>
    /// <returns>Whether they are new.</returns>
    /// <exception cref="MonitoringException">They are damaged.</exception>
    public bool Merge(EvidenceReport report)
    {
        if (report.Subject != subject || report.Replica == _replica || (_others.TryGetValue(report.Replica, out (long Sequence, SharedStage[], long) known) && known.Sequence >= report.Sequence))
        {
            return false;
        }

        var reader = new RecordReader($"Outcomes of process {report.Replica}", report.Counts.Span, Magic, FormatVersion);
        long waiting = reader.Number();
        var stages = new SharedStage[reader.Count()];
        foreach (ref SharedStage stage in stages.AsSpan())
        {
            stage = new SharedStage(reader.Int(), reader.Double(), LossLevels.Read(ref reader));
            if (!(stage.Share is > 0 and < 1))
            {
                reader.Throw($"a share is {stage.Share}, expected one above 0 and below 1");
            }
        }

        reader.End();
        _others[report.Replica] = (report.Sequence, stages, waiting);
        return true;
    }

    private static byte[] Write(SharedStage[] stages, long waiting)
    {
        var writer = new RecordWriter(Magic, FormatVersion);
        writer.Number(waiting);
        writer.Number(stages.Length);
        foreach (SharedStage stage in stages)
        {
            writer.Number(stage.Stage);
            writer.Double(stage.Share);
            stage.Losses.Write(writer);
        }

        return writer.ToArray();
    }
}
