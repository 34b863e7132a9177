using Inference.Benchmarks.Versioning;
using Inference.Status;

namespace Inference.Versioning.Tests;

public sealed class CanaryOutcomeTests
{
    private readonly FakeOutcomes _evidence = new();
    private string? _alarm;
    private int _passed;

    [Fact]
    public void Evidence_ReachesTheLimit_RollsBackWithoutACallAndNamesOutcomes()
    {
        CanaryTrial trial = Trial(new CanaryOptions());
        _evidence.Tell(Math.Log(390));
        Assert.Null(_alarm);
        _evidence.Tell(Math.Log(410));
        Assert.StartsWith("outcomes: ", _alarm);
        Assert.Contains("label 0.1 over 50 against 0.2 over 60", _alarm, StringComparison.Ordinal);
        Assert.True(trial.IsStopped);
    }

    [Fact]
    public void Evidence_WithWeightZero_IsShownAndDoesNotRollBack()
    {
        CanaryTrial trial = Trial(new CanaryOptions { OutcomeWeight = 0 });
        _evidence.Tell(20);
        Assert.Null(_alarm);
        Assert.Equal(Math.Exp(20), trial.Snapshot().OutcomeEvidence, 1);
        Assert.Equal(50, trial.Snapshot().Outcomes?.Treatment);
    }

    [Fact]
    public void Weights_WithOutcomes_LeaveTheRestToTheOthers()
    {
        CanaryTrial trial = Trial(new CanaryOptions { AutomaticRollback = false, OutcomeWeight = 0.4 });
        _evidence.Tell(Math.Log(11));
        Assert.Equal((0.4 * 11) + 0.6, trial.Snapshot().Evidence, 6);
    }

    [Fact]
    public void Weights_WithOutcomesAndCost_LeaveErrorsTheirPart()
    {
        CanaryTrial trial = Trial(new CanaryOptions { OutcomeWeight = 0.9, CompareCost = true, ShadowWarmupCalls = 0, PromoteAfterCalls = null });
        for (int i = 0; i < 400 && _alarm is null; i++)
        {
            trial.Observe(isCanary: true, failed: true);
            trial.Observe(isCanary: false, failed: false);
        }

        Assert.StartsWith("errors: ", _alarm);
    }

    [Fact]
    public void Arms_OfAStage_AreTheSameObjectsAndChangeWithTheShare()
    {
        CanaryTrial trial = Trial(new CanaryOptions { ShadowWarmupCalls = 0 });
        RunArm first = trial.ArmOf(true)!;
        Assert.Same(first, trial.ArmOf(true));
        Assert.Equal((0, 0.1, true), (first.Stage, first.Share, first.IsTreatment));
        Assert.False(trial.ArmOf(false)!.IsTreatment);
        Assert.Equal(_evidence.Trial, first.Trial);
        trial.Percent = 50;
        Assert.Equal((1, 0.5), (trial.ArmOf(true)!.Stage, trial.ArmOf(true)!.Share));
        trial.ReplaceControl();
        Assert.Equal(1, trial.ArmOf(true)!.Stage);
        trial.ReplaceControl();
        Assert.Equal(2, trial.ArmOf(true)!.Stage);
    }

    [Fact]
    public void Stop_EndsTheJudgement()
    {
        CanaryTrial trial = Trial(new CanaryOptions());
        trial.Stop();
        Assert.True(_evidence.Disposed);
        Assert.Null(trial.ArmOf(true));
    }

    [Fact]
    public void PromoteAfterOutcomes_ReachedWithoutMismatch_Promotes()
    {
        Trial(new CanaryOptions { PromoteAfterOutcomes = 50 });
        _evidence.Tell(0, mismatch: true);
        Assert.Equal(0, _passed);
        _evidence.Tell(0);
        Assert.Equal(1, _passed);
        _evidence.Tell(0);
        Assert.Equal(1, _passed);
    }

    [Fact]
    public void PromoteAfterCallsAndOutcomes_BothAreNeeded()
    {
        CanaryTrial trial = Trial(new CanaryOptions { PromoteAfterOutcomes = 51, PromoteAfterCalls = 10 });
        _evidence.Tell(0);
        for (int i = 0; i < 20; i++)
        {
            trial.Observe(true, false);
        }

        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Cost_MoreThanTolerated_IsRolledBackAndNamed()
    {
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions { CompareCost = true, CompareLatency = false }, reason => _alarm = reason);
        var random = new Random(1);
        for (int i = 0; i < 20_000 && _alarm is null; i++)
        {
            bool canary = random.NextDouble() < 0.1;
            trial.ObserveRun(canary, 1, 0.001, 0.001 * (1 + random.NextDouble()) * (canary ? 2 : 1));
        }

        Assert.StartsWith("cost: ", _alarm);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.15)]
    public void Cost_WithinTheTolerance_RaisesNoAlarm(double factor)
    {
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions { CompareCost = true, CompareLatency = false }, reason => _alarm = reason);
        var random = new Random(2);
        for (int i = 0; i < 50_000; i++)
        {
            bool canary = random.NextDouble() < 0.1;
            trial.ObserveRun(canary, 1, 0.001, 0.001 * (1 + random.NextDouble()) * (canary ? factor : 1));
        }

        Assert.Null(_alarm);
        Assert.True(trial.Snapshot().CostEvidence < 100);
    }

    private CanaryTrial Trial(CanaryOptions options)
    {
        CanaryTrial trial = CanarySimulation.Trial(options, reason => _alarm = reason, () => _passed++);
        trial.Judge(_evidence, "simulated");
        return trial;
    }
}
