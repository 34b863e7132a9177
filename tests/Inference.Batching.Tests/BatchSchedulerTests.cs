using System.Reflection;

namespace Inference.Batching.Tests;

/// <summary>Events in, commands out.</summary>
public class BatchSchedulerTests
{
    [Fact]
    public void Idle_FirstCall_RunsInline() => new SchedulerScript().Play(
        (0, "inline 1", "yes"),
        (0, "inline 1", "no"),
        (5, "inline-done 1", ""),
        (5, "inline 9", "yes"));

    [Fact]
    public void CallsWhileOneRuns_AreOneBatchWhenItIsDone() => new SchedulerScript().Play(
        (0, "inline 1", "yes"),
        (1, "arrive a", "queued +1"),
        (2, "arrive b 2", "queued +2"),
        (3, "inline-done 1", "wake 13"),
        (4, "arrive c", "queued +1, slots 1, wake never"),
        (5, "slot", "queued -4, run abc"),
        (5, "start abc", ""),
        (6, "answer a", "yes"),
        (6, "answer a", "no"),
        (6, "answer b", "yes"),
        (6, "answer c", "yes"),
        (6, "finish abc", ""),
        (7, "inline 1", "no"),
        (17, "inline 1", "yes"));

    [Fact]
    public void NoCompany_RunsWhenTheOldestHasWaited_AndNextTimeSooner() => new SchedulerScript().Behind("a").Play(
        (2, "inline-done 1", "wake 12"),
        (11, "wake", "wake 12"),
        (12, "wake", "slots 1"),
        (12, "slot", "queued -1, run a"),
        (12, "arrive b 3", "queued +3"),
        (13, "finish a", "wake 18"),
        (13, "cancel b", "queued -3, b:Cancelled"));

    [Fact]
    public void MoreThanMaxRows_TakesTheOldestOfTheHighestPriority() => new SchedulerScript().Behind("a low", "b 2", "c 3 high", "d").Ready(1).Play(
        (1, "slot", "queued -4, run cd"),
        (2, "start cd", ""),
        (3, "finish cd", "wake 13"),
        (13, "wake", "slots 1"),
        (13, "slot", "queued -3, run ba"));

    [Fact]
    public void Full_ShedsTheNewCallOrTheNewestOfLowerPriority() => new SchedulerScript().Behind("a 6", "b 2 low").Play(
        (0, "arrive c low", "c:Full"),
        (0, "arrive d 2", "b:Displaced"),
        (0, "arrive e", "e:Full"),
        (0, "arrive f high", "queued -1, d:Displaced"));

    [Fact]
    public void Full_Waiting_CallsComeInAsRoomIsMade() => new SchedulerScript(o => o.QueueFull = QueueFullMode.Wait).Behind("a 4", "b 4").Play(
        (0, "arrive c 3", ""),
        (0, "arrive d by=9", "wake 9"),
        (1, "inline-done 1", "slots 1"),
        (1, "slot", "run a"),
        (2, "cancel c", "queued -3, c:Cancelled"),
        (9, "wake", "queued -1, d:Expired"));

    [Fact]
    public void Deadline_PassedInTheQueue_EndsTheCall() => new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero).Play(
        (0, "inline 1", "yes"),
        (0, "arrive a by=5", "queued +1, wake 5"),
        (0, "arrive b by=9", "queued +1"),
        (4, "wake", "wake 5"),
        (5, "wake", "queued -1, a:Expired, wake 9"),
        (9, "inline-done 1", "slots 1"),
        (9, "slot", "queued -1, b:Expired"),
        (9, "stop", "drained"));

    [Fact]
    public void Deadline_PassedOfAPartner_DoesNotRun() => new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero).Behind("a").Play(
        (0, "arrive b by=5", "queued +1, wake 5"),
        (0, "arrive c", "queued +1"),
        (6, "inline-done 1", "slots 1"),
        (6, "slot", "queued -3, run ac, b:Expired"));

    [Fact]
    public void Cancelled_BeforeTheQueueSawIt_NeverQueues() => new SchedulerScript().Play(
        (0, "cancel a", "a:Left"),
        (0, "arrive a", ""),
        (0, "cancel a", ""));

    [Fact]
    public void Cancelled_WhileItsInputsAreCopied_EndsWhenTheBatchStarts() => new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero).Behind("a", "b").Ready(1).Play(
        (1, "slot", "queued -2, run ab"),
        (2, "cancel a", ""),
        (3, "start ab", "a:Left"),
        (3, "answer a", "no"),
        (4, "cancel b", "b:Left, abandon ab"),
        (4, "answer b", "no"),
        (5, "finish ab", ""),
        (5, "cancel b", ""));

    [Fact]
    public void Cancelled_InABatchRunOneByOne_EndsWithItsOwnStart() => new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero).Behind("a", "b").Ready(1).Play(
        (1, "slot", "queued -2, run ab"),
        (2, "start a of ab", ""),
        (3, "cancel b", ""),
        (4, "answer a", "yes"),
        (5, "start b of ab", "b:Left, abandon ab"));

    [Fact]
    public void CallsThatCannotStandTogether_AreBatchesOfTheirOwn() => new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero).Behind("a", "b double", "c").Ready(1).Play(
        (1, "slot", "queued -2, run ac"),
        (2, "finish ac", "slots 1"),
        (2, "slot", "queued -1, run b"));

    [Fact]
    public void Regression_SecondSlotFree_WhatTheFirstLeftBehindRunsAtOnce() => new SchedulerScript(o => (o.MaxDelay, o.MaxConcurrentBatches) = (TimeSpan.Zero, 2)).Play(
        (0, "inline 1", "yes"),
        (0, "inline 1", "yes"),
        (0, "arrive a", "queued +1"),
        (0, "arrive b double", "queued +1"),
        (1, "inline-done 1", "slots 1"),
        (1, "inline-done 1", ""),
        (1, "slot", "queued -1, slots 1, run a"),
        (1, "slot", "queued -1, run b"));

    [Fact]
    public void Cost_BoundsABatch() => new SchedulerScript(o => (o.MaxDelay, o.MaxCost) = (TimeSpan.Zero, 10)).Behind("a cost=6", "b cost=5", "c cost=4").Ready(1).Play(
        (1, "slot", "queued -2, run ac"));

    [Fact]
    public void TrialRows_BoundBatches()
    {
        var script = new SchedulerScript(o => o.MaxDelay = TimeSpan.Zero);
        script.Scheduler.TrialRows = 2;
        script.Behind("a", "b", "c").Ready(1).Play(
            (1, "slot", "queued -2, run ab"));
    }

    [Fact]
    public void Stop_RunsWhatQueuesAndRefusesNewCalls() => new SchedulerScript().Behind("a").Play(
        (1, "inline-done 1", "wake 11"),
        (2, "stop", "slots 1, wake never"),
        (2, "arrive b", "b:Disposed"),
        (2, "inline 1", "no"),
        (3, "slot", "queued -1, run a"),
        (4, "finish a", "drained"),
        (5, "wake", ""));

    [Fact]
    public void OptionsChanged_HoldFromTheNextBatchOn()
    {
        var script = new SchedulerScript(o => o.QueueFull = QueueFullMode.Wait);
        script.Behind("a 7").Play(
            (0, "arrive b 2", ""),
            (1, "inline-done 1", "slots 1"));
        (script.Options.MaxQueuedRows, script.Options.MaxRows, script.Options.MaxDelay) = (20, 20, TimeSpan.Zero);
        script.Play(
            (2, "options", "queued +2"),
            (3, "slot", "queued -9, run ab"));
    }

    [Fact]
    public void OptionsChanged_ShorterDelay_EndsAWaitSooner()
    {
        SchedulerScript script = new SchedulerScript().Behind("a").Play(
            (1, "inline-done 1", "wake 11"));
        script.Options.MaxDelay = TimeSpan.FromMilliseconds(4);
        script.Play((2, "options", "wake 5"), (5, "wake", "slots 1"));
    }

    [Fact]
    public void Objective_Gone_TheDelayIsWholeAgain()
    {
        var script = new SchedulerScript(o => o.LatencyObjective = TimeSpan.FromMilliseconds(10));
        Assert.Equal(new BatchingState(1, 10, 0, 0), script.Scheduler.State);
        for (int i = 0; i < 512; i++)
        {
            script.Play((50 * i, "inline 1", "yes"), (50 * (i + 1), $"inline-done 1 since={50 * i}", ""));
        }

        Assert.Equal(0, script.Scheduler.State.Delay);
        script.Options.LatencyObjective = null;
        script.Play((50_000, "options", ""));
        Assert.Equal(new BatchingState(4, 10, 0, 0), script.Scheduler.State);
    }

    [Fact]
    public void Objective_BatchesAreMeasured()
    {
        var script = new SchedulerScript(o => (o.MaxRows, o.MaxQueuedRows, o.MaxDelay, o.LatencyObjective) = (64, 64, TimeSpan.Zero, TimeSpan.FromMilliseconds(10)));
        Assert.Equal(16, script.Scheduler.State.RowLimit);
        for (int i = 0; i < 127; i++)
        {
            script.Play((0, "inline 1", "yes"), (0, "inline-done 1", ""));
        }

        script.Play(
            (0, "arrive a", "queued +1, slots 1"),
            (0, "slot", "queued -1, run a"),
            (11, "finish a took=6", ""));
        Assert.Equal(18, script.Scheduler.State.RowLimit);
        for (int i = 0; i < 126; i++)
        {
            script.Play((0, "inline 1", "yes"), (0, "inline-done 1", ""));
        }

        script.Behind("b 2").Play(
            (11, "inline-done 1", "slots 1"),
            (11, "slot", "queued -2, run b"),
            (22, "finish b took=6", ""));
        Assert.Equal(13, script.Scheduler.State.RowLimit);
    }

    /// <summary>What the scheduler is made of has no lock, clock, timer or task and nobody to call.</summary>
    [Fact]
    public void Scheduler_HoldsNothingThatWaitsOrCalls()
    {
        Type[] own = [.. typeof(BatchScheduler).Assembly.GetTypes().Where(t => t.Namespace is { } room && (room == typeof(BatchScheduler).Namespace || room == typeof(CallQueue).Namespace)), typeof(DemandEstimate), typeof(LatencyController), typeof(BatchAssembler)];
        Type[] banned = [typeof(Lock), typeof(TimeProvider), typeof(ITimer), typeof(Task), typeof(Delegate), typeof(TaskCompletionSource), typeof(SemaphoreSlim), typeof(BatchingInstruments), typeof(IModelRunner)];
        string[] found =
        [
            .. from type in own
               from field in type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
               where banned.Any(b => b.IsAssignableFrom(field.FieldType))
               select $"{type.Name}.{field.Name}",
        ];
        Assert.Empty(found);
    }
}
