using System.Globalization;

namespace Inference.Versioning.Canary;

/// <summary>The verdict of a trial: evidence of all measures together, alarm and promotion.</summary>
internal sealed partial class CanaryTrial
{
    // Weights sum to 1 and are fixed before the first call; those of all but outcomes are shares of what outcomes leave. That of cost is as small as the harm is: a canary that costs more serves as well.
    private const double CostWeight = 0.1;
    private const double MetricWeight = 0.25;
    private const double LatencyWeight = 0.25;

    private double LogEvidence()
    {
        double outcomes = _outcomes is null ? 0 : _options.OutcomeWeight;
        double cost = _options.CompareCost ? CostWeight * (1 - outcomes) : 0;
        double latency = _options.CompareLatency ? LatencyWeight : 0;
        double rest = 1 - outcomes - cost;
        ReadOnlySpan<(double Weight, double Log)> terms =
        [
            (rest * (1 - MetricWeight - latency), _errors.LogValue),
            (rest * latency, _latency.LogValue),
            (rest * MetricWeight, _metric.LogValue),
            (cost, _cost.LogValue),
            (outcomes, _outcomeLog),
        ];
        double largest = double.NegativeInfinity, sum = 0;
        foreach ((double weight, double log) in terms)
        {
            largest = weight > 0 ? Math.Max(largest, log) : largest;
        }

        foreach ((double weight, double log) in terms)
        {
            sum += weight > 0 ? weight * Math.Exp(log - largest) : 0;
        }

        return largest + Math.Log(sum);
    }

    private (string? Alarm, bool Passed, double? Evidence) Judge(bool now = false)
    {
        _hasNews |= !now;
        bool passed = !_passed && IsLongEnough() && !HasOldCall();
        if (++_observed < _lookAt && !passed && !now)
        {
            return default;
        }

        _lookAt = _observed + Math.Clamp(_observed / Growth, 1, (long)LongestGap * _stages);
        _errors.Look();
        _latency.Look();
        _metric.Look();
        _cost.Look();
        _outcomeLog = _outcomes?.Status.LogEvidence ?? 0;
        double log = LogEvidence();
        string? alarm = null;
        if (_options.AutomaticRollback && log >= -Math.Log(_options.FalseAlarmProbability))
        {
            (_stopped, passed) = (true, false);
            alarm = Describe();
        }

        _passed |= passed;
        return (alarm, passed, log / Math.Log(10));
    }

    // Promotion needs each limit that is set, and calls that reach the arms in their shares.
    private bool IsLongEnough()
    {
        if (_options.PromoteAfterCalls is null && _options.PromoteAfterOutcomes is null)
        {
            return false;
        }

        return (_options.PromoteAfterCalls is not { } calls || Totals.Answered >= calls)
            && (_options.PromoteAfterOutcomes is not { } outcomes || _outcomes?.Status.Treatment >= outcomes)
            && _outcomes?.Status.SampleRatioMismatch is not true;
    }

    private void Tell((string? Alarm, bool Passed, double? Evidence) verdict)
    {
        if (verdict.Evidence is { } value)
        {
            _onEvidence?.Invoke(value);
        }

        if (verdict.Alarm is { } alarm)
        {
            _onAlarm(this, alarm);
        }
        else if (verdict.Passed)
        {
            _onPassed(this);
        }
    }

    /// <summary>Why the canary is promoted, in one line.</summary>
    public string DescribePass()
    {
        string calls = _options.PromoteAfterCalls is { } most ? string.Create(CultureInfo.InvariantCulture, $"the canary served {most} calls") : "";
        if (_options.PromoteAfterOutcomes is null || _outcomes?.Status is not { } outcomes)
        {
            return calls + " without an alarm";
        }

        string judged = string.Create(CultureInfo.InvariantCulture, $"{outcomes.Treatment} of its outcomes were judged without an alarm: {outcomes.Outcome} {outcomes.TreatmentMean:G4} against {outcomes.ControlMean:G4} over {outcomes.Control}");
        return calls.Length > 0 ? $"{calls} and {judged}" : judged;
    }

    private string Describe()
    {
        (string Name, double Log)[] measures = [("errors", _errors.LogValue), ("latency", _latency.LogValue), ("metric", _metric.LogValue), ("cost", _options.CompareCost ? _cost.LogValue : double.NegativeInfinity), ("outcomes", _outcomes is null ? double.NegativeInfinity : _outcomeLog)];
        (string Name, double Log) worst = measures[0];
        foreach ((string Name, double Log) measure in measures)
        {
            worst = measure.Log > worst.Log ? measure : worst;
        }

        TrialTotals totals = Totals;
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{worst.Name}: {totals.Failed} of {totals.Calls} canary calls failed against {totals.ControlFailed} of {totals.ControlCalls} on the default; e-values: errors {Math.Exp(_errors.LogValue):G3}, latency {Math.Exp(_latency.LogValue):G3}, metric {Math.Exp(_metric.LogValue):G3}");
        if (_options.CompareCost)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", cost {Math.Exp(_cost.LogValue):G3}");
        }

        if (_outcomes?.Status is { } outcomes)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", outcomes {Math.Exp(_outcomeLog):G3} ({outcomes.Outcome} {outcomes.TreatmentMean:G4} over {outcomes.Treatment} against {outcomes.ControlMean:G4} over {outcomes.Control})");
        }

        return text + string.Create(CultureInfo.InvariantCulture, $"; limit {1 / _options.FalseAlarmProbability:G4}.");
    }
}
