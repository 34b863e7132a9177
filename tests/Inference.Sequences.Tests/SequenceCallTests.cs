using Inference.TestSupport;

namespace Inference.Sequences.Tests;

/// <summary>What calls of a sequence are given and leave.</summary>
public sealed class SequenceCallTests
{
    [Fact]
    public async Task RunAsync_CallsOfASequence_TakeTheStateThatTheLastOneLeft()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        float[] answers = [await Recurrence.Run(sequence, 1), await Recurrence.Run(sequence, 2), await Recurrence.Run(sequence, 3)];
        Assert.Equal(Recurrence.Expected([1, 2, 3]), answers);
    }

    [Fact]
    public async Task RunAsync_State_IsHandedOverWithoutACopy()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        for (int i = 0; i < 5; i++)
        {
            await Recurrence.Run(sequence, i);
        }

        Assert.Equal(model.Left.SkipLast(1), model.Taken.Skip(1));
    }

    [Fact]
    public async Task RunAsync_States_AreFreedWhenReplacedAndWhenTheSequenceEnds()
    {
        using var model = new Recurrence();
        using (Sequence sequence = model.Runner.StartSequence("a"))
        {
            await Recurrence.Run(sequence, 1);
            await Recurrence.Run(sequence, 2);
            Assert.All(model.Taken, state => Assert.True(Recurrence.IsFree(state)));
            Assert.Equal([true, false], model.Left.Select(Recurrence.IsFree));
        }

        model.AssertAllFree();
        Assert.Equal(0, model.Count);
    }

    [Fact]
    public void Info_OfThePipeline_HasNoStates()
    {
        using var model = new Recurrence();
        Assert.Equal(["x"], model.Runner.Info.Inputs.Select(p => p.Name));
        Assert.Equal(["y"], model.Runner.Info.Outputs.Select(p => p.Name));
        Assert.False(model.Runner.Info.Deterministic);
        Assert.False(model.Runner.Info.RowIndependent);
        Assert.False(model.Runner.CanBind());
    }

    [Fact]
    public async Task RunAsync_ReturnStates_ReturnsAndKeepsThem()
    {
        using var model = new Recurrence(o => o.ReturnStates = true);
        using (Sequence sequence = model.Runner.StartSequence("a"))
        {
            using NamedValues inputs = Recurrence.Inputs(3);
            using NamedValues outputs = await sequence.RunAsync(inputs);
            Assert.Equal(3, outputs["t"].AsSpan<float>()[0]);
            Assert.Equal(Recurrence.Expected([3, 1])[1], await Recurrence.Run(sequence, 1));
        }

        Assert.Equal(["y", "t"], model.Runner.Info.Outputs.Select(p => p.Name));
        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_WithoutSequence_BeginsAnewAndKeepsNothing()
    {
        using var model = new Recurrence();
        Assert.Equal(3, await model.Run(null, 2));
        Assert.Equal(3, await model.Run(null, 2));
        Assert.Equal(0, model.Count);
        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_ContextOfTheCaller_HasTheRecordAndTheRoutingKeyBelowIsTheId()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        var context = new RunContext { Tenant = "t", Priority = RunPriority.High };
        await Recurrence.Run(sequence, 1, context);
        RunContext below = model.Model.Contexts.Single()!;
        Assert.Same(context.Record, below.Record);
        Assert.Null(below.Sequence);
        Assert.Equal(("a", "t", RunPriority.High), (below.RoutingKey, below.Tenant, below.Priority));
        Assert.Null(context.RoutingKey);
    }

    [Fact]
    public async Task RunAsync_FailedCall_LeavesTheStateAsItWas()
    {
        using var model = new Recurrence();
        using (Sequence sequence = model.Runner.StartSequence("a"))
        {
            await Recurrence.Run(sequence, 1);
            model.Model.Fail = _ => new ModelRunException("no");
            await Assert.ThrowsAsync<ModelRunException>(() => Recurrence.Run(sequence, 50));
            model.Model.Fail = _ => null;
            Assert.Equal(Recurrence.Expected([1, 2])[1], await Recurrence.Run(sequence, 2));
        }

        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_FirstCallFails_TheNextBeginsWithItsOwnRows()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Fail = _ => new ModelRunException("no");
        await Assert.ThrowsAsync<ModelRunException>(() => Recurrence.Run(sequence, 50));
        model.Model.Fail = _ => null;
        using NamedValues inputs = Recurrence.Inputs(1, 2);
        using NamedValues outputs = await sequence.RunAsync(inputs);
        Assert.Equal([2f, 3f], outputs["y"].AsSpan<float>().ToArray());
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItRuns_LeavesTheStateAsItWas()
    {
        using var model = new Recurrence();
        using (Sequence sequence = model.Runner.StartSequence("a"))
        {
            await Recurrence.Run(sequence, 1);
            model.Model.Gate.Close();
            using var cancel = new CancellationTokenSource();
            Task<float> call = Recurrence.Run(sequence, 50, cancellationToken: cancel.Token);
            await Eventually.TrueAsync(() => model.Model.Gate.Waiting == 1);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            model.Model.Gate.Open();
            Assert.Equal(Recurrence.Expected([1, 2])[1], await Recurrence.Run(sequence, 2));
        }

        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_InputThatIsAState_IsRefused()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        using NamedValues inputs = Recurrence.Inputs(1);
        inputs["s"] = TensorValue.Copy<float>([1], [1, 1]);
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await sequence.RunAsync(inputs));
        Assert.Equal("Model 'recurrence', input 's': expected no value, because it is a state that the pipeline keeps, got one. Remove it; states to begin with are passed to StartSequence.", error.Message);
        Assert.Equal(0, model.Model.Calls);
    }

    [Fact]
    public async Task StartSequence_InitialStates_AreRetainedAndBegunWith()
    {
        using var model = new Recurrence();
        TensorValue given = TensorValue.Copy<float>([8], [1, 1]);
        Sequence sequence;
        using (var states = new NamedValues { ["s"] = given })
        {
            sequence = model.Runner.StartSequence("a", states);
        }

        using (sequence)
        {
            Assert.Equal(Recurrence.Expected([1], 8)[0], await Recurrence.Run(sequence, 1));
            Assert.Same(given, model.Taken.Single());
        }

        model.AssertAllFree();
    }

    [Theory]
    [InlineData("q", 1, "initial state 'q': expected the input of a state ('s'). Remove it.")]
    [InlineData("s", 2, "initial state 's': expected float32[N,1], got float32[1,2]. Pass a tensor of that type and shape.")]
    public async Task StartSequence_InitialStateThatDoesNotFit_IsRefusedByTheFirstCall(string name, int width, string message)
    {
        using var model = new Recurrence();
        using var states = new NamedValues { [name] = TensorValue.Copy<float>(new float[width], [1, width]) };
        using Sequence sequence = model.Runner.StartSequence("a", states);
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(() => Recurrence.Run(sequence, 1));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Count);
    }

    [Fact]
    public async Task Options_Initial_IsBegunWith()
    {
        using var initial = TensorValue.Copy<float>([4], [1, 1]);
        using var model = new Recurrence(o => o.States[0].Initial = initial);
        Assert.Equal(Recurrence.Expected([1], 4)[0], await model.Run(null, 1));
        Assert.False(Recurrence.IsFree(initial));
    }

    [Fact]
    public void StartSequence_PipelineWithoutSequences_SaysWhatToAdd()
    {
        using var runner = new FakeRunner();
        InferenceException error = Assert.Throws<InferenceException>(() => runner.StartSequence("a"));
        Assert.Equal("Model 'fake': expected a pipeline that keeps states between calls, found none. Add UseSequences (package Inference.Sequences), under versioning in PerVersion, or pass the states as inputs.", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void StartSequence_IdOfAWrongLength_IsRefused(int length)
    {
        using var model = new Recurrence();
        Assert.Throws<InvalidInputException>(() => model.Runner.StartSequence(new string('a', length)));
    }

    [Fact]
    public async Task RunAsync_ContextOfAnotherSequence_IsRefused()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        using NamedValues inputs = Recurrence.Inputs(1);
        await Assert.ThrowsAsync<ArgumentException>(async () => await sequence.RunAsync(inputs, new RunContext { Sequence = new SequenceCall("b") }));
    }
}
