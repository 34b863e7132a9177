using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Simulation;

/// <summary>Verdicts on drops: a candidate without a drop is met, one whose drop is the budget is not.</summary>
internal static class DropScenarios
{
    private const double Level = 0.05;
    private const double Budget = 0.01;

    public static IEnumerable<Scenario> All()
    {
        foreach ((int rows, double flips) in new[] { (3000, 0.01), (16000, 0.05) })
        {
            yield return Accuracy(rows, flips, 0, "refused", static o => o != VerdictOutcome.Met);
        }

        foreach ((int rows, double flips) in new[] { (200, 0), (3000, 0), (3000, 0.01), (12000, 0.05) })
        {
            yield return Accuracy(rows, flips, Budget, "accepted", static o => o == VerdictOutcome.Met);
        }

        yield return Weighted(0, "refused", static o => o != VerdictOutcome.Met);
        yield return Weighted(Budget, "accepted", static o => o == VerdictOutcome.Met);
        yield return F1(0, "refused", static o => o != VerdictOutcome.Met);
        yield return F1(F1Shift, "accepted", static o => o == VerdictOutcome.Met);
        yield return Auc(6000, 0, "refused", static o => o != VerdictOutcome.Met);
        yield return Auc(4000, AucShift, "accepted", static o => o == VerdictOutcome.Met);
        yield return Rmse(0, "refused", static o => o != VerdictOutcome.Met);
        yield return Rmse(0.05, "accepted", static o => o == VerdictOutcome.Met);
    }

    // Recall 0.8 and precision 0.8 of a class of a fifth; the candidate loses hits until F1 = 0.79: TP (1 − x) with 2·0.16(1 − x) ÷ (0.2 + 0.2 − 0.16x) = 0.79.
    private const double F1Shift = (0.32 - (0.79 * 0.4)) / (0.32 - (0.79 * 0.16));

    // Members score N(1.2, 1), others N(0, 1): AUC = Φ(1.2/√2) = 0.801928; 0.791928 at a distance of 1.149983.
    private const double AucShift = 1.2 - 1.149983;

    private static Scenario Accuracy(int rows, double flips, double drop, string counted, Func<VerdictOutcome, bool> happened) =>
        new($"accuracy, {rows} rows, {2 * flips:P0} change both ways, drop {drop:P0}", counted, Level, random =>
        {
            var judge = new PairedJudge(MetricCatalog.Parse("accuracy"), new VerdictOptions { Budget = Budget });
            for (int i = 0; i < rows; i++)
            {
                double u = random.NextDouble();
                bool worse = u < flips + drop, better = !worse && u < (2 * flips) + drop;
                Add(judge, worse || (!better && random.NextDouble() < 0.9) ? 0 : 1, worse ? 1 : better ? 0 : -2, 0);
            }

            return happened(judge.Judge().Overall.Outcome);
        });

    private static Scenario Weighted(double drop, string counted, Func<VerdictOutcome, bool> happened) =>
        new($"accuracy, 6000 rows weighing 0.5 to 1.5, drop {drop:P0}", counted, Level, random =>
        {
            var judge = new PairedJudge(MetricCatalog.Parse("accuracy"), new VerdictOptions { Budget = Budget });
            for (int i = 0; i < 6000; i++)
            {
                double u = random.NextDouble();
                bool worse = u < 0.01 + drop, better = !worse && u < 0.02 + drop;
                Add(judge, worse ? 0 : better ? 1 : 0, worse ? 1 : better ? 0 : -2, 0, 0.5 + random.NextDouble());
            }

            return happened(judge.Judge().Overall.Outcome);
        });

    private static Scenario F1(double lost, string counted, Func<VerdictOutcome, bool> happened) =>
        new($"F1, 20000 rows, drop {(lost > 0 ? Budget : 0):P0}", counted, Level, random =>
        {
            var judge = new PairedJudge(MetricCatalog.Parse("f1"), new VerdictOptions { Budget = Budget });
            for (int i = 0; i < 20000; i++)
            {
                int actual = random.NextDouble() < 0.2 ? 1 : 0;
                int source = random.NextDouble() < (actual == 1 ? 0.8 : 0.05) ? 1 : 0, candidate = source;
                if (lost == 0)
                {
                    candidate = random.NextDouble() < 0.1 ? random.NextDouble() < (actual == 1 ? 0.8 : 0.05) ? 1 : 0 : source;
                }
                else if (actual == 1 && source == 1 && random.NextDouble() < lost)
                {
                    candidate = 0;
                }

                Add(judge, source, candidate, actual);
            }

            return happened(judge.Judge().Overall.Outcome);
        });

    private static Scenario Auc(int rows, double shift, string counted, Func<VerdictOutcome, bool> happened) =>
        new($"AUC, {rows} rows, drop {(shift > 0 ? Budget : 0):P0}", counted, Level, random =>
        {
            var judge = new PairedJudge(MetricCatalog.Parse("auc"), new VerdictOptions { Budget = Budget });
            for (int i = 0; i < rows; i++)
            {
                // Both scores are N(mean, 1), correlated by 0.95.
                int actual = random.NextDouble() < 0.3 ? 1 : 0;
                double common = Gaussian(random) * Math.Sqrt(0.95), own = Math.Sqrt(0.05);
                double source = (1.2 * actual) + common + (own * Gaussian(random)), candidate = ((1.2 - shift) * actual) + common + (own * Gaussian(random));
                judge.Add(new EvaluationRow { Actual = [actual], Scores = [0, source] }, new EvaluationRow { Actual = [actual], Scores = [0, candidate] });
            }

            return happened(judge.Judge().Overall.Outcome);
        });

    private static Scenario Rmse(double drop, string counted, Func<VerdictOutcome, bool> happened) =>
        new($"RMSE, 2000 rows, budget 5 %, drop {drop:P0}", counted, Level, random =>
        {
            var judge = new PairedJudge(MetricCatalog.Parse("rmse"), new VerdictOptions { Budget = 0.05 });
            for (int i = 0; i < 2000; i++)
            {
                double error = Gaussian(random), other = (1 + drop) * ((0.95 * error) + (Math.Sqrt(1 - (0.95 * 0.95)) * Gaussian(random)));
                judge.Add(new EvaluationRow { Values = [error], Truth = [0] }, new EvaluationRow { Values = [other], Truth = [0] });
            }

            return happened(judge.Judge().Overall.Outcome);
        });

    private static void Add(PairedJudge judge, int source, int candidate, int actual, double weight = 1)
    {
        int other = candidate == -2 ? source : candidate;
        judge.Add(new EvaluationRow { Predicted = [source], Actual = [actual], Weight = weight }, new EvaluationRow { Predicted = [other], Actual = [actual], Weight = weight });
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
