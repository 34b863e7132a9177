using Inference.Evaluation.Reading;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>What cannot be read without a guess is refused, with what was looked at; what looks wrong gives a warning.</summary>
public sealed class RefusalTests
{
    private const int Rows = 600;

    [Fact]
    public void Decide_OfTextsOfWhichOneIsMissing_IsRefused()
    {
        Answers answers = Answers.Of(Rows, 2, 1);
        Assert.Equal(
            "Model 'm': expected an output that predicts the labels, string[600] (2 values: cat, dog); no output fits these labels. Examined 'y', float32[600,3]: has 3 classes (0, 1, 2); the labels' 2 values (cat, dog) match neither these classes, "
            + "nor numbers from 1, nor the number of classes. Pass the label value of each class in order. Specify the output, its task or the class list.",
            Refused(Codings.Of(("y", Codings.Logits(answers.Predicted, 3, new Random(1)))), Codings.Text(answers.Actual)));
    }

    [Fact]
    public void Decide_OfHeadsThatAnswerDifferently_IsRefused()
    {
        Answers one = Answers.Of(Rows, 3, 1), other = Answers.Of(Rows, 3, 2);
        string message = Refused(Codings.Of(("a", Codings.Logits(one.Predicted, 3, new Random(1))), ("b", Codings.Logits(other.Predicted, 3, new Random(1)))), Codings.Whole(one.Actual));
        Assert.Contains("outputs 'a', 'b' all qualify, but 'a' and 'b' agree in only ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfTwoRegressions_IsRefused()
    {
        float[] values = [.. Enumerable.Range(0, Rows).Select(static i => i / 7f)];
        string message = Refused(Codings.Of(("mean", TensorValue.Copy(values, [Rows, 1])), ("variance", TensorValue.Copy(values, [Rows, 1]))), TensorValue.Copy(values, [Rows]));
        Assert.Contains("outputs 'mean', 'variance' all qualify", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfOtherRows_IsRefused()
    {
        Answers answers = Answers.Of(Rows, 3, 1);
        string message = Refused(Codings.Of(("y", Codings.Logits(answers.Predicted, 3, new Random(1)))), Codings.Whole(answers.Actual[..10]));
        Assert.Contains("'y', float32[600,3]: 600 rows for 10 labels", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfATextVocabularyOfItsOwn_IsRefused()
    {
        Answers answers = Answers.Of(Rows, 3, 1);
        string message = Refused(Codings.Of(("label", Codings.Text(answers.Predicted))), Codings.Texts([.. answers.Actual.Select(static a => $"kind {(char)('a' + a)}")]));
        Assert.Contains("'label', string[600]: has 3 classes (cat, dog, owl)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfAnOutputThatIsNotThere_NamesThoseThatAre()
    {
        Answers answers = Answers.Of(Rows, 3, 1);
        Assert.Equal(
            "Model 'm': expected an output named 'z', got 'y'. Set OutputName to one of these.",
            Refused(Codings.Of(("y", Codings.Logits(answers.Predicted, 3, new Random(1)))), Codings.Whole(answers.Actual), new ReadingOptions { OutputName = "z" }));
    }

    [Fact]
    public void Decide_OfNaN_IsRefused()
    {
        float[] values = new float[Rows * 3];
        values[7] = float.NaN;
        Assert.Contains("NaN in row 2", Refused(Codings.Of(("y", TensorValue.Copy(values, [Rows, 3]))), Codings.Whole(Answers.Of(Rows, 3, 1).Actual)), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfASourceNearChance_Warns()
    {
        Answers answers = Answers.Of(Rows, 3, 1).With("shuffled");
        OutputReading reading = Decide(Codings.Of(("y", Codings.Logits(answers.Predicted, 3, new Random(1)))), Codings.Whole(answers.Actual));
        Assert.Contains("near or below the ", Assert.Single(reading.Warnings), StringComparison.Ordinal);
        Assert.Contains("warning  ", reading.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OfARareClassThatScoresOrderWell_DoesNotWarn()
    {
        var random = new Random(4);
        int[] actual = [.. Enumerable.Range(0, Rows).Select(static i => i % 25 == 0 ? 1 : 0)];
        float[] scores = [.. actual.Select(a => (float)((0.2 * random.NextDouble()) + (a * 0.15)))];
        OutputReading reading = Decide(Codings.Of(("y", TensorValue.Copy(scores, [Rows, 1]))), Codings.Whole(actual));
        Assert.Equal(reading.ChanceValue, reading.SampleValue);
        Assert.Empty(reading.Warnings);
    }

    [Fact]
    public void Decide_OfLabelsInAnotherOrder_NamesTheListThatFits()
    {
        Answers answers = Answers.Of(Rows, 2, 1);
        OutputReading reading = Decide(Codings.Of(("y", Codings.Logits(answers.Predicted, 2, new Random(1)))), Codings.Texts([.. answers.Actual.Select(static a => a == 0 ? "spam" : "ham")]));
        Assert.Contains("with the class list spam, ham it would be ", Assert.Single(reading.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfACandidateOfAnotherForm_IsRefused()
    {
        Answers answers = Answers.Of(Rows, 3, 1);
        OutputReading reading = Decide(Codings.Of(("y", Codings.Logits(answers.Predicted, 3, new Random(1)))), Codings.Whole(answers.Actual));
        EvaluationException error = Assert.Throws<EvaluationException>(() => reading.Read(Codings.Of(("y", Codings.Logits(answers.Predicted, 4, new Random(1)))), Codings.Whole(answers.Actual)));
        Assert.Equal("Output 'y': expected 3 scores along axis 1 for each of 600 positions, as in the source model, got float32[600,4]. Compare models with the same outputs.", error.Message);
    }

    [Fact]
    public void Read_OfPadding_IsLeftOut()
    {
        Answers answers = Answers.Of(Rows * 4, 5, 1);
        long[] labels = [.. answers.Actual.Select(static (a, i) => i % 4 == 3 ? -100L : a)];
        OutputReading reading = Decide(Codings.Of(("logits", Codings.Logits(answers.Predicted, 5, new Random(1), [4, 5]))), TensorValue.Copy(labels, [Rows, 4]));
        int[] counted = [.. Enumerable.Range(0, labels.Length).Where(static i => i % 4 != 3)];
        Assert.Equal(counted.Count(i => answers.Predicted[i] == answers.Actual[i]) / (double)counted.Length, reading.SampleValue, 12);
    }

    private static OutputReading Decide(NamedValues outputs, TensorValue labels, ReadingOptions? options = null) => OutputReader.Decide(Models.Named("m"), [new ReadingSample(outputs, labels)], options);

    private static string Refused(NamedValues outputs, TensorValue labels, ReadingOptions? options = null) => Assert.Throws<EvaluationException>(() => Decide(outputs, labels, options)).Message;
}
