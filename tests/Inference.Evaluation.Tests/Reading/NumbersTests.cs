using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>Regression of one and of many columns, maps of numbers, boxes.</summary>
public sealed class NumbersTests
{
    private const int Rows = 600;

    [Theory]
    [InlineData("one column", "rmse", new long[] { 1 }, new long[0])]
    [InlineData("flat", "rmse", new long[0], new long[] { 1 })]
    [InlineData("three columns", "rmse", new long[] { 3 }, new long[] { 3 })]
    [InlineData("maps", "rmse", new long[] { 2, 3, 3 }, new long[] { 2, 3, 3 })]
    [InlineData("boxes", "box_iou", new long[] { 4 }, new long[] { 4 })]
    public void Value_OfNumbers_IsThatOfTheArraysAndFaultsAreSeen(string name, string metric, long[] outputShape, long[] labelShape)
    {
        var random = new Random(5);
        int width = (int)outputShape.Aggregate(1L, static (product, size) => product * size);
        double[] truth = [.. Enumerable.Range(0, Rows * width).Select(i => metric == "box_iou" ? (i % 4 < 2 ? random.NextDouble() : 1.5 + random.NextDouble()) : 5 * random.NextDouble())];
        double[] answers = [.. truth.Select(t => t + (0.2 * random.NextDouble()) - 0.1)];
        TensorValue labels = TensorValue.Copy(truth, [Rows, .. labelShape]);
        OutputReading reading = OutputReader.Decide(Models.Named(name), [new ReadingSample(Outputs(name, answers, outputShape), labels)]);
        Assert.Equal(metric, reading.Metric);
        Assert.Empty(reading.Warnings);
        if (metric == "rmse")
        {
            double sum = 0;
            for (int c = 0; c < width; c++)
            {
                double squares = 0;
                for (int row = 0; row < Rows; row++)
                {
                    double difference = (float)answers[(row * width) + c] - truth[(row * width) + c];
                    squares += difference * difference;
                }

                sum += Math.Sqrt(squares / Rows);
            }

            Assert.Equal(sum / width, reading.SampleValue, 9);
        }

        double[] shuffled = [.. answers];
        random.Shuffle(shuffled);
        double[][] faults = [[.. answers.Select(static a => 3 - a)], [.. answers.Select(_ => answers.Average())], shuffled, [.. answers.Select(static a => a + 0.3)]];
        foreach (double[] fault in faults)
        {
            EvaluationRows source = reading.Read(Outputs(name, answers, outputShape), labels), candidate = reading.Read(Outputs(name, fault, outputShape), labels);
            var judge = new PairedJudge(MetricCatalog.Parse(reading.Metric), new VerdictOptions { Budget = 0.05 });
            for (int i = 0; i < Rows; i++)
            {
                judge.Add(source.GetRow(i), candidate.GetRow(i));
            }

            Assert.Equal(VerdictOutcome.NotMet, judge.Judge().Outcome);
        }
    }

    private static NamedValues Outputs(string name, double[] answers, long[] shape) =>
        Codings.Of((name == "boxes" ? "pred_boxes" : "y", TensorValue.Copy(Array.ConvertAll(answers, static a => (float)a), [Rows, .. shape])));
}
