using Inference.Status;

namespace Inference.Versioning.Tests;

/// <summary>A judge of outcomes whose verdict a test states, and which keeps what other processes reported.</summary>
internal sealed class FakeOutcomes : IOutcomeEvidence, IOutcomeTrial
{
    private Action? _changed;
    private long _reports = 1;

    public string Trial { get; private set; } = "";

    public bool Disposed { get; private set; }

    /// <summary>What was merged.</summary>
    public List<EvidenceReport> Merged { get; } = [];

    public OutcomeTrialStatus Status { get; private set; } = new() { Trial = "", Outcome = "label" };

    public IOutcomeTrial Begin(string modelName, string trial, Action changed)
    {
        (Trial, _changed) = (trial, changed);
        return this;
    }

    public void Tell(double log, bool mismatch = false)
    {
        Status = Status with { LogEvidence = log, Treatment = 50, TreatmentMean = 0.1, Control = 60, ControlMean = 0.2, SampleRatioMismatch = mismatch };
        _changed!();
    }

    /// <summary>An outcome comes that others are to be told of.</summary>
    public void Count() => _reports++;

    public EvidenceReport? Report() => new(Trial, "judge", _reports, new byte[] { (byte)_reports });

    public void Merge(EvidenceReport report) => Merged.Add(report);

    public void Dispose() => Disposed = true;
}
