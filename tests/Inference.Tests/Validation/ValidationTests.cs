using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.TestSupport;
using Inference.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Tests.Validation;

public sealed class ValidationTests
{
    [Fact]
    public async Task RunAsync_NothingToSay_PassesTheCallersValuesOn()
    {
        NamedValues? seen = null;
        using IModelRunner runner = Build(o => o.Inputs["x"] = new() { Min = 0, Max = 10, Action = ValidationAction.Clamp }, x => seen = x);
        using NamedValues inputs = FakeModel.Rows(1, 2);
        using NamedValues outputs = await runner.RunAsync(inputs);
        Assert.Same(inputs, seen);
    }

    [Fact]
    public async Task RunAsync_RejectedValue_NamesInputRowAndValue()
    {
        using IModelRunner runner = Build(o => o.Inputs["x"] = new() { Min = 0, Max = 10 });
        using NamedValues inputs = FakeModel.Rows(1, 11.5f);
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs));
        Assert.Equal("Model 'fake', input 'x', row 1: expected a number from 0 to 10, got 11.5 (element 0). Correct the value, or change the rule's Action.", error.Message);
    }

    [Theory]
    [InlineData(float.NaN, "nan", 5f)]
    [InlineData(float.PositiveInfinity, "infinity", 10f)]
    [InlineData(-3f, "range", 0f)]
    public async Task RunAsync_Clamp_ReplacesInACopyAndFlagsTheRow(float bad, string rule, float expected)
    {
        float[] seen = [];
        using IModelRunner runner = Build(
            o => o.Inputs["x"] = new() { Min = 0, Max = 10, Replacement = 5, Action = ValidationAction.Clamp },
            x => seen = x["x"].AsSpan<float>().ToArray());
        using NamedValues inputs = FakeModel.Rows(1, bad);
        float[] before = inputs["x"].AsSpan<float>().ToArray();
        var context = new RunContext();
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal([1, 1, 2, 3, expected, 1, 2, 3], seen);
        Assert.Equal(before, inputs["x"].AsSpan<float>().ToArray());
        Assert.Equal([new RowFlag("x", 1, rule, IsReplaced: true)], context.Record.Flags);
    }

    [Fact]
    public async Task RunAsync_Flag_RunsTheValuesAsTheyAre()
    {
        NamedValues? seen = null;
        using IModelRunner runner = Build(o => o.Inputs["x"] = new() { Max = 2, Action = ValidationAction.Flag }, x => seen = x);
        using NamedValues inputs = FakeModel.Rows(9, 1, float.NaN);
        var context = new RunContext();
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Same(inputs, seen);

        // Every row ends in 3, which is out of range as well.
        Assert.Equal(
            [new RowFlag("x", 0, "range", false), new RowFlag("x", 1, "range", false), new RowFlag("x", 2, "nan", false), new RowFlag("x", 2, "range", false)],
            context.Record.Flags);
    }

    [Fact]
    public async Task RunAsync_MoreFlagsThanTheLimit_NotesTheFirst()
    {
        using IModelRunner runner = Build(o =>
        {
            o.MaxFlags = 2;
            o.Inputs["x"] = new() { Max = 2, Action = ValidationAction.Flag };
        });
        using NamedValues inputs = FakeModel.Rows(1, 2, 3, 4);
        var context = new RunContext();
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal([0, 1], context.Record.Flags.Select(f => f.Row));
    }

    [Fact]
    public async Task RunAsync_AllowNaNAndInfinity_LetsThemPass()
    {
        using IModelRunner runner = Build(o => o.Default = new() { AllowNaN = true, AllowInfinity = true, Min = 0 });
        using NamedValues good = FakeModel.Rows(float.NaN, float.PositiveInfinity);
        using NamedValues outputs = await runner.RunAsync(good);
        using NamedValues bad = FakeModel.Rows(float.NegativeInfinity);
        await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(bad));
    }

    [Theory]
    [InlineData(ValidationAction.Reject)]
    [InlineData(ValidationAction.Clamp)]
    [InlineData(ValidationAction.Flag)]
    public async Task RunAsync_Vocabulary_HoldsIdsAndTexts(ValidationAction action)
    {
        long[] ids = [];
        string[] texts = [];
        using IModelRunner runner = new FakeRunner(VocabularyInfo(), x =>
        {
            ids = x["id"].AsSpan<long>().ToArray();
            texts = x["text"].AsSpan<string>().ToArray();
            return new NamedValues();
        }).AsBuilder().UseValidation(o =>
        {
            o.Inputs["id"] = new() { Action = action, AllowedIds = { 0, 7 } };
            o.Inputs["text"] = new() { Action = action, AllowedTexts = { "red", "other" }, ReplacementText = "other" };
        }).Build();
        using var inputs = new NamedValues { ["id"] = TensorValue.Copy<long>([7, 8], [2]), ["text"] = TensorValue.Copy<string>(["blue", "red"], [2]) };
        var context = new RunContext();
        if (action == ValidationAction.Reject)
        {
            InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs, context));
            Assert.Contains("input 'id', row 1: expected one of the 2 allowed values, got 8", error.Message, StringComparison.Ordinal);
            return;
        }

        using NamedValues outputs = await runner.RunAsync(inputs, context);
        bool clamp = action == ValidationAction.Clamp;
        Assert.Equal([7, clamp ? 0 : 8], ids);
        Assert.Equal([clamp ? "other" : "blue", "red"], texts);
        Assert.Equal([new RowFlag("id", 1, "vocabulary", clamp), new RowFlag("text", 0, "vocabulary", clamp)], context.Record.Flags);
    }

    [Fact]
    public async Task RunAsync_SizesOfOneNameDiffer_SaysWhichTwo()
    {
        using IModelRunner runner = new FakeRunner(VocabularyInfo()).AsBuilder().UseValidation().Build();
        using var inputs = new NamedValues { ["id"] = TensorValue.Copy<long>([7, 8], [2]), ["text"] = TensorValue.Copy<string>(["red"], [1]) };
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs));
        Assert.StartsWith("Model 'vocabulary', input 'text': expected size 2 on axis 0 ('N') as in input 'id' [2], got [1].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_WrongSignatureOrTooLarge_DoesNotReachTheModel()
    {
        using var model = new FakeRunner();
        using IModelRunner runner = model.AsBuilder().UseValidation(o => o.Inputs["x"] = new() { MaxShape = { 2 } }).Build();
        NamedValues[] wrong =
        [
            new() { ["y"] = TensorValue.Copy<float>([1f], [1]) },
            new() { ["x"] = TensorValue.Copy<float>([1f], [1]) },
            new() { ["x"] = TensorValue.Copy<long>([1, 1, 1, 1], [1, 4]) },
            FakeModel.Rows(1, 2, 3),
        ];
        foreach (NamedValues inputs in wrong)
        {
            using (inputs)
            {
                await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs));
            }
        }

        Assert.Equal(0, model.Calls);
    }

    [Fact]
    public void Build_RuleWithoutInput_OrOfAnotherType_Fails()
    {
        Assert.Contains("got a rule for 'z', which is not an input", Assert.Throws<InferenceException>(() => Build(o => o.Inputs["z"] = new())).Message, StringComparison.Ordinal);
        Assert.Contains("does not match its type", Assert.Throws<InferenceException>(() => Build(o => o.Inputs["x"] = new() { AllowedTexts = { "a" } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_RulesThatContradict_FailValidation()
    {
        Assert.Throws<OptionsValidationException>(() => Build(o => o.Inputs["x"] = new() { Min = 2, Max = 1 }));
        Assert.Throws<OptionsValidationException>(() => Build(o => o.Inputs["x"] = new() { Min = 2, Action = ValidationAction.Clamp }));
    }

    [Fact]
    public async Task Options_FromConfiguration_AreBoundAndFollowed()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Inputs:x:Max"] = "10",
            ["Inputs:x:Action"] = "Clamp",
        }).Build();
        var services = new ServiceCollection();
        services.Configure<ValidationOptions>("fake", configuration);
        await using ServiceProvider provider = services.BuildServiceProvider();
        float seen = 0;
        using IModelRunner runner = new FakeRunner(compute: x =>
        {
            seen = x["x"].AsSpan<float>()[0];
            return FakeModel.Compute(x);
        }).AsBuilder().UseValidation().Build(provider);
        using NamedValues inputs = FakeModel.Rows(50);
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal(10, seen);
        configuration["Inputs:x:Max"] = "20";
        configuration.Reload();
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal(20, seen);

        // What cannot be used keeps the last valid value, and the next change is still read.
        configuration["Inputs:x:Min"] = "30";
        configuration.Reload();
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal(20, seen);
        configuration["Inputs:x:Min"] = "0";
        configuration["Inputs:x:Max"] = "40";
        configuration.Reload();
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal(40, seen);
    }

    [Fact]
    public async Task RunAsync_BrokenRules_AreCounted()
    {
        var measured = new List<(long Rows, string Tags)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument is { Name: "inference.validation.rows", Meter.Name: InferenceDiagnostics.MeterName })
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            string text = string.Join(" ", tags.ToArray().Select(t => t.Value));
            if (text.StartsWith("counted ", StringComparison.Ordinal))
            {
                measured.Add((value, text));
            }
        });
        listener.Start();
        using IModelRunner runner = new FakeRunner(FakeModel.Info("counted")).AsBuilder().UseValidation(o => o.Inputs["x"] = new() { Max = 3, Action = ValidationAction.Flag }).Build();
        using NamedValues inputs = FakeModel.Rows(9, 1, float.NaN, 8);
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal([(1, "counted x nan flag"), (2, "counted x range flag")], measured);
    }

    [Fact]
    public void Run_CleanCalls_AllocateNothingMore()
    {
        using var model = new SteadyRunner();
        using IModelRunner runner = new SteadyRunner().AsBuilder().UseValidation(o => o.Inputs["x"] = new() { Min = 0, Max = 100 }).Build();
        using NamedValues inputs = FakeModel.Rows(1, 2, 3);
        long without = Allocated(model, inputs);
        Assert.Equal(without, Allocated(runner, inputs));
    }

    private static long Allocated(IModelRunner runner, NamedValues inputs) => ManagedBytes.Of(() => runner.RunAsync(inputs).GetAwaiter().GetResult());

    private static IModelRunner Build(Action<ValidationOptions> configure, Action<NamedValues>? look = null) => new FakeRunner(compute: x =>
    {
        look?.Invoke(x);
        return FakeModel.Compute(x);
    }).AsBuilder().UseValidation(configure).Build();

    private static ModelInfo VocabularyInfo() => FakeModel.Info("vocabulary") with
    {
        Inputs =
        [
            new("id", ModelValueType.Tensor(ElementType.Int64, [Dimension.Named("N")])),
            new("text", ModelValueType.Tensor(ElementType.String, [Dimension.Named("N")])),
        ],
    };

    private sealed class SteadyRunner : IModelRunner
    {
        private readonly NamedValues _outputs = new();

        public ModelInfo Info { get; } = FakeModel.Info();

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(_outputs);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
