using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>The table of model kinds × label codings: the accuracy is that of the answers before they were coded, and planted faults are seen.</summary>
public sealed class ReadingTableTests
{
    private const int Rows = 600;

    private static readonly string[] s_faults = ["swapped", "constant", "shuffled", "threshold"];

    public static TheoryData<string> Kinds => [.. Codings.All.Select(static c => c.Name)];

    public static IEnumerable<object[]> Faults => Codings.All.SelectMany(static c => s_faults.Select(f => new object[] { c.Name, f }));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Accuracy_OfAKind_IsThatOfItsAnswers(string name)
    {
        (Coding coding, Answers answers) = Kind(name);
        OutputReading reading = Decide(coding, answers);
        Assert.Equal(answers.Accuracy, reading.SampleValue, 12);
        Assert.Empty(reading.Warnings);

        EvaluationRows rows = Read(reading, coding, answers);
        Assert.Equal(answers.Accuracy, Accuracy(rows), 12);
        Assert.Equal(0, rows.UnknownLabels);
        Assert.Equal(0, rows.UnknownAnswers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_OfAKind_SurvivesItsRecord(string name)
    {
        (Coding coding, Answers answers) = Kind(name);
        OutputReading reading = Decide(coding, answers), kept = OutputReading.FromJson(reading.ToJson());
        Assert.Equal(reading.ToJson(), kept.ToJson());
        Assert.Equal(answers.Accuracy, Accuracy(Read(kept, coding, answers)), 12);
        Assert.Contains($"{Rows} rows", reading.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fault_OfACandidate_IsSeen(string name, string fault)
    {
        (Coding coding, Answers answers) = Kind(name);
        OutputReading reading = Decide(coding, answers);
        Answers faulty = answers.With(fault);
        EvaluationRows source = Read(reading, coding, answers), candidate = Read(reading, coding, faulty);
        Assert.Equal(faulty.Accuracy, Accuracy(candidate), 12);

        var judge = new PairedJudge(MetricCatalog.Parse(reading.Metric), new VerdictOptions { Budget = 0.01 });
        for (int i = 0; i < source.Count; i++)
        {
            judge.Add(source.GetRow(i), candidate.GetRow(i));
        }

        Assert.Equal(VerdictOutcome.NotMet, judge.Judge().Outcome);
    }

    // Where a model says the same twice, a fault in one of them is seen too.
    [Theory]
    [InlineData("scikit-learn: label, then probabilities; whole numbers")]
    [InlineData("scikit-learn: label, then maps by text")]
    [InlineData("scikit-learn: label texts, then one decision score")]
    public void Fault_OfOneOutputOfTwo_IsSeen(string name)
    {
        (Coding coding, Answers answers) = Kind(name);
        OutputReading reading = Decide(coding, answers);
        Assert.True(reading.OutputsAgree);
        foreach (string fault in s_faults)
        {
            NamedValues right = coding.Outputs(answers.Predicted, new Random(1)), wrong = coding.Outputs(answers.With(fault).Predicted, new Random(1));
            foreach (KeyValuePair<string, ModelValue> output in right)
            {
                NamedValues mixed = Codings.Of([.. right.Select(o => (o.Key, o.Key == output.Key ? wrong.GetValue(o.Key) : o.Value))]);
                EvaluationRows rows = reading.Read(mixed, coding.Labels(answers.Actual));
                Assert.True(Accuracy(rows) < answers.Accuracy - 0.1, $"{fault} in '{output.Key}': {Accuracy(rows)}");
                Assert.True(rows.UnknownAnswers > 0);
            }
        }
    }

    [Fact]
    public void Decide_BySeveralBatches_IsAsByOne()
    {
        (Coding coding, Answers answers) = Kind("scikit-learn: label, then maps by text");
        ReadingSample[] samples =
        [
            new(coding.Outputs(answers.Predicted[..200], new Random(1)), coding.Labels(answers.Actual[..200])),
            new(coding.Outputs(answers.Predicted[200..], new Random(2)), coding.Labels(answers.Actual[200..])),
        ];
        Assert.Equal(answers.Accuracy, OutputReader.Decide(Models.Named("m"), samples).SampleValue, 12);
    }

    private static (Coding Coding, Answers Answers) Kind(string name)
    {
        Coding coding = Codings.All.Single(c => c.Name == name);
        return (coding, Answers.Of(Rows * coding.Positions, coding.Classes, 17));
    }

    private static OutputReading Decide(Coding coding, Answers answers) =>
        OutputReader.Decide(Models.Named("m"), [new ReadingSample(coding.Outputs(answers.Predicted, new Random(1)), coding.Labels(answers.Actual))], coding.Options);

    private static EvaluationRows Read(OutputReading reading, Coding coding, Answers answers) => reading.Read(coding.Outputs(answers.Predicted, new Random(2)), coding.Labels(answers.Actual));

    private static double Accuracy(EvaluationRows rows)
    {
        MetricAccumulator accumulator = MetricCatalog.Parse("accuracy").CreateAccumulator();
        for (int i = 0; i < rows.Count; i++)
        {
            accumulator.Add(rows.GetRow(i));
        }

        return accumulator.Value;
    }
}
