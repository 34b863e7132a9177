using Inference.Status;
using Inference.Versioning.Leasing;

namespace Inference.Versioning.Canary;

/// <summary>What became of the trial's predictions, judged by somebody else: calls carry their arm, the evidence is asked for.</summary>
internal sealed partial class CanaryTrial
{
    // As many as tell the content of some versions apart.
    private const int DigestDigits = 12;

    private readonly string _trialName;
    private IOutcomeTrial? _outcomes;
    private double _outcomeLog;

    /// <summary>The part of the trial that a call belongs to; null while the canary receives none. One instance for all calls of an arm and stage.</summary>
    public RunArm? ArmOf(bool isCanary) => TakesCalls ? Volatile.Read(ref _arms)!.Of(isCanary) : null;

    /// <summary>Begins to ask for the evidence of outcomes. Called once, before the first call.</summary>
    /// <param name="source">Who judges them; null for nobody.</param>
    /// <param name="modelName">The model.</param>
    public void Judge(IOutcomeEvidence? source, string modelName) => _outcomes = source?.Begin(modelName, _trialName, Reconsider);

    // Outcomes come whether or not there are calls.
    private void Reconsider()
    {
        (string? Alarm, bool Passed, double? Evidence) verdict;
        lock (_lock)
        {
            if (_stopped || _outcomes is null)
            {
                return;
            }

            verdict = Judge(now: true);
        }

        Tell(verdict);
    }

    // The same in every process that tries this model, and another one for other content under the same name.
    private static string NameOf(VersionSlot slot) => $"{slot.Version}@{slot.Info.Digest[..Math.Min(slot.Info.Digest.Length, DigestDigits)]}";
}
