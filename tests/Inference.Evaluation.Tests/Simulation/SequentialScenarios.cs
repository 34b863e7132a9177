using Inference.Evaluation.Sequential;

namespace Inference.Evaluation.Tests.Simulation;

/// <summary>Sequential tests that are looked at 30 times.</summary>
internal static class SequentialScenarios
{
    private const int Looks = 30;
    private const double Level = 0.05;

    public static IEnumerable<Scenario> All()
    {
        foreach ((double rate, double share) in new[] { (0, 0.1), (0.01, 0.1), (0.05, 0.1), (0.5, 0.5) })
        {
            yield return TwoArms($"two arms, rate {rate:P0}, share {share:P0}", share, share, 0, 1, random => Bernoulli(random, rate));
        }

        yield return TwoArms("two arms, rate 5 %, share said to be 10 %, truly 30 %", 0.1, 0.3, 0, 1, random => Bernoulli(random, 0.05));
        yield return TwoArms("two arms, bounded outcomes u², 16 levels", 0.3, 0.3, 0, 16, random => Square(random.NextDouble()));
        yield return new Scenario("two arms, tolerance 5 %, treatment loses as much more", "alarm", Level, random =>
            Alarms(random, 0.3, 0.3, 0.05, 1, r => Bernoulli(r, 0.1 + (0.05 * 0.9)), r => Bernoulli(r, 0.1)));
        yield return new Scenario("two arms, two stages of shares 5 % and 50 %, rates 2 % and 20 %", "alarm", Level, Stages);
        yield return new Scenario("confidence sequence of a mean, rate 5 %", "outside", Level, random => Outside(random, 1, 0.05, r => Bernoulli(r, 0.05)));
        yield return new Scenario("confidence sequence of a mean, u², 16 levels", "outside", Level, random => Outside(random, 16, 1.0 / 3, r => Square(r.NextDouble())));
        yield return new Scenario("e-detector, run length 1,000 buckets, 50 buckets at the limit", "alarm", Level, random => Detector(random, 1));
        yield return new Scenario("mean of 64 e-detectors, run length 1,000 buckets, 50 buckets", "alarm", Level, random => Detector(random, 64));
    }

    private static Scenario TwoArms(string name, double stated, double share, double tolerance, int levels, Func<Random, double> outcome) =>
        new(name, "alarm", Level, random => Alarms(random, stated, share, tolerance, levels, outcome, outcome));

    private static bool Alarms(Random random, double stated, double share, double tolerance, int levels, Func<Random, double> treatment, Func<Random, double> control)
    {
        var test = new TwoArmTest(tolerance);
        var counts = new ArmCounts(new StageKey(0, stated), levels);
        for (int look = 0; look < Looks; look++)
        {
            Add(random, counts, share, 100, treatment, control);
            if (test.LogEvidence([counts]) >= -Math.Log(Level))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Stages(Random random)
    {
        var test = new TwoArmTest();
        ArmCounts[] stages = [new ArmCounts(new StageKey(0, 0.05)), new ArmCounts(new StageKey(1, 0.5))];
        for (int look = 0; look < Looks; look++)
        {
            int stage = look < Looks / 2 ? 0 : 1;
            Add(random, stages[stage], stages[stage].Stage.Share, 100, r => Bernoulli(r, stage == 0 ? 0.02 : 0.2), r => Bernoulli(r, stage == 0 ? 0.02 : 0.2));
            if (test.LogEvidence(stages[..(stage + 1)]) >= -Math.Log(Level))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Outside(Random random, int levels, double mean, Func<Random, double> outcome)
    {
        var counts = new OutcomeCounts(levels);
        for (int look = 0; look < Looks; look++)
        {
            for (int i = 0; i < 50; i++)
            {
                counts.Add(outcome(random), random.NextDouble());
            }

            (double low, double high) = ConfidenceSequence.Mean(counts, Level);
            if (mean < low || mean > high)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Detector(Random random, int streams)
    {
        RateDetector[] detectors = [.. Enumerable.Range(0, streams).Select(_ => new RateDetector(0.04, 0.06))];
        for (int bucket = 0; bucket < 50; bucket++)
        {
            foreach (RateDetector detector in detectors)
            {
                int ones = 0;
                for (int i = 0; i < 100; i++)
                {
                    ones += random.NextDouble() < 0.06 ? 1 : 0;
                }

                detector.Add(100, ones);
            }

            if (DetectorPanel.IsAlarm([.. detectors.Select(static d => d.LogValue)], 1000))
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(Random random, ArmCounts counts, double share, int calls, Func<Random, double> treatment, Func<Random, double> control)
    {
        for (int i = 0; i < calls; i++)
        {
            bool treated = random.NextDouble() < share;
            (treated ? counts.Treatment : counts.Control).Add((treated ? treatment : control)(random), random.NextDouble());
        }
    }

    private static double Bernoulli(Random random, double rate) => random.NextDouble() < rate ? 1 : 0;

    private static double Square(double x) => x * x;
}
