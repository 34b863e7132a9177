using Inference.Batching;
using Inference.Caching;
using Inference.TestSupport;
using Microsoft.Extensions.Options;

namespace Inference.Sequences.Tests;

/// <summary>What is checked while a pipeline is built.</summary>
public sealed class SequenceLoadTests
{
    private static readonly Dimension s_n = Dimension.Named("N");

    public static TheoryData<string> Cases => [.. Refused.Keys];

    private static Dictionary<string, (Action<SequenceOptions> Configure, string Message)> Refused { get; } = new()
    {
        ["unknown output"] = (o => o.States[0].Output = "qqq", "UseSequences: expected an output of the model ('y', 't', 'cache', 'wide', 'names'), got 'qqq'. Correct the name."),
        ["misspelt input"] = (o => o.States.Add("cache", "pats"), "UseSequences: expected an input of the model ('x', 's', 'past', 'free', 'tags'), got 'pats'. Did you mean 'past'?"),
        ["element types"] = (o => o.States.Add("names", "past"), "state 'names' to 'past': expected an output that the input can take, got string[N,1] and float32[N,2,P,3]. Pair the output with the input of the same type and shape."),
        ["fixed dimensions"] = (o => o.States[0].Output = "wide", "state 'wide' to 's': expected an output that the input can take, got float32[N,7] and float32[N,1]. Pair the output with the input of the same type and shape."),
        ["ranks"] = (o => o.States[0].Output = "cache", "state 'cache' to 's': expected an output that the input can take, got float32[N,2,Q,3] and float32[N,1]. Pair the output with the input of the same type and shape."),
        ["open dimension"] = (o => o.States.Add("cache", "past"), "state 'cache' to 'past': expected a fixed size for axis 2 of float32[N,2,P,3], or a size that another input has, got neither. Set Shape, such as [1,2,1,3]; a cache that grows begins with 0 on its axis."),
        ["shape"] = (o => o.States.Add("cache", "past", [1, 2, 3]), "state 'cache' to 'past': expected a Shape that fits float32[N,2,P,3], got [1,2,3]. Correct it."),
        ["initial"] = (o => o.States[0].Initial = TensorValue.Copy<int>([1], [1, 1]), "state 't' to 's': expected an Initial value of type float32[N,1], got int32[1,1]. Pass one of that type and shape."),
    };

    private static Dictionary<string, (Action<SequenceOptions> Configure, string Message)> Invalid { get; } = new()
    {
        ["none"] = (o => o.States.Clear(), "States: expected at least one pair of an output and an input, got none."),
        ["output twice"] = (o => o.States.Add("t", "past"), "States: expected each output once, got 't' twice."),
        ["input twice"] = (o => o.States.Add("cache", "s"), "States: expected each input once, got 's' twice."),
        ["shape and initial"] = (o => (o.States[0].Shape, o.States[0].Initial) = ([1, 1], TensorValue.Copy<float>([1], [1, 1])), "States: 's': expected Shape or Initial, got both."),
        ["negative"] = (o => o.States[0].Shape = [-1, 1], "States: 's': expected a Shape of dimensions of 0 or more, got [-1,1]."),
        ["no name"] = (o => o.States.Add("", "past"), "Output"),
        ["limit"] = (o => o.MaxSequences = 0, "MaxSequences"),
        ["timeout"] = (o => o.IdleTimeout = TimeSpan.FromMilliseconds(1), "IdleTimeout"),
        ["waiting"] = (o => o.MaxWaitingCalls = -1, "MaxWaitingCalls"),
    };

    public static TheoryData<string> InvalidCases => [.. Invalid.Keys];

    private static ModelInfo Info() => Recurrence.Info() with
    {
        Inputs =
        [
            .. Recurrence.Info().Inputs,
            new ModelPort("past", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Fixed(2), Dimension.Named("P"), Dimension.Fixed(3)]), IsOptional: true),
            new ModelPort("free", ModelValueType.Tensor(ElementType.Float32), IsOptional: true),
            new ModelPort("tags", ModelValueType.Sequence(null), IsOptional: true),
        ],
        Outputs =
        [
            .. Recurrence.Info().Outputs,
            new ModelPort("cache", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Fixed(2), Dimension.Named("Q"), Dimension.Fixed(3)])),
            new ModelPort("wide", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Fixed(7)])),
            new ModelPort("names", ModelValueType.Tensor(ElementType.String, [s_n, Dimension.Fixed(1)])),
        ],
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Build_StateThatDoesNotFit_IsRefused(string name)
    {
        (Action<SequenceOptions> configure, string message) = Refused[name];
        InferenceException error = Assert.Throws<InferenceException>(() => new Recurrence(configure, info: Info()));
        Assert.StartsWith("Model 'recurrence', UseSequences", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(InvalidCases))]
    public void Build_InvalidOptions_AreRefused(string name)
    {
        (Action<SequenceOptions> configure, string message) = Invalid[name];
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new Recurrence(configure, info: Info()));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_InputWithoutRank_NeedsAShape()
    {
        InferenceException error = Assert.Throws<InferenceException>(() => new Recurrence(o => o.States.Add("cache", "free"), info: Info()));
        Assert.EndsWith("expected an input whose rank is declared, got float32[...]. Set Shape.", error.Message, StringComparison.Ordinal);
        new Recurrence(o => o.States.Add("cache", "free", [1, 2, 0, 3]), info: Info()).Dispose();
    }

    [Fact]
    public async Task RunAsync_CacheThatGrows_BeginsWithLengthZero()
    {
        ModelInfo info = new()
        {
            Name = "decoder",
            Digest = "",
            Inputs = [new ModelPort("token", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Fixed(1)])), new ModelPort("past", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Named("P")]))],
            Outputs = [new ModelPort("present", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Named("Q")]))],
            BatchAxis = 0,
            RowIndependent = true,
        };
        using IModelRunner runner = new FakeRunner(info, inputs =>
        {
            float[] present = [.. inputs["past"].AsSpan<float>(), .. inputs["token"].AsSpan<float>()];
            return new NamedValues { ["present"] = TensorValue.Copy(present, [1, present.Length]) };
        }).AsBuilder().UseSequences(o =>
        {
            o.States.Add("present", "past", [1, 0]);
            o.ReturnStates = true;
        }).Build();
        using Sequence sequence = runner.StartSequence("a");
        for (int i = 1; i <= 5; i++)
        {
            using var inputs = new NamedValues { ["token"] = TensorValue.Copy<float>([i], [1, 1]) };
            using NamedValues outputs = await sequence.RunAsync(inputs);
            Assert.Equal(Enumerable.Range(1, i).Select(t => (float)t), outputs["present"].AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public async Task RunAsync_SymbolOfAnotherInput_GivesTheSize()
    {
        ModelInfo info = Recurrence.Info() with
        {
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Named("W")])), new ModelPort("s", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("W"), s_n]))],
            BatchAxis = null,
            RowIndependent = false,
        };
        long[] seen = [];
        using IModelRunner runner = new FakeRunner(info, inputs =>
        {
            seen = inputs["s"].Shape.ToArray();
            return new NamedValues { ["y"] = inputs["x"].Retain(), ["t"] = inputs["s"].Retain() };
        }).AsBuilder().UseSequences(o => o.States.Add("t", "s")).Build();
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[6], [2, 3]) };
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal([3, 2], seen);
        using var none = new NamedValues();
        await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(none));
    }

    [Fact]
    public void Build_CachingAroundSequences_IsRefused()
    {
        InferenceException error = Assert.Throws<InferenceException>(() => new FakeRunner(Recurrence.Info()).AsBuilder().UseCaching().UseSequences(o => o.States.Add("t", "s")).Build());
        Assert.Equal("Model 'recurrence': UseCaching was added outside UseSequences, but must be inside it: a cache around version routing or sequences could serve the answers of one version or state for another. Swap the two; the first stage added is the outermost.", error.Message);
    }

    [Fact]
    public void Build_BatchingAroundSequences_IsRefused() => Assert.Throws<InferenceException>(() => new FakeRunner(Recurrence.Info()).AsBuilder().UseBatching().UseSequences(o => o.States.Add("t", "s")).Build());

    [Fact]
    public async Task Build_CachingInsideSequences_KeysRowsByTheirStates()
    {
        using var model = new Recurrence(more: b => b.UseCaching(o => o.Adaptive = false));
        for (int round = 0; round < 2; round++)
        {
            using Sequence sequence = model.Runner.StartSequence("a");
            Assert.Equal(Recurrence.Expected([1, 1, 1]), new[] { await Recurrence.Run(sequence, 1), await Recurrence.Run(sequence, 1), await Recurrence.Run(sequence, 1) });
        }

        Assert.Equal(3, model.Model.Calls);
    }
}
