using Inference;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Sequential;
using Inference.Evaluation.Verdicts;

namespace Snippets;

internal static class Evaluating
{
    public static void Judge(IModelRunner source, NamedValues sourceOutputs, NamedValues candidateOutputs, TensorValue labels, string[] countries)
    {
        #region evaluation-judge
        // decided once, from the source model and some labelled rows; printed, kept as JSON
        OutputReading reading = OutputReader.Decide(source.Info, [new ReadingSample(sourceOutputs, labels)]);
        Console.Write(reading.Describe());

        // the same reading for both models, row by row
        var judge = new PairedJudge(MetricCatalog.Parse(reading.Metric), new VerdictOptions { Budget = 0.01, SliceBudget = 0.03 });
        EvaluationRows before = reading.Read(sourceOutputs, labels), after = reading.Read(candidateOutputs, labels);
        for (int i = 0; i < before.Count; i++)
        {
            judge.Add(before.GetRow(i), after.GetRow(i), $"country={countries[i]}");
        }

        Console.WriteLine(judge.Judge().Overall);   // all: met: 8000 rows, 0.974 → 0.972, drop 0.002 [-0.0004, 0.0046], budget 0.01
        #endregion
    }

    public static bool Compare(TrialLedger ledger)
    {
        #region evaluation-sequential
        var mine = new ArmCounts(new StageKey(Number: 0, Share: 0.1));
        mine.Treatment.Add(total: 120, ones: 7);                       // 120 calls, 7 failed
        mine.Control.Add(total: 1080, ones: 20);
        ledger.Apply(new ReplicaReport("pod-7f/1", sequence: 41, [mine]));
        bool worse = new TwoArmTest().LogEvidence(ledger.GetTotals()) >= Math.Log(1 / 0.01);   // at any moment; wrong in at most 1 % of trials
        #endregion
        return worse;
    }
}
